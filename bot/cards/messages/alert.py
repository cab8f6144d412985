"""An alert that already says what, when, where, who and why, and what one can do about it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from analysis.wording import formatting
from analysis.wording.formatting import percent
from bot.cards.elements import blocks, figures, mrkdwn
from bot.cards.elements.blocks import Block, Card
from bot.cards.messages.answers import why
from db.outgoing.messages import Assignment, InsightFields

_MARK = {"critical": ":rotating_light:", "high": ":warning:"}
_CLOSED = ("expected", "snoozed", "resolved")
_FIXES = {
    "proposed": "Fix proposed",
    "approved": "Fix approved",
    "running": "Fix running",
    "ticket": "Ticket open",
    "succeeded": "Fixed",
    "partial": "Partly fixed",
    "failed": "Fix failed",
    "unknown": "Fix unclear",
}
_OPEN = ("proposed", "approved", "running", "ticket")
_IN_HAND = (*_OPEN, "succeeded")


def card(payload: InsightFields) -> Card:
    """Draws an insight."""
    evidence, currency = payload.get("evidence") or {}, str(payload.get("currency") or "USD")
    title = mrkdwn.escape(payload.get("title") or "Something changed", 500)
    figure = evidence.get("figure") or _band(evidence, currency)
    drawn, chart = figures.draw(figure) if figure else (None, None)
    mark = (
        _MARK.get(str(payload.get("severity")), "")
        if payload.get("kind") == "anomaly" and payload.get("status") not in _CLOSED
        else ""
    )  # a saving is no warning, nor is what somebody has answered
    headline = f"{state_of(payload)}{mark}{' ' if mark else ''}*{title}*"
    saving = payload.get("kind") != "anomaly"
    seen = _cause_line(evidence) if saving else [*why.five_ws(evidence), *_missing(evidence, "*Not known*  ")]
    lines = [headline, _impact(payload, currency), *seen]
    return blocks.card(
        f"{title}. {_impact(payload, currency)}".strip(),
        [
            blocks.section("\n".join(line for line in lines if line)),
            drawn,
            blocks.context(
                "\n".join(part for part in (_source(evidence) if saving else "", _belief(payload, evidence)) if part)
            ),
            _status(payload),
            _fixes(evidence),
            _buttons(payload),
            blocks.feedback("insight_feedback", str(payload["id"]), "Useful", "Noise"),
        ],
        chart,
    )


def _cause_line(evidence: dict[str, Any]) -> list[str]:
    """What was found, in a line: a saving's title has said where and how much."""
    what = (evidence.get("cause") or {}).get("what")
    return [mrkdwn.escape(what, 500)] if what else []


def _source(evidence: dict[str, Any]) -> str:
    """Why a saving is believed, and what of it is not known."""
    source = (evidence.get("cause") or {}).get("why")
    parts = [mrkdwn.escape(source, 500)] if source else []
    return " · ".join([*parts, *_missing(evidence, "not known: ")])


def _missing(evidence: dict[str, Any], before: str) -> list[str]:
    missing = "; ".join(str(one) for one in evidence.get("missing") or [])
    return [f"{before}{mrkdwn.escape(missing, 500)}"] if missing else []


def _impact(payload: InsightFields, currency: str) -> str:
    impact = formatting.decimal(payload.get("impact_amount"))
    if impact is None:
        return ""
    if payload.get("kind") != "anomaly":
        return ""  # the title says it
    over = (payload.get("evidence") or {}).get("over")
    if over:
        amount = formatting.decimal(over["amount"]) or Decimal(0)
        return (
            f"It is over: {formatting.money(abs(amount), currency)} {'more' if amount > 0 else 'less'} than usual "
            "in all."
        )
    month = f"about {formatting.money(abs(impact) * 30, currency)} a month"
    return f"That is {month} {'if it stays' if impact > 0 else 'less if it stays'}."


def _belief(payload: InsightFields, evidence: dict[str, Any]) -> str:
    parts = []
    if evidence.get("confidence"):
        parts.append(f"{mrkdwn.escape(evidence['confidence'], 60)} confidence")
    if (minutes := payload.get("minutes_after_data")) is not None:
        parts.append(f"{max(1, round(float(minutes)))} min after the bill arrived")
    if payload.get("team"):
        parts.append(f"team {mrkdwn.escape(payload['team'], 80)}")
    if payload.get("owner"):
        parts.append(f"owner {mrkdwn.mention(str(payload['owner']))}")
    return " · ".join(parts)


def _status(payload: InsightFields) -> Block | None:
    status = str(payload.get("status") or "open")
    if status == "open":
        return None
    reason = mrkdwn.escape(payload.get("status_reason") or "", 500)
    return blocks.context(f"*{mrkdwn.escape(status.capitalize(), 40)}*{': ' + reason if reason else ''}")


def state_of(payload: InsightFields) -> str:
    """What has become of it, before the title: `Fix approved · `; nothing while it is open and nobody does anything."""
    status = str(payload.get("status") or "open")
    if status in _CLOSED:
        return f"{status.capitalize()} · "
    evidence = payload.get("evidence") or {}
    states = {str(fix["state"]) for fix in evidence.get("fixes") or []}
    state = next((state for state in _FIXES if state in states), None)
    if state is not None:
        return f"{_FIXES[state]}{_part(evidence, (state,))} · "
    return f"{status.capitalize()} · " if status != "open" else ""


def _part(evidence: dict[str, Any], states: tuple[str, ...]) -> str:
    """` for 2 of 4`, where the fixes in these states are for some of its resources only; else empty."""
    fixes = [fix for fix in evidence.get("fixes") or [] if fix["state"] in states]
    named = {resource for fix in fixes for resource in fix.get("part") or ()}
    resources = evidence.get("resources") or []
    if not all("part" in fix for fix in fixes) or len(named) >= len(resources):
        return ""
    return f" for {len(named)} of {len(resources)}"


def _fixes(evidence: dict[str, Any]) -> Block | None:
    """The state of each fix, with its verdict from the bill."""
    lines = []
    for fix in evidence.get("fixes") or []:
        place = f", in {mrkdwn.escape(fix['channel'], 80)}" if fix.get("channel") and fix["state"] in _IN_HAND else ""
        link = f" · {mrkdwn.link(str(fix['url']), 'open it')}" if fix.get("url") else ""
        says = fix.get("says") or f"Remediation {fix['id']} is {fix['state']}"  # as 0.2.0 stored it
        lines.append(f"{mrkdwn.escape(says, 500)}{place}{link}")
    return blocks.context("\n".join(lines)) if lines else None


def _buttons(payload: InsightFields) -> Block | None:
    number = str(payload["id"])
    if payload.get("status") == "resolved":
        return None
    row = [
        blocks.button("Investigate", "insight_investigate", number),
        *([blocks.button("Expected…", "insight_expected", number)] if payload.get("kind") == "anomaly" else []),
        blocks.button("Snooze…", "insight_snooze", number),
        blocks.button("Assign…", "insight_assign", number),
        *([blocks.button("Fewer of these…", "insight_fewer", number)] if payload.get("kind") == "anomaly" else []),
    ]
    evidence = payload.get("evidence") or {}
    states = {fix["state"] for fix in evidence.get("fixes") or []}
    in_hand = states & {*_OPEN} or ("succeeded" in states and not _part(evidence, ("succeeded",)))
    if payload.get("playbook") and payload.get("status") not in _CLOSED and not in_hand:
        row.append(blocks.button("Propose fix", "insight_propose", number))
    return blocks.actions(row)


def _band(evidence: dict[str, Any], currency: str) -> figures.Figure | None:
    series = evidence.get("series") or {}
    dates, actual = series.get("dates") or [], series.get("actual") or []
    if len(dates) < 2 or len(dates) != len(actual):
        return None
    lines = [["actual", [float(value or 0) for value in actual]]]
    if len(series.get("expected") or []) == len(dates):
        lines.append(["expected", [float(value or 0) for value in series["expected"]]])
    figure: figures.Figure = {
        "kind": "line",
        "title": "Cost an hour, actual and expected"
        if evidence.get("grain") == "hour"
        else "Cost a day, actual and expected",
        "categories": figures.date_labels([str(value) for value in dates]),
        "series": lines,
        "y_label": currency,
    }
    if len(series.get("low") or []) == len(series.get("high") or []) == len(dates):
        figure["band"] = [series["low"], series["high"]]
    return figure


def assignment(payload: Assignment) -> Card:
    """Tells the new owner, by name."""
    text = (
        f"{mrkdwn.mention(str(payload['owner']))} looks after this now, says {mrkdwn.escape(payload['by'], 80)}: "
        f"{mrkdwn.escape(payload['title'], 300)}"
    )
    return blocks.card(text, [blocks.section(text)])


def reason_modal(callback: str, where: str, title: str, ask: str, days: bool) -> Block:
    """A modal that asks for a reason, and for how long where that matters."""
    fields: list[Block] = [
        {
            "type": "input",
            "block_id": "reason",
            "label": blocks.plain_text(ask, 200),
            "element": {"type": "plain_text_input", "action_id": "reason", "max_length": 500},
        }
    ]
    if days:
        options = [
            {"text": blocks.plain_text(name, 75), "value": value}
            for name, value in (("1 day", "1"), ("1 week", "7"), ("30 days", "30"), ("90 days", "90"))
        ]
        fields.append(
            {
                "type": "input",
                "block_id": "days",
                "label": blocks.plain_text("For how long", 200),
                "element": {
                    "type": "static_select",
                    "action_id": "days",
                    "options": options,
                    "initial_option": options[1],
                },
            }
        )
    return _modal(callback, where, title, fields)


def levels(evidence: Mapping[str, Any]) -> list[Block]:
    """What each sensitivity would have told of the alert's scope, on its own history; nothing where it is not known."""
    lines = [
        f"*{mrkdwn.escape(one['level'], 20)}*{' (now)' if one['now'] else ''}: "
        f"{one['alerts_a_month']:.1f} alerts a month, {percent(float(one['recall']))} of planted events found, "
        f"{percent(float(one['precision']))} of what is told is one of them"
        for one in evidence.get("levels") or ()
        if one["recall"] is not None and one["precision"] is not None
    ]
    text = "\n".join(["On the bills of this scope, with events of known size planted into them:", *lines])
    return [blocks.section(text)] if lines else []


def assign_modal(where: str) -> Block:
    """A modal that asks for the owner."""
    element = {"type": "users_select", "action_id": "owner"}
    return _modal(
        "insight_assign",
        where,
        "Assign",
        [
            {
                "type": "input",
                "block_id": "owner",
                "label": blocks.plain_text("Who looks after this", 200),
                "element": element,
            }
        ],
    )


def _modal(callback: str, where: str, title: str, fields: list[Block]) -> Block:
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": where[:3_000],
        "title": blocks.plain_text(title, 24),
        "submit": blocks.plain_text("Save", 24),
        "close": blocks.plain_text("Cancel", 24),
        "blocks": fields,
    }
