"""Why a cost changed: usage or price, and who contributed; numbers and names, no sentences.

Everything adds up: the effects to the change, and the contributions of each dimension to the change.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

DIMENSIONS = ("account", "service", "region", "team", "resource", "usage_type")
Verdict = Literal["usage", "price", "mix", "unmetered", "several", "none"]
CLEAR = 0.6  # share of the change that makes one effect the answer
_MACHINE = re.compile(r"(?:^|:)((?:[a-z]+\.)?[a-z][a-z0-9-]*\d[a-z0-9-]*\.[a-z0-9-]+)$")
LEADING = 0.5  # share of the change that a value must carry to be followed on the trail


@dataclass(frozen=True)
class Row:
    """Cost of one resource and usage type in one of the two periods, already divided by the period's days."""

    cost: float  # currency a day
    quantity: float | None = None  # in `unit` a day; None where nothing is metered
    unit: str | None = None
    account: str | None = None
    service: str | None = None
    region: str | None = None
    team: str | None = None
    resource: str | None = None
    usage_type: str | None = None


@dataclass(frozen=True)
class Effects:
    """What moved the cost, currency per day; the four add up to the change."""

    usage: float  # more or less of the same at the average price
    price: float  # other unit prices for the same usage
    mix: float  # dearer or cheaper kinds within the usage
    unmetered: float  # charges without a quantity
    verdict: Verdict


@dataclass(frozen=True)
class Contribution:
    """One value of a dimension; the name None stands for rows without one, `rest` sums what is not listed."""

    name: str | None
    before: float
    after: float
    delta: float
    share: float  # of the whole change, 0 where nothing changed
    rest: bool = False


@dataclass(frozen=True)
class ResourceChange:
    """A resource that appeared, vanished, or changed its kind."""

    name: str
    change: Literal["new", "gone", "resized"]
    before: float
    after: float
    kind_before: str | None
    kind_after: str | None


@dataclass(frozen=True)
class RootCause:
    """Everything the figures say about a change."""

    before: float
    after: float
    delta: float
    effects: Effects
    contributions: dict[str, tuple[Contribution, ...]]
    resources: tuple[ResourceChange, ...]
    trail: tuple[
        tuple[str, Contribution], ...
    ]  # narrowing down: dimension and its leading value, each within those before


def explain(before: Sequence[Row], after: Sequence[Row], top: int = 5) -> RootCause:
    """Compare two periods, both as cost per day."""
    cost_before, cost_after = _cost(before), _cost(after)
    return RootCause(
        before=cost_before,
        after=cost_after,
        delta=cost_after - cost_before,
        effects=effects(before, after),
        contributions={dimension: contributions(before, after, dimension, top) for dimension in DIMENSIONS},
        resources=changed_resources(before, after),
        trail=trail(before, after),
    )


def _cost(rows: Iterable[Row]) -> float:
    return math.fsum(row.cost for row in rows)


# ------------------------------------------------------------------ usage or price


def effects(before: Sequence[Row], after: Sequence[Row]) -> Effects:
    """Bennet's decomposition (1920) per service and unit: mean price x change
    of usage, mean usage x change of price, the rest is mix.
    """
    usage, price = [], []
    for group in _groups(before, after).values():
        group_usage, group_price = _group_effects(group)
        usage.append(group_usage)
        price.append(group_price)
    unmetered = math.fsum(
        [row.cost for row in after if not row.quantity] + [-row.cost for row in before if not row.quantity]
    )
    delta = _cost(after) - _cost(before)
    mix = delta - unmetered - math.fsum(usage) - math.fsum(price)
    named: dict[Verdict, float] = {
        "usage": math.fsum(usage),
        "price": math.fsum(price),
        "mix": mix,
        "unmetered": unmetered,
    }
    return Effects(named["usage"], named["price"], mix, unmetered, _verdict(named, delta))


Cell = tuple[float, float, float, float]  # quantity and cost before, quantity and cost after


def _groups(before: Sequence[Row], after: Sequence[Row]) -> dict[tuple[str | None, ...], list[Cell]]:
    """Per service and unit the cells that have one price each: usage type, region and account."""
    cells: dict[tuple[str | None, ...], list[float]] = defaultdict(lambda: [0.0] * 4)
    for offset, rows in ((0, before), (2, after)):
        for row in rows:
            if row.quantity:
                cell = cells[row.service, row.unit, row.usage_type, row.region, row.account]
                cell[offset] += row.quantity
                cell[offset + 1] += row.cost
    groups: dict[tuple[str | None, ...], list[Cell]] = defaultdict(list)
    for key, (quantity_before, cost_before, quantity_after, cost_after) in cells.items():
        groups[key[:2]].append((quantity_before, cost_before, quantity_after, cost_after))
    return groups


def _group_effects(cells: Sequence[Cell]) -> tuple[float, float]:
    quantity_before, cost_before, quantity_after, cost_after = (
        math.fsum(column) for column in zip(*cells, strict=True)
    )
    price = math.fsum((q0 + q1) / 2 * (c1 / q1 - c0 / q0) for q0, c0, q1, c1 in cells if q0 > 0 and q1 > 0)
    if quantity_before > 0 and quantity_after > 0:
        mean_price = (cost_before / quantity_before + cost_after / quantity_after) / 2
        return (quantity_after - quantity_before) * mean_price, price
    return cost_after - cost_before, 0.0


def _verdict(named: dict[Verdict, float], delta: float) -> Verdict:
    if math.isclose(delta, 0, abs_tol=1e-9):
        return "none"
    leading = max(named, key=lambda name: named[name] / delta)
    return leading if named[leading] / delta >= CLEAR else "several"


# ------------------------------------------------------------------ who


def contributions(
    before: Sequence[Row], after: Sequence[Row], dimension: str, top: int = 5
) -> tuple[Contribution, ...]:
    """The values of a dimension that moved most, and the rest in one; their deltas add up to the whole change."""
    sums: dict[str | None, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for index, rows in enumerate((before, after)):
        for row in rows:
            sums[getattr(row, dimension)][index] += row.cost
    delta = _cost(after) - _cost(before)
    listed = sorted(
        (_contribution(name, was, now, delta) for name, (was, now) in sums.items()),
        key=lambda item: (-abs(item.delta), str(item.name)),
    )
    if len(listed) <= top:
        return tuple(listed)
    rest = listed[top:]
    return (
        *listed[:top],
        _contribution(
            None, math.fsum(item.before for item in rest), math.fsum(item.after for item in rest), delta, rest=True
        ),
    )


def _contribution(name: str | None, before: float, after: float, delta: float, *, rest: bool = False) -> Contribution:
    share = (after - before) / delta if not math.isclose(delta, 0, abs_tol=1e-9) else 0.0
    return Contribution(name, before, after, after - before, share, rest)


def trail(before: Sequence[Row], after: Sequence[Row]) -> tuple[tuple[str, Contribution], ...]:
    """Narrow the change down: again and again the dimension whose one value
    carries most of what is left, while it carries half.
    """
    steps: list[tuple[str, Contribution]] = []
    left = list(DIMENSIONS)
    while left:
        leading = [
            (dimension, contributions(before, after, dimension, top=1)[0]) for dimension in left if before or after
        ]
        named = [(dimension, item) for dimension, item in leading if item.name is not None and item.share >= LEADING]
        if not named:
            break
        dimension, item = max(named, key=lambda step: (round(min(step[1].share, 1.0), 2), -left.index(step[0])))
        steps.append((dimension, item))
        left.remove(dimension)
        before = [row for row in before if getattr(row, dimension) == item.name]
        after = [row for row in after if getattr(row, dimension) == item.name]
    return tuple(steps)


# ------------------------------------------------------------------ resources


def changed_resources(before: Sequence[Row], after: Sequence[Row], least: float = 0.01) -> tuple[ResourceChange, ...]:
    """Resources new, gone or resized, the largest change first; a cost under `least` a day counts as none."""
    was, now = _by_resource(before), _by_resource(after)
    changes = []
    for name in was.keys() | now.keys():
        cost_before, kind_before = was.get(name, (0.0, None))
        cost_after, kind_after = now.get(name, (0.0, None))
        change = _change(cost_before, cost_after, kind_before != kind_after, least)
        if change:
            changes.append(ResourceChange(name, change, cost_before, cost_after, kind_before, kind_after))
    return tuple(sorted(changes, key=lambda item: (-abs(item.after - item.before), item.name)))


def machine_type(usage_type: str | None) -> str | None:
    """`db.r6g.4xlarge` of `EUW1-InstanceUsage:db.r6g.4xlarge`; None of what is no machine's use."""
    match = _MACHINE.search(usage_type or "")
    return match[1] if match else None


def _change(before: float, after: float, another_kind: bool, least: float) -> Literal["new", "gone", "resized"] | None:
    if before < least <= after:
        return "new"
    if after < least <= before:
        return "gone"
    return "resized" if another_kind and before >= least and after >= least else None


def _by_resource(rows: Sequence[Row]) -> dict[str, tuple[float, str | None]]:
    """Cost per day of each resource, and the usage type that costs most of it, a machine's before others."""
    kinds: dict[str, dict[str | None, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        if row.resource is not None:
            kinds[row.resource][row.usage_type] += row.cost
    return {
        name: (
            math.fsum(costs.values()),
            max(costs, key=lambda kind: (machine_type(kind) is not None, costs[kind], str(kind))),
        )
        for name, costs in kinds.items()
    }
