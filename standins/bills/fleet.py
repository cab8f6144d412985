"""The resources of the demo's organisation: who runs what, where, how much of it, and what was planted to be found."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from standins.bills.lines import Line, Shape
from standins.bills.meters import METERS

# application, team, meter, account in prod, account elsewhere, region, resources in (prod, staging, dev), units a day
# each (None: 24 hours)
_AWS = ("commerce-prod", "commerce-staging")
_PAY = ("payments-prod", "commerce-staging")
_DATA = ("data-prod", "sandbox")
_AZ = ("storefront-prod", "storefront-nonprod")
_ML = ("fernhill-ml", "fernhill-ml")
_WH = ("fernhill-warehouse", "fernhill-warehouse")
_PLANS: tuple[tuple[str, str, str, tuple[str, str], str, tuple[int, int, int], float | None], ...] = (
    ("payments-api", "payments", "ec2:m5.2xlarge", _PAY, "eu-west-1", (8, 2, 1), None),
    ("payments-api", "payments", "fargate", _PAY, "eu-west-1", (2, 1, 0), 6_000),
    ("payments-api", "payments", "elb", _PAY, "eu-west-1", (1, 1, 0), None),
    ("payments-api", "payments", "lambda", _PAY, "eu-west-1", (3, 1, 1), 2_400_000),
    ("payments-api", "payments", "elasticache", _PAY, "eu-west-1", (3, 1, 0), None),
    ("payments-api", "payments", "nat", _PAY, "eu-west-1", (2, 0, 0), 1_900),
    ("payments-api", "payments", "cloudwatch", _PAY, "eu-west-1", (1, 1, 0), 380),
    ("ledger", "payments", "rds:acu", _PAY, "eu-west-1", (1, 0, 0), 3_400),
    ("ledger", "payments", "rds:db.r6g.2xlarge", _PAY, "eu-west-1", (4, 1, 0), None),
    ("ledger", "payments", "dynamodb", _PAY, "eu-west-1", (2, 1, 1), 130_000_000),
    ("ledger", "payments", "s3", _PAY, "eu-west-1", (2, 1, 0), 2_600),
    ("card-vault", "payments", "hsm", _PAY, "eu-west-1", (3, 1, 0), None),
    ("card-vault", "payments", "ec2:c5.xlarge", _PAY, "eu-west-1", (4, 1, 0), None),
    ("fraud-scoring", "payments", "vertex", _ML, "europe-west1", (2, 1, 0), 420),
    ("checkout-web", "checkout", "ec2:m5.xlarge", _AWS, "eu-west-1", (10, 2, 2), None),
    ("checkout-web", "checkout", "fargate", _AWS, "eu-west-1", (2, 1, 1), 4_100),
    ("checkout-web", "checkout", "elb", _AWS, "eu-west-1", (2, 1, 0), None),
    ("checkout-web", "checkout", "elasticache", _AWS, "eu-west-1", (3, 1, 0), None),
    ("checkout-web", "checkout", "cloudfront", _AWS, "us-east-1", (1, 0, 0), 3_300),
    ("cart-service", "checkout", "lambda", _AWS, "eu-west-1", (2, 1, 1), 3_800_000),
    ("cart-service", "checkout", "dynamodb", _AWS, "eu-west-1", (2, 1, 1), 115_000_000),
    ("orders", "checkout", "rds:db.r6g.xlarge", _AWS, "eu-west-1", (6, 2, 1), None),
    ("orders", "checkout", "rds:acu", _AWS, "eu-west-1", (1, 1, 0), 2_300),
    ("search-index", "search", "opensearch", _AWS, "eu-west-1", (9, 2, 1), None),
    ("search-index", "search", "ec2:r5.2xlarge", _AWS, "us-east-1", (6, 2, 0), None),
    ("search-index", "search", "s3", _AWS, "us-east-1", (1, 1, 0), 2_100),
    ("search-api", "search", "eks", _AWS, "us-east-1", (1, 1, 0), None),
    ("search-api", "search", "fargate", _AWS, "us-east-1", (2, 1, 0), 4_800),
    ("search-api", "search", "cloudwatch", _AWS, "us-east-1", (1, 0, 0), 210),
    ("suggestions", "search", "vm:D8s", _AZ, "westeurope", (3, 1, 0), None),
    ("pipelines", "data-platform", "ec2:r5.4xlarge", _DATA, "us-east-1", (7, 0, 2), None),
    ("pipelines", "data-platform", "s3", _DATA, "us-east-1", (3, 0, 1), 5_200),
    ("pipelines", "data-platform", "s3:requests", _DATA, "us-east-1", (1, 0, 0), 26_000_000),
    ("event-stream", "data-platform", "eks", _DATA, "eu-west-1", (1, 0, 0), None),
    ("event-stream", "data-platform", "fargate", _DATA, "eu-west-1", (2, 0, 1), 5_600),
    ("orders-mirror", "data-platform", "rds:db.r6g.large", _AWS, "eu-west-1", (2, 1, 0), None),
    ("warehouse", "data-platform", "bigquery", _WH, "europe-west1", (4, 1, 1), 44),
    ("warehouse", "data-platform", "bigquery:storage", _WH, "europe-west1", (2, 0, 0), 9_000),
    ("warehouse", "data-platform", "gcs", _WH, "europe-west1", (3, 0, 1), 3_900),
    ("recommender", "ml", "gke", _ML, "europe-west1", (1, 1, 0), 9_500),
    ("recommender", "ml", "vertex", _ML, "europe-west1", (3, 1, 1), 560),
    ("recommender", "ml", "cloudsql", _ML, "europe-west1", (1, 1, 0), 760),
    ("feature-store", "ml", "gcs", _ML, "us-central1", (2, 1, 0), 3_100),
    ("feature-store", "ml", "bigquery", _ML, "us-central1", (1, 0, 1), 38),
    ("model-training", "ml", "gce:a2", _ML, "us-central1", (4, 0, 2), None),
    ("model-training", "ml", "vertex:training", _ML, "us-central1", (2, 0, 1), 62),
    ("model-training", "ml", "gce:n2", _ML, "europe-west1", (3, 1, 1), 2_300),
    ("storefront", "web", "appservice", _AZ, "westeurope", (6, 2, 1), None),
    ("storefront", "web", "aks", _AZ, "westeurope", (6, 2, 0), None),
    ("storefront", "web", "azsql", _AZ, "westeurope", (2, 1, 1), 700),
    ("storefront", "web", "cosmos", _AZ, "westeurope", (1, 1, 0), 17_000),
    ("storefront", "web", "frontdoor", _AZ, "westeurope", (1, 0, 0), 2_700),
    ("media", "web", "blob", _AZ, "northeurope", (2, 1, 0), 2_800),
    ("media", "web", "cloudfront", _AWS, "us-east-1", (2, 0, 0), 4_200),
    ("media", "web", "lambda", _AWS, "us-east-1", (1, 1, 1), 1_900_000),
    ("back-office", "web", "vm:D4s", _AZ, "northeurope", (5, 2, 2), None),
)

_ELSEWHERE = {"staging": 0.34, "dev": 0.22}
_STORED = ("s3", "blob", "gcs", "bigquery:storage", "ebs:gp2", "ebs:gp3", "snapshot")
_STEMS = {
    "rds:acu": "aurora",
    "bigquery:storage": "archive",
    "s3:requests": "inbox",
    "vertex:training": "jobs",
    "gce:n2": "prepare",
}  # else the service's key
_STARTED = {  # the fleet's own history: when these came, or when they were turned off
    "model-training-gce-prod-4": (-160, None),
    "recommender-vertex-prod-3": (-96, None),
    "checkout-web-ec2-prod-9": (-210, None),
    "checkout-web-ec2-prod-10": (-171, None),
    "search-index-opensearch-prod-9": (-128, None),
    "back-office-vm-prod-5": (None, -143),
    "search-index-ec2-prod-6": (None, -74),
    "warehouse-bigquery-prod-4": (-250, None),
}


def _planned() -> Iterator[Line]:
    for application, team, key, (prod, other), region, counts, quantity in _PLANS:
        shape: Shape = "steady" if quantity is None else "stored" if key in _STORED else "elastic"
        for environment, count in zip(("prod", "staging", "dev"), counts, strict=True):
            short = {"prod": "prod", "staging": "stg", "dev": "dev"}[environment]
            for number in range(1, count + 1):
                name = f"{application}-{_STEMS.get(key, METERS[key].service)}-{short}-{number}"
                share = _ELSEWHERE.get(environment, 1.0) * (1.15 - 0.13 * number)
                daily = 24.0 if quantity is None else quantity * share
                first, last = _STARTED.get(name, (None, None))
                yield Line(
                    name,
                    key,
                    prod if environment == "prod" else other,
                    region,
                    team,
                    environment,
                    application,
                    daily,
                    shape,
                    first,
                    last,
                )


def _volumes(lines: tuple[Line, ...]) -> Iterator[Line]:
    """A disk for every EC2 instance: gp3 mostly, gp2 in the older fleets."""
    for line in lines:
        if line.meter.service == "ec2":
            old = line.application in ("pipelines", "search-index", "card-vault")
            size = 500 if line.application == "pipelines" else 200 if old else 120
            key = "ebs:gp2" if old else "ebs:gp3"
            yield replace(line, name=f"{line.name}-root", meter_key=key, quantity=size / 30.4, shape="steady")


def _waste() -> Iterator[Line]:
    """What nobody uses: found by its metrics and by the inventory."""
    base = Line("", "", "sandbox", "us-east-1", "web", "dev", "web-batch", 24.0, "steady")
    for number, size in enumerate(("m5.2xlarge", "m5.2xlarge", "m5.xlarge", "m5.xlarge"), start=1):
        yield replace(base, name=f"web-batch-{number}", meter_key=f"ec2:{size}")
    yield replace(base, name="web-batch-licence-server", meter_key="ec2:m5.xlarge", tags={"finops:protected": "true"})
    load_test = replace(
        base,
        name="",
        account_name="commerce-staging",
        region="eu-west-1",
        team="checkout",
        environment="staging",
        application="load-test",
    )
    for number in range(1, 5):
        yield replace(load_test, name=f"load-test-data-{number}", meter_key="ebs:gp2", quantity=400 / 30.4)
    yield replace(load_test, name="load-test", meter_key="elb")
    yield replace(load_test, name="load-test-db", meter_key="rds:db.r6g.xlarge")
    for number in range(1, 4):
        yield replace(load_test, name=f"load-test-address-{number}", meter_key="address")
    for number in range(1, 7):
        name = f"ledger-before-migration-{number}"
        yield replace(
            base,
            name=name,
            meter_key="snapshot",
            account_name="payments-prod",
            region="eu-west-1",
            team="payments",
            environment="prod",
            application="ledger",
            quantity=800 / 30.4,
        )


def _untagged() -> Iterator[Line]:
    base = Line("", "", "shared-services", "us-east-1", None, None, None, 24.0, "steady")
    yield replace(base, name="jump-host", meter_key="ec2:t3.medium")
    yield replace(base, name="build-runner-1", meter_key="ec2:c5.4xlarge")
    yield replace(base, name="build-runner-2", meter_key="ec2:c5.4xlarge")
    yield replace(base, name="audit-logs", meter_key="s3", quantity=4_000, shape="stored")
    yield replace(base, name="central-logs", meter_key="cloudwatch", quantity=190, shape="elastic")
    yield replace(base, name="egress", meter_key="nat", quantity=1_500, shape="elastic")
    yield replace(base, name="test-martin", meter_key="ec2:g5.2xlarge", account_name="sandbox")
    yield replace(
        base, name="old-intranet", meter_key="vm:D4s", account_name="storefront-nonprod", region="northeurope"
    )
    yield replace(
        base,
        name="scratch",
        meter_key="gcs",
        account_name="fernhill-warehouse",
        region="europe-west1",
        quantity=2_000,
        shape="stored",
    )


SPIKE_STARTED = -3
EXPORT_STARTED = -9


def _events() -> Iterator[Line]:
    """What happened in the last days: replicas that somebody left running, and
    a function that grew a budget past its line.
    """
    replica = Line(
        "",
        "",
        "commerce-prod",
        "eu-west-1",
        "data-platform",
        "prod",
        "orders-mirror",
        24.0,
        "steady",
        first=SPIKE_STARTED,
        planted=True,
    )
    for number in range(1, 4):
        yield replace(replica, name=f"orders-replica-{number}", meter_key="rds:db.r6g.4xlarge")
        yield replace(replica, name=f"orders-replica-{number}", meter_key="rds:iops", quantity=40_000 / 30.4)
    yield Line(
        "invoice-export",
        "lambda",
        "payments-prod",
        "eu-west-1",
        "payments",
        "prod",
        "invoice-export",
        14_800_000,
        "elastic",
        first=EXPORT_STARTED,
        planted=True,
    )


@cache
def lines() -> tuple[Line, ...]:
    """Every meter of every resource, in a fixed order, the planted ones last."""
    planned = tuple(_planned())
    ordinary = (*planned, *_waste(), *_untagged())
    return (*ordinary, *_volumes(ordinary), *_events())
