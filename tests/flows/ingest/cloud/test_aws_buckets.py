"""Buckets are listed where they are."""

from flows.ingest.cloud.aws_inventory import Client, read
from tests.flows.ingest.cloud.builders import by_type
from tests.flows.ingest.cloud.conftest import PLACE, Refuse


def test_buckets_are_listed_where_they_are_with_what_moves_their_objects(aws: Client, refuse: Refuse) -> None:
    """Another region's bucket is not ours to tell; a lifecycle that moves
    objects is known; a refusal leaves the rest.
    """
    aws("s3").create_bucket(Bucket="fresh-logs")
    aws("s3").create_bucket(Bucket="elsewhere", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    aws("s3").create_bucket(Bucket="tidy-logs")
    aws("s3").put_bucket_tagging(Bucket="tidy-logs", Tagging={"TagSet": [{"Key": "team", "Value": "web"}]})
    move = {
        "ID": "a",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}],
    }
    aws("s3").put_bucket_lifecycle_configuration(Bucket="tidy-logs", LifecycleConfiguration={"Rules": [move]})
    found = {str(one.resource_name): one for one in by_type(aws)["Bucket"]}
    assert sorted(found) == ["fresh-logs", "tidy-logs"]
    assert found["tidy-logs"].resource_id == "arn:aws:s3:::tidy-logs"
    assert (found["tidy-logs"].tags, found["tidy-logs"].attributes["storage_class"]) == ({"team": "web"}, "managed")
    assert (found["fresh-logs"].attributes["storage_class"], found["fresh-logs"].attributes["request_metrics"]) == (
        "STANDARD",
        False,
    )
    refuse("s3", "GetBucketLifecycleConfiguration", "AccessDenied")
    inventory = read(aws, PLACE)
    assert [denied.permission for denied in inventory.denied] == ["s3:GetLifecycleConfiguration"]
    assert "storage_class" not in inventory.resources[0].attributes
