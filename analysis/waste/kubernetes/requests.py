"""What Kubernetes workloads ask for beside what they use, and what they could ask for. Pure.

The proposal is the highest use divided by the share of a request that use may be, as OpenCost and Kubecost size
requests (docs.kubecost.com, "Container Request Right Sizing": target utilisation 0.7 of the peak, at least 10 m of
processor and 20 MiB). OpenCost charges the larger of request and use for each hour (its specification, "Workload
costs"), so what is saved is that larger one before, less that after, at the price the same export charges.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

TARGET: Final = 0.7
LEAST_HOURS: Final = 72.0
LEAST_CUT: Final = 0.2
"""Share by which a request has to fall: smaller changes are not worth a restart."""
_LEAST_CORES, _LEAST_BYTES = 0.010, 20 * 2**20
_MEBIBYTE: Final = 2**20
_MONTH_HOURS: Final = 730.0


@dataclass(frozen=True)
class Usage:
    """One resource of a container over a window: cores, or bytes of memory. `peak` is None where nobody measured it,
    `cost` is that of the window.
    """

    request: float
    average: float
    peak: float | None
    cost: float


@dataclass(frozen=True)
class ContainerWindow:
    """A container of a controller in one window of an export, its pods together."""

    cluster: str
    namespace: str
    kind: str
    controller: str
    container: str
    hours: float
    pods: float
    cpu: Usage
    memory: Usage

    @property
    def workload(self) -> tuple[str, str, str, str, str]:
        """What a proposal is about."""
        return self.cluster, self.namespace, self.kind, self.controller, self.container


@dataclass(frozen=True)
class RequestChange:
    """Requests of one container that could be lower; `None` after means that it stays. Processor in thousandths of a
    core, memory in MiB; the saving a month is of all its pods, in the export's currency.
    """

    cluster: str
    namespace: str
    kind: str
    controller: str
    container: str
    cpu_before: int
    cpu_after: int | None
    memory_before: int
    memory_after: int | None
    monthly_savings: float
    hours: float
    caveats: tuple[str, ...] = ()


def propose(windows: Iterable[ContainerWindow], least_monthly: float = 1.0) -> list[RequestChange]:
    """The changes that are worth at least so much a month, largest first. What was watched for less than
    `LEAST_HOURS` is left alone.
    """
    by_workload: dict[tuple[str, str, str, str, str], list[ContainerWindow]] = {}
    for window in windows:
        by_workload.setdefault(window.workload, []).append(window)
    found = [change for group in by_workload.values() if (change := _change(group)) is not None]
    worth = [change for change in found if change.monthly_savings >= least_monthly]
    return sorted(worth, key=lambda one: (-one.monthly_savings, one.namespace, one.controller, one.container))


def _change(windows: list[ContainerWindow]) -> RequestChange | None:
    hours = sum(window.hours for window in windows)
    if hours < LEAST_HOURS:
        return None
    cpu, cpu_saved = _lower([(window.cpu, window.hours) for window in windows], _LEAST_CORES)
    memory, memory_saved = _lower([(window.memory, window.hours) for window in windows], _LEAST_BYTES)
    caveats = []
    if any(window.memory.peak is None for window in windows):
        memory, memory_saved = None, 0.0
        caveats.append("its highest memory was not exported, so memory stays: too little ends a container")
    if any(window.cpu.peak is None for window in windows):
        cpu, cpu_saved = None, 0.0
        caveats.append("its highest processor use was not exported, so that stays")
    if cpu is None and memory is None:
        return None
    first = max(windows, key=lambda window: window.hours)
    return RequestChange(
        *first.workload,
        cpu_before=round(max(window.cpu.request for window in windows) * 1000),
        cpu_after=None if cpu is None else _up(cpu * 100) * 10,
        memory_before=round(max(window.memory.request for window in windows) / _MEBIBYTE),
        memory_after=None if memory is None else _up(memory / _MEBIBYTE),
        monthly_savings=(cpu_saved + memory_saved) / hours * _MONTH_HOURS,
        hours=hours,
        caveats=tuple(caveats),
    )


def _lower(windows: list[tuple[Usage, float]], least: float) -> tuple[float | None, float]:
    """A lower request and what it would have saved in the windows; None where it stays."""
    peak = max((usage.peak or 0.0 for usage, _ in windows), default=0.0)
    request = max(usage.request for usage, _ in windows)
    wanted = max(peak / TARGET, least)
    if request <= 0 or wanted > request * (1 - LEAST_CUT):
        return None, 0.0
    saved = 0.0
    for usage, _ in windows:
        charged = max(usage.request, usage.average)
        if charged > 0:
            saved += usage.cost * (charged - max(min(wanted, usage.request), usage.average)) / charged
    return wanted, saved


def _up(value: float) -> int:
    """The next whole number; what is one but for a rounding stays it."""
    return math.ceil(round(value, 6))
