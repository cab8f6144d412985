"""Budgets in Slack: change an amount, make a new one, see the forecast."""

from decimal import Decimal, InvalidOperation

import access
from access import Action, Denied
from analysis import money
from bot import clicks
from bot.cards import budget, forecast
from bot.clicks import Click, Listeners, Submission
from bot.runtime import Runtime
from db import audit, outbox, outlook
from db.tables import BudgetRow


def register(listeners: Listeners) -> None:
    """Attach the listeners of this file."""
    listeners.click("budget_change", open_change)
    listeners.click("budget_forecast", show_forecast)
    listeners.submit("budget_save", save, complain)


def open_change(runtime: Runtime, click: Click) -> None:
    """Ask for a new amount, or for a new budget when the button names none."""
    denied = access.check(runtime.people.actor(click.user), Action.EDIT_BUDGET)
    if isinstance(denied, Denied):
        clicks.whisper(runtime, click.where, denied.reason)
        return
    with runtime.session() as session:
        row = session.get(BudgetRow, click.value) if click.value else None
        known = None if row is None else (row.name, f"{row.amount:f}", row.currency)
    name, amount, currency = known or ("", "", runtime.organisation.currency)
    clicks.open_modal(runtime, click, budget.modal(clicks.about(click, budget=name), name, amount, currency, existing=bool(known)))


def complain(runtime: Runtime, submission: Submission) -> dict[str, str]:
    """What is wrong with the fields."""
    found = {}
    if _amount(submission) is None:
        found["amount"] = "Write an amount above zero, as 90000."
    if not submission.about.get("budget") and not str(submission.values.get("name") or "").strip():
        found["name"] = "Give it a name."
    return found


def _amount(submission: Submission) -> Decimal | None:
    try:
        amount = Decimal(str(submission.values.get("amount") or ""))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 < amount < Decimal(10) ** 12 else None


def save(runtime: Runtime, submission: Submission) -> None:
    """Store the budget with who changed it and from what."""
    actor, amount = runtime.people.actor(submission.user), _amount(submission)
    denied = access.check(actor, Action.EDIT_BUDGET)
    if isinstance(denied, Denied) or amount is None:
        clicks.whisper(runtime, submission.where, denied.reason if isinstance(denied, Denied) else "That is no amount.")
        return
    name = str(submission.about.get("budget") or submission.values.get("name")).strip()[:100]
    team = str(submission.values.get("team") or "").strip()
    with runtime.session() as session:
        row = session.get(BudgetRow, name, with_for_update=True)
        before = None if row is None else row.amount
        if row is None:
            row = BudgetRow(name=name, scope={"team": team} if team else {}, currency=runtime.organisation.currency)
            session.add(row)
        row.amount, row.origin = amount, "slack"
        audit.append(session, actor.id, "budget.changed", name, {"from": before, "to": amount, "scope": row.scope})
        was = f", it was {money.money(before, row.currency)}" if before is not None else ""
        text = f"{actor.name or actor.id} set the budget {name} to {money.money(amount, row.currency)} a month{was}."
        channel, thread = submission.where.channel or submission.user, submission.where.thread
        outbox.leave(session, channel, "note", {"text": text}, f"budget:{submission.view}", thread_ts=thread)


def show_forecast(runtime: Runtime, click: Click) -> None:
    """Show the newest forecast of the budget's scope to who pressed."""
    with runtime.session() as session:
        row = session.get(BudgetRow, click.value)
        payload = None if row is None else outlook.card(session.connection(), row.scope, row.currency, 30)
    if payload is None:
        clicks.whisper(runtime, click.where, "There is no forecast for this yet; it is made every morning after the bills arrive.")
    else:
        clicks.show(runtime, click.where, forecast.card(payload))
