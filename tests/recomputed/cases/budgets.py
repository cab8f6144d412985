"""Budgets that the seed draws around what is spent, as `check_budgets` tells of them."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.cards import message_types
from config.organisation import Budget, Channel, Organisation, Scope
from db.database import Database
from db.outgoing.messages import stored
from db.tables import OutboxMessage
from flows.forecasts.check_budgets import run
from tests.recomputed import said, world
from tests.recomputed.recomputed import Recomputed
from tests.recomputed.said import Said
from tests.recomputed.world import World

Period = Literal["monthly", "quarterly", "yearly", "custom"]
DAY = timedelta(days=1)
_SCOPES = {"payments": ("team", "team = 'payments'"), "everything": ("total", "true")}
_MONTHS: dict[Period, int] = {"monthly": 1, "quarterly": 3, "yearly": 12}


def organisation_of(planted: World, database: Database) -> Organisation:
    """A budget of a team and one of everything, each with a forecast of its scope."""
    budgets = []
    for label, (kind, where) in _SCOPES.items():
        level = planted.cost(f"{where} AND day > ?", planted.newest(where) - 28 * DAY) / 28
        world.predict(database, planted, kind, label, level, days=400)
        period = planted.chance.choice(list(_MONTHS))
        start, end = _period(planted.newest(where) + DAY, period)
        amount = round(level * (end - start).days * planted.chance.choice((0.05, 0.6, 0.9, 1.0, 1.3)), 2)
        scope = Scope(team=label) if kind == "team" else Scope()
        budgets.append(
            Budget(name=label, scope=scope, amount=Decimal(str(max(amount, 1))), period=period, owner="U0LEAD001")
        )
    return Organisation(
        budgets=tuple(budgets), channels=(Channel(channel="#all"), Channel(channel="#pay", team="payments"))
    )


def _period(day: date, period: Period) -> tuple[date, date]:
    length = _MONTHS[period]
    first = date(day.year, (day.month - 1) // length * length + 1, 1)
    index = first.year * 12 + first.month - 1 + length
    return first, date(index // 12, index % 12 + 1, 1)


def recompute(planted: World, database: Database, organisation: Organisation) -> Iterator[Recomputed]:
    """Every budget that is told of."""
    run(database, organisation, planted.now)
    with Session(database.app) as session:
        told = {
            row.payload["budget"]: row.payload
            for row in session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == "budget"))
        }
    for budget in organisation.budgets:
        true, charted, silent = _true(planted, budget)
        assert (budget.name in told) is not silent, (budget, silent)
        if not silent:
            figures = told[budget.name]
            over = (figures["forecast"] or figures["spent"]) - figures["amount"]
            planted.told[budget.name] = max(over, 0), _title(true["section"], budget.period == "monthly")
            message: Any = stored("budget", told[budget.name])
            yield Recomputed(f"the budget of {budget.name}", message_types.draw(message, planted.today), true, charted)


def _true(planted: World, budget: Budget) -> tuple[dict[str, list[Said]], list[list[float | None]], bool]:
    kind, where = _SCOPES[budget.name]
    through, amount = planted.newest(where), float(budget.amount)
    start, end = _period(through + DAY, budget.period)
    spent = planted.cost(f"{where} AND day >= ? AND day <= ?", start, through)
    past = [start + at * DAY for at in range((through + DAY - start).days)]
    each = planted.by_day(where)
    run_up = list(accumulate(each.get(day, 0.0) for day in past))
    ends = heading(planted, kind, budget.name, through + DAY, end)
    coming = range(len(ends))
    path = [*run_up, *(spent + total for total, _, _ in ends)]
    crossed = next((start + at * DAY for at, value in enumerate(path) if value >= amount), None)
    ends_at = [spent + part for part in (ends[-1] if ends else (0.0, 0.0, 0.0))]
    passed = crossed is not None and crossed <= through
    silent = crossed is None and spent < 0.8 * amount
    said_of: list[Said] = [] if crossed is not None else [said.percent(100 * spent / amount)]
    said_of += [said.money(amount), *([said.month(start)] if budget.period == "monthly" else [])]
    said_of += [said.day(crossed)] if crossed is not None and not passed else []
    said_of += [said.money(one) for one in (spent, *ends_at)]
    said_of += _reason(planted, where, start, through, start - (end - start))
    before: list[float | None] = [*[None] * (len(past) - 1), *run_up[-1:]]
    charted = [[*run_up, *[None] * len(coming)]]
    if coming:
        charted += [[*before, *(spent + one[side] for one in ends)] for side in range(3)]
    return {"section": said_of}, [*charted, [amount]], silent


def _title(said_of: list[Said], monthly: bool) -> list[Said]:
    """The insight's: like the card's first sentence, without the period's name; how much is spent unless a per cent
    says so.
    """
    numbers = [one for one in said_of if not (monthly and isinstance(one, said.Day) and one.day == 0)]
    if isinstance(numbers[0], said.Number) and numbers[0].unit == "%":
        return numbers[:2]
    return numbers[:3] if isinstance(numbers[1], said.Day) else numbers[:2]


def heading(planted: World, kind: str, label: str, start: date, end: date) -> list[tuple[float, float, float]]:
    """For each day of [start, end) what is expected by its end: days before the one the forecast was made on are as the
    same weekday of its first week.
    """
    rows = planted.rows(
        "SELECT expected, low, high FROM forecasts WHERE kind = ? AND scope = ? ORDER BY day", kind, label
    )
    late = max((planted.one("SELECT max(made_on) FROM forecasts") - start).days, 0)
    days = [*(rows[(at - late) % 7] for at in range(late)), *rows][: (end - start).days]
    ends, total, away, own = [], 0.0, [0.0, 0.0], [0.0, 0.0]
    for mean, *sides in ([float(value) for value in row] for row in days):
        total += mean
        away = [sum_ + abs(side - mean) for sum_, side in zip(away, sides, strict=True)]
        own = [sum_ + (side - mean) ** 2 for sum_, side in zip(own, sides, strict=True)]
        reach = [(0.5 * one**2 + 0.5 * other) ** 0.5 for one, other in zip(away, own, strict=True)]
        ends.append((total, total - reach[0], total + reach[1]))
    return ends


def _reason(planted: World, where: str, start: date, through: date, before: date) -> list[Said]:
    """The service that grew most against as many days of the period before."""
    length = through + DAY - start
    rows = planted.rows(
        f"""SELECT service, sum(CASE WHEN day >= ? THEN cost ELSE -cost END) AS grown FROM bills
        WHERE category <> 'Tax' AND {where} AND (day >= ? AND day <= ? OR day >= ? AND day < ?)
        GROUP BY service ORDER BY 2 DESC LIMIT 1""",
        start,
        start,
        through,
        before,
        before + length,
    )
    return [said.money(float(rows[0][1]))] if rows and rows[0][1] > 0 else []
