"""Questions in words, as several people ask them: total, ranking, course, comparison, share, coverage, average."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from bot.cards.elements import tables
from bot.cards.messages import answer
from config.access import SYSTEM, Actor
from nl2sql.ask import ask
from nl2sql.deps import Deps
from tests.recomputed.recomputed import Recomputed
from tests.recomputed.said import Said, count, day, money, month, percent
from tests.recomputed.world import EC2, World

DAY = timedelta(days=1)
_PAYMENTS = Actor(id="U0PAYMENTS", name="Pia", teams=frozenset({"payments"}))
_ALIASES = {"EC2": EC2, "Vertex AI": "Vertex AI", "RDS": "Amazon Relational Database Service"}
Row = tuple[Any, ...]


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


def recompute(world: World, deps: Deps) -> Iterator[Recomputed]:
    """Every form of a question, each about a scope that the seed draws, for who sees everything and who sees a team."""
    deps = replace(deps, with_change=True)
    scopes = [Asked(world, deps), Asked(world, deps, "payments ", "team = 'payments'")]
    scopes += [Asked(world, deps, f"{alias} ", "service = ?", (name,)) for alias, name in _ALIASES.items()]
    for number, form in enumerate(_FORMS):
        yield form(scopes[(world.seed + number) % len(scopes)])
    yield grew(scopes[0])
    narrowed = Asked(world, deps, "", "team = 'payments'", (), _PAYMENTS)
    for form in world.chance.sample(_FORMS, 3):
        yield form(narrowed)


def _before(first: date) -> date:
    return (first - DAY).replace(day=1)


def _foot(asked: Asked, start: date, end: date) -> list[Said]:
    """The line under an answer: its period, and how far the bills reach."""
    return [*_span(start, end), day(asked.newest())]


def _span(start: date, end: date) -> list[Said]:
    return [day(start)] if end - start == DAY else [day(start), day(end - DAY)]


def _moved(now: float, then: float) -> list[Said]:
    return [money(now - then), percent(100 * (now / then - 1))]


def _last_month(asked: Asked) -> tuple[date, date]:
    end = asked.world.today.replace(day=1)
    return _before(end), end


def total(asked: Asked) -> Recomputed:
    """A whole month, and what it is against the one before."""
    start, end = _last_month(asked)
    question = f"{asked.words}cost last month"
    _, card = asked.card(question)
    now, then = asked.cost(start, end), asked.cost(_before(start), start)
    true: dict[str, list[Said]] = {
        "section": [money(now), month(start), *_moved(now, then), month(_before(start)), *asked.caution(end)],
        "context": _foot(asked, start, end),
    }
    return Recomputed(question, card, true)


def yesterday(asked: Asked) -> Recomputed:
    """One day against the one before."""
    start, end = asked.newest(), asked.newest() + DAY
    question = f"{asked.words}cost on {start.day} {start:%B %Y}"
    _, card = asked.card(question)
    now, then = asked.cost(start, end), asked.cost(start - DAY, start)
    true: dict[str, list[Said]] = {
        "section": [money(now), day(start), *_moved(now, then), day(start - DAY)],
        "context": _foot(asked, start, end),
    }
    return Recomputed(question, card, true)


def ranking(asked: Asked) -> Recomputed:
    """The dearest three of all: their share is of everything, not of the three."""
    start, end = _last_month(asked)
    column = "team" if "service" in asked.where else "service"
    question = f"top 3 {column}s by {asked.words}cost last month"
    result, card = asked.card(question)
    whole, rows = asked.cost(start, end), asked.by(column, start, end)[:3]
    table = [cell for _, cost in rows for cell in (count(cost), percent(100 * cost / whole))]
    true: dict[str, list[Said]] = {
        "section": [*(money(cost) for _, cost in rows), month(start), *asked.caution(end)],
        "table": [*table, count(whole), percent(100)],
        "context": _foot(asked, start, end),
    }
    _same_file(result, [(name, cost) for name, cost in rows])
    return Recomputed(question, card, true, [[cost for _, cost in rows]])


def breakdown(asked: Asked) -> Recomputed:
    """All parts of a month, adding up."""
    start, end = _last_month(asked)
    column = "team" if "service" in asked.where else "service"
    question = f"{asked.words}cost by {column} last month"
    result, card = asked.card(question)
    rows, then = asked.by(column, start, end), asked.cost(_before(start), start)
    whole = sum(cost for _, cost in rows)
    shares = all(cost >= 0 for _, cost in rows) and len(rows) > 1
    table: list[Said] = []
    for _, cost in rows:
        table += [count(cost), percent(100 * cost / whole)] if shares else [count(cost)]
    summed = [count(len(rows)), count(whole), *([percent(100)] if shares else [])]
    headline = [money(whole), *([money(rows[0][1])] if len(rows) > 1 else []), month(start)]
    true: dict[str, list[Said]] = {
        "section": [*headline, *_moved(whole, then), month(_before(start)), *asked.caution(end)],
        "table": [*table, *summed] if len(rows) > 1 else [],
        "context": _foot(asked, start, end),
    }
    _same_file(result, rows)
    return Recomputed(question, card, true, [[cost for _, cost in rows]] if len(rows) > 1 else [])


def course(asked: Asked) -> Recomputed:
    """Day by day: the sum, the average, the highest; ten rows of it, what is left out, and the total of all."""
    length = asked.world.chance.choice((5, 14, 30))
    end = asked.world.today
    start, known = end - length * DAY, asked.last() + DAY
    question = f"{asked.words}daily cost in the last {length} days"
    result, card = asked.card(question)
    days = [start + number * DAY for number in range((known - start).days)]
    costs = [asked.cost(one, one + DAY) for one in days]
    highest = max(range(len(days)), key=lambda at: costs[at])
    left = max(0, len(days) - 10)
    cells: list[Said] = [count(left), count(sum(costs[:left]))] if left else []
    cells += [cell for one, cost in zip(days[left:], costs[left:], strict=True) for cell in (day(one), count(cost))]
    true: dict[str, list[Said]] = {
        "section": [
            money(sum(costs)),
            money(sum(costs) / len(costs)),
            day(days[highest]),
            money(costs[highest]),
            *_span(start, end),
            *asked.caution(end),
        ],
        "table": [*cells, count(len(days)), count(sum(costs))],
        "context": _foot(asked, start, end),
    }
    _same_file(result, [(one.isoformat(), cost) for one, cost in zip(days, costs, strict=True)])
    return Recomputed(question, card, true, [costs])


def against(asked: Asked) -> Recomputed:
    """The running month against as many days of the one before, which stands whole beside it; where that one is
    shorter, against all of it.
    """
    first, known = asked.newest().replace(day=1), asked.newest() + DAY
    before, length = _before(first), known - first
    question = f"{asked.words}cost in {first:%B %Y} vs {before:%B %Y}"
    _, card = asked.card(question)
    running = asked.world.today < _next(first)
    until = min(before + length, first) if running else first
    now, then, whole = asked.cost(first, known), asked.cost(before, until), asked.cost(before, first)
    newer, older = (_period(first, known), _period(before, until))
    moved, side = _moved(now, then), [count(now), count(then), count(now - then), percent(100 * (now / then - 1))]
    section, table = [money(now), *moved, *older, *newer], [*newer, *older, *side]
    if running and before + length <= first:
        section += [*_span(first, asked.world.today + DAY), count(length.days)]
        if until < first:
            section += [month(before), money(whole)]
            table = [*newer, *older, month(before), *side, count(whole)]
    return Recomputed(question, card, {"section": section, "table": table, "context": _foot(asked, first, known)})


def _period(start: date, end: date) -> list[Said]:
    return [month(start)] if start.day == 1 and end == _next(start) else _span(start, end)


def _next(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def share(asked: Asked) -> Recomputed:
    """A part of everything: both sides of the division are of the scope that was named."""
    start, end = _last_month(asked)
    whole = asked.cost(start, end)
    if "service" in asked.where:
        part = asked.world.cost(f"{asked.where} AND team = 'media' AND day >= ? AND day < ?", *asked.values, start, end)
        question = f"what share of {asked.words}cost last month is media"
    else:
        part = asked.world.cost(f"{asked.where} AND service = ? AND day >= ? AND day < ?", EC2, start, end)
        question = f"what share of {asked.words}cost last month is EC2"
    _, card = asked.card(question)
    percents = percent(100 * part / whole)
    true: dict[str, list[Said]] = {
        "section": [percents, money(part), money(whole), month(start), *asked.caution(end)],
        "table": [percents, count(part), count(whole)],
        "context": _foot(asked, start, end),
    }
    return Recomputed(question, card, true)


def coverage(asked: Asked) -> Recomputed:
    """What of EC2 a savings plan covers: of all its usage, not of what is covered."""
    start, end = _last_month(asked)
    used = "service = ? AND category = 'Usage' AND day >= ? AND day < ?"
    if "team" in asked.where:
        used += f" AND {asked.where}"
    covered = asked.world.cost(f"{used} AND commitment IS NOT NULL", EC2, start, end)
    words = asked.words if "team" in asked.where and asked.asker is SYSTEM else ""
    question = f"what percentage of {words}EC2 is covered by savings plans last month"
    _, card = asked.card(question)
    true: dict[str, list[Said]] = {
        "section": [percent(100 * covered / asked.world.cost(used, EC2, start, end)), month(start)],
        "context": [*_span(start, end), day(asked.world.newest("service = ?", EC2))],
    }
    return Recomputed(question, card, true)


def average(asked: Asked) -> Recomputed:
    """A day of a running month: the days that have bills are counted, no others."""
    first, known = asked.newest().replace(day=1), asked.newest() + DAY
    question = f"average daily {asked.words}cost in {first:%B %Y}"
    _, card = asked.card(question)
    mean = asked.cost(first, known) / (known - first).days
    label = [month(first)] if known == _next(first) else _span(first, known)
    return Recomputed(question, card, {"section": [money(mean), *label], "context": _foot(asked, first, known)})


def grew(asked: Asked) -> Recomputed:
    """What grew most and what is behind it, in sections."""
    start, end = _last_month(asked)
    question = "which team grew most last month and why"
    _, card = asked.card(question)
    teams = _rising(asked, "team", start, end)
    name = teams[0][0]
    inner = "team IS NULL" if name == "unallocated" else f"team = '{name}'"
    services = _rising(replace(asked, where=f"{asked.where} AND {inner}"), "service", start, end)[:3]
    label, before = month(start), month(_before(start))
    section: list[Said] = [label, money(teams[0][1] - teams[0][2])]
    section += [money(services[0][1] - services[0][2])] if services else []
    section += [*_moves(teams, before), label]
    section += [*_moves(services, before), label] if services else [before, label]
    if len(services) > 1:
        section += [count(cell) for _, now, then in services for cell in (now, then, now - then)]
    section += [before, label]
    sides = [[now for _, now, _ in teams], [then for _, _, then in teams]] if len(teams) > 1 else []
    return Recomputed(question, card, {"section": section, "context": _foot(asked, start, end)}, sides)


def _rising(asked: Asked, column: str, start: date, end: date) -> list[tuple[str, float, float]]:
    """What rose: its name, cost and cost of the month before, what rose most first."""
    then = dict(asked.by(column, _before(start), start))
    rows = [(name, now, then.get(name, 0.0)) for name, now in asked.by(column, start, end)]
    return sorted((row for row in rows if row[1] > row[2]), key=lambda row: row[2] - row[1])[:5]


def _moves(rows: list[tuple[str, float, float]], before: Said) -> list[Said]:
    first, *others = [[*_moved(now, then)] for _, now, then in rows[:3]]
    return [*first, before, *(number for numbers in others for number in numbers)]


def _same_file(result: dict[str, Any], rows: Sequence[Row]) -> None:
    """The CSV has every row, exact to the cent."""
    _, *lines = tables.csv_of(result).splitlines()
    assert len(lines) == len(rows), lines
    for line, (name, cost) in zip(lines, rows, strict=True):
        said, _, amount = line.rpartition(",")
        assert said.strip('"') == name
        assert abs(float(amount) - cost) < 0.005, (line, cost)


_FORMS: tuple[Callable[[Asked], Recomputed], ...] = (
    total,
    yesterday,
    ranking,
    breakdown,
    course,
    against,
    share,
    coverage,
    average,
)
