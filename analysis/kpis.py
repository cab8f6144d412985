"""The formulas of the KPIs; None means that there is nothing to measure yet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean, median

from analysis.budgets import covers
from settings import Scope


@dataclass(frozen=True)
class TimeToDetect:
    """Minutes from the arrival of the data to the posted alert, over alerts that were posted."""

    median_minutes: float
    p95_minutes: float
    alerts: int


def time_to_detect(alerts: Iterable[tuple[datetime, datetime]]) -> TimeToDetect | None:
    """From (data arrived, alert posted); a clock that ran backwards counts as zero."""
    minutes = sorted(max((posted - arrived) / timedelta(minutes=1), 0.0) for arrived, posted in alerts)
    if not minutes:
        return None
    return TimeToDetect(median(minutes), minutes[min(int(0.95 * len(minutes)), len(minutes) - 1)], len(minutes))


def alert_precision(feedback: Iterable[str | None]) -> float | None:
    """Share of useful among alerts that people judged `useful` or `noise`; silence says nothing."""
    judged = [one for one in feedback if one in ("useful", "noise")]
    return judged.count("useful") / len(judged) if judged else None


def forecast_error(totals: Iterable[tuple[float, float]]) -> float | None:
    """Mean of |predicted / actual - 1| over (predicted then, actual) totals of finished periods; periods without cost are left out."""
    errors = [abs(predicted / actual - 1) for predicted, actual in totals if actual]
    return fmean(errors) if errors else None


def share_under_budget(costs: Iterable[tuple[Mapping[str, str | None], float]], scopes: Sequence[Scope]) -> float | None:
    """Share of cost, given as (dimensions, cost), that lies in the scope of a budget. A budget over everything is nobody's and does not count."""
    owned = [scope for scope in scopes if scope.pairs()]
    rows = list(costs)
    total = sum(cost for _, cost in rows)
    if total <= 0:
        return None
    return sum(cost for charge, cost in rows if any(covers(scope, charge) for scope in owned)) / total


def unallocated_share(costs: Iterable[tuple[str | None, float]]) -> float | None:
    """Share of cost, given as (team, cost), that has no team."""
    rows = list(costs)
    total = sum(cost for _, cost in rows)
    return sum(cost for team, cost in rows if team in (None, "", "unallocated")) / total if total > 0 else None


@dataclass(frozen=True)
class ValidatedSavings:
    """Over changes whose window has passed: share of them that was validated, and realized over expected saving."""

    share_validated: float
    share_realized: float | None
    verdicts: int


def validated_savings(verdicts: Iterable[tuple[str, float | None, float | None]]) -> ValidatedSavings | None:
    """From (status, expected, realized) a month; pending ones are not judged yet."""
    judged = [one for one in verdicts if one[0] != "pending"]
    if not judged:
        return None
    expected = sum(one[1] for one in judged if one[1] is not None and one[2] is not None)
    realized = sum(one[2] for one in judged if one[1] is not None and one[2] is not None)
    share = sum(one[0] == "validated" for one in judged) / len(judged)
    return ValidatedSavings(share, realized / expected if expected > 0 else None, len(judged))


def weekly_askers(questions: Iterable[tuple[str, datetime]], now: datetime) -> int:
    """How many people asked something in the seven days before now, from (asker, time)."""
    return len({asker for asker, asked_at in questions if now - timedelta(days=7) <= asked_at <= now})
