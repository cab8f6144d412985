"""Groups findings by cause, keeps the scope that explains each best, and drops those that people marked as noise."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

import numpy as np

from analysis.anomalies.levels import CARRIES, ScopedFinding, causes
from analysis.anomalies.scopes import covers, touches
from analysis.anomalies.score import Finding
from analysis.anomalies.state import Flags, Floats

_SAME_START = timedelta(days=2)
_SAME_GROWTH = timedelta(days=7)  # slow growth is noticed in one scope some days before another
_LIKE_SHARE = 0.05  # of what was expected
_CHART_STEPS = {"day": 30, "hour": 48}
_LOUDER = 1.5  # how much larger than what was called noise the next one has to be
_HOURS = 24
_AVERAGED = 7  # steps of an anomaly whose average is told; then its level is the new usual one
_BACK = 0.35  # of the impact; what is nearer to the expected value is back to usual


@dataclass(frozen=True)
class Window:
    """What the detector saw, step by step: `values` [steps x series], of which the first
    `whole` have wholly arrived, and of the last steps what it expected and how sure it was.
    """

    first: datetime
    every: timedelta
    values: Floats
    expected: Floats
    scale: Floats
    whole: int

    def band(self, row: int, steps: int, since: datetime, expected_then: float) -> dict[str, Any]:
        """The last steps of a series with a band of three robust standard deviations around what was expected.

        From `since` on it is what was expected before: the detector has learned the new level meanwhile, and would
        draw what it found as usual. Without the same weekday or hour before, it is `expected_then`.
        """
        steps = min(steps, len(self.expected))
        actual, scale = self.values[-steps:, row], self.scale[-steps:, row]
        before = self.expected[: max(self._judged_before(since), 0), row]
        expected = np.concatenate([before, self.expected_since(row, since, expected_then)])[-steps:]
        first = self.first + (len(self.values) - steps) * self.every
        moments = [first + number * self.every for number in range(steps)]
        with np.errstate(invalid="ignore", over="ignore"):
            low, high = expected * np.exp(-3 * scale), expected * np.exp(3 * scale)
        daily = self.every >= timedelta(days=1)
        return {
            "dates": [moment.date().isoformat() if daily else moment.isoformat()[:16] for moment in moments],
            "actual": _plain(actual),
            "expected": _plain(expected),
            "low": _plain(low),
            "high": _plain(high),
        }

    def expected_since(self, row: int, since: datetime, expected_then: float) -> Floats:
        """What was expected of every step from `since` on, as `band` has it."""
        began = self._judged_before(since)
        cycle = 7 if self.every >= timedelta(days=1) else _HOURS
        steps = len(self.expected) - began
        if began < cycle:
            return np.full(steps, expected_then)
        same = self.expected[began - cycle + np.arange(steps) % cycle, row]
        return np.where(np.isfinite(same), same, expected_then)

    def _judged_before(self, since: datetime) -> int:
        return int((since - self.first) / self.every) - (len(self.values) - len(self.expected))


def _plain(values: Any) -> list[float]:
    return [0.0 if not np.isfinite(value) else round(float(value), 2) for value in values]


@dataclass(frozen=True)
class ScoredFinding:
    """A finding with its series and the window it was seen in."""

    finding: Finding
    scope: dict[str, str]
    currency: str
    window: Window
    grain: Literal["day", "hour"] = "day"
    alike: tuple[Mapping[str, str], ...] = ()  # scopes beside it that grow as it does, which have no alert of their own
    hushed: bool = False  # fewer alerts are wanted there, and it does not stand out enough for one

    @property
    def since(self) -> date:
        """The day it began."""
        return self.finding.since.date()

    @property
    def impact(self) -> float:
        """Currency per day."""
        return (self.actual - self.expected) * (_HOURS if self.grain == "hour" else 1)

    @property
    def expected(self) -> float:
        """What was expected of a step of those that `lasted` counts, on average."""
        return self._averages[0]

    @property
    def actual(self) -> float:
        """What such a step came to, on average."""
        return self._averages[1]

    @property
    def lasted(self) -> int:
        """Steps from the first to the last that was out of line, of those that have wholly arrived; at least one."""
        out = np.flatnonzero(self._out)
        return int(out[-1]) + 1 if out.size else 1

    @property
    def through(self) -> date:
        """The last day that the figures are about."""
        if self._alone:
            return self.finding.moment.date()
        last = int(np.flatnonzero(self._out[:_AVERAGED])[-1])
        return (self.finding.since + last * self.window.every).date()

    @property
    def over(self) -> tuple[int, float] | None:
        """Steps it lasted and what they cost more or less together, where the
        newest whole step is as before it again; None while it lasts.
        """
        out = self._out
        if len(out) < 2 or out[-1] or not out.any() or self.finding.kind == "new":
            return None
        return self.lasted, float(np.nansum(self._beyond[: self.lasted]))

    @property
    def _alone(self) -> bool:
        """Whether its own step says it: slow growth is what it has come to, new spend has no past."""
        return self.finding.kind in ("ramp", "new") or not self._out[:_AVERAGED].any()

    @property
    def _averages(self) -> tuple[float, float]:
        if self._alone:
            return self.finding.expected, self.finding.actual
        counted = np.flatnonzero(self._out[:_AVERAGED])
        return float(self._usual[counted].mean()), float(self._arrived[counted].mean())

    @property
    def _arrived(self) -> Floats:
        first = int((self.finding.since - self.window.first) / self.window.every)
        return self.window.values[first : self.window.whole, self.finding.row]

    @property
    def _usual(self) -> Floats:
        finding = self.finding
        expected = self.window.expected_since(finding.row, finding.since, finding.expected)
        return expected[: len(self._arrived)]

    @property
    def _beyond(self) -> Floats:
        return self._arrived - self._usual

    @property
    def _out(self) -> Flags:
        """Which of the arrived steps since it began are out of line, in its direction."""
        impact = self.finding.impact
        return np.asarray(self._beyond * np.sign(impact) >= _BACK * abs(impact))

    def band(self) -> dict[str, Any]:
        """What the alert's chart shows."""
        finding = self.finding
        return self.window.band(finding.row, _CHART_STEPS[self.grain], finding.since, finding.expected)


@dataclass(frozen=True)
class Noise:
    """What a person called noise."""

    scope: Mapping[str, str]
    currency: str
    direction: str
    impact: float  # currency a day


@dataclass(frozen=True)
class _Group:
    """One cause: the finding that is reported for it, and all scopes in which it was seen on its day."""

    representative: ScoredFinding
    scopes: tuple[Mapping[str, str], ...]

    def near(self, judged: ScoredFinding) -> bool:
        """Whether a finding could be this cause: one currency and direction, begun within days, spend in common."""
        mine = self.representative
        return (
            mine.currency == judged.currency
            and mine.finding.direction == judged.finding.direction
            and abs(mine.finding.since - judged.finding.since) <= _SAME_START
            and any(touches(scope, judged.scope) for scope in self.scopes)
        )

    def explains(self, judged: ScoredFinding) -> bool:
        """Whether a finding is this cause seen from another level: it began no later, or this carries most of it."""
        if any(covers(scope, judged.scope) for scope in self.scopes):
            return judged.since <= self.representative.since or judged.scope in self.scopes
        return abs(self.representative.finding.impact) >= CARRIES * abs(judged.finding.impact)

    def grows_alike(self, judged: ScoredFinding) -> bool:
        """Whether a finding is slow growth beside this one: of the same owner, begun within days, by a like share."""
        mine, other = self.representative, judged
        return (
            mine.finding.kind == other.finding.kind == "ramp"
            and (mine.currency, mine.finding.direction) == (other.currency, other.finding.direction)
            and abs(mine.finding.since - other.finding.since) <= _SAME_GROWTH
            and _owner(mine.scope) == _owner(other.scope) is not None
            and not covers(other.scope, mine.scope)
            and (other.hushed or not mine.hushed)
            and min(mine.expected, other.expected) > 0
            and abs(mine.actual / mine.expected - other.actual / other.expected) <= _LIKE_SHARE
        )

    def within(self, judged: ScoredFinding) -> bool:
        """Whether the finding's scope holds this cause."""
        return any(covers(judged.scope, scope) for scope in self.scopes)


def group_findings(findings: Iterable[ScoredFinding], first: date) -> list[ScoredFinding]:
    """One finding per cause from the day `first` on; what repeats the cause of the days before is left out."""
    days: dict[tuple[date, str], list[ScoredFinding]] = {}
    for judged in findings:
        if judged.finding.moment.date() >= first:
            days.setdefault((judged.finding.moment.date(), judged.currency), []).append(judged)
    groups: list[_Group] = []
    for _, of_day in sorted(days.items(), key=lambda item: item[0]):
        rest = [(one, left) for one in of_day if (left := _left_unexplained(one, groups))]
        for cause in causes([ScopedFinding(one.scope, left) for one, left in rest]):
            seen_in = tuple(rest[index][0].scope for index in (cause.seen, *cause.same))
            _add(groups, rest[cause.seen][0], seen_in)
    return [group.representative for group in groups]


def _owner(scope: Mapping[str, str]) -> tuple[str, str] | None:
    """Whose a scope's cost is: its team's, else its account's; None where it names neither."""
    return next(((name, scope[name]) for name in ("team", "account") if name in scope), None)


def _add(groups: list[_Group], judged: ScoredFinding, seen_in: tuple[Mapping[str, str], ...]) -> None:
    """A new cause, or one more scope of a growth that is told already."""
    at = next((at for at, group in enumerate(groups) if group.grows_alike(judged)), None)
    if at is None:
        groups.append(_Group(judged, seen_in))
        return
    told = groups[at].representative
    if judged.scope not in told.alike:
        groups[at] = replace(groups[at], representative=replace(told, alike=(*told.alike, judged.scope)))


def _left_unexplained(judged: ScoredFinding, groups: Iterable[_Group]) -> float:
    """What of a finding's impact the causes of the days before leave open, 0 where it is one of them again.

    A wider scope is out of line with what is in it, and may be so for two causes together.
    """
    left = judged.finding.impact
    for group in groups:
        if not group.near(judged):
            continue
        if group.explains(judged):
            return 0.0
        if group.within(judged):
            left -= group.representative.finding.impact
    return left if left * judged.finding.impact > 0 else 0.0


def passes_feedback(judged: ScoredFinding, noise: Iterable[Noise]) -> bool:
    """True unless people marked similar findings as noise; each such mark raises the threshold by 50 %."""
    like = [one.impact for one in noise if (dict(one.scope), one.currency, one.direction) == _kind(judged)]
    return not like or abs(judged.impact) >= max(abs(impact) for impact in like) * _LOUDER ** len(like)


def _kind(judged: ScoredFinding) -> tuple[dict[str, str], str, str]:
    return dict(judged.scope), judged.currency, judged.finding.direction
