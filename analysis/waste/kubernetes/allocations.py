"""Reads what OpenCost's and Kubecost's allocation API gives (`/allocation/compute`, `/model/allocation`). Pure.

A document is `{"data": [{name: allocation, …}, …]}`, one object a window (opencost.io/docs/integrations/api). The
request to use is aggregated by container with windows of a day: `?window=14d&step=1d&accumulate=false`.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from analysis.waste.kubernetes.requests import ContainerWindow, Usage
from config.errors import UserError

_ADDED = ("__idle__", "__unmounted__", "__unallocated__")
_HOW = "Export it with aggregate=cluster,namespace,controllerKind,controller,container or without aggregate."
_Workload = tuple[str, str, str, str, str]


def container_windows(document: Any) -> list[ContainerWindow]:
    """Each container of each window, its pods together. Raises `UserError` where it is no such document."""
    data = document.get("data") if isinstance(document, Mapping) else document
    if isinstance(data, Mapping):
        data = [data]
    if not isinstance(data, list):
        raise UserError("This is no allocation of OpenCost or Kubecost: it has no list `data`.")
    found: list[ContainerWindow] = []
    for window in data:
        if isinstance(window, Mapping):
            found += _window(window)
    if not found:
        raise UserError(f"No container is named in it. {_HOW}")
    return found


def _window(allocations: Mapping[str, Any]) -> Iterable[ContainerWindow]:
    pods: defaultdict[_Workload, list[Mapping[str, Any]]] = defaultdict(list)
    for name, allocation in allocations.items():
        if not isinstance(allocation, Mapping) or any(word in str(name) for word in _ADDED):
            continue
        known = allocation.get("properties") or {}
        workload = tuple(
            str(known.get(key) or "") for key in ("cluster", "namespace", "controllerKind", "controller", "container")
        )
        if workload[1] and workload[3] and workload[4]:
            pods[workload].append(allocation)  # type: ignore[index]  # five words, as many as the type has
    for of_it, members in pods.items():
        hours = max(_number(one, "minutes") for one in members) / 60
        if hours > 0:
            count = sum(_number(one, "minutes") for one in members) / 60 / hours
            cpu = _usage(members, "cpuCoreRequestAverage", "cpuCoreUsageAverage", "cpuCoreUsageMax", "cpuCost")
            memory = _usage(members, "ramByteRequestAverage", "ramByteUsageAverage", "ramByteUsageMax", "ramCost")
            yield ContainerWindow(*of_it, hours=hours, pods=count, cpu=cpu, memory=memory)


def _usage(pods: list[Mapping[str, Any]], request: str, average: str, peak: str, cost: str) -> Usage:
    """The largest of its pods, for a request is written once for all of them; the cost of all."""
    peaks = [_number(one.get("rawAllocationOnly") or {}, peak) for one in pods]
    return Usage(
        max(_number(one, request) for one in pods),
        max(_number(one, average) for one in pods),
        max(peaks) if all(peaks) else None,
        sum(_number(one, cost) for one in pods),
    )


def _number(of: Mapping[str, Any], name: str) -> float:
    value = of.get(name)
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
    return float(value) if good else 0.0  # type: ignore[arg-type]  # checked a line above
