"""Changed requests as patches of Kubernetes objects, for a repository from which a cluster is kept. Pure.

A file a controller, as a strategic merge patch (kubernetes.io/docs/tasks/manage-kubernetes-objects/kustomization, and
/update-api-object-kubectl-patch): containers are found by their names, limits and all else stay as they are.
"""

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any, Final

import yaml

from analysis.waste.kubernetes.requests import RequestChange

_KINDS: Final = {"deployment": "Deployment", "statefulset": "StatefulSet", "daemonset": "DaemonSet"}
_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
"""RFC 1123, as Kubernetes names its objects: what is none is written nowhere."""


def patches(changes: Iterable[RequestChange]) -> dict[str, str]:
    """The text of each patch by its file's name. What no patch can say, as of jobs, has none."""
    possible = [one for one in changes if _kind(one) and all(map(_NAME.fullmatch, _names(one)))]
    found = {}
    for (_, namespace, kind, controller), group in groupby(sorted(possible, key=_place), key=_place):
        members = list(group)
        found[f"{_file(members[0])}.yaml"] = _text(namespace, kind, controller, members)
    return found


def _kind(change: RequestChange) -> str | None:
    return _KINDS.get(change.kind.lower())


def _names(change: RequestChange) -> tuple[str, str, str]:
    return change.namespace, change.controller, change.container


def _place(change: RequestChange) -> tuple[str, str, str, str]:
    return change.cluster, change.namespace, str(_kind(change)), change.controller


def _file(change: RequestChange) -> str:
    cluster = f"{change.cluster}." if _NAME.fullmatch(change.cluster) else ""
    return f"{cluster}{change.namespace}.{change.kind.lower()}.{change.controller}"


def _text(namespace: str, kind: str, controller: str, changes: list[RequestChange]) -> str:
    containers = [{"name": one.container, "resources": {"requests": _requests(one)}} for one in changes]
    patch = {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": controller, "namespace": namespace},
        "spec": {"template": {"spec": {"containers": sorted(containers, key=lambda one: str(one["name"]))}}},
    }
    return str(yaml.safe_dump(patch, sort_keys=False))


def _requests(change: RequestChange) -> dict[str, Any]:
    found = {}
    if change.cpu_after is not None:
        found["cpu"] = f"{change.cpu_after}m"
    if change.memory_after is not None:
        found["memory"] = f"{change.memory_after}Mi"
    return found
