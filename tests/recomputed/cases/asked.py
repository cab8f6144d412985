"""A question as somebody asks it, and what its card says around the figures: periods, changes, the bills' reach."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.cards.messages.answers import answer
from config.access import SYSTEM, Actor
from nl2sql.ask import ask
from nl2sql.deps import Deps
from tests.recomputed.said import Said, count, day, money, month, percent
from tests.recomputed.world import World

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    """A question, who asks it, and the condition on the bills that it is about."""

    world: World
    deps: Deps
    words: str = ""
    where: str = "true"
    values: tuple[Any, ...] = ()
    asker: Actor = SYSTEM

    def cost(self, start: date, end: date) -> float:
        """Cost in [start, end)."""
        return self.world.cost(f"{self.where} AND day >= ? AND day < ?", *self.values, start, end)

    def newest(self) -> date:
        """The last day that all providers of the scope have billed."""
        return self.world.newest(self.where, *self.values)

    def last(self) -> date:
        """The last day that any of them has billed."""
        found: date = self.world.one(f"SELECT max(day) FROM bills WHERE {self.where}", *self.values)
        return found

    def caution(self, end: date) -> list[Said]:
        """What is said where some days of a period that ends before `end` are not whole."""
        return [day(self.newest())] if self.newest() < self.last() and end - DAY > self.newest() else []

    def by(self, column: str, start: date, end: date) -> list[tuple[str, float]]:
        """Cost by a dimension, the dearest first."""
        sql = f"""SELECT coalesce({column}, 'unallocated'), sum(cost) FROM bills
            WHERE category <> 'Tax' AND {self.where} AND day >= ? AND day < ? GROUP BY 1 ORDER BY 2 DESC, 1"""
        return [(str(name), float(cost)) for name, cost in self.world.rows(sql, *self.values, start, end)]

    def card(self, question: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """The stored result and its card."""
        outcome = ask(question, self.asker, None, self.deps)
        result = json.loads(json.dumps(outcome.to_stored(), default=str))
        assert result["outcome"] == "answer", (question, result["text"])
        return result, answer.card(result, "REFERENCE", self.world.today)


def month_before(first: date) -> date:
    return (first - DAY).replace(day=1)


def foot(asked: Asked, start: date, end: date) -> list[Said]:
    """The line under an answer: its period, and how far the bills reach."""
    return [*span(start, end), day(asked.newest())]


def span(start: date, end: date) -> list[Said]:
    return [day(start)] if end - start == DAY else [day(start), day(end - DAY)]


def moved_by(now: float, then: float) -> list[Said]:
    return [money(now - then), percent(100 * (now / then - 1))]


def a_day(now: float, then: float, start: date, before: date, end: date) -> list[Said]:
    """Of two months that follow each other, where one is longer: which, by how much, and how a day's cost moved; `end`
    may lie within the newer.
    """
    days, days_before = (end - start).days, (start - before).days
    if days == days_before:
        return []
    cost, cost_before = now / days, then / days_before
    newer: list[Said] = [month(start)] if end.day == 1 else span(start, end)
    longer = newer if days > days_before else [month(before)]
    return [*longer, count(abs(days - days_before)), money(cost), *moved_by(cost, cost_before)]


def last_month(asked: Asked) -> tuple[date, date]:
    end = asked.world.today.replace(day=1)
    return month_before(end), end
