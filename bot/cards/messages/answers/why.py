"""Why a cost changed: the five W's, and the parts that add up to the change."""

from collections.abc import Sequence
from typing import Any

from analysis.wording import formatting
from bot.cards.elements import blocks, figures, mrkdwn
from bot.cards.elements.blocks import Block, Card
from db.outgoing.messages import InsightFields

PARTS = 8
MEMBERS = 12
_LEAST = 0.005  # of an amount that is shown with cents


def five_ws(evidence: dict[str, Any]) -> list[str]:
    """The lines what, where, who and why that the evidence holds; each is left out where it is not known."""
    cause = evidence.get("cause") or {}
    names = (("what", "What"), ("when", "When"), ("where", "Where"), ("who", "Who"), ("why", "Why"))
    return [f"*{title}*  {mrkdwn.escape(cause[key], 500)}" for key, title in names if cause.get(key)]


def contributions(evidence: dict[str, Any]) -> list[tuple[str, float]]:
    """The parts of the change, largest first, the tail as `the rest`."""
    parts = [
        (str(part["name"]), float(part["amount"])) for part in (evidence.get("cause") or {}).get("contributions") or []
    ]
    parts = [(name, amount) for name, amount in parts if abs(amount) >= _LEAST]
    ranked = sorted(parts, key=lambda part: -abs(part[1]))
    shown = ranked[:PARTS]
    if len(ranked) > PARTS:
        shown.append(("the rest", sum(amount for _, amount in ranked[PARTS:])))
    return shown


def _moved(amount: float) -> str:
    return f"{amount:+,.2f}".replace("-", "−")


def _signed(share: float) -> str:
    return "0 %" if abs(share) < 0.0005 else f"{'−' if share < 0 else ''}{formatting.percent(share)}"


def _table(parts: Sequence[tuple[str, float]], currency: str) -> Block | None:
    total = sum(amount for _, amount in parts)
    rows = [[name, _moved(amount), _signed(amount / total) if total else ""] for name, amount in parts]
    return (
        blocks.table(
            ["Part", f"Change a day, {currency}", "Of the change"], [*rows, ["Total", _moved(total), ""]], (1, 2)
        )
        if rows
        else None
    )


def _members(evidence: dict[str, Any], currency: str) -> Block | None:
    """What a saving consists of, the largest first."""
    members = evidence.get("members") or []
    rows = [
        [one["name"], "not known" if one["saves"] is None else f"{one['saves']:,.2f}", one["now"], one["then"]]
        for one in members[:MEMBERS]
    ]
    if len(members) > MEMBERS:
        rest = members[MEMBERS:]
        worth = [one["saves"] for one in rest if one["saves"] is not None]
        unknown = f" and {len(rest) - len(worth)} not known" if worth and len(worth) < len(rest) else ""
        rows.append([f"{len(rest)} more", f"{sum(worth):,.2f}{unknown}" if worth else "not known", "", ""])
    return blocks.table(["Resource", f"A month, {currency}", "Now", "Then"], rows, (1,)) if rows else None


def waterfall(
    title: str, cause: dict[str, Any], parts: Sequence[tuple[str, float]], currency: str
) -> figures.Figure | None:
    """From the day's cost before to the one after, by the parts; as bars where the evidence does not hold both."""
    if len(parts) < 2:
        return None
    if isinstance(cause.get("before"), int | float) and isinstance(cause.get("after"), int | float):
        return figures.waterfall(
            title, ("Before, a day", "After, a day"), (cause["before"], cause["after"]), parts, currency
        )
    return {
        "kind": "bar",
        "title": mrkdwn.plain(title, blocks.TITLE),
        "categories": [name for name, _ in parts],
        "series": [["Change a day", [amount for _, amount in parts]]],
        "y_label": currency,
    }


def card(payload: InsightFields) -> Card:
    """What Investigate posts into the alert's thread."""
    evidence, currency = payload.get("evidence") or {}, str(payload.get("currency") or "USD")
    parts = contributions(evidence)
    lines = five_ws(evidence)
    figure = waterfall("What carries the change", evidence.get("cause") or {}, parts, currency)
    drawn, chart = figures.draw(figure) if figure else (None, None)
    title = mrkdwn.escape(payload.get("title") or "This change", 500)
    summary = "\n".join(lines) or "No single account, service, team or resource carries this change."
    cause = evidence.get("cause") or {}
    similar, compared = cause.get("similar"), cause.get("compared")
    return blocks.card(
        f"{title}: {'; '.join(line.replace('*', '') for line in lines[:3]) or summary}",
        [
            blocks.section(f"*{title}*\n{summary}"),
            blocks.context(f"By part: {mrkdwn.escape(compared, 300)}") if compared and parts else None,
            drawn,
            _table(parts, currency),
            _members(evidence, currency),
            blocks.context(f"Seen before: {mrkdwn.escape(similar, 500)}") if similar else None,
        ],
        chart,
    )
