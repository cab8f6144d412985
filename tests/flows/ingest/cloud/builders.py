"""What the tests read of an account."""

from flows.ingest.cloud.aws_inventory import Client, read
from flows.ingest.cloud.aws_resources import AwsResource
from tests.flows.ingest.cloud.conftest import PLACE


def by_type(client: Client) -> dict[str, list[AwsResource]]:
    """The inventory by kind of resource."""
    resources: dict[str, list[AwsResource]] = {}
    for one in read(client, PLACE).resources:
        resources.setdefault(one.resource_type, []).append(one)
    return resources
