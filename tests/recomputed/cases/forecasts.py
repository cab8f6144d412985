"""The forecast's card, against the stored days of the forecast and the bills before it."""

from collections.abc import Iterator
from datetime import timedelta

from bot.cards.messages import forecast
from db.database import Database
from domain import forecasts_view
from tests.recomputed import said, world
from tests.recomputed.recomputed import Recomputed
from tests.recomputed.world import World

DAY = timedelta(days=1)


def recompute(planted: World, database: Database) -> Iterator[Recomputed]:
    """Of a team and of everything, for as many days as the seed says."""
    for kind, scope, where in (("team", "payments", "team = 'payments'"), ("total", "everything", "true")):
        made = planted.one("SELECT max(made_on) FROM forecasts WHERE kind = ? AND scope = ?", kind, scope)
        days = planted.chance.choice((7, 30, 90))
        with database.app.connect() as connection:
            payload = forecasts_view.card(connection, {"team": scope} if kind == "team" else {}, "USD", days)
        assert payload is not None
        total, low, high = world.ahead(planted, kind, scope, made, made + days * DAY)
        past = [made - back * DAY for back in range(30, 0, -1)]
        newest = planted.newest(where)
        spent = [planted.cost(f"{where} AND day = ?", day) if day <= newest else None for day in past]
        coming = planted.rows(
            "SELECT expected, low, high FROM forecasts WHERE kind = ? AND scope = ? ORDER BY day LIMIT ?",
            kind,
            scope,
            days,
        )
        expected, lows, highs = ([*[None] * 30, *(float(row[at]) for row in coming)] for at in range(3))
        yield Recomputed(
            f"the forecast of {scope}",
            forecast.card(payload),
            {
                "section": [said.money(total), said.money(low), said.money(high), said.count(days)],
                "context": [said.day(made), said.percent(80)],
            },
            [[*spent, *[None] * days], expected, lows, highs],
        )
