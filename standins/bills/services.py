"""What the demo's organisation buys: providers, services and the meters they
are billed by, at prices near the public ones.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Provider:
    """A provider, and the contract with it: `discount` is what is negotiated
    off the list price, `tax` a share of what is billed.
    """

    name: str
    publisher: str
    issuer: str
    billing_account_id: str
    billing_account_name: str
    billing_account_type: str
    sub_account_type: str
    discount: float
    tax: float


@dataclass(frozen=True)
class Account:
    """A sub account: AWS account, Azure subscription or Google project."""

    name: str
    id: str
    provider: str


@dataclass(frozen=True)
class Service:
    """A service as FOCUS names it; `id_form` makes a resource's id from account, region and name."""

    provider: str
    name: str
    category: str
    subcategory: str
    resource_type: str
    id_form: str


@dataclass(frozen=True)
class Meter:
    """What is counted: `price` is the list price of one `unit` in dollars."""

    service: str
    meter: str
    unit: str
    price: float
    details: dict[str, str] = field(default_factory=dict)


PROVIDERS = {
    "aws": Provider(
        "AWS",
        "Amazon Web Services, Inc.",
        "Amazon Web Services EMEA SARL",
        "270418830001",
        "Fernhill Outfitters",
        "Payer",
        "Linked Account",
        0.06,
        0.08,
    ),
    "azure": Provider(
        "Microsoft",
        "Microsoft",
        "Microsoft Ireland Operations Limited",
        "/providers/Microsoft.Billing/billingAccounts/9177320",
        "Fernhill Outfitters EA",
        "Billing Profile",
        "Subscription",
        0.05,
        0.08,
    ),
    "gcp": Provider(
        "Google Cloud",
        "Google Cloud",
        "Google Cloud EMEA Limited",
        "01F3A9-77C2D0-9B41E6",
        "fernhill-billing",
        "Billing Account",
        "Project",
        0.04,
        0.06,
    ),
}

ACCOUNTS = {
    account.name: account
    for account in (
        Account("commerce-prod", "270418830011", "aws"),
        Account("commerce-staging", "270418830012", "aws"),
        Account("payments-prod", "270418830013", "aws"),
        Account("data-prod", "270418830014", "aws"),
        Account("shared-services", "270418830015", "aws"),
        Account("sandbox", "270418830016", "aws"),
        Account("storefront-prod", "/subscriptions/3be1c7d4-5a0e-4c57-9d6c-24f8a1b07e01", "azure"),
        Account("storefront-nonprod", "/subscriptions/3be1c7d4-5a0e-4c57-9d6c-24f8a1b07e02", "azure"),
        Account("fernhill-ml", "fernhill-ml", "gcp"),
        Account("fernhill-warehouse", "fernhill-warehouse", "gcp"),
    )
}

REGIONS = {
    "us-east-1": "US East (N. Virginia)",
    "eu-west-1": "Europe (Ireland)",
    "westeurope": "West Europe",
    "northeurope": "North Europe",
    "europe-west1": "Belgium",
    "us-central1": "Iowa",
}

_AZURE = "{account}/resourceGroups/rg-{application}/providers/"

SERVICES = {
    # The id forms are those of the providers' own exports: AWS writes EC2 instances and volumes bare, most others as
    # ARNs.
    "ec2": Service("aws", "Amazon Elastic Compute Cloud", "Compute", "Virtual Machines", "Instance", "i-0{code}"),
    "ebs": Service("aws", "Amazon Elastic Block Store", "Storage", "Block Storage", "Volume", "vol-0{code}"),
    "snapshot": Service(
        "aws",
        "Amazon Elastic Block Store",
        "Storage",
        "Backup Storage",
        "Snapshot",
        "arn:aws:ec2:{region}:{account}:snapshot/snap-0{code}",
    ),
    "address": Service(
        "aws",
        "Amazon Virtual Private Cloud",
        "Networking",
        "Network Infrastructure",
        "IP Address",
        "arn:aws:ec2:{region}:{account}:elastic-ip/eipalloc-0{code}",
    ),
    "nat": Service(
        "aws",
        "Amazon Virtual Private Cloud",
        "Networking",
        "Network Infrastructure",
        "NAT Gateway",
        "arn:aws:ec2:{region}:{account}:natgateway/nat-0{code}",
    ),
    "elb": Service(
        "aws",
        "Elastic Load Balancing",
        "Networking",
        "Network Infrastructure",
        "Load Balancer",
        "arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/app/{name}/{code}",
    ),
    "rds": Service(
        "aws",
        "Amazon Relational Database Service",
        "Databases",
        "Relational Databases",
        "DB Instance",
        "arn:aws:rds:{region}:{account}:db:{name}",
    ),
    "lambda": Service(
        "aws",
        "AWS Lambda",
        "Compute",
        "Serverless Compute",
        "Function",
        "arn:aws:lambda:{region}:{account}:function:{name}",
    ),
    "fargate": Service(
        "aws",
        "Amazon Elastic Container Service",
        "Compute",
        "Containers",
        "Service",
        "arn:aws:ecs:{region}:{account}:service/{application}/{name}",
    ),
    "eks": Service(
        "aws",
        "Amazon Elastic Kubernetes Service",
        "Compute",
        "Containers",
        "Cluster",
        "arn:aws:eks:{region}:{account}:cluster/{name}",
    ),
    "dynamodb": Service(
        "aws",
        "Amazon DynamoDB",
        "Databases",
        "NoSQL Databases",
        "Table",
        "arn:aws:dynamodb:{region}:{account}:table/{name}",
    ),
    "elasticache": Service(
        "aws",
        "Amazon ElastiCache",
        "Databases",
        "Caching",
        "Cache Cluster",
        "arn:aws:elasticache:{region}:{account}:cluster:{name}",
    ),
    "opensearch": Service(
        "aws",
        "Amazon OpenSearch Service",
        "Analytics",
        "Search",
        "Domain",
        "arn:aws:es:{region}:{account}:domain/{name}",
    ),
    "s3": Service("aws", "Amazon Simple Storage Service", "Storage", "Object Storage", "Bucket", "fernhill-{name}"),
    "cloudfront": Service(
        "aws",
        "Amazon CloudFront",
        "Networking",
        "Content Delivery",
        "Distribution",
        "arn:aws:cloudfront::{account}:distribution/{code}",
    ),
    "cloudwatch": Service(
        "aws",
        "AmazonCloudWatch",
        "Management and Governance",
        "Observability",
        "Log Group",
        "arn:aws:logs:{region}:{account}:log-group:/{name}",
    ),
    "hsm": Service(
        "aws",
        "AWS CloudHSM",
        "Security",
        "Secret Management",
        "HSM",
        "arn:aws:cloudhsm:{region}:{account}:hsm/hsm-{code}",
    ),
    "vm": Service(
        "azure",
        "Virtual Machines",
        "Compute",
        "Virtual Machines",
        "Virtual machine",
        _AZURE + "Microsoft.Compute/virtualMachines/{name}",
    ),
    "appservice": Service(
        "azure",
        "Azure App Service",
        "Web",
        "Application Platforms",
        "App Service plan",
        _AZURE + "Microsoft.Web/serverfarms/{name}",
    ),
    "aks": Service(
        "azure",
        "Azure Kubernetes Service",
        "Compute",
        "Containers",
        "Kubernetes service",
        _AZURE + "Microsoft.ContainerService/managedClusters/{name}",
    ),
    "azsql": Service(
        "azure",
        "Azure SQL Database",
        "Databases",
        "Relational Databases",
        "SQL database",
        _AZURE + "Microsoft.Sql/servers/{application}/databases/{name}",
    ),
    "cosmos": Service(
        "azure",
        "Azure Cosmos DB",
        "Databases",
        "NoSQL Databases",
        "Azure Cosmos DB account",
        _AZURE + "Microsoft.DocumentDB/databaseAccounts/{name}",
    ),
    "blob": Service(
        "azure",
        "Storage Accounts",
        "Storage",
        "Object Storage",
        "Storage account",
        _AZURE + "Microsoft.Storage/storageAccounts/{name}",
    ),
    "frontdoor": Service(
        "azure",
        "Azure Front Door Service",
        "Networking",
        "Content Delivery",
        "Front Door",
        _AZURE + "Microsoft.Cdn/profiles/{name}",
    ),
    "gce": Service(
        "gcp",
        "Compute Engine",
        "Compute",
        "Virtual Machines",
        "Instance",
        "//compute.googleapis.com/projects/{account}/zones/{region}-b/instances/{name}",
    ),
    "gke": Service(
        "gcp",
        "Kubernetes Engine",
        "Compute",
        "Containers",
        "Cluster",
        "//container.googleapis.com/projects/{account}/locations/{region}/clusters/{name}",
    ),
    "bigquery": Service(
        "gcp",
        "BigQuery",
        "Analytics",
        "Data Processing",
        "Dataset",
        "//bigquery.googleapis.com/projects/{account}/datasets/{name}",
    ),
    "gcs": Service(
        "gcp", "Cloud Storage", "Storage", "Object Storage", "Bucket", "//storage.googleapis.com/fernhill-{name}"
    ),
    "vertex": Service(
        "gcp",
        "Vertex AI",
        "AI and Machine Learning",
        "Machine Learning",
        "Endpoint",
        "//aiplatform.googleapis.com/projects/{account}/locations/{region}/endpoints/{name}",
    ),
    "cloudsql": Service(
        "gcp",
        "Cloud SQL",
        "Databases",
        "Relational Databases",
        "Database instance",
        "//sqladmin.googleapis.com/projects/{account}/instances/{name}",
    ),
}


@dataclass(frozen=True)
class Size:
    """An instance type: its on-demand price an hour (Linux, us-east-1) in all
    its zones, virtual CPUs, memory and architecture.
    """

    price: float
    vcpus: int
    memory_gib: float
    architecture: str = "x86_64"
    zones: int = 1


EC2_SIZES = {
    "t3.medium": Size(0.0416, 2, 4),
    "m5.large": Size(0.096, 2, 8),
    "m5.xlarge": Size(0.192, 4, 16),
    "m5.2xlarge": Size(0.384, 8, 32),
    "m5.4xlarge": Size(0.768, 16, 64),
    "c5.xlarge": Size(0.17, 4, 8),
    "c5.2xlarge": Size(0.34, 8, 16),
    "c5.4xlarge": Size(0.68, 16, 32),
    "r5.xlarge": Size(0.252, 4, 32),
    "r5.2xlarge": Size(0.504, 8, 64),
    "r5.4xlarge": Size(1.008, 16, 128),
    "m6g.xlarge": Size(0.154, 4, 16, "arm64"),
    "m6g.2xlarge": Size(0.308, 8, 32, "arm64"),
    "g5.2xlarge": Size(1.212, 8, 32),
}
RDS_SIZES = {
    "db.t3.medium": Size(0.072, 2, 4),
    "db.r6g.large": Size(0.239, 2, 16, "arm64"),
    "db.r6g.xlarge": Size(0.478, 4, 32, "arm64"),
    "db.r6g.2xlarge": Size(0.955, 8, 64, "arm64"),
    "db.r6g.4xlarge": Size(3.82, 16, 128, "arm64", zones=2),
}


def _details(size: Size) -> dict[str, str]:
    return {
        "CoreCount": str(size.vcpus),
        "MemorySize": f"{size.memory_gib:g}",
        "ProcessorArchitecture": size.architecture,
    }


METERS = {
    **{
        f"ec2:{name}": Meter("ec2", f"BoxUsage:{name}", "Hours", size.price, {"InstanceType": name, **_details(size)})
        for name, size in EC2_SIZES.items()
    },
    **{
        f"rds:{name}": Meter(
            "rds", f"InstanceUsage:{name}", "Hours", size.price, {"InstanceType": name, **_details(size)}
        )
        for name, size in RDS_SIZES.items()
    },
    "rds:iops": Meter("rds", "RDS:Multi-AZ-PIOPS", "IOPS-Months", 0.20),
    "rds:acu": Meter("rds", "Aurora:ServerlessV2Usage", "ACU-Hours", 0.12),
    "ebs:gp2": Meter("ebs", "EBS:VolumeUsage.gp2", "GB-Months", 0.10, {"VolumeType": "gp2"}),
    "ebs:gp3": Meter("ebs", "EBS:VolumeUsage.gp3", "GB-Months", 0.08, {"VolumeType": "gp3"}),
    "snapshot": Meter("snapshot", "EBS:SnapshotUsage", "GB-Months", 0.05),
    "address": Meter("address", "PublicIPv4:IdleAddress", "Hours", 0.005),
    "nat": Meter("nat", "NatGateway-Bytes", "GB", 0.045),
    "elb": Meter("elb", "LoadBalancerUsage", "Hours", 0.0225),
    "elb:lcu": Meter("elb", "LCUUsage", "LCU-Hours", 0.008),
    "lambda": Meter("lambda", "Lambda-GB-Second", "GB-Seconds", 0.0000166667),
    "fargate": Meter("fargate", "Fargate-vCPU-Hours:perCPU", "vCPU-Hours", 0.04048),
    "eks": Meter("eks", "AmazonEKS-Hours:perCluster", "Hours", 0.10),
    "dynamodb": Meter("dynamodb", "WriteRequestUnits", "WriteRequestUnits", 0.00000125),
    "elasticache": Meter("elasticache", "NodeUsage:cache.r6g.xlarge", "Hours", 0.411),
    "opensearch": Meter("opensearch", "ESInstance:r6g.2xlarge", "Hours", 0.669),
    "s3": Meter("s3", "TimedStorage-ByteHrs", "GB-Months", 0.023),
    "s3:requests": Meter("s3", "Requests-Tier1", "Requests", 0.000005),
    "cloudfront": Meter("cloudfront", "DataTransfer-Out-Bytes", "GB", 0.085),
    "cloudwatch": Meter("cloudwatch", "DataProcessing-Bytes", "GB", 0.50),
    "hsm": Meter("hsm", "CloudHSMUsage", "Hours", 1.45),
    "vm:D4s": Meter("vm", "D4s v5", "Hours", 0.230, {"InstanceType": "Standard_D4s_v5", "CoreCount": "4"}),
    "vm:D8s": Meter("vm", "D8s v5", "Hours", 0.460, {"InstanceType": "Standard_D8s_v5", "CoreCount": "8"}),
    "appservice": Meter("appservice", "P2 v3 App", "Hours", 0.420),
    "aks": Meter("aks", "D8s v5 node pool", "Hours", 0.460),
    "azsql": Meter("azsql", "vCore", "Hours", 0.1522),
    "cosmos": Meter("cosmos", "100 RU/s", "Hours", 0.008),
    "blob": Meter("blob", "Hot LRS Data Stored", "GB-Months", 0.0208),
    "frontdoor": Meter("frontdoor", "Outbound Data Transfer", "GB", 0.083),
    "gce:n2": Meter("gce", "N2 Instance Core running in EMEA", "Hours", 0.0347),
    "gce:a2": Meter("gce", "A2 Instance with A100 GPU", "Hours", 3.67),
    "gke": Meter("gke", "Autopilot Pod mCPU Requests", "Hours", 0.0445),
    "bigquery": Meter("bigquery", "Analysis", "TiB", 6.25),
    "bigquery:storage": Meter("bigquery", "Active Logical Storage", "GiB-Months", 0.02),
    "gcs": Meter("gcs", "Standard Storage", "GiB-Months", 0.020),
    "vertex": Meter("vertex", "Online Prediction n1-standard-8", "Hours", 0.4370),
    "vertex:training": Meter("vertex", "Custom Training A100", "Hours", 4.22),
    "cloudsql": Meter("cloudsql", "DB custom CORE", "Hours", 0.0413),
}
