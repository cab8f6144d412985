"""A budget that was passed or will be: how much, when, and why."""

from typing import Any

from analysis import money
from bot.cards import blocks, figures, mrkdwn
from bot.cards.blocks import Block, Card


def headline(payload: dict[str, Any]) -> str:
    """One sentence. `payload`: budget, scope, amount, spent, forecast, forecast_low, forecast_high, crosses_on, period_start, currency, reason, owner."""
    currency = str(payload.get("currency") or "USD")
    name = mrkdwn.escape(payload.get("scope") or payload["budget"], 100)
    amount, spent = money.money(payload["amount"], currency), money.money(payload["spent"], currency)
    over = (money.decimal(payload["spent"]) or 0) > (money.decimal(payload["amount"]) or 0)
    if over:
        first = f"{name} has passed its {amount} budget"
    elif payload.get("crosses_on"):
        first = f"{name} will pass its {amount} budget around {mrkdwn.day(str(payload['crosses_on']))}"
    else:
        first = f"{name} stays within its {amount} budget"
    heading = ""
    if payload.get("forecast") is not None:
        low, high = payload.get("forecast_low"), payload.get("forecast_high")
        band = f" ({money.money(low, currency)}–{money.money(high, currency)})" if low is not None and high is not None else ""
        heading = f", heading for {money.money(payload['forecast'], currency)}{band}"
    reason = f" Biggest reason: {mrkdwn.escape(payload['reason'], 200)}." if payload.get("reason") else ""
    return f"{first}: {spent} spent{heading}.{reason}"


def card(payload: dict[str, Any]) -> Card:
    """The breach of a threshold, with the owner named and the month's curve where the payload has a `figure`."""
    text = headline(payload)
    figure = payload.get("figure")
    drawn, chart = figures.draw(figure) if figure else (None, None)
    owner = f"Owner {mrkdwn.mention(str(payload['owner']))}" if payload.get("owner") else ""
    name = str(payload["budget"])
    row = [
        blocks.button("See forecast", "budget_forecast", name),
        blocks.button("Change budget…", "budget_change", name),
    ]
    if payload.get("insight_id"):
        row.append(blocks.button("Snooze…", "insight_snooze", str(payload["insight_id"])))
    return blocks.card(text, [blocks.section(f"*{text}*"), drawn, blocks.context(owner), blocks.actions(row)], chart)


def modal(where: str, name: str, amount: str, currency: str, existing: bool) -> Block:
    """A modal to make a budget, or to change an amount."""
    fields: list[Block] = []
    if not existing:
        fields = [_text("name", "Name", "payments"), _text("team", "Team (empty: everything)", "payments", optional=True)]
    number = {"type": "number_input", "action_id": "amount", "is_decimal_allowed": True, "min_value": "1"}
    fields.append(
        {
            "type": "input",
            "block_id": "amount",
            "label": blocks.plain_text(f"Amount a month, {currency}", 200),
            "element": {**number, "initial_value": amount} if amount else number,
        }
    )
    return {
        "type": "modal",
        "callback_id": "budget_save",
        "private_metadata": where[:3_000],
        "title": blocks.plain_text("Change budget" if existing else "New budget", 24),
        "submit": blocks.plain_text("Save", 24),
        "close": blocks.plain_text("Cancel", 24),
        "blocks": [blocks.section(f"*{mrkdwn.escape(name, 100)}*"), *fields] if existing else fields,
    }


def _text(block_id: str, label: str, placeholder: str, optional: bool = False) -> Block:
    return {
        "type": "input",
        "block_id": block_id,
        "optional": optional,
        "label": blocks.plain_text(label, 200),
        "element": {
            "type": "plain_text_input",
            "action_id": block_id,
            "max_length": 100,
            "placeholder": blocks.plain_text(placeholder, 150),
        },
    }
