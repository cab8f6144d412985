"""The digest of everything and of a team, of a day and of a week, with its movers in the thread."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from bot.cards.messages import digest
from config.organisation import Organisation
from db.database import Database
from flows.digests.digest import compose
from tests.recomputed import said, world
from tests.recomputed.recomputed import Recomputed
from tests.recomputed.said import Said
from tests.recomputed.world import World

DAY = timedelta(days=1)
_SCOPES = ("payments", "everything")


def recompute(
    planted: World, database: Database, organisation: Organisation, settled: Mapping[str, Sequence[Said]]
) -> Iterator[Recomputed]:
    """Both scopes, daily and weekly; `settled` is what stands proposed and was verified, by the scope's name."""
    for kind, label, where in (("team", "payments", "team = 'payments'"), ("total", "everything", "true")):
        for span in (1, 7):
            scope = {"team": label} if kind == "team" else {}
            with Session(database.app) as session:
                made = compose(session, scope, planted.today, organisation, weekly=span == 7)
            assert made is not None
            monthly = next((b for b in organisation.budgets if b.name == label and b.period == "monthly"), None)
            amount = None if monthly is None else float(monthly.amount)
            name = f"the digest of {label} over {span} days"
            lines = [*_lines(planted, kind, label, where, span, amount), *settled[label]]
            chart = _chart(planted, kind, label, where, amount)
            also = [said.day(planted.today)]
            yield Recomputed(name, digest.card(made.card), {"section": lines}, chart, also=also)
            titles = planted.titles(*(_SCOPES if label == "everything" else (label,)))
            moved = {"table": _movers(planted, where, span), "section": titles}
            yield Recomputed(f"the details of {name}", digest.details(made.details), moved)


def _usual(planted: World, where: str, span: int) -> float:
    """The median of the four spans of the same weekdays before."""
    through = planted.newest(where)
    return statistics.median(
        planted.cost(f"{where} AND day > ? AND day <= ?", through - (span + 7 * week) * DAY, through - 7 * week * DAY)
        for week in range(1, 5)
    )


def _lines(planted: World, kind: str, label: str, where: str, span: int, amount: float | None) -> list[Said]:
    through = planted.newest(where)
    first, end = through.replace(day=1), (through.replace(day=1) + timedelta(days=32)).replace(day=1)
    spent = planted.cost(f"{where} AND day > ? AND day <= ?", through - span * DAY, through)
    month, share = (
        planted.cost(f"{where} AND day >= ? AND day <= ?", first, through),
        100 * (spent / _usual(planted, where, span) - 1),
    )
    late: list[Said] = [said.day(through)] if (planted.today - through).days > 1 else []
    when: list[Said] = [said.count(7), said.day(through)] if span == 7 else []
    if span == 1 and late:
        when = [said.day(through)]
    numbers = [said.day(planted.today), *late, *when, said.money(spent)]
    numbers += [said.percent(abs(share))] if abs(share) >= 0.5 else []
    numbers += [said.money(month), *([said.money(amount)] if amount is not None else [])]
    made = planted.one("SELECT max(made_on) FROM forecasts WHERE kind = ? AND scope = ?", kind, label)
    if through + DAY < end and made == through + DAY:
        numbers += [said.money(month + part) for part in world.ahead(planted, kind, label, through + DAY, end)]
    moves = _moves(planted, where, span)
    if abs(moves[0][2]) >= 0.01 * sum(now for _, now, _ in moves[:8]):
        numbers.append(said.money(moves[0][2]))
    return [*numbers, *_open(planted, label)]


def _open(planted: World, label: str) -> list[Said]:
    """Nothing but what budgets told stands open here."""
    told = len(planted.told) if label == "everything" else int(label in planted.told)
    return [said.count(told)] if told else []


def _moves(planted: World, where: str, span: int) -> list[tuple[str, float, float]]:
    """Services by how far they are from the mean of the same days of the four weeks before."""
    through = planted.newest(where)
    rows = planted.rows(
        f"""SELECT service, coalesce(sum(cost) FILTER (WHERE day > ?), 0) AS now,
            coalesce(sum(cost) FILTER (WHERE day <= ?), 0) / 4 AS usual FROM bills
            WHERE {where} AND category = 'Usage' AND day <= ? AND (day > ? OR
            (day > ? AND (date_diff('day', day, CAST(? AS DATE)) % 7) < ?))
            GROUP BY 1 ORDER BY abs(now - usual) DESC""",
        through - span * DAY,
        through - span * DAY,
        through,
        through - span * DAY,
        through - (span + 28) * DAY,
        through,
        span,
    )
    return [(name, float(now), float(now) - float(usual)) for name, now, usual in rows]


def _movers(planted: World, where: str, span: int) -> list[Said]:
    return [cell for _, now, moved in _moves(planted, where, span)[:8] for cell in (said.money(now), said.money(moved))]


def _chart(planted: World, kind: str, label: str, where: str, amount: float | None) -> list[list[float | None]]:
    through = planted.newest(where)
    end = (through.replace(day=1) + timedelta(days=32)).replace(day=1)
    past = [through - back * DAY for back in range(29, -1, -1)]
    spent: list[float | None] = [planted.cost(f"{where} AND day = ?", one) for one in past]
    made: date = planted.one("SELECT max(made_on) FROM forecasts WHERE kind = ? AND scope = ?", kind, label)
    last = max(end - DAY, through + 7 * DAY)
    rows = (
        []
        if made > through + DAY
        else planted.rows(
            """SELECT day, expected, low, high FROM forecasts WHERE kind = ? AND scope = ? AND day > ? AND day <= ?
            ORDER BY day""",
            kind,
            label,
            through,
            last,
        )
    )
    lines: list[list[float | None]] = [[*spent, *[None] * len(rows)]]
    if rows:
        lines.append([*[None] * 30, *(float(row[1]) for row in rows)])
    if amount is not None:
        days = [*past, *(row[0] for row in rows)]
        lines.append(
            [
                amount / ((day.replace(day=1) + timedelta(days=32)).replace(day=1) - day.replace(day=1)).days
                for day in days
            ]
        )
    return [*lines, *([[*[None] * 30, *(float(row[side]) for row in rows)] for side in (2, 3)] if rows else [])]
