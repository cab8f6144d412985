"""Questions in words, as several people ask them: total, ranking, course, comparison, share, coverage, average."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot.cards.elements import tables
from config.access import SYSTEM, Actor
from nl2sql.deps import Deps
from tests.recomputed.cases import sections
from tests.recomputed.cases.asked import DAY, Asked, a_day, foot, last_month, month_before, moved_by, span
from tests.recomputed.recomputed import Recomputed
from tests.recomputed.said import Said, count, day, money, month, percent
from tests.recomputed.world import EC2, World

_PAYMENTS = Actor(id="U0PAYMENTS", name="Pia", teams=frozenset({"payments"}))
_ALIASES = {"EC2": EC2, "Vertex AI": "Vertex AI", "RDS": "Amazon Relational Database Service"}
Row = tuple[Any, ...]


def recompute(world: World, deps: Deps) -> Iterator[Recomputed]:
    """Every form of a question, each about a scope that the seed draws, for who sees everything and who sees a team."""
    deps = replace(deps, with_change=True)
    scopes = [Asked(world, deps), Asked(world, deps, "payments ", "team = 'payments'")]
    scopes += [Asked(world, deps, f"{alias} ", "service = ?", (name,)) for alias, name in _ALIASES.items()]
    for number, form in enumerate(_FORMS):
        yield form(scopes[(world.seed + number) % len(scopes)])
    yield sections.grew(scopes[0])
    narrowed = Asked(world, deps, "", "team = 'payments'", (), _PAYMENTS)
    for form in world.chance.sample(_FORMS, 3):
        yield form(narrowed)


def total(asked: Asked) -> Recomputed:
    """A whole month, and what it is against the one before."""
    start, end = last_month(asked)
    question = f"{asked.words}cost last month"
    _, card = asked.card(question)
    now, then = asked.cost(start, end), asked.cost(month_before(start), start)
    true: dict[str, list[Said]] = {
        "section": [
            *(money(now), month(start), *moved_by(now, then), month(month_before(start))),
            *a_day(now, then, start, month_before(start), end),
            *asked.caution(end),
        ],
        "context": foot(asked, start, end),
    }
    return Recomputed(question, card, true)


def yesterday(asked: Asked) -> Recomputed:
    """One day against the one before."""
    start, end = asked.newest(), asked.newest() + DAY
    question = f"{asked.words}cost on {start.day} {start:%B %Y}"
    _, card = asked.card(question)
    now, then = asked.cost(start, end), asked.cost(start - DAY, start)
    true: dict[str, list[Said]] = {
        "section": [money(now), day(start), *moved_by(now, then), day(start - DAY)],
        "context": foot(asked, start, end),
    }
    return Recomputed(question, card, true)


def ranking(asked: Asked) -> Recomputed:
    """The dearest three of all: their share is of everything, not of the three."""
    start, end = last_month(asked)
    column = "team" if "service" in asked.where else "service"
    question = f"top 3 {column}s by {asked.words}cost last month"
    result, card = asked.card(question)
    whole, rows = asked.cost(start, end), asked.by(column, start, end)[:3]
    table: list[Said] = [cell for _, cost in rows for cell in (count(cost), percent(100 * cost / whole))]
    true: dict[str, list[Said]] = {
        "section": [*(money(cost) for _, cost in rows), month(start), *asked.caution(end)],
        "table": [*table, count(whole), percent(100)],
        "context": foot(asked, start, end),
    }
    _same_file(result, [(name, cost) for name, cost in rows])
    return Recomputed(question, card, true, [[cost for _, cost in rows]])


def breakdown(asked: Asked) -> Recomputed:
    """All parts of a month, adding up."""
    start, end = last_month(asked)
    column = "team" if "service" in asked.where else "service"
    question = f"{asked.words}cost by {column} last month"
    result, card = asked.card(question)
    rows, then = asked.by(column, start, end), asked.cost(month_before(start), start)
    whole = sum(cost for _, cost in rows)
    shares = all(cost >= 0 for _, cost in rows) and len(rows) > 1
    table: list[Said] = []
    for _, cost in rows:
        table += [count(cost), percent(100 * cost / whole)] if shares else [count(cost)]
    summed = [count(len(rows)), count(whole), *([percent(100)] if shares else [])]
    headline: list[Said] = [money(whole), *([money(rows[0][1])] if len(rows) > 1 else []), month(start)]
    headline += [*moved_by(whole, then), month(month_before(start))]
    headline += [*a_day(whole, then, start, month_before(start), end), *asked.caution(end)]
    true: dict[str, list[Said]] = {
        "section": headline,
        "table": [*table, *summed] if len(rows) > 1 else [],
        "context": foot(asked, start, end),
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
            *span(start, end),
            *asked.caution(end),
        ],
        "table": [*cells, count(len(days)), count(sum(costs))],
        "context": foot(asked, start, end),
    }
    _same_file(result, [(one.isoformat(), cost) for one, cost in zip(days, costs, strict=True)])
    return Recomputed(question, card, true, [costs])


def against(asked: Asked) -> Recomputed:
    """The running month against as many days of the one before, which stands whole beside it; where that one is
    shorter, against all of it.
    """
    first, known = asked.newest().replace(day=1), asked.newest() + DAY
    before, length = month_before(first), known - first
    question = f"{asked.words}cost in {first:%B %Y} vs {before:%B %Y}"
    _, card = asked.card(question)
    running = asked.world.today < _next(first)
    until = min(before + length, first) if running else first
    now, then, whole = asked.cost(first, known), asked.cost(before, until), asked.cost(before, first)
    newer, older = (_period(first, known), _period(before, until))
    moved, side = moved_by(now, then), [count(now), count(now - then), percent(100 * (now / then - 1)), count(then)]
    section, table = [money(now), *moved, *older, *newer], [*newer, *older, *side]
    if until == first:
        section += a_day(now, then, first, before, known)
    if running and before + length <= first:
        section += [*span(first, asked.world.today + DAY), count(length.days)]
        if until < first:
            section += [month(before), money(whole)]
            table = [*newer, *older, month(before), *side, count(whole)]
    return Recomputed(question, card, {"section": section, "table": table, "context": foot(asked, first, known)})


def _period(start: date, end: date) -> list[Said]:
    return [month(start)] if start.day == 1 and end == _next(start) else span(start, end)


def _next(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def share(asked: Asked) -> Recomputed:
    """A part of everything: both sides of the division are of the scope that was named."""
    start, end = last_month(asked)
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
        "context": foot(asked, start, end),
    }
    return Recomputed(question, card, true)


def coverage(asked: Asked) -> Recomputed:
    """What of EC2 a savings plan covers: of all its usage, not of what is covered."""
    start, end = last_month(asked)
    used = "service = ? AND category = 'Usage' AND day >= ? AND day < ?"
    if "team" in asked.where:
        used += f" AND {asked.where}"
    covered = asked.world.cost(f"{used} AND commitment IS NOT NULL", EC2, start, end)
    words = asked.words if "team" in asked.where and asked.asker is SYSTEM else ""
    question = f"what percentage of {words}EC2 is covered by savings plans last month"
    _, card = asked.card(question)
    true: dict[str, list[Said]] = {
        "section": [percent(100 * covered / asked.world.cost(used, EC2, start, end)), month(start)],
        "context": [*span(start, end), day(asked.world.newest("service = ?", EC2))],
    }
    return Recomputed(question, card, true)


def average(asked: Asked) -> Recomputed:
    """A day of a running month: the days that have bills are counted, no others."""
    first, known = asked.newest().replace(day=1), asked.newest() + DAY
    question = f"average daily {asked.words}cost in {first:%B %Y}"
    _, card = asked.card(question)
    mean = asked.cost(first, known) / (known - first).days
    label = [month(first)] if known == _next(first) else span(first, known)
    return Recomputed(question, card, {"section": [money(mean), *label], "context": foot(asked, first, known)})


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
