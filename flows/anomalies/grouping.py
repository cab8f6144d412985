"""Groups findings by cause, keeps the scope that explains each best, and drops those that people marked as noise."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import numpy as np

from analysis.anomalies.levels import CARRIES, ScopedFinding, causes
from analysis.anomalies.scopes import covers, touches
from analysis.anomalies.score import Finding
from analysis.anomalies.state import Floats
from analysis.cause_words import EFFECTS
from analysis.formatting import money
from analysis.root_cause import Verdict

_SAME_START = timedelta(days=2)
_CHART_STEPS = {"day": 30, "hour": 48}
_LOUDER = 1.5  # how much larger than what was called noise the next one has to be
_HOURS = 24
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
        began = int((since - self.first) / self.every) - (len(self.values) - len(self.expected))
        before, cycle = self.expected[: max(began, 0), row], 7 if self.every >= timedelta(days=1) else _HOURS
        same = [
            before[began - cycle + number % cycle] if began >= cycle else expected_then
            for number in range(len(self.expected) - len(before))
        ]
        expected = np.concatenate([before, np.where(np.isfinite(same), same, expected_then)])[-steps:]
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

    @property
    def since(self) -> date:
        """The day it began."""
        return self.finding.since.date()

    @property
    def impact(self) -> float:
        """Currency per day."""
        return self.finding.impact * (_HOURS if self.grain == "hour" else 1)

    @property
    def over(self) -> tuple[int, float] | None:
        """Steps it lasted and what they cost more or less together, where the
        newest whole step is as before it again; None while it lasts.
        """
        first = int((self.finding.since - self.window.first) / self.window.every)
        beyond = self.window.values[first : self.window.whole, self.finding.row] - self.finding.expected
        out = np.abs(beyond) >= _BACK * abs(self.finding.impact)
        if len(out) < 2 or out[-1] or not out.any() or self.finding.kind == "new":
            return None
        lasted = int(np.flatnonzero(out)[-1]) + 1
        return lasted, float(beyond[:lasted].sum())

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
    """A cause: the finding that is told, and all scopes in which it was seen on its day."""

    told: ScoredFinding
    scopes: tuple[Mapping[str, str], ...]

    def near(self, judged: ScoredFinding) -> bool:
        """Whether a finding could be this cause: one currency and direction, begun within days, spend in common."""
        mine = self.told
        return (
            mine.currency == judged.currency
            and mine.finding.direction == judged.finding.direction
            and abs(mine.finding.since - judged.finding.since) <= _SAME_START
            and any(touches(scope, judged.scope) for scope in self.scopes)
        )

    def explains(self, judged: ScoredFinding) -> bool:
        """Whether a finding is this cause seen from another level: it began no later, or this carries most of it."""
        if any(covers(scope, judged.scope) for scope in self.scopes):
            return judged.since <= self.told.since or judged.scope in self.scopes
        return abs(self.told.finding.impact) >= CARRIES * abs(judged.finding.impact)

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
            groups.append(_Group(rest[cause.seen][0], seen_in))
    return [group.told for group in groups]


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
            left -= group.told.finding.impact
    return left if left * judged.finding.impact > 0 else 0.0


def passes_feedback(judged: ScoredFinding, noise: Iterable[Noise]) -> bool:
    """True unless people marked similar findings as noise; each such mark raises the threshold by 50 %."""
    like = [one.impact for one in noise if (dict(one.scope), one.currency, one.direction) == _kind(judged)]
    return not like or abs(judged.impact) >= max(abs(impact) for impact in like) * _LOUDER ** len(like)


def _kind(judged: ScoredFinding) -> tuple[dict[str, str], str, str]:
    return dict(judged.scope), judged.currency, judged.finding.direction


def title_of(judged: ScoredFinding, verdict: Verdict | None = None) -> str:
    """`Amazon RDS in payments is up $1,240 a day since Tue 17 Nov (×2.1): usage, not price`."""
    finding, scope = judged.finding, judged.scope
    what = scope.get("service") or scope.get("account") or scope.get("team") or scope.get("region") or "Total cost"
    within = [scope[name] for name in ("account", "team") if name in scope and scope[name] != what]
    where = f" in {', '.join(within)}" if within else ""
    ratio = f" (×{finding.actual / finding.expected:.1f})" if finding.expected > 1 and finding.actual > 1 else ""
    amount = f"{money(abs(finding.impact), judged.currency)} {'an hour' if judged.grain == 'hour' else 'a day'}"
    since = f"since {_said(finding.since, judged.grain)}"
    if finding.kind == "new":
        return f"{what}{where} is new: {amount} {since}"
    moved = "up" if finding.direction == "up" else "down"
    creeping = ", creeping" if finding.kind == "ramp" else ""
    why = f": {EFFECTS[verdict]}" if verdict in ("usage", "price", "mix") else ""
    if judged.over is not None:
        last = finding.since + (judged.over[0] - 1) * judged.window.every
        when = (
            f"on {_said(finding.since, judged.grain)}"
            if judged.over[0] == 1
            else f"from {_said(finding.since, judged.grain)} to {_said(last, judged.grain)}"
        )
        return f"{what}{where} was {moved} {amount} {when}{ratio}{why}"
    return f"{what}{where} is {moved} {amount} {since}{ratio}{creeping}{why}"


def what_of(judged: ScoredFinding, verdict: Verdict) -> str:
    """`$1,354 a day where $347 was expected; usage, not price`: the two that the title's amount lies between."""
    finding = judged.finding
    actual, expected = (money(amount, judged.currency) for amount in (finding.actual, finding.expected))
    each = "an hour" if judged.grain == "hour" else "a day"
    return f"{actual} {each} where {expected if finding.expected > 0 else 'nothing'} was expected; {EFFECTS[verdict]}"


def when_of(judged: ScoredFinding) -> str:
    """`since Tue 17 Nov 2026`; of what is over, its first and its last step."""
    first = f"{_said(judged.finding.since, judged.grain)} {judged.finding.since:%Y}"
    if judged.over is None:
        return f"since {first}"
    last = judged.finding.since + (judged.over[0] - 1) * judged.window.every
    return f"on {first}" if judged.over[0] == 1 else f"from {first} to {_said(last, judged.grain)} {last:%Y}"


def _said(moment: datetime, grain: str) -> str:
    """`Tue 17 Nov`, with the hour where hours count."""
    return f"{moment:%a} {moment.day} {moment:%b}" + (f" {moment:%H:%M} UTC" if grain == "hour" else "")
