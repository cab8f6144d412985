"""Bills drawn by a seed: what is planted into the product's tables is kept beside them in DuckDB, so that every figure
a card shows can be counted again by somebody who shares no line of code with it.

The seed chooses the day: with one seed a month the anchors fall over a whole year.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.database import Database
from db.tables import ForecastRow, Load, Source, daily_costs
from tests.recomputed.said import Said

EC2, RDS, LAMBDA = "Amazon Elastic Compute Cloud", "Amazon Relational Database Service", "AWS Lambda"
SERVICES = {EC2: "AWS", RDS: "AWS", LAMBDA: "AWS", "Vertex AI": "Google Cloud", "Cloud Storage": "Google Cloud"}
CATEGORY = {EC2: "Compute", RDS: "Databases", LAMBDA: "Compute", "Vertex AI": "AI", "Cloud Storage": "Storage"}
TEAMS = ("payments", "checkout", "media", None)
SAVINGS_PLAN = "Savings Plan"
_HISTORY = 150  # days of bills
_FORECASTS = """CREATE TABLE forecasts (kind TEXT, scope TEXT, made_on DATE, day DATE, expected DECIMAL(18, 4),
    low DECIMAL(18, 4), high DECIMAL(18, 4))"""
_DDL = """CREATE TABLE bills (day DATE, provider TEXT, service TEXT, team TEXT, account TEXT, category TEXT,
    commitment TEXT, currency TEXT, cost DECIMAL(18, 4))"""


@dataclass
class World:
    """The morning of `today`, and the bills that had arrived by then."""

    seed: int
    today: date
    chance: random.Random
    told: dict[str, tuple[float, list[Said]]] = field(default_factory=dict)
    """What the open insights are worth and the numbers of their titles, by the scope's name."""
    reader: duckdb.DuckDBPyConnection = field(default_factory=duckdb.connect)

    @property
    def now(self) -> datetime:
        """Eight in the morning, UTC."""
        return datetime(self.today.year, self.today.month, self.today.day, 8, tzinfo=UTC)

    @property
    def month(self) -> date:
        """The first of the month in which the newest bill lies."""
        return self.newest().replace(day=1)

    def titles(self, *labels: str) -> list[Said]:
        """The numbers of the open insights' titles, of what is worth most first."""
        shown = sorted((self.told[label] for label in labels if label in self.told), key=lambda one: -one[0])
        return [number for _, numbers in shown for number in numbers]

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of plain SQL over the planted bills."""
        return self.reader.execute(sql, list(values)).fetchall()

    def one(self, sql: str, *values: Any) -> Any:
        """The single value of plain SQL; nothing counts as 0."""
        [(value,)] = self.rows(sql, *values)
        return value or 0

    def cost(self, where: str = "true", *values: Any) -> float:
        """Effective cost without tax of the bills that meet a condition."""
        return float(self.one(f"SELECT sum(cost) FROM bills WHERE category <> 'Tax' AND {where}", *values))

    def by_day(self, where: str = "true", *values: Any) -> dict[date, float]:
        """The same by day."""
        sql = f"SELECT day, sum(cost) FROM bills WHERE category <> 'Tax' AND {where} GROUP BY day"
        return {day: float(cost) for day, cost in self.rows(sql, *values)}

    def newest(self, where: str = "true", *values: Any) -> date:
        """The last day that every provider of the bills that meet a condition has delivered."""
        day: date = self.one(
            f"SELECT min(newest) FROM (SELECT provider, max(day) AS newest FROM bills "
            f"WHERE category = 'Usage' AND provider IN (SELECT provider FROM bills WHERE {where}) GROUP BY provider)",
            *values,
        )
        return day


def anchor(seed: int) -> date:
    """A day of the seed's month of 2026: twelve seeds go through a year, more of them through other days of it."""
    month = seed % 12 + 1
    first = date(2026, month, 1)
    length = ((first + timedelta(days=32)).replace(day=1) - first).days
    return first + timedelta(days=random.Random(seed).randrange(length))


def plant(database: Database, seed: int, *, spike: bool = False) -> World:
    """Bills through yesterday; one provider may be some days late. With `spike` a team's databases cost three times as
    much since the day before yesterday.
    """
    chance = random.Random(seed)
    world = World(seed, anchor(seed), chance)
    delay = {"AWS": 1, "Google Cloud": chance.choice((1, 1, 2, 3))}
    first = world.today - timedelta(days=_HISTORY)
    bills: list[dict[str, Any]] = []
    for service, provider in SERVICES.items():
        for team in TEAMS:
            level, growth = chance.uniform(20, 900), chance.uniform(0.998, 1.004)
            for offset in range(_HISTORY + 1 - delay[provider]):
                day = first + timedelta(days=offset)
                usual = level * growth**offset * (0.8 if day.weekday() >= 5 else 1.0)
                cost = round(usual * chance.uniform(0.95, 1.05), 4)
                if spike and (service, team) == (RDS, "checkout") and (world.today - day).days <= 2:
                    cost = round(3 * level * growth**offset, 4)
                covered = SAVINGS_PLAN if service == EC2 and chance.random() < 0.3 else None
                status = "Used" if covered else None
                bills.append(_bill(day, service, team, cost, commitment_type=covered, commitment_status=status))
                if day.day == 1:
                    bills.append(_bill(day, service, team, round(cost * 2, 4), charge_category="Tax"))
                if day.day == 5 and team == "media":
                    bills.append(_bill(day, service, team, -round(cost / 3, 4), charge_category="Credit"))
    _store(database, world, bills)
    return world


def _bill(day: date, service: str, team: str | None, cost: float, **more: Any) -> dict[str, Any]:
    return {
        "usage_date": day,
        "billing_period_start": datetime(day.year, day.month, 1, tzinfo=UTC),
        "provider": SERVICES[service],
        "account_id": "one",
        "account": "shop",
        "service": service,
        "service_category": CATEGORY[service],
        "region": "eu-west-1",
        "team": team,
        "charge_category": "Usage",
        "pricing_category": "Standard",
        "commitment_type": None,
        "commitment_status": None,
        "currency": "USD",
        "list_cost": cost,
        "contracted_cost": cost,
        "billed_cost": cost,
        "effective_cost": cost,
        **more,
    }


def _store(database: Database, world: World, bills: list[dict[str, Any]]) -> None:
    names = (
        "usage_date",
        "provider",
        "service",
        "team",
        "account",
        "charge_category",
        "commitment_type",
        "currency",
        "effective_cost",
    )
    world.reader.execute(_DDL)
    world.reader.execute(_FORECASTS)
    columns = ", ".join("unnest(?)" for _ in names)
    world.reader.execute(f"INSERT INTO bills SELECT {columns}", [[bill[name] for bill in bills] for name in names])
    with Session(database.owner) as session, session.begin():
        source = Source(name=f"planted {world.seed}")
        session.add(source)
        session.flush()
        session.execute(sa.insert(daily_costs), [{"source_id": source.id, **bill} for bill in bills])
        session.add(
            Load(
                source_id=source.id,
                delivery=source.name,
                path="bills",
                status="loaded",
                started_at=world.now,
                finished_at=world.now,
            )
        )


def predict(database: Database, world: World, kind: str, scope: str, level: float, days: int = 120) -> date:
    """A forecast of a scope from the day after the newest bill of all, about `level` a day; the day it was made on."""
    made: date = world.one("SELECT max(day) FROM bills WHERE category = 'Usage'") + timedelta(days=1)
    rows = []
    for offset in range(days):
        expected = round(level * world.chance.uniform(0.9, 1.1), 4)
        low, high = (round(expected * (1 + side * world.chance.uniform(0.02, 0.2)), 4) for side in (-1, 1))
        rows.append((kind, scope, made, made + timedelta(days=offset), expected, low, high))
    columns = ", ".join("unnest(?)" for _ in rows[0])
    world.reader.execute(
        f"INSERT INTO forecasts SELECT {columns}", [list(column) for column in zip(*rows, strict=True)]
    )
    with Session(database.owner) as session, session.begin():
        for _, _, _, at, expected, low, high in rows:
            session.add(
                ForecastRow(
                    scope_kind=kind,
                    scope=scope,
                    currency="USD",
                    made_on=made,
                    model="sma",
                    forecast_date=at,
                    expected_cost=expected,
                    low_80=low,
                    high_80=high,
                    low_95=low,
                    high_95=high,
                )
            )
    return made


def ahead(world: World, kind: str, scope: str, start: date, end: date) -> tuple[float, float, float]:
    """What is expected of the days [start, end) and the 80 % band of their sum: half of a day's variance is common to
    all days, half is its own.
    """
    [(total, below, below_own, above, above_own)] = world.rows(
        """SELECT sum(expected), sum(expected - low), sum(pow(expected - low, 2)), sum(high - expected),
            sum(pow(high - expected, 2)) FROM forecasts WHERE kind = ? AND scope = ? AND day >= ? AND day < ?""",
        kind,
        scope,
        start,
        end,
    )
    low, high = (
        (0.5 * float(all_) ** 2 + 0.5 * float(own)) ** 0.5 for all_, own in ((below, below_own), (above, above_own))
    )
    return float(total), float(total) - low, float(total) + high
