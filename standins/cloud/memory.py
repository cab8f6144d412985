"""What people changed in the accounts, kept in a file from one run of the stand-in to the next."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from standins.bills.lines import Line
from standins.cloud.account import CloudAccount

_SERVICES = ("ec2", "ebs", "snapshot", "address", "rds", "lambda")
_OFF = ("stopped", "stopping")
State = dict[str, dict[str, dict[str, str]]]
"""By place ("account region") and kind of resource: each resource's id and how it is."""


def observed(cloud: CloudAccount, fleet: Iterable[Line]) -> State:
    """How the resources are that an action may change."""
    return {
        f"{account} {region}": {kind: look(_clients(cloud, account, region)) for kind, look in _LOOKS.items()}
        for account, region in _places(fleet)
    }


def keep(cloud: CloudAccount, fleet: Iterable[Line], filled: State, path: Path) -> None:
    """Write what is not as it was when the accounts were filled; a resource that is gone is null."""
    changed = {
        place: {kind: {name: now.get(name) for name in was if now.get(name) != was[name]} for kind, was, now in kinds}
        for place, kinds in _beside(filled, observed(cloud, fleet))
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(changed))


def restore(cloud: CloudAccount, path: Path) -> None:
    """Change newly filled accounts as a file says; nothing where there is none."""
    changed = json.loads(path.read_text()) if path.exists() else {}
    for place, kinds in changed.items():
        account, region = place.split(" ")
        for kind, resources in kinds.items():
            for name, state in resources.items():
                _CHANGES[kind](_clients(cloud, account, region), name, state)


def _beside(filled: State, now: State) -> Iterator[tuple[str, list[tuple[str, dict[str, str], dict[str, str]]]]]:
    for place, kinds in filled.items():
        yield place, [(kind, was, now[place][kind]) for kind, was in kinds.items()]


Clients = Callable[[str], Any]


def _clients(cloud: CloudAccount, account: str, region: str) -> Clients:
    return lambda service: cloud.client(service, account, region)


def _places(fleet: Iterable[Line]) -> list[tuple[str, str]]:
    return sorted(
        {
            (line.account.id, line.region)
            for line in fleet
            if line.account.provider == "aws" and line.meter.service in _SERVICES
        }
    )


def _instances(clients: Clients) -> dict[str, str]:
    found = [one for reply in clients("ec2").describe_instances()["Reservations"] for one in reply["Instances"]]
    return {one["InstanceId"]: f"{one['State']['Name']} {one['InstanceType']}" for one in found}


def _instance(clients: Clients, name: str, then: str | None) -> None:
    ec2 = clients("ec2")
    state, kind = (then or "terminated ").split(" ")
    if state in ("terminated", "shutting-down"):
        ec2.terminate_instances(InstanceIds=[name])
        return
    ec2.stop_instances(InstanceIds=[name])
    ec2.modify_instance_attribute(InstanceId=name, InstanceType={"Value": kind})
    if state not in _OFF:
        ec2.start_instances(InstanceIds=[name])


def _volumes(clients: Clients) -> dict[str, str]:
    return {one["VolumeId"]: one["VolumeType"] for one in clients("ec2").describe_volumes()["Volumes"]}


def _volume(clients: Clients, name: str, then: str | None) -> None:
    if then is None:
        clients("ec2").delete_volume(VolumeId=name)
    else:
        clients("ec2").modify_volume(VolumeId=name, VolumeType=then)


def _snapshots(clients: Clients) -> dict[str, str]:
    own = clients("ec2").describe_snapshots(OwnerIds=["self"])["Snapshots"]
    return {one["SnapshotId"]: "there" for one in own}


def _snapshot(clients: Clients, name: str, _: str | None) -> None:
    clients("ec2").delete_snapshot(SnapshotId=name)


def _addresses(clients: Clients) -> dict[str, str]:
    return {one["AllocationId"]: "there" for one in clients("ec2").describe_addresses()["Addresses"]}


def _address(clients: Clients, name: str, _: str | None) -> None:
    clients("ec2").release_address(AllocationId=name)


def _databases(clients: Clients) -> dict[str, str]:
    found = clients("rds").describe_db_instances()["DBInstances"]
    return {one["DBInstanceIdentifier"]: "stopped" if one["DBInstanceStatus"] in _OFF else "there" for one in found}


def _database(clients: Clients, name: str, then: str | None) -> None:
    if then is None:
        clients("rds").delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    else:
        clients("rds").stop_db_instance(DBInstanceIdentifier=name)


def _functions(clients: Clients) -> dict[str, str]:
    pages = clients("lambda").get_paginator("list_functions").paginate()
    return {one["FunctionName"]: "there" for page in pages for one in page["Functions"]}


def _function(clients: Clients, name: str, _: str | None) -> None:
    clients("lambda").delete_function(FunctionName=name)


_LOOKS = {
    "instance": _instances,
    "volume": _volumes,
    "snapshot": _snapshots,
    "address": _addresses,
    "database": _databases,
    "function": _functions,
}
_CHANGES = {
    "instance": _instance,
    "volume": _volume,
    "snapshot": _snapshot,
    "address": _address,
    "database": _database,
    "function": _function,
}
