"""How an anomaly is called on its card: what is how much out of line, since when."""

from datetime import datetime

from analysis.root_cause import Verdict
from analysis.wording.cause_words import EFFECTS
from analysis.wording.formatting import money
from flows.anomalies.grouping import ScoredFinding

_IN_TITLE = ("usage", "price", "mix")
_NAMED = 3


def title_of(judged: ScoredFinding, verdict: Verdict | None = None, team: str | None = None) -> str:
    """`Amazon RDS in payments is up $1,240 a day since Tue 17 Nov (×2.1): usage, not price`.

    `team` is whose the whole change is, where the scope names none.
    """
    finding, scope = judged.finding, {**({"team": team} if team else {}), **judged.scope}
    what = scope.get("service") or scope.get("account") or scope.get("team") or scope.get("region") or "Total cost"
    within = [scope[name] for name in ("account", "team") if name in scope and scope[name] != what]
    where = f" in {', '.join(within)}" if within else ""
    ratio = f" (×{judged.actual / judged.expected:.1f})" if judged.expected > 1 and judged.actual > 1 else ""
    each = "an hour" if judged.grain == "hour" else "a day"
    amount = f"{money(abs(judged.actual - judged.expected), judged.currency)} {each}"
    since = f"since {_moment_label(finding.since, judged.grain)}"
    if finding.kind == "new":
        return f"{what}{where} is new: {amount} {since}"
    moved = "up" if finding.direction == "up" else "down"
    creeping = ", creeping" if finding.kind == "ramp" else ""
    why = f": {EFFECTS[verdict]}" if verdict in _IN_TITLE else ""
    if judged.over is not None:
        last = finding.since + (judged.over[0] - 1) * judged.window.every
        when = (
            f"on {_moment_label(finding.since, judged.grain)}"
            if judged.over[0] == 1
            else f"from {_moment_label(finding.since, judged.grain)} to {_moment_label(last, judged.grain)}"
        )
        return f"{what}{where} was {moved} {amount} {when}{ratio}{why}"
    return f"{what}{where} is {moved} {amount} {since}{ratio}{creeping}{why}"


def what_of(judged: ScoredFinding, verdict: Verdict) -> str:
    """`$1,354 a day where $347 was expected`: the two that the title's amount lies between. The verdict stands in the
    title, and here where the title has none.
    """
    actual, expected = (money(amount, judged.currency) for amount in (judged.actual, judged.expected))
    each = "an hour" if judged.grain == "hour" else "a day"
    told = verdict in _IN_TITLE and judged.finding.kind != "new"
    why = "" if told else f"; {EFFECTS[verdict]}"
    return f"{actual} {each} where {expected if judged.expected > 0 else 'nothing'} was expected{why}{_beside(judged)}"


def _beside(judged: ScoredFinding) -> str:
    """`; S3 and DynamoDB grow alike`: what has no alert of its own for it, by what sets it apart."""
    names = [
        " in ".join(value for key, value in scope.items() if judged.scope.get(key) != value) for scope in judged.alike
    ]
    if not names:
        return ""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    shown = names[:_NAMED]
    listed = ", ".join(shown) if more or len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
    return f"; {listed}{more} {'grow' if len(names) > 1 else 'grows'} alike"


def when_of(judged: ScoredFinding) -> str:
    """`since Tue 17 Nov 2026`; of what is over, its first and its last step."""
    first = f"{_moment_label(judged.finding.since, judged.grain)} {judged.finding.since:%Y}"
    if judged.over is None:
        return f"since {first}"
    last = judged.finding.since + (judged.over[0] - 1) * judged.window.every
    return f"on {first}" if judged.over[0] == 1 else f"from {first} to {_moment_label(last, judged.grain)} {last:%Y}"


def _moment_label(moment: datetime, grain: str) -> str:
    """`Tue 17 Nov`, with the hour where hours count."""
    return f"{moment:%a} {moment.day} {moment:%b}" + (f" {moment:%H:%M} UTC" if grain == "hour" else "")
