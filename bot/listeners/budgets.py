"""Budgets in Slack: change an amount, make a new one, see the forecast."""

import json
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa

from analysis import formatting
from bot.cards.elements import inputs
from bot.cards.elements.blocks import Block
from bot.cards.messages import budget, forecast
from bot.listeners import clicks, scopes
from bot.listeners.clicks import Click, Listeners, Submission
from bot.runtime import Runtime
from bot.slack.errors import Where
from config import access
from config.access import Action, Denied
from db import audit, outbox
from db.tables import BudgetRow
from domain import forecasts_view


def register(listeners: Listeners) -> None:
    """Attach the listeners of this file."""
    listeners.click("budget_change", open_change)
    listeners.click("budget_forecast", show_forecast)
    listeners.submit("budget_save", save, complain)


def open_change(runtime: Runtime, click: Click) -> None:
    """Ask for what is to change, or for a new budget when the button names none."""
    about = {"channel": click.channel, "thread": click.thread, "message": click.message_ts}
    view = modal_for(runtime, click.where, about, click.value or None)
    if view is not None:
        clicks.open_modal(runtime, click, view)


def modal_for(runtime: Runtime, where: Where, about: dict[str, Any], name: str | None) -> Block | None:
    """The modal of a budget, or of a new one; None, and a private sentence,
    where the person may not or the budget is gone.
    """
    actor = runtime.people.actor(str(where.user))
    if isinstance(denied := access.check(actor, Action.EDIT_BUDGET), Denied):
        clicks.whisper(runtime, where, denied.reason)
        return None
    with runtime.session() as session:
        row = session.get(BudgetRow, name) if name else None
        if name and (row is None or not scopes.may_see(actor, row.scope)):
            clicks.whisper(runtime, where, f"There is no budget {name} any more.")
            return None
        known = None if row is None else _known(row)
        choices = {} if known else scopes.visible(session, actor)
        billed = (
            session.scalars(sa.text("SELECT DISTINCT currency FROM reporting.daily_costs ORDER BY 1")).all()
            if known is None
            else []
        )
    currencies = list(dict.fromkeys([runtime.organisation.currency, *billed]))
    return budget.modal(json.dumps({**about, "budget": name}), known, choices, currencies)


def _known(row: BudgetRow) -> dict[str, Any]:
    return {
        "name": row.name, "scope": forecasts_view.label_of(row.scope), "amount": f"{row.amount.normalize():f}", "currency": row.currency, "period": row.period,
        "start": row.starts_on and row.starts_on.isoformat(), "end": row.ends_on and row.ends_on.isoformat(), "rollover": row.rollover,
        "thresholds": row.thresholds, "owner": row.owner,
    }  # fmt: skip


def complain(runtime: Runtime, submission: Submission) -> dict[str, str]:
    """What is wrong with the fields."""
    values, found = submission.values, {}
    name = str(values.get("name") or "").strip()
    if _amount(submission) is None:
        found["amount"] = "Write an amount above zero, as 90000."
    if _thresholds(submission) is None:
        found["thresholds"] = "Write per cents between 1 and 1000, as 80, 100."
    start, end = _day(values.get("start")), _day(values.get("end"))
    if values.get("period") == "custom" and start is None:
        found["start"] = "Such a budget needs its first day."
    if values.get("period") == "custom" and end is None:
        found["end"] = "Such a budget needs the day it ends on."
    if start is not None and end is not None and end <= start:
        found["end"] = "It must end after it starts."
    if not submission.about.get("budget"):
        if not name:
            found["name"] = "Give it a name."
        else:
            with runtime.session() as session:
                if session.get(BudgetRow, name[:100]) is not None:
                    found["name"] = "There is a budget of this name; change that one, or choose another name."
    return found


def _amount(submission: Submission) -> Decimal | None:
    try:
        amount = Decimal(str(submission.values.get("amount") or ""))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 < amount < Decimal(10) ** 12 else None


def _thresholds(submission: Submission) -> list[float] | None:
    """Shares of 1, in order; None when one is no per cent."""
    parts = str(submission.values.get("thresholds") or "80, 100").replace("%", "").replace(";", ",").split(",")
    try:
        shares = sorted({round(float(part) / 100, 4) for part in parts if part.strip()})
    except ValueError:
        return None
    return shares if shares and all(0.01 <= share <= 10 for share in shares) else None


def _day(value: object) -> date | None:
    return date.fromisoformat(str(value)) if value else None


def save(runtime: Runtime, submission: Submission) -> None:
    """Store the budget with who changed it and from what."""
    actor, values = runtime.people.actor(submission.user), submission.values
    amount, thresholds = _amount(submission), _thresholds(submission)
    denied = access.check(actor, Action.EDIT_BUDGET)
    if isinstance(denied, Denied) or amount is None or thresholds is None:
        clicks.whisper(runtime, submission.where, denied.reason if isinstance(denied, Denied) else "That is no amount.")
        return
    name = str(submission.about.get("budget") or values.get("name")).strip()[:100]
    scope = inputs.chosen_scope(values.get("scope"), values.get("within"))
    with runtime.session() as session:
        row = session.get(BudgetRow, name, with_for_update=True)
        if not scopes.may_see(actor, scope if row is None else row.scope):
            clicks.whisper(runtime, submission.where, f"There is no budget {name} that you may see.")
            return
        before = None if row is None else row.amount
        if row is None:
            row = BudgetRow(
                name=name, scope=scope, currency=str(values.get("currency") or runtime.organisation.currency)
            )
            session.add(row)
        row.amount, row.origin, row.thresholds = amount, "slack", thresholds
        row.period = str(values.get("period") or row.period or "monthly")
        row.starts_on, row.ends_on = _day(values.get("start")), _day(values.get("end"))
        row.rollover, row.owner = budget.ROLLOVER in (values.get("rollover") or []), values.get("owner") or row.owner
        details = {"from": before, "to": amount, "scope": row.scope, "period": row.period, "rollover": row.rollover}
        audit.append(session, actor.id, "budget.changed", name, details)
        text = f"{actor.name or actor.id} {_says(row, before)}"
        channel, thread = submission.where.channel or submission.user, submission.where.thread
        outbox.leave(session, channel, "note", {"text": text}, f"budget:{submission.view}", thread_ts=thread)


def _says(row: BudgetRow, before: Decimal | None) -> str:
    """`set the budget payments (payments) to $95k a month, it was $90k; what is left is carried over.`"""
    each = {"monthly": "a month", "quarterly": "a quarter", "yearly": "a year"}.get(
        row.period, f"from {row.starts_on} to {row.ends_on}"
    )
    was = f", it was {formatting.money(before, row.currency)}" if before is not None and before != row.amount else ""
    carried = "; what is left of a period is carried over" if row.rollover else ""
    of = forecasts_view.label_of(row.scope)
    return f"set the budget {row.name}{'' if of == row.name else f' ({of})'} to {formatting.money(row.amount, row.currency)} {each}{was}{carried}."


def show_forecast(runtime: Runtime, click: Click) -> None:
    """Show the newest forecast of the budget's scope to who pressed."""
    with runtime.session() as session:
        row = session.get(BudgetRow, click.value)
        hidden = row is None or not scopes.may_see(runtime.people.actor(click.user), row.scope)
        payload = (
            None if row is None or hidden else forecasts_view.card(session.connection(), row.scope, row.currency, 30)
        )
    if payload is None:
        clicks.whisper(
            runtime, click.where, "There is no forecast for this yet; it is made every morning after the bills arrive."
        )
    else:
        clicks.show(runtime, click.where, forecast.card(payload))
