"""What the allocation API of OpenCost and Kubecost gives, as it is documented."""

from typing import Any

import pytest

from analysis.waste.kubernetes.allocations import container_windows
from config.errors import UserError


def allocation(pod: str = "web-1", **changed: Any) -> dict[str, Any]:
    known = {
        "cluster": "prod",
        "namespace": "shop",
        "controllerKind": "deployment",
        "controller": "web",
        "pod": pod,
        "container": "app",
    }
    return {
        "name": f"prod/shop/{pod}/app",
        "properties": known,
        "minutes": 1440.0,
        "cpuCoreRequestAverage": 0.5,
        "cpuCoreUsageAverage": 0.1,
        "cpuCost": 0.4,
        "ramByteRequestAverage": 1024.0,
        "ramByteUsageAverage": 512.0,
        "ramCost": 0.2,
        "rawAllocationOnly": {"cpuCoreUsageMax": 0.3, "ramByteUsageMax": 700.0},
        **changed,
    }


def test_pods_of_a_controller_are_one_container() -> None:
    """A request is written once for all pods: the largest use of one of them, the cost of all."""
    other = allocation("web-2", minutes=720.0, rawAllocationOnly={"cpuCoreUsageMax": 0.4, "ramByteUsageMax": 600.0})
    (window,) = container_windows({"code": 200, "data": [{"a": allocation(), "b": other}]})
    assert window.workload == ("prod", "shop", "deployment", "web", "app")
    assert (window.hours, window.pods) == (24.0, 1.5)
    assert (window.cpu.request, window.cpu.average, window.cpu.peak) == (0.5, 0.1, 0.4)
    assert window.cpu.cost == pytest.approx(0.8)
    assert window.memory.peak == 700.0


def test_each_window_is_read_and_idle_is_not() -> None:
    """Also without a wrapper, and where a window is empty."""
    data = [{"a": allocation(), "prod/__idle__": allocation()}, {}, None, {"a": allocation()}]
    assert len(container_windows(data)) == 2
    assert len(container_windows({"data": {"a": allocation()}})) == 1


@pytest.mark.parametrize("raw", [None, {}, {"cpuCoreUsageMax": "x", "ramByteUsageMax": -1}])
def test_a_peak_that_is_not_there_is_none(raw: Any) -> None:
    """Nothing is made up."""
    (window,) = container_windows([{"a": allocation(rawAllocationOnly=raw)}])
    assert (window.cpu.peak, window.memory.peak) == (None, None)


@pytest.mark.parametrize(
    "document",
    [
        None,
        3,
        "x",
        {},
        {"data": None},
        {"data": "x"},
        [],
        [{}],
        [{"a": 1}],
        [{"a": {"properties": {"namespace": "x"}}}],
    ],
)
def test_what_is_no_allocation_is_a_sentence(document: Any) -> None:
    """And no traceback."""
    with pytest.raises(UserError):
        container_windows(document)


@pytest.mark.parametrize("minutes", [0, -1, float("nan"), None, "60", True])
def test_a_window_without_time_is_left_out(minutes: Any) -> None:
    """As of pods that never ran."""
    with pytest.raises(UserError):
        container_windows([{"a": allocation(minutes=minutes)}])
