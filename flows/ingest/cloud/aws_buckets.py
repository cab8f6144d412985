"""S3 buckets as rows for `resources`: where they are, and what tells whether a cheaper storage class would do."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from flows.ingest.cloud.aws_resources import AccountRegion, AwsResource, Json, tags_of, time_of

WHOLE_BUCKET = (
    "EntireBucket"  # the filter that AWS's console and documentation name; only with it are a bucket's requests counted
)
_NOTHING = frozenset({"NoSuchTagSet", "NoSuchTagSetError", "NoSuchLifecycleConfiguration", "NoSuchConfiguration"})


def buckets(reply: Json, place: AccountRegion) -> Iterator[AwsResource]:
    """From ListBuckets, which answers for all regions; those that say they are elsewhere are left out."""
    for item in reply["Buckets"]:
        if item.get("BucketRegion", place.region) == place.region:
            attributes = {"created_at": time_of(item.get("CreationDate")), "region_known": "BucketRegion" in item}
            name, service = item["Name"], "Amazon Simple Storage Service"
            yield AwsResource(
                f"arn:aws:s3:::{name}",
                name,
                "Bucket",
                service,
                place.account_id,
                place.region,
                "available",
                attributes=attributes,
            )


def of_region(api: Any, listed: list[AwsResource]) -> list[AwsResource]:
    """Only the buckets that are where the place is, asking each one whose region the list did not tell."""
    in_region = [
        one for one in listed if one.attributes["region_known"] or _region(api, str(one.resource_name)) == one.region
    ]
    return [replace(one, attributes={"created_at": one.attributes["created_at"]}) for one in in_region]


def _region(api: Any, name: str) -> str:
    """`us-east-1` has no name there, and the oldest region an old one."""
    region = api.get_bucket_location(Bucket=name).get("LocationConstraint") or "us-east-1"
    return "eu-west-1" if region == "EU" else str(region)


def tagged(api: Any, listed: list[AwsResource]) -> list[AwsResource]:
    """With their tags."""
    return [
        replace(
            one,
            tags=tags_of(
                _or_nothing(lambda one=one: api.get_bucket_tagging(Bucket=one.resource_name)).get("TagSet", [])  # type: ignore[misc]  # mypy infers no type of a lambda with a default
            ),
        )
        for one in listed
    ]


def with_classes(api: Any, listed: list[AwsResource]) -> list[AwsResource]:
    """`storage_class` is STANDARD where no rule moves objects to another class, else `managed`."""

    def rules(name: str | None) -> list[Mapping[str, Any]]:
        return list(_or_nothing(lambda: api.get_bucket_lifecycle_configuration(Bucket=name)).get("Rules", []))

    return [
        replace(
            one,
            attributes={
                **one.attributes,
                "storage_class": "managed" if _moves(rules(one.resource_name)) else "STANDARD",
            },
        )
        for one in listed
    ]


def _moves(rules: list[Mapping[str, Any]]) -> bool:
    return any(rule.get("Status") == "Enabled" and rule.get("Transitions") for rule in rules)


def with_request_metrics(api: Any, listed: list[AwsResource]) -> list[AwsResource]:
    """`request_metrics` is true where CloudWatch counts the requests of the
    whole bucket; elsewhere nothing can be said about its use.
    """

    def ids(name: str | None) -> list[str]:
        reply = _or_nothing(lambda: api.list_bucket_metrics_configurations(Bucket=name))
        return [str(item.get("Id")) for item in reply.get("MetricsConfigurationList", [])]

    return [
        replace(one, attributes={**one.attributes, "request_metrics": WHOLE_BUCKET in ids(one.resource_name)})
        for one in listed
    ]


def _or_nothing(call: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    """The reply, empty where AWS says with an error that there is none."""
    from botocore.exceptions import ClientError

    try:
        return call()
    except ClientError as error:
        if error.response["Error"]["Code"] in _NOTHING:
            return {}
        raise
