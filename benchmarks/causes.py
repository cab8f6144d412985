"""How often a root cause names what was planted: `python -m benchmarks.causes [--quick]`.

Bills of some hundred resources are made, and one thing is changed from a day on: a resource, a usage type's usage,
its price, an account, a region, a new service, or two things at once. Each resource has noise, and so has each service
and account as a whole; some other resource falls by a part of what the change adds. Two weeks before are compared with
three days after, as alerts do it. Printed by kind: the share in which the cause is named (it stands on the trail, and
no step before it leads elsewhere; a price is called a price), whether all contributions and effects add up, and beside
it two rules of thumb: the service that costs most after, and the resource that grew by the largest factor. Seeds below
100 were looked at while tuning.
"""

import argparse
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.root_cause import DIMENSIONS, RootCause, Row, explain

BEFORE, AFTER = 14, 3  # days
KINDS = ("resource", "usage type", "price", "account", "region", "new service", "several")
EACH = 25  # bills a kind and seed
SERVICES = {
    "EC2": ("BoxUsage:m5.large", "BoxUsage:c5.xlarge", "EBS:Volume", "DataTransfer-Out"),
    "RDS": ("InstanceUsage:db.r6g.large", "StorageIO"),
    "S3": ("TimedStorage", "Requests-Tier1"),
    "Lambda": ("Lambda-GB-Second", "Request"),
    "Kubernetes": ("Node-Hours", "LoadBalancer"),
}


@dataclass(frozen=True)
class Planted:
    """What was changed: the dimension and value of the largest cause, and of a second one where there is one."""

    kind: str
    causes: tuple[tuple[str, str], ...]


def _fleet(rng: np.random.Generator) -> list[Row]:
    """A day's usual rows: every resource with the usage types of its service, at one price each."""
    accounts = [f"account-{number}" for number in range(int(rng.integers(3, 8)))]
    regions = [f"region-{number}" for number in range(int(rng.integers(2, 5)))]
    teams = [f"team-{number}" for number in range(int(rng.integers(3, 7)))]
    price = {name: float(10 ** rng.uniform(-2, 1)) for names in SERVICES.values() for name in names}
    rows = []
    for number in range(int(rng.integers(80, 250))):
        service = str(rng.choice(list(SERVICES), p=[0.4, 0.15, 0.15, 0.15, 0.15]))
        place = [str(rng.choice(names)) for names in (accounts, regions, teams)]
        for usage_type in rng.choice(
            SERVICES[service], int(rng.integers(1, len(SERVICES[service]) + 1)), replace=False
        ):
            cost = float(rng.lognormal(1.5, 1.2))
            name = str(usage_type)
            rows.append(
                Row(cost, cost / price[name], name, place[0], service, place[1], place[2], f"{service}-{number}", name)
            )
    return rows


def _planted(rows: Sequence[Row], kind: str, rng: np.random.Generator) -> tuple[list[Row], Planted]:
    """The rows after the change, which is a twentieth to two fifths of all cost, and what it was."""
    total = sum(row.cost for row in rows)
    size = float(rng.uniform(0.05, 0.4)) * total
    if kind == "new service":
        count = int(rng.integers(1, 6))
        new = [
            Row(
                size / count,
                size,
                "Hours",
                rows[0].account,
                "Bedrock",
                rows[0].region,
                rows[0].team,
                f"new-{n}",
                "Hours",
            )
            for n in range(count)
        ]
        return [*rows, *new], Planted(kind, (("service", "Bedrock"),))
    if kind == "several":
        first, second = (
            str(name) for name in rng.choice(sorted({str(row.resource) for row in rows}), 2, replace=False)
        )
        grown = _grown(_grown(rows, "resource", first, 0.6 * size), "resource", second, 0.4 * size)
        return grown, Planted(kind, (("resource", first), ("resource", second)))
    dimension = {"usage type": "usage_type", "price": "usage_type"}.get(kind, kind)
    names = sorted({str(getattr(row, dimension)) for row in rows})
    value = str(rng.choice(names))
    return _grown(rows, dimension, value, size, price=kind == "price"), Planted(kind, ((dimension, value),))


def _grown(rows: Sequence[Row], dimension: str, value: str, size: float, *, price: bool = False) -> list[Row]:
    """The rows of a value dearer by `size` in all, by usage or by price."""
    own = sum(row.cost for row in rows if getattr(row, dimension) == value)
    factor = 1 + size / own
    return [
        replace(row, cost=row.cost * factor, quantity=(row.quantity or 0.0) * (1.0 if price else factor))
        if getattr(row, dimension) == value
        else row
        for row in rows
    ]


def _fallen(rows: Sequence[Row], size: float, rng: np.random.Generator) -> list[Row]:
    """The rows with some resource, that nothing else happened to, cheaper by its cost, and by `size` at most."""
    name = str(rng.choice(sorted({str(row.resource) for row in rows})))
    own = sum(row.cost for row in rows if row.resource == name)
    return _grown(rows, "resource", name, -min(size, 0.8 * own))


def _noisy(rows: Sequence[Row], days: int, sigma: float, rng: np.random.Generator) -> list[Row]:
    """The mean of some days, noisy resource by resource and, by a third of that, service by service and by account."""
    logs = rng.normal(0, sigma, (days, len(rows)))
    for dimension in ("service", "account"):
        names, places = np.unique([str(getattr(row, dimension)) for row in rows], return_inverse=True)
        logs += rng.normal(0, sigma / 3, (days, len(names)))[:, places]
    factors = np.exp(logs).mean(axis=0)
    return [
        replace(row, cost=row.cost * float(factor), quantity=(row.quantity or 0.0) * float(factor))
        for row, factor in zip(rows, factors, strict=True)
    ]


def right(cause: RootCause, planted: Planted, after: Sequence[Row]) -> bool:
    """Whether the cause is named first; of several, whether they lead the resources in their order."""
    dimension, value = planted.causes[0]
    if planted.kind == "several":
        return [item.name for item in cause.contributions["resource"][:2]] == [name for _, name in planted.causes]
    if (planted.kind == "price") != (cause.effects.verdict == "price"):
        return False
    mine = [row for row in after if getattr(row, dimension) == value]
    for step, item in cause.trail:
        if (step, item.name) == (dimension, value):
            return True
        if any(getattr(row, step) != item.name for row in mine):
            return False
    return False


def adds_up(cause: RootCause) -> bool:
    """Whether the effects and every dimension's contributions come to the change."""
    effects = cause.effects.usage + cause.effects.price + cause.effects.mix + cause.effects.unmetered
    sums = [effects, *(math.fsum(item.delta for item in cause.contributions[name]) for name in DIMENSIONS)]
    return all(math.isclose(one, cause.delta, rel_tol=1e-9, abs_tol=1e-6) for one in sums)


def _rules_of_thumb(before: Sequence[Row], after: Sequence[Row], planted: Planted) -> tuple[bool, bool]:
    """The dearest service after, and the resource that grew by the largest factor."""
    dimension, value = planted.causes[0]
    sums: dict[str, list[dict[str, float]]] = {name: [defaultdict(float), defaultdict(float)] for name in DIMENSIONS}
    for side, rows in enumerate((before, after)):
        for row in rows:
            for name in ("service", "resource"):
                sums[name][side][str(getattr(row, name))] += row.cost
    dearest = max(sums["service"][1], key=sums["service"][1].__getitem__)
    was, now = sums["resource"]
    fastest = max(now, key=lambda name: now[name] / max(was.get(name, 0.0), 1e-9))
    return (dimension, value) == ("service", dearest), (dimension, value) == ("resource", fastest)


def measure(seeds: Sequence[int], each: int = EACH) -> dict[str, tuple[float, float, float, float]]:
    """By kind: shares right, adding up, and of the two rules of thumb."""
    found: dict[str, list[tuple[bool, bool, bool, bool]]] = defaultdict(list)
    for seed in seeds:
        for place, kind in enumerate(KINDS):
            for index in range(each):
                rng = np.random.default_rng([seed, place, index])
                rows = _fleet(rng)
                changed, planted = _planted(rows, kind, rng)
                changed = _fallen(
                    changed, 0.3 * (sum(row.cost for row in changed) - sum(row.cost for row in rows)), rng
                )
                sigma = float(rng.choice([0.02, 0.05, 0.1, 0.2]))
                before, after = _noisy(rows, BEFORE, sigma, rng), _noisy(changed, AFTER, sigma, rng)
                cause = explain(before, after)
                thumbs = _rules_of_thumb(before, after, planted)
                found[kind].append((right(cause, planted, after), adds_up(cause), *thumbs))
    shares = {kind: np.mean(rows, axis=0) for kind, rows in found.items()}
    return {kind: (float(a), float(b), float(c), float(d)) for kind, (a, b, c, d) in shares.items()}


def main() -> None:
    """All kinds, and all together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed")
    found = measure((101,) if parser.parse_args().quick else (101, 102, 103, 104))
    for kind, shares in [*found.items(), ("all", tuple(np.mean(list(found.values()), axis=0)))]:
        named, sums, dearest, fastest = shares
        print(
            f"causes, {kind:11} first cause right {named:.3f}, adds up {sums:.3f} | dearest service {dearest:.3f}, "
            f"fastest resource {fastest:.3f}"
        )


if __name__ == "__main__":
    main()
