"""The words that composed questions are made of, each with the SQL that it means."""

from typing import NamedTuple

NO_TAX = "AND ChargeCategory <> 'Tax'"


class Part(NamedTuple):
    """Words, one of which is said, and the SQL they mean."""

    phrases: tuple[str, ...]
    sql: str


class Span(NamedTuple):
    """Words for a period, and its first day and the day after its last."""

    phrases: tuple[str, ...]
    start: str
    end: str

    @property
    def sql(self) -> str:
        """The condition on a charge's start."""
        return f"ChargePeriodStart >= '{self.start}' AND ChargePeriodStart < '{self.end}'"


def _tag(name: str, *values: str) -> str:
    return f"(Tags->>'{name}') IN ({', '.join(repr(value) for value in values)})"


def _service(*names: str) -> str:
    return f"ServiceName IN ({', '.join(repr(name) for name in names)})"


SPANS = (
    Span(
        ("in october", "last month", "in oct", "for october 2026", "during the month of october", "in 2026-10"),
        "2026-10-01",
        "2026-11-01",
    ),
    Span(("in september", "in sept", "for sep 2026", "the month before last"), "2026-09-01", "2026-10-01"),
    Span(("in q3", "last quarter", "in the third quarter", "from july to september"), "2026-07-01", "2026-10-01"),
    Span(("last week", "in the week of 2 november", "between 2 and 8 november"), "2026-11-02", "2026-11-09"),
    Span(("this month", "mtd", "month to date", "since the 1st of november"), "2026-11-01", "2026-11-16"),
    Span(("in the last 7 days", "over the past 7 days", "during the last seven days"), "2026-11-08", "2026-11-15"),
    Span(("since august", "from august on"), "2026-08-01", "2026-11-16"),
    Span(
        ("3-17 oct", "between 3 and 17 october", "from 3 to 17 october", "from 2026-10-03 to 2026-10-17"),
        "2026-10-03",
        "2026-10-18",
    ),
    Span(("in the first half of october", "from 1 oct until 15 oct"), "2026-10-01", "2026-10-16"),
    Span(("in h1 2026", "in the first half of 2026"), "2026-01-01", "2026-07-01"),
    Span(("yesterday", "on 14 november"), "2026-11-14", "2026-11-15"),
    Span(("ytd", "this year", "year to date", "since january"), "2026-01-01", "2026-11-16"),
)
MONTHS = (
    Span(("october", "oct"), "2026-10-01", "2026-11-01"),
    Span(("september", "sept"), "2026-09-01", "2026-10-01"),
    Span(("august", "aug"), "2026-08-01", "2026-09-01"),
    Span(("q3",), "2026-07-01", "2026-10-01"),
    Span(("q2",), "2026-04-01", "2026-07-01"),
)
FILTERS = {
    "team": (
        Part(("payments", "the payments team", "team payments"), _tag("team", "payments")),
        Part(("the ml team", "team ml"), _tag("team", "ml")),
        Part(("payments and checkout", "payments or checkout"), _tag("team", "payments", "checkout")),
        Part(("everything except the search team", "all but search"), "(Tags->>'team') IS DISTINCT FROM 'search'"),
        Part(("untagged resources", "unallocated spend"), "(Tags->>'team') IS NULL"),
    ),
    "service": (
        Part(("ec2", "Amazon EC2"), _service("Amazon Elastic Compute Cloud")),
        Part(("rds",), _service("Amazon Relational Database Service")),
        Part(("s3", "aws s3"), _service("Amazon Simple Storage Service")),
        Part(("bigquery", "big query"), _service("BigQuery")),
        Part(
            ("kubernetes", "k8s"),
            _service("Amazon Elastic Kubernetes Service", "Azure Kubernetes Service", "Kubernetes Engine"),
        ),
        Part(("lambda and dynamodb", "lambda or dynamodb"), _service("AWS Lambda", "Amazon DynamoDB")),
    ),
    "environment": (
        Part(("prod", "production"), _tag("environment", "prod")),
        Part(("dev", "the dev environment"), _tag("environment", "dev")),
        Part(("staging",), _tag("environment", "staging")),
        Part(("dev and staging",), _tag("environment", "dev", "staging")),
    ),
    "provider": (
        Part(("aws",), "ProviderName = 'AWS'"),
        Part(("azure",), "ProviderName = 'Microsoft'"),
        Part(("gcp", "google cloud"), "ProviderName = 'Google Cloud'"),
    ),
    "region": (
        Part(("eu-west-1", "ireland"), "RegionId = 'eu-west-1'"),
        Part(("us-east-1",), "RegionId = 'us-east-1'"),
    ),
    "account": (
        Part(("the commerce-prod account", "account commerce-prod"), "SubAccountName = 'commerce-prod'"),
        Part(("the sandbox account",), "SubAccountName = 'sandbox'"),
    ),
    "application": (
        Part(("checkout-web", "the checkout-web app"), _tag("application", "checkout-web")),
        Part(("ledger",), _tag("application", "ledger")),
    ),
}
DIMENSIONS = {
    "service": (("service",), ("services",), "ServiceName"),
    "team": (("team",), ("teams",), "(Tags->>'team')"),
    "account": (("account", "sub account"), ("accounts",), "SubAccountName"),
    "provider": (("provider", "cloud"), ("providers", "clouds"), "ProviderName"),
    "environment": (("environment", "env"), ("environments",), "(Tags->>'environment')"),
    "region": (("region",), ("regions",), "RegionId"),
    "application": (("application", "app"), ("applications", "apps"), "(Tags->>'application')"),
}
MEASURES = (
    Part(("cost", "spend", "costs", "spending", "total cost"), "sum(EffectiveCost)"),
    Part(("cost", "spend", "bill"), "sum(EffectiveCost)"),
    Part(("billed cost", "unblended cost"), "sum(BilledCost)"),
    Part(("list cost", "cost at list price"), "sum(ListCost)"),
    Part(
        ("savings against list", "savings vs list price"),
        "sum(ListCost) FILTER (WHERE ChargeCategory = 'Usage') - sum(EffectiveCost) "
        "FILTER (WHERE ChargeCategory = 'Usage' "
        "AND (ListCost > 0 OR CommitmentDiscountStatus = 'Unused' OR EffectiveCost = 0))",
    ),
)
GRAINS = (
    ("day", ("daily", "per day", "by day")),
    ("week", ("weekly", "per week", "by week")),
    ("month", ("monthly", "per month", "by month")),
)
