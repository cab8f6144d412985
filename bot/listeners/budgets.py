"""Budgets in Slack: change an amount, make a new one, see the forecast."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa

from analysis.wording import formatting
from bot.cards.elements import inputs
from bot.cards.elements.blocks import Block
from bot.cards.messages import budget, forecast
from bot.listeners import clicks, scopes
from bot.listeners.clicks import Click, Listeners, Redrawn, Submission
from bot.process.runtime import Runtime
from bot.slack.errors import Recipient
from config import access
from config.access import Denied, Permission
from config.organisation import Budget
from db.outgoing import outbox
from db.outgoing.messages import note
from db.tables import BudgetRow
from domain import budgets, forecasts_view
from domain.budgets import checked

_TAKEN = "There is a budget of this name; change that one, or choose another name."


def register(listeners: Listeners) -> None:
    """Attach the listeners of this file."""
    listeners.click("budget_change", open_change)
    listeners.click("budget_forecast", show_forecast)
    listeners.form("budget_save", save)


def open_change(runtime: Runtime, click: Click) -> None:
    """Ask for what is to change, or for a new budget when the button names none."""
    about = {"channel": click.channel, "thread": click.thread, "message": click.message_ts}
    view = modal_for(runtime, click.where, about, click.value or None)
    if view is not None:
        clicks.open_modal(runtime, click, view)


def modal_for(runtime: Runtime, where: Recipient, about: dict[str, Any], name: str | None) -> Block | None:
    """The modal of a budget, or of a new one; None, and a private sentence,
    where the person may not or the budget is gone.
    """
    actor = runtime.people.actor(str(where.user))
    if isinstance(denied := access.check(actor, Permission.EDIT_BUDGET), Denied):
        clicks.post_ephemeral(runtime, where, denied.reason)
        return None
    with runtime.session() as session:
        row = session.get(BudgetRow, name) if name else None
        if name and (row is None or not access.may_see_scope(actor, row.scope)):
            clicks.post_ephemeral(runtime, where, f"There is no budget {name} any more.")
            return None
        existing = None if row is None else _form_values(row)
        version = {} if row is None else {"seen": budgets.version_of(row)}
        choices = {} if existing else scopes.visible(session, actor)
        billed = (
            session.scalars(sa.text("SELECT DISTINCT currency FROM reporting.daily_costs ORDER BY 1")).all()
            if existing is None
            else []
        )
    currencies = list(dict.fromkeys([runtime.organisation.currency, *billed]))
    return budget.modal(json.dumps({**about, "budget": name, **version}), existing, choices, currencies)


def _form_values(row: BudgetRow) -> dict[str, Any]:
    return {**_fields(budgets.budget_of(row)), "note": budgets.note_of(row)}


def _fields(model: Budget) -> dict[str, Any]:
    """What the form begins with."""
    return {
        "name": model.name,
        "scope": model.scope.label(),
        "amount": f"{model.amount.normalize():f}",
        "currency": model.currency,
        "period": model.period,
        "start": model.start and model.start.isoformat(),
        "end": model.end and model.end.isoformat(),
        "rollover": model.rollover,
        "thresholds": model.thresholds,
        "owner": model.owner,
    }


def save(runtime: Runtime, submission: Submission) -> dict[str, str] | Redrawn | None:
    """Store the budget with who changed it and from what, or let the file's hold again. What stands against it is told
    in the form, which keeps what was typed; a change that came in between is shown before it is replaced.
    """
    actor = runtime.people.actor(submission.user)
    if isinstance(denied := access.check(actor, Permission.EDIT_BUDGET), Denied):
        return {"amount": denied.reason}
    name, is_change = _name(submission), bool(submission.about.get("budget"))
    with runtime.session() as session:
        row = budgets.locked(session, name) if name else None
        if (row is None) == is_change:
            return {"amount": f"There is no budget {name} any more."} if is_change else {"name": _TAKEN}
        before = None if row is None else row.amount
        if row is not None and _takes_back(submission):
            if not budgets.is_override(row):
                return {"take_back": "finops.yaml holds already."}
            budgets.take_back(session, row, actor, runtime.clock())
        else:
            made = checked(_values(runtime, submission, row))
            if isinstance(made, dict):
                return _problems(made, name)
            if row is not None and submission.about.get("seen") != budgets.version_of(row):
                return _redrawn(submission, row, made)
            saved = budgets.save(session, made, actor, "slack", runtime.clock())
            if isinstance(saved, Denied):
                return {"scope" if row is None else "amount": saved.reason}
            row = saved
        text = f"{actor.name or actor.id} {_says(row, before)}"
        channel, thread = submission.where.channel or submission.user, submission.where.thread
        outbox.enqueue(session, channel, note(text), f"budget:{submission.view}", thread_ts=thread)
    runtime.start_soon.set()
    return None


def _problems(wrong: dict[str, str], name: str) -> dict[str, str]:
    """One sentence per field that is wrong."""
    sentences = {
        "amount": "Write an amount above zero, as 90000.",
        "thresholds": "Write per cents between 1 and 1000, as 80, 100.",
        **({} if name else {"name": "Give it a name."}),
    }
    return {field: sentences.get(field, problem) for field, problem in wrong.items()}


def _redrawn(submission: Submission, row: BudgetRow, typed: Budget) -> Redrawn:
    """The form with what was typed, and what somebody made of the budget since it was opened."""
    stands = budgets.described(budgets.budget_of(row))
    notice = f"{row.changed_by or 'finops.yaml'} changed this meanwhile: it is {stands}. Save again to replace that."
    about = {**submission.about, "seen": budgets.version_of(row)}
    shown = {**_fields(typed), "note": budgets.note_of(row), "told": notice}
    return Redrawn(budget.modal(json.dumps(about), shown, {}, [typed.currency]))


def _name(submission: Submission) -> str:
    return str(submission.about.get("budget") or submission.values.get("name") or "").strip()[:100]


def _takes_back(submission: Submission) -> bool:
    return budget.TAKE_BACK in (submission.values.get("take_back") or [])


def _values(runtime: Runtime, submission: Submission, row: BudgetRow | None) -> dict[str, Any]:
    """The budget that the fields describe, unchecked; scope and currency of a known one stay."""
    values = submission.values
    scope = inputs.chosen_scope(values.get("scope"), values.get("within")) if row is None else row.scope
    currency = values.get("currency") or runtime.organisation.currency if row is None else row.currency
    owner = values.get("owner") or (row.owner if row is not None else None)
    return {
        "name": _name(submission),
        "scope": scope,
        "amount": values.get("amount") or "",
        "currency": currency,
        "period": values.get("period") or (row.period if row is not None else "monthly"),
        "start": values.get("start") or None,
        "end": values.get("end") or None,
        "thresholds": _thresholds(str(values.get("thresholds") or "80, 100")),
        "rollover": budget.ROLLOVER in (values.get("rollover") or []),
        "owner": owner,
    }


def _thresholds(text: str) -> list[Decimal | str]:
    """Shares of 1 from per cents; what is no number stays as it was typed."""
    parts = [part.strip() for part in text.replace("%", "").replace(";", ",").split(",") if part.strip()]
    shares: list[Decimal | str] = []
    for part in dict.fromkeys(parts):
        try:
            shares.append(round(Decimal(part) / 100, 4))
        except InvalidOperation:
            shares.append(part)
    return shares


def _says(row: BudgetRow, before: Decimal | None) -> str:
    """`set the budget payments (payments) to $95k a month, it was $90k; what is left is carried over.`"""
    model = budgets.budget_of(row)
    was = f", it was {formatting.money(before, row.currency)}" if before is not None and before != row.amount else ""
    carried = "; what is left of a period is carried over" if row.rollover else ""
    of = model.scope.label()
    note = f" finops.yaml says {budgets.described(in_file)}." if (in_file := budgets.in_file(row)) else ""
    return (
        f"set the budget {row.name}{'' if of == row.name else f' ({of})'} to "
        f"{budgets.described(model)}{was}{carried}.{note}"
    )


def show_forecast(runtime: Runtime, click: Click) -> None:
    """Show the newest forecast of the budget's scope to who pressed."""
    with runtime.session() as session:
        row = session.get(BudgetRow, click.value)
        hidden = row is None or not access.may_see_scope(runtime.people.actor(click.user), row.scope)
        payload = (
            None if row is None or hidden else forecasts_view.card(session.connection(), row.scope, row.currency, 30)
        )
    if payload is None:
        clicks.post_ephemeral(
            runtime, click.where, "There is no forecast for this yet; it is made every morning after the bills arrive."
        )
    else:
        clicks.show(runtime, click.where, forecast.card(payload))
