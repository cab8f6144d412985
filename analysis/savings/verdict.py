"""Verifies a saving: the bill after a change against what the resource would have cost without it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, median, pstdev
from typing import Literal

from analysis.forecasts.series import DAY
from analysis.savings.band import DEVIATIONS, Placebo, placebo

Status = Literal["pending", "validated", "partial", "missed", "reversed"]
Basis = Literal["forecast", "peers", "level before"]

MONTH = 365.25 / 12  # days
BASELINE_DAYS = 28
LEAST_BEFORE, LEAST_AFTER = 7, 7  # days with cost known, before anything can be said
VALIDATED, PARTIAL = 0.8, 0.2  # of the expected saving
BACK = 0.9  # of the counterfactual: a resource that costs this again has been put back
BACK_DAYS = 3
WEEK = 7  # days whose mean has to have been lower: a single quiet weekend is no saving
CERTAIN = 2.0  # standard errors the saving must be away from zero
MOVED = 0.3  # share of the expected saving that turns up somewhere else
PEERS = 5  # fewer comparable resources say nothing
ROBUST = 1.4826  # standard deviation of a normal sample in units of its median absolute deviation
MEDIAN_SPREAD = 1.2533  # standard error of a normal sample's median in units of its mean's


@dataclass(frozen=True)
class NearbyEvent:
    """Something that happened near the change: `kind` is rollback,
    price_change, commitment, traffic or anything else a person would name.
    """

    on: date
    kind: str
    says: str


@dataclass(frozen=True)
class Confounder:
    """What else could explain the figure, and by how much a month where that is known."""

    kind: str
    says: str
    monthly_amount: float | None = None


@dataclass(frozen=True)
class Counterfactual:
    """What the resource would have cost per day without the change, and where that comes from."""

    basis: Basis
    daily_cost: float
    spread: float  # standard deviation of a day around it
    says: str
    moved: float = 1.0  # the factor by which it was moved as the peers moved


@dataclass(frozen=True)
class Verdict:
    """`realized_monthly_savings` is a month's, None while pending; `arithmetic`
    holds every figure it is made of, to be shown and stored.
    """

    status: Status
    realized_monthly_savings: float | None
    confounders: tuple[Confounder, ...]
    arithmetic: Mapping[str, float | str]
    says: str


def verify(
    applied_on: date,
    window_days: int,
    expected_monthly_savings: float | None,
    costs: Mapping[date, float],
    today: date,
    *,
    forecast: Mapping[date, float] | None = None,
    peers: Mapping[date, float] | None = None,
    neighbours: Mapping[str, Mapping[date, float]] | None = None,
    events: Sequence[NearbyEvent] = (),
) -> Verdict:
    """Judge one change on `today`, the first day whose bill is not complete.

    `costs` are the resource's effective cost per day before and after (a day that is absent cost
    nothing); `forecast` is what was predicted for it before the change; `peers` the summed
    cost of comparable resources that were not changed; `neighbours` series that could have
    taken over the work or the commitment. The day of the change itself is in neither part.
    """
    first, last = applied_on + DAY, min(today, applied_on + timedelta(days=window_days + 1))
    before = [
        costs.get(applied_on - offset * DAY, 0.0)
        for offset in range(1, BASELINE_DAYS + 1)
        if applied_on - offset * DAY >= _first(costs)
    ]
    after = [costs.get(first + offset * DAY, 0.0) for offset in range(max((last - first).days, 0))]
    if len(before) < LEAST_BEFORE:
        return _pending(f"only {len(before)} days of bill before the change; {LEAST_BEFORE} are needed", before, after)
    if len(after) < max(window_days, LEAST_AFTER):
        return _pending(f"day {len(after)} of {max(window_days, LEAST_AFTER)}", before, after)
    days = [first + offset * DAY for offset in range(len(after))]
    would = counterfactual(applied_on, before, days, forecast, peers)
    confounders = _confounders(applied_on, days, expected_monthly_savings, would, neighbours, events)
    untouched = placebo(applied_on, len(days), costs, (neighbours or {}).values(), _expected, would.moved)
    return _judge(expected_monthly_savings, before, after, would, confounders, untouched)


def _expected(origin: date, costs: Mapping[date, float], days: Sequence[date]) -> float | None:
    """The level of a series on the weekdays of some days, from the four weeks before a date; None without them."""
    first = _first(costs)
    before = [costs.get(origin - offset * DAY, 0.0) for offset in range(1, BASELINE_DAYS + 1)]
    if origin - BASELINE_DAYS * DAY < first:
        return None
    usual, _ = _weekdays(origin, before)
    return fmean(usual[day.weekday()] for day in days)


def _first(costs: Mapping[date, float]) -> date:
    return min((day for day, cost in costs.items() if cost), default=date.max)


def _pending(says: str, before: Sequence[float], after: Sequence[float]) -> Verdict:
    return Verdict("pending", None, (), {"days_before": len(before), "days_after": len(after)}, says)


def counterfactual(
    applied_on: date,
    before: Sequence[float],
    days: Sequence[date],
    forecast: Mapping[date, float] | None = None,
    peers: Mapping[date, float] | None = None,
) -> Counterfactual:
    """The series' forecast, of what was known before the change, if there is
    one for every day; else its level on the same weekdays before.

    Either is moved as the peers moved, where there are peers.
    """
    usual, spread = _weekdays(applied_on, before)
    basis: Basis = "level before"
    level, says = (
        fmean(usual[day.weekday()] for day in days),
        f"the same weekdays of the {len(before)} days before the change",
    )
    if forecast is not None and all(day in forecast for day in days):
        basis, level, says = (
            "forecast",
            fmean(forecast[day] for day in days),
            "what was forecast from the days before the change",
        )
    if peers:
        then = fmean(peers.get(applied_on - offset * DAY, 0.0) for offset in range(1, len(before) + 1))
        now = fmean(peers.get(day, 0.0) for day in days)
        if then > 0:
            return Counterfactual(
                "peers",
                level * now / then,
                spread * now / then,
                f"{says}, times {now / then:.3f} as comparable resources changed",
                now / then,
            )
    return Counterfactual(basis, level, spread, says)


def _weekdays(applied_on: date, before: Sequence[float]) -> tuple[dict[int, float], float]:
    """The usual cost of each weekday (its median, so that one strange day does
    not count), and the standard deviation of days around it.

    `before` counts backwards from the day before the change.
    """
    of: dict[int, list[float]] = {}
    for offset, cost in enumerate(before, 1):
        of.setdefault((applied_on - offset * DAY).weekday(), []).append(cost)
    usual = {weekday: median(costs) for weekday, costs in of.items()}
    return usual, pstdev(cost - usual[(applied_on - offset * DAY).weekday()] for offset, cost in enumerate(before, 1))


def peers_among(
    applied_on: date, days: Sequence[date], neighbours: Mapping[str, Mapping[date, float]]
) -> dict[date, float] | None:
    """How neighbours that were there all the time moved, as an index: 1 before the change, their median ratio after.

    The median passes over the few that took the work over; by as much as chance alone moves it, it is drawn back to 1
    (James and Stein). None where there are too few, or they rose: peers may only make a saving smaller, for what rose
    everywhere could be the very work that was moved there.
    """
    past = [applied_on - offset * DAY for offset in range(1, BASELINE_DAYS + 1)]
    lasting = [series for series in neighbours.values() if all(series.get(day) for day in (*past, *days))]
    ratios = [
        _mean(series, days) / expected
        for series in lasting
        if (expected := _expected(applied_on, series, days)) is not None and expected > 0
    ]
    if len(ratios) < PEERS:
        return None
    fall = median(ratios) - 1
    apart = ROBUST * median(abs(ratio - 1 - fall) for ratio in ratios)  # one that took the work over widens nothing
    chance = (MEDIAN_SPREAD * apart) ** 2 / len(ratios)
    moved = 1 + fall * max(1 - chance / fall**2, 0.0) if fall < 0 else 1.0
    return {**dict.fromkeys(past, 1.0), **dict.fromkeys(days, moved)} if moved < 1 else None


def _mean(series: Mapping[date, float], days: Sequence[date]) -> float:
    return fmean(series.get(day, 0.0) for day in days)


def _confounders(
    applied_on: date,
    days: Sequence[date],
    expected: float | None,
    would: Counterfactual,
    neighbours: Mapping[str, Mapping[date, float]] | None,
    events: Sequence[NearbyEvent],
) -> tuple[Confounder, ...]:
    """Events near the change, and neighbours whose cost rose by a good part of what was to be saved."""
    near = [Confounder(event.kind, event.says) for event in events if applied_on - 7 * DAY <= event.on <= days[-1]]
    hoped = expected if expected else would.daily_cost * MONTH
    moved = []
    for name, series in (neighbours or {}).items():
        then = fmean(series.get(applied_on - offset * DAY, 0.0) for offset in range(1, BASELINE_DAYS + 1))
        rise = (fmean(series.get(day, 0.0) for day in days) - then) * MONTH
        if hoped > 0 and rise >= MOVED * hoped:
            moved.append(Confounder("moved", f"{name} costs {rise:,.2f} a month more since", rise))
    return (*near, *moved)


def _judge(
    expected: float | None,
    before: Sequence[float],
    after: Sequence[float],
    would: Counterfactual,
    confounders: tuple[Confounder, ...],
    untouched: Placebo,
) -> Verdict:
    actual = fmean(after)
    daily = would.daily_cost - actual
    realized = daily * MONTH
    error = (would.spread**2 / len(before) + pstdev(after) ** 2 / len(after)) ** 0.5 * MONTH
    share = untouched.half_width()
    band = DEVIATIONS * error if share is None else share * abs(would.daily_cost) * MONTH
    as_low, peers = untouched.as_low(daily / would.daily_cost if would.daily_cost > 0 else 0.0)
    arithmetic: dict[str, float | str] = {
        "basis": would.basis,
        "basis_says": would.says,
        "days_before": len(before),
        "days_after": len(after),
        "counterfactual_a_day": would.daily_cost,
        "actual_a_day": actual,
        "saved_a_day": daily,
        "days_a_month": MONTH,
        "realized_a_month": realized,
        "standard_error_a_month": error,
        "band_80_a_month": band,
        "placebos": len(untouched.own) + peers,
        "untouched_peers": peers,
        "untouched_peers_as_low": as_low,
    }
    if expected is not None:
        arithmetic["expected_a_month"] = expected
    status = _status(expected, realized, error, after, would)
    moved = sum(one.monthly_amount or 0.0 for one in confounders if one.kind == "moved")
    if moved:
        arithmetic["turned_up_elsewhere_a_month"] = moved
        status = "partial" if status == "validated" else status  # what may only have moved is not called saved
    of_expected = f", {realized / expected:.0%} of what was expected" if expected else ""
    says = (
        f"{realized:,.2f} a month saved, give or take {band:,.2f}{of_expected}"
        if status != "reversed"
        else "it costs again what it did before the change"
    )
    return Verdict(status, realized, confounders, arithmetic, says)


def _status(
    expected: float | None, realized: float, error: float, after: Sequence[float], would: Counterfactual
) -> Status:
    """Reversed when the last days cost again what was to be expected without the change, after days that did not."""
    runs = [fmean(after[place : place + WEEK]) for place in range(len(after) - WEEK + 1)]
    was_lower = min(runs, default=0.0) < BACK * would.daily_cost
    if was_lower and would.daily_cost > 0 and all(cost >= BACK * would.daily_cost for cost in after[-BACK_DAYS:]):
        return "reversed"
    if realized <= CERTAIN * error:
        return "missed"
    if expected is None or expected <= 0 or realized >= VALIDATED * expected:
        return "validated"
    return "partial" if realized >= PARTIAL * expected else "missed"
