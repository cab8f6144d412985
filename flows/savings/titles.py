"""What an alert says and shows of a group of recommendations."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from analysis.waste.facts import SavingOpportunity
from analysis.wording.formatting import money
from db.tables import Utilization

TITLES = {
    "stop_idle": "Stop {count} idle {type}",
    "rightsize": "Resize {count} oversized {type}",
    "delete_volume": "Delete {count} unattached {type}",
    "gp2_to_gp3": "Move {count} gp2 {type} to gp3",
    "release_address": "Release {count} unused {type}",
    "lambda_unused": "Delete {count} unused {type}",
    "lambda_old_versions": "Delete old versions of {count} {type}",
    "delete_snapshot": "Delete {count} old {type}",
    "delete_load_balancer": "Delete {count} idle {type}",
    "storage_class": "Move {count} unread {type} to a cheaper class",
}
_PLAIN = {"DB Instance": "database", "IP Address": "address", "Load Balancer": "load balancer"}
# Which metric shows a kind of waste (the first that is known), and the limit that its rule sets
_SHOWN_BY: dict[str, tuple[tuple[str, ...], float | None]] = {
    "stop_idle": (("cpu", "connections"), 5.0),
    "rightsize": (("cpu",), None),
    "delete_load_balancer": (("requests", "flows"), None),
    "lambda_unused": (("invocations",), None),
}
_NAMES = {
    "cpu": "CPU",
    "memory_used_mib": "memory (MiB)",
    "flows": "new flows a day",
    "requests": "requests a day",
    "invocations": "invocations a day",
}
_LINES, _DAYS = 8, 14
_LISTED = 100  # members that an insight carries


def title(kind: str, account: str, of_type: str, members: Sequence[SavingOpportunity], worth: float) -> str:
    """`Stop 4 idle instances in sandbox: saves $612 a month`; savings that cannot be known are counted beside."""
    name = _PLAIN.get(of_type, of_type[:1].lower() + of_type[1:])
    plural = name + ("" if len(members) == 1 else "es" if name.endswith("s") else "s")
    what = TITLES[kind].format(count=len(members), type=plural)
    unknown = sum(one.monthly_savings is None for one in members)
    beside = f", and what {unknown} of them save is not known" if unknown else ""
    return f"{what} in {account or 'no account'}: saves {money(worth, members[0].currency)} a month{beside}"


def utilization(names: Sequence[str], members: Sequence[SavingOpportunity]) -> str:
    """What was seen of all of them together: the highest of each metric, else
    what is the same for several resources, said once.
    """
    looked = [one.evidence["metrics"] for one in members]
    if all(looked) and all(set(one) == set(looked[0]) for one in looked):
        highest = [_at_most(name, max(one[name]["highest"] for one in looked)) for name in looked[0]]
        days = f"in {min(one[name]['window'] for one in looked for name in one)} days"
        return f"{_few(names)}: {', '.join(highest)} {days}"
    by_summary: dict[str, list[str]] = defaultdict(list)
    for name, one in zip(names, members, strict=True):
        by_summary[str(one.evidence["summary"])].append(name)
    parts = [f"{_few(sorted(named))}: {summary}" for summary, named in list(by_summary.items())[:4]]
    return "; ".join(parts) + (f"; and {len(by_summary) - 4} more" if len(by_summary) > 4 else "")


def _at_most(metric: str, value: float) -> str:
    name = _NAMES.get(metric, metric)
    return f"{name} at most {_amount(value, metric)}" if value > 0 else f"no {name.removesuffix(' a day')}"


def _amount(value: float, metric: str) -> str:
    if metric in ("cpu", "memory"):
        return f"{value:.2g} %"
    if metric == "network":
        return f"{value / 1e6:,.1f} MB a day"
    return f"{value:,.0f}"


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def figure(
    session: Session, kind: str, names: Sequence[str], members: Sequence[SavingOpportunity]
) -> dict[str, Any] | None:
    """The metric that shows it, a line per resource, where a metric does."""
    if kind not in _SHOWN_BY:
        return None
    metrics, limit = _SHOWN_BY[kind]
    shown = dict(zip((one.resource_id for one in members[:_LINES]), names, strict=False))
    rows = session.execute(
        sa.select(
            Utilization.usage_date, Utilization.resource_id, Utilization.metric, Utilization.maximum, Utilization.unit
        )
        .where(Utilization.resource_id.in_(list(shown)), Utilization.metric.in_(metrics))
        .order_by(Utilization.usage_date.desc())
        .limit(_LINES * _DAYS * len(metrics))
    ).all()
    metric = next((name for name in metrics if any(row.metric == name for row in rows)), None)
    points = {(row.resource_id, row.usage_date): row.maximum for row in rows if row.metric == metric}
    days = sorted({day for _, day in points})[-_DAYS:]
    if metric is None or len(days) < 2 or not any(points.values()):
        return None
    unit, name = next(row.unit for row in rows if row.metric == metric), _NAMES.get(metric, metric)
    lines = [[label, [points.get((resource_id, day)) for day in days]] for resource_id, label in shown.items()]
    made: dict[str, Any] = {
        "kind": "line",
        "title": f"{name.removesuffix(' a day')} of each day"
        if name.endswith("a day")
        else f"Highest {name} of each day",
        "categories": [f"{day.day} {day:%b}" for day in days],
        "series": [line for line in lines if any(value is not None for value in line[1])],
        "y_label": unit or metric,
    }
    return (
        {**made, "limit": limit, "limit_label": "idle under this"}
        if limit is not None and metric == metrics[0]
        else made
    )


def listed(names: Sequence[str], members: Sequence[SavingOpportunity]) -> list[dict[str, Any]]:
    """Each member with what it saves a month, the largest first, for who looks closer."""
    rows = [
        {
            "name": name,
            "saves": None if one.monthly_savings is None else float(one.monthly_savings),
            "now": one.current_state,
            "then": one.proposed_state,
        }
        for name, one in zip(names, members, strict=True)
    ]
    return sorted(rows, key=lambda row: (row["saves"] is None, -float(row["saves"] or 0), row["name"]))[:_LISTED]
