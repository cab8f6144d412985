"""RDS instances: stop and start."""

from collections.abc import Mapping
from typing import Any

from aws.clients import Cloud
from playbooks.actions.action import Action, Refused, ResourceRef, Seen

_WAIT = {"Delay": 15, "MaxAttempts": 120}


def observe(cloud: Cloud, where: ResourceRef) -> Seen:
    """Status, class, engine and tags; empty when there is no such instance."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to load, and only AWS needs it

    client = cloud.client("rds", where.account_id, where.region, "observe")
    try:
        instances = client.describe_db_instances(DBInstanceIdentifier=where.native_id)["DBInstances"]
    except ClientError as error:
        if error.response["Error"]["Code"].startswith("DBInstanceNotFound"):
            return {}
        raise
    instance = instances[0]
    return {
        "state": instance["DBInstanceStatus"],
        "instance_type": instance["DBInstanceClass"],
        "engine": instance["Engine"],
        "replica_of": instance.get("ReadReplicaSourceDBInstanceIdentifier"),
        "replicas": sorted(instance.get("ReadReplicaDBInstanceIdentifiers", [])),
        "tags": {tag["Key"]: tag["Value"] for tag in instance.get("TagList", [])},
    }


def _stop(cloud: Cloud, where: ResourceRef, parameters: Mapping[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    from botocore.waiter import WaiterModel, create_waiter_with_client  # noqa: PLC0415 - slow to load, and only AWS needs it

    client = cloud.client("rds", where.account_id, where.region, "act")
    client.stop_db_instance(DBInstanceIdentifier=where.native_id)
    status = {"matcher": "pathAll", "argument": "DBInstances[].DBInstanceStatus"}
    acceptors = [{**status, "state": "success", "expected": "stopped"}]
    waiter = {
        "delay": _WAIT["Delay"],
        "operation": "DescribeDBInstances",
        "maxAttempts": _WAIT["MaxAttempts"],
        "acceptors": acceptors,
    }
    model = WaiterModel(
        {"version": 2, "waiters": {"Stopped": waiter}}
    )  # boto3 has no waiter of its own for a stopped instance
    create_waiter_with_client("Stopped", model, client).wait(DBInstanceIdentifier=where.native_id)
    return {}


def _start(cloud: Cloud, where: ResourceRef, record: Mapping[str, Any]) -> None:
    client = cloud.client("rds", where.account_id, where.region, "act")
    if observe(cloud, where).get("state") == "stopped":  # RDS refuses to start what runs
        client.start_db_instance(DBInstanceIdentifier=where.native_id)
    client.get_waiter("db_instance_available").wait(DBInstanceIdentifier=where.native_id, WaiterConfig=_WAIT)


def _stoppable(cloud: Cloud, where: ResourceRef, observed: Seen, parameters: Mapping[str, Any]) -> Refused | None:
    """RDS cannot stop replicas, instances with replicas, or members of an Aurora cluster."""
    if observed["replica_of"] or observed["replicas"]:
        return Refused("RDS cannot stop a read replica or an instance that has one")
    return (
        Refused("members of an Aurora cluster are stopped with their cluster")
        if observed["engine"].startswith("aurora")
        else None
    )


ACTIONS = (
    Action(
        name="rds.stop",
        permissions=("rds:DescribeDBInstances", "rds:ListTagsForResource", "rds:StartDBInstance", "rds:StopDBInstance"),
        reversible=True,
        destroys=False,
        undo_says="start again (RDS itself starts it after seven days)",
        observe=observe,
        says=lambda observed, _: f"stop the {observed['engine']} {observed['instance_type']}",
        undo_record=lambda observed, _: {"state": observed["state"]},
        apply=_stop,
        undo=_start,
        verify=lambda observed, _: observed.get("state") == "stopped",
        undone=lambda observed, _: observed.get("state") == "available",
        feasible=_stoppable,
    ),
)
