"""The names of the bills that questions are asked about: services, accounts, workloads, commitments, and spikes."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple


class Service(NamedTuple):
    """What a service is called, and what a unit of it costs at list price."""

    provider: str
    name: str
    category: str
    kind: str
    unit: str
    price: float


def _services(text: str) -> Iterator[tuple[str, Service]]:
    for line in text.strip().splitlines():
        key, provider, name, category, kind, unit, price = (cell.strip() for cell in line.split("|"))
        yield key, Service(provider, name, category, kind, unit, float(price))


SERVICES = dict(
    _services("""
    ec2         | AWS          | Amazon Elastic Compute Cloud      | Compute                   | Instance            | Hours       | 0.2
    rds         | AWS          | Amazon Relational Database Service| Databases                 | DB Instance         | Hours       | 0.5
    s3          | AWS          | Amazon Simple Storage Service     | Storage                   | Bucket              | GB-Months   | 0.02
    lambda      | AWS          | AWS Lambda                        | Compute                   | Function            | GB-Seconds  | 0.00002
    cloudfront  | AWS          | Amazon CloudFront                 | Networking                | Distribution        | GB          | 0.08
    eks         | AWS          | Amazon Elastic Kubernetes Service | Compute                   | Cluster             | Hours       | 0.1
    dynamodb    | AWS          | Amazon DynamoDB                   | Databases                 | Table               | Requests    | 0.000002
    elasticache | AWS          | Amazon ElastiCache                | Databases                 | Cache Cluster       | Hours       | 0.2
    opensearch  | AWS          | Amazon OpenSearch Service         | Analytics                 | Domain              | Hours       | 0.3
    cloudwatch  | AWS          | AmazonCloudWatch                  | Management and Governance | Log Group           | GB          | 0.5
    vm          | Microsoft    | Virtual Machines                  | Compute                   | Virtual machine     | Hours       | 0.2
    azsql       | Microsoft    | Azure SQL Database                | Databases                 | SQL database        | Hours       | 0.5
    azstorage   | Microsoft    | Storage Accounts                  | Storage                   | Storage account     | GB-Months   | 0.02
    aks         | Microsoft    | Azure Kubernetes Service          | Compute                   | Kubernetes service  | Hours       | 0.1
    appservice  | Microsoft    | Azure App Service                 | Web                       | App Service plan    | Hours       | 0.2
    cosmos      | Microsoft    | Azure Cosmos DB                   | Databases                 | Database account    | Hours       | 0.01
    bandwidth   | Microsoft    | Bandwidth                         | Networking                | Virtual network     | GB          | 0.09
    gce         | Google Cloud | Compute Engine                    | Compute                   | Instance            | Hours       | 0.2
    bigquery    | Google Cloud | BigQuery                          | Analytics                 | Dataset             | TiB         | 6
    gcs         | Google Cloud | Cloud Storage                     | Storage                   | Bucket              | GiB-Months  | 0.02
    gke         | Google Cloud | Kubernetes Engine                 | Compute                   | Cluster             | Hours       | 0.1
    cloudsql    | Google Cloud | Cloud SQL                         | Databases                 | Database instance   | Hours       | 0.4
    vertex      | Google Cloud | Vertex AI                         | AI and Machine Learning   | Training job        | Hours       | 2.5
    """)  # noqa: E501 - a table reads better in lines
)
PAYERS = {  # provider: publisher, payer's id and name, negotiated discount, tax
    "AWS": ("Amazon Web Services, Inc.", "400000000001", "Northwind", 0.06, 0.075),
    "Microsoft": ("Microsoft", "northwind-ea", "Northwind EA", 0.05, 0.08),
    "Google Cloud": ("Google Cloud", "NW-0001", "northwind-gcp", 0.04, 0.05),
}
ACCOUNTS = {
    name: f"{number}"
    for number, name in enumerate(
        (
            "commerce-prod",
            "commerce-nonprod",
            "analytics-prod",
            "shared-services",
            "sandbox",
            "corp-apps",
            "retail-analytics",
            "identity-platform",
            "ml-platform",
            "bq-warehouse",
        ),
        210_000_000_001,
    )
}
REGIONS = {
    "us-east-1": "US East (N. Virginia)",
    "us-west-2": "US West (Oregon)",
    "eu-west-1": "Europe (Ireland)",
    "eastus": "East US",
    "westeurope": "West Europe",
    "us-central1": "Iowa",
    "europe-west1": "Belgium",
    "asia-southeast1": "Singapore",
}


class Workload(NamedTuple):
    """Resources of one application on one service; `counts` in production, staging and development."""

    application: str | None
    team: str | None
    service: str
    account: str
    elsewhere: str
    region: str
    counts: tuple[int, int, int]
    dollars: float


def _workloads(text: str) -> Iterator[Workload]:
    for line in text.strip().splitlines():
        application, team, service, account, elsewhere, region, counts, dollars = line.split()
        prod, staging, dev = map(int, counts.split("/"))
        owner = None if team == "-" else team
        known = None if application == "-" else application
        place = "" if region == "-" else region
        yield Workload(known, owner, service, account, elsewhere, place, (prod, staging, dev), float(dollars))


WORKLOADS = tuple(
    _workloads("""
    payments-api   payments      ec2         commerce-prod     commerce-nonprod  eu-west-1       3/1/1 91
    payments-api   payments      rds         commerce-prod     commerce-nonprod  eu-west-1       2/1/0 83
    payments-api   payments      lambda      commerce-prod     commerce-nonprod  eu-west-1       1/1/0 13
    payments-api   payments      cloudwatch  commerce-prod     commerce-nonprod  eu-west-1       1/0/0 22
    ledger         payments      rds         commerce-prod     commerce-nonprod  us-east-1       2/1/0 116
    ledger         payments      dynamodb    commerce-prod     commerce-nonprod  us-east-1       1/1/1 26
    ledger         payments      s3          commerce-prod     commerce-nonprod  us-east-1       1/0/0 18
    fraud-scoring  payments      gce         ml-platform       ml-platform       europe-west1    2/1/0 74
    fraud-scoring  payments      cosmos      retail-analytics  retail-analytics  westeurope      1/0/0 44
    checkout-web   checkout      ec2         commerce-prod     commerce-nonprod  us-east-1       4/1/1 86
    checkout-web   checkout      cloudfront  commerce-prod     commerce-nonprod  -               1/0/0 61
    checkout-web   checkout      elasticache commerce-prod     commerce-nonprod  us-east-1       2/1/0 37
    checkout-web   checkout      eks         commerce-prod     commerce-nonprod  us-east-1       1/1/0 67
    cart-service   checkout      lambda      commerce-prod     commerce-nonprod  us-east-1       2/1/1 16
    cart-service   checkout      dynamodb    commerce-prod     commerce-nonprod  us-east-1       2/1/0 34
    cart-service   checkout      aks         corp-apps         corp-apps         eastus          1/1/0 57
    search-index   search        opensearch  commerce-prod     commerce-nonprod  us-west-2       3/1/1 93
    search-index   search        ec2         commerce-prod     commerce-nonprod  us-west-2       2/1/0 72
    search-index   search        s3          commerce-prod     commerce-nonprod  us-west-2       1/1/0 23
    search-api     search        eks         commerce-prod     commerce-nonprod  us-west-2       1/1/0 68
    search-api     search        vm          corp-apps         corp-apps         eastus          2/1/1 48
    etl-pipelines  data-platform ec2         analytics-prod    commerce-nonprod  us-west-2       3/0/1 77
    etl-pipelines  data-platform s3          analytics-prod    commerce-nonprod  us-west-2       2/1/1 79
    etl-pipelines  data-platform azstorage   retail-analytics  retail-analytics  westeurope      2/1/0 38
    event-stream   data-platform vm          retail-analytics  retail-analytics  westeurope      2/1/1 64
    event-stream   data-platform eks         analytics-prod    commerce-nonprod  eu-west-1       1/0/0 56
    dwh-reporting  data-platform bigquery    bq-warehouse      bq-warehouse      us-central1     3/1/1 111
    dwh-reporting  data-platform gcs         bq-warehouse      bq-warehouse      us-central1     2/0/1 32
    dwh-reporting  data-platform azsql       retail-analytics  retail-analytics  westeurope      1/1/0 73
    recommender    ml            gke         ml-platform       ml-platform       us-central1     1/1/0 82
    recommender    ml            gce         ml-platform       ml-platform       us-central1     2/1/1 87
    recommender    ml            cloudsql    ml-platform       ml-platform       us-central1     1/1/0 41
    feature-store  ml            bigquery    ml-platform       ml-platform       asia-southeast1 1/0/1 46
    feature-store  ml            gcs         ml-platform       ml-platform       asia-southeast1 1/1/0 27
    feature-store  ml            s3          analytics-prod    sandbox           us-east-1       1/0/1 28
    model-trainer  ml            vertex      ml-platform       ml-platform       us-central1     2/1/2 129
    model-trainer  ml            gce         ml-platform       ml-platform       asia-southeast1 2/0/1 84
    model-trainer  ml            ec2         analytics-prod    sandbox           us-east-1       0/0/2 151
    storefront     web           appservice  corp-apps         corp-apps         westeurope      2/1/1 45
    storefront     web           vm          corp-apps         corp-apps         eastus          3/1/1 53
    storefront     web           cloudfront  commerce-prod     commerce-nonprod  -               1/0/0 49
    storefront     web           azsql       corp-apps         corp-apps         eastus          1/1/0 66
    image-cdn      web           cloudfront  commerce-prod     commerce-nonprod  -               1/0/0 98
    image-cdn      web           s3          commerce-prod     commerce-nonprod  us-east-1       1/1/0 55
    image-cdn      web           lambda      commerce-prod     commerce-nonprod  us-east-1       1/0/1 14
    """)
)
UNPLACED = tuple(  # no environment, or no tags at all
    _workloads("""
    event-stream   data-platform cloudwatch  shared-services   shared-services   us-east-1       2/0/0 25
    storefront     web           bandwidth   identity-platform identity-platform eastus          2/0/0 29
    search-api     search        s3          shared-services   shared-services   us-west-2       1/0/0 27
    -              -             ec2         sandbox           sandbox           us-east-1       3/0/0 47
    -              -             rds         sandbox           sandbox           us-west-2       1/0/0 59
    -              -             s3          shared-services   shared-services   us-east-1       2/0/0 35
    -              -             cloudwatch  shared-services   shared-services   us-east-1       2/0/0 42
    -              -             vm          identity-platform identity-platform westeurope      3/0/0 39
    -              -             azstorage   identity-platform identity-platform westeurope      1/0/0 24
    -              -             gcs         bq-warehouse      bq-warehouse      us-central1     1/0/0 30
    -              -             gce         ml-platform       ml-platform       europe-west1    1/0/0 45
    """)
)


class Plan(NamedTuple):
    """A commitment: what part of production's steady use of a service it covers, and at which discount."""

    service: str
    share: float
    discount: float
    category: str
    kind: str
    name: str
    home: str


PLANS = (
    Plan("ec2", 0.6, 0.28, "Spend", "Compute Savings Plan", "compute-sp-1yr", "shared-services"),
    Plan("rds", 0.7, 0.34, "Usage", "Reserved DB Instance", "rds-ri-1yr", "shared-services"),
    Plan("vm", 0.5, 0.32, "Usage", "Reservation", "vm-1yr", "corp-apps"),
    Plan("gce", 0.4, 0.3, "Spend", "Committed Use Discount", "compute-cud-1yr", "ml-platform"),
)
GROWTH = {"payments": 0.011, "checkout": 0.02, "search": -0.012, "data-platform": 0.016, "ml": 0.05, "web": 0.006}
LESS = {"prod": (1.0, 0.93), "staging": (0.38, 0.7), "dev": (0.27, 0.5), None: (1.0, 0.9)}  # size, on weekends
SPIKES = {
    ("dwh-reporting", "bigquery"): (date(2026, 10, 7), 2, 4.0),
    ("model-trainer", "vertex"): (date(2026, 10, 20), 3, 2.8),
    ("etl-pipelines", "ec2"): (date(2026, 11, 11), 2, 3.0),
    ("checkout-web", "cloudfront"): (date(2026, 11, 8), 1, 3.0),
    ("ledger", "rds"): (date(2026, 9, 17), 1, 2.5),
}
CREDITS = (  # provider, service, account, dollars a month
    ("AWS", "ec2", "commerce-prod", 2200),
    ("AWS", "s3", "analytics-prod", 600),
    ("Microsoft", "vm", "corp-apps", 800),
    ("Google Cloud", "vertex", "ml-platform", 1800),
)
CORRECTIONS = (  # service, account, application, team, day, billed in, dollars, class
    ("rds", "commerce-prod", "ledger", "payments", date(2026, 9, 17), date(2026, 10, 1), -700, "Correction"),
    ("eks", "commerce-prod", "checkout-web", "checkout", date(2026, 10, 14), date(2026, 10, 1), -500, ""),
    ("bigquery", "bq-warehouse", "dwh-reporting", "data-platform", date(2026, 10, 9), date(2026, 10, 1), -850, ""),
    ("gce", "ml-platform", "recommender", "ml", date(2026, 11, 5), date(2026, 11, 1), -280, ""),
)
