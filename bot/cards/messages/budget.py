"""A budget that was passed or will be: how much, when, and why."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from analysis.wording import formatting
from bot.cards.elements import blocks, figures, inputs, mrkdwn
from bot.cards.elements.blocks import Block, Card
from db.outgoing.messages import BudgetAlert, BudgetFields


def headline(payload: BudgetFields) -> str:
    """One sentence."""
    currency = str(payload.get("currency") or "USD")
    name = mrkdwn.escape(payload.get("scope") or payload["budget"], 100)
    amount, spent = formatting.money(payload["amount"], currency), formatting.money(payload["spent"], currency)
    budget = f"{amount} {_period(payload)}budget"
    if (formatting.decimal(payload["spent"]) or 0) > (formatting.decimal(payload["amount"]) or 0):
        first = f"{name} has passed its {budget}"
    elif payload.get("crosses_on"):
        first = f"{name} will pass its {budget} around {mrkdwn.day(str(payload['crosses_on']))}"
    else:
        share = float(payload["spent"]) / float(payload["amount"]) if float(payload["amount"]) else 0.0
        first = f"{name} has used {formatting.percent(share)} of its {budget}"
    heading = ""
    if (forecast := payload.get("forecast")) is not None:
        low, high = payload.get("forecast_low"), payload.get("forecast_high")
        band = (
            f" ({formatting.money(low, currency)}–{formatting.money(high, currency)})"
            if low is not None and high is not None
            else ""
        )
        heading = f", heading for {formatting.money(forecast, currency)}{band}"
    reason = f" Biggest reason: {mrkdwn.escape(payload['reason'], 200)}." if payload.get("reason") else ""
    return f"{first}: {spent} spent{heading}.{reason}"


def _period(payload: BudgetFields) -> str:
    """`November `, `2026 `; nothing where the period has no name."""
    if not payload.get("period_start"):
        return ""
    start = date.fromisoformat(str(payload["period_start"])[:10])
    names = {"monthly": f"{start:%B} ", "quarterly": "quarter's ", "yearly": "year's "}
    return names.get(str(payload.get("period")), "")


def card(payload: BudgetAlert) -> Card:
    """The breach of a threshold, with the owner named and the period's curve where the payload has a `figure`."""
    text = headline(payload)
    first, _, rest = text.partition(": ")
    figure = payload.get("figure")
    drawn, chart = figures.draw(figure) if figure else (None, None)
    owner = f"Owner {mrkdwn.mention(str(payload['owner']))}" if payload.get("owner") else ""
    name, status = str(payload["budget"]), str(payload.get("status") or "open")
    row = [
        blocks.button("See forecast", "budget_forecast", name),
        blocks.button("Change budget…", "budget_change", name),
    ]
    if payload.get("insight_id") and status in ("open", "acknowledged"):
        row.append(blocks.button("Snooze…", "insight_snooze", str(payload["insight_id"])))
    state = (
        ""
        if status == "open"
        else f"*{mrkdwn.escape(status.capitalize(), 40)}*: {mrkdwn.escape(payload.get('status_reason') or '', 500)}"
    )
    note = mrkdwn.escape(payload.get("note") or "", 300)
    held, periods = payload.get("band_held"), payload.get("band_seen")
    band = (
        f"Seen from the same day, {held} of the {periods} periods before ended within such a band." if periods else ""
    )
    closed = "" if status in ("open", "acknowledged") else f"{mrkdwn.escape(status.capitalize(), 40)} · "
    body = f"{closed}*{first}*\n{rest[:1].upper()}{rest[1:]}"
    return blocks.card(
        text,
        [
            blocks.section(body),
            drawn,
            blocks.context(band),
            blocks.context(owner),
            blocks.context(note),
            blocks.context(state),
            blocks.actions(row),
        ],
        chart,
    )


PERIODS = (("Month", "monthly"), ("Quarter", "quarterly"), ("Year", "yearly"), ("From … to …", "custom"))
ROLLOVER = "rollover"
TAKE_BACK = "take_back"


def modal(
    where: str, existing: dict[str, Any] | None, scopes: Mapping[str, Sequence[str]], currencies: Sequence[str]
) -> Block:
    """A modal to make a budget of any scope and period, or to change the `existing` one (name, amount,
    currency, period, start, end, rollover, thresholds, owner, note, and what is `told` above); its scope stays.
    """
    given = existing or {"amount": "", "currency": currencies[0], "period": "monthly", "thresholds": (0.8, 1.0)}
    fields: list[Block | None] = []
    if existing is None:
        fields = [
            inputs.field("name", "Name", inputs.text("payments in production")),
            inputs.field("scope", "For", inputs.scope(scopes)),
            inputs.field("within", "and within that", inputs.scope(scopes, everything=False), optional=True),
        ]
    else:
        fields = [
            blocks.section(f"*{mrkdwn.escape(existing['name'], 100)}*  {mrkdwn.escape(existing['scope'], 200)}"),
            blocks.context(mrkdwn.escape(existing.get("told") or "", 500)),
        ]
    if existing is None and len(currencies) > 1:
        fields.append(
            inputs.field("currency", "Currency", inputs.choice([(one, one) for one in currencies], currencies[0]))
        )
    amount = "Amount a period" if existing is None and len(currencies) > 1 else f"Amount a period, {given['currency']}"
    shares = ", ".join(f"{100 * float(share):g}" for share in given["thresholds"])
    rollover = inputs.boxes(
        [("What is left of a period is added to the next", ROLLOVER)], [ROLLOVER] if given.get("rollover") else []
    )
    if existing is not None and existing.get("note"):
        back = inputs.boxes([("Take the change back: finops.yaml holds again", TAKE_BACK)], [])
        fields += [
            blocks.context(mrkdwn.escape(existing["note"], 300)),
            inputs.field("take_back", "Or", back, optional=True),
        ]
    fields += [
        inputs.field("amount", amount, inputs.number(str(given["amount"]))),
        inputs.field("period", "Each", inputs.choice(PERIODS, str(given["period"]))),
        inputs.field(
            "start",
            "From",
            inputs.day(given.get("start")),
            optional=True,
            hint="Needed for From … to …; else the budget begins with it",
        ),
        inputs.field("end", "Until, not including", inputs.day(given.get("end")), optional=True),
        inputs.field("thresholds", "Tell at, per cent", inputs.text("80, 100", 60, shares)),
        inputs.field("rollover", "Rollover", rollover, optional=True),
        inputs.field("owner", "Owner", inputs.person(given.get("owner")), optional=True),
    ]
    title = "New budget" if existing is None else "Change budget"
    return inputs.modal("budget_save", where, title, "Save", [one for one in fields if one is not None])
