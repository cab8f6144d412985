"""The Home tab of who sees everything and of who sees a team."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy.orm import Session

from bot.cards.messages import home
from bot.listeners.home import gather
from config.access import SYSTEM, Actor
from config.organisation import Organisation
from db.database import Database
from tests.recomputed import said, world
from tests.recomputed.cases.budgets import heading
from tests.recomputed.recomputed import Recomputed
from tests.recomputed.said import Said
from tests.recomputed.world import TEAMS, World

DAY = timedelta(days=1)
_PIA = Actor(id="U0PAYMENTS", name="Pia", teams=frozenset({"payments"}))


def recompute(planted: World, database: Database, organisation: Organisation) -> Iterator[Recomputed]:
    """A line a team: the month so far, the last week, the budget, what it is heading for."""
    through = planted.newest()
    for actor, teams in ((SYSTEM, [team for team in TEAMS if team]), (_PIA, ["payments"])):
        with Session(database.app) as session:
            gathered = gather(session, actor, planted.today, organisation)
        gathered["kpis"] = []  # the product's own measures are of no bill
        said_of: list[tuple[float, list[Said]]] = [_team(planted, organisation, team, through) for team in teams]
        lines = [one for _, line in sorted(said_of, key=lambda pair: -pair[0]) for one in line]
        titles = planted.titles("payments", *(("everything",) if actor is SYSTEM else ()))
        view = home.view(gathered)
        yield Recomputed(
            f"the Home of {actor.name}", view, {"section": [*lines, *titles], "context": [said.day(through)]}
        )


def _team(planted: World, organisation: Organisation, team: str, through: date) -> tuple[float, list[Said]]:
    first, end = through.replace(day=1), (through.replace(day=1) + timedelta(days=32)).replace(day=1)
    month = planted.cost("team = ? AND day >= ? AND day <= ?", team, first, through)
    week = planted.cost("team = ? AND day > ? AND day <= ?", team, through - 7 * DAY, through)
    before = planted.cost("team = ? AND day > ? AND day <= ?", team, through - 14 * DAY, through - 7 * DAY)
    numbers: list[Said] = [
        said.money(month),
        said.count(7),
        said.money(week - before),
        said.percent(100 * (week / before - 1)),
    ]
    budget = next((b for b in organisation.budgets if b.name == team and b.period == "monthly"), None)
    if budget is not None:
        numbers += [said.percent(100 * month / float(budget.amount)), said.money(float(budget.amount))]
    made = planted.one("SELECT max(made_on) FROM forecasts WHERE kind = 'team' AND scope = ?", team)
    if made == through + DAY and through + DAY < end:
        numbers.append(said.money(month + world.ahead(planted, "team", team, through + DAY, end)[0]))
    elif budget is not None and through + DAY < end:
        numbers.append(said.money(month + heading(planted, "team", team, through + DAY, end)[-1][0]))
    return month, [*numbers, said.count(30)]
