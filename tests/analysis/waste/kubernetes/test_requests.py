"""Requests against use: what could be lower, by how much, and what that is worth."""

from dataclasses import replace

import pytest

from analysis.waste.kubernetes.requests import LEAST_HOURS, ContainerWindow, Usage, propose

GIB = 2**30
DAY = ContainerWindow(
    "prod",
    "shop",
    "deployment",
    "web",
    "app",
    24.0,
    2.0,
    Usage(2.0, 0.3, 0.7, 4.8),
    Usage(4 * GIB, 1 * GIB, 2 * GIB, 2.4),
)


def test_the_highest_use_is_seven_tenths_of_what_is_proposed() -> None:
    """Processor in steps of 10 m, memory in MiB, each rounded up; the saving is at the export's own price."""
    (change,) = propose([DAY] * 3)
    assert (change.cpu_before, change.cpu_after) == (2000, 1000)
    assert (change.memory_before, change.memory_after) == (4096, 2926)
    daily = 4.8 * (2.0 - 1.0) / 2.0 + 2.4 * (4 - 2 / 0.7) / 4
    assert change.monthly_savings == pytest.approx(daily / 24 * 730)


def test_the_highest_use_of_all_windows_counts() -> None:
    """One busy day among quiet ones."""
    busy = replace(DAY, cpu=replace(DAY.cpu, peak=1.05))
    (change,) = propose([DAY, busy, DAY])
    assert change.cpu_after == 1500


def test_three_days_are_enough_and_less_is_not() -> None:
    """A container that has just begun is left alone."""
    assert propose([replace(DAY, hours=LEAST_HOURS - 1)]) == []
    assert len(propose([replace(DAY, hours=LEAST_HOURS)])) == 1


def test_what_was_not_measured_stays() -> None:
    """Memory above all: too little ends a container."""
    blind = replace(DAY, memory=replace(DAY.memory, peak=None))
    (change,) = propose([DAY, blind, DAY])
    assert change.memory_after is None
    assert change.cpu_after == 1000
    assert "highest memory" in change.caveats[0]
    assert propose([replace(blind, cpu=replace(blind.cpu, peak=None))] * 3) == []


def test_small_cuts_small_sums_and_no_requests_are_no_proposals() -> None:
    """A restart has to be worth it."""
    tight = replace(DAY, cpu=replace(DAY.cpu, peak=1.2), memory=replace(DAY.memory, peak=3 * GIB))
    assert propose([tight] * 3) == []
    assert propose([DAY] * 3, least_monthly=1_000) == []
    none = replace(DAY, cpu=Usage(0, 0.3, 0.7, 1), memory=Usage(0, GIB, 2 * GIB, 1))
    assert propose([none] * 3) == []


def test_use_above_the_request_is_charged_as_use() -> None:
    """Nothing is saved of what is used anyway, and nothing is proposed below a floor."""
    idle = replace(DAY, cpu=Usage(0.5, 0.0, 0.0001, 1.2), memory=Usage(GIB, 1, 1, 0.6))
    (change,) = propose([idle] * 3)
    assert (change.cpu_after, change.memory_after) == (10, 20)
    over = replace(DAY, cpu=Usage(2.0, 2.5, 0.7, 4.8), memory=Usage(0, 0, 1, 0))
    assert propose([over] * 3, least_monthly=0)[0].monthly_savings == 0


def test_the_largest_saving_comes_first() -> None:
    """Each container of a controller by itself."""
    small = replace(DAY, container="proxy", cpu=replace(DAY.cpu, cost=0.5))
    assert [one.container for one in propose([small, DAY] * 3)] == ["app", "proxy"]
