"""What stands idle, what a fix of it saved, and what of both a digest tells, against the planted usage and bills."""

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.cards import message_types
from bot.cards.messages import work_objects
from bot.cards.messages.remediation import proposal
from config.organisation import Channel, Organisation
from db.database import Database
from db.outgoing.messages import Alert, Why
from db.tables import Insight, RemediationStep, Resource, Saving, Source, Utilization, resource_costs
from domain.messages.insight_cards import payload_of
from flows.savings import find_savings
from playbooks.approval import lifecycle
from playbooks.notifications import summarise
from playbooks.schema import read_playbooks
from tests.recomputed import said
from tests.recomputed.cases.remediations import plan
from tests.recomputed.recomputed import Recomputed
from tests.recomputed.said import Said
from tests.recomputed.world import World

_BOOK = read_playbooks()["ec2-stop-idle"]
_URL = "https://finops.example/savings"
_DAYS = 14  # that a rule looks back
_PARTS = ("BoxUsage:m5.large", "DataTransfer-Regional-Bytes")  # of an instance's own bill; a stopped one has none
_SHOWN, _LISTED, _NAMED = 8, 12, 4  # lines of the picture, rows of the table, names of the line
_COSTS = "CREATE TABLE machine_costs (day DATE, machine TEXT, part TEXT, cost DECIMAL(18, 4))"
_USAGE = "CREATE TABLE machine_usage (day DATE, machine TEXT, metric TEXT, highest DOUBLE)"


def recompute(planted: World, database: Database) -> Iterator[Recomputed]:
    """The card of an idle fleet, and the closer look at it."""
    _plant_fleet(planted, database, planted.chance.choice((1, 3, 6, 14)))
    find_savings.run(database, Organisation(channels=(Channel(channel="#all"),)), planted.now)
    with Session(database.app) as session:
        idle = session.scalars(sa.select(Insight).where(Insight.kind == "idle")).one()
        payload = payload_of(idle)
    worth = planted.rows(
        "SELECT machine, sum(cost) FROM machine_costs WHERE day >= ? GROUP BY machine ORDER BY sum(cost) DESC, machine",
        planted.today - timedelta(days=30),
    )
    saves = [round(float(cost), 2) for _, cost in worth]  # what is recommended is worth cents
    title = [said.count(len(saves)), said.money(sum(saves))]
    seen = [
        *([said.count(len(saves) - _NAMED)] if len(saves) > _NAMED else []),
        said.percent(_highest(planted, "cpu")),
        said.count(_highest(planted, "network") / 1e6),
        said.count(_DAYS),
    ]
    why: list[Said] = [said.percent(5), said.count(5), said.count(_DAYS)]  # of the rule's source
    drawn = message_types.draw(Alert(type="alert", **payload), planted.today)
    lines = [_course(planted, name) for name in sorted(name for name, _ in worth)[:_SHOWN]]
    yield Recomputed(
        "an idle fleet", drawn, {"section": [*title, *seen], "context": why}, [*lines, [5.0]], names=("EC2",)
    )
    incident = work_objects.of_insight(payload, _URL)
    yield Recomputed(
        "an idle fleet, linked",
        {"text": "", "blocks": work_objects.as_blocks(incident)},
        {"section": title, "context": [*seen, said.money(sum(saves))]},
    )
    alone = work_objects.short(work_objects.INSIGHT, idle.id, _URL)
    yield Recomputed(
        "its number alone",
        {"text": "", "blocks": work_objects.as_blocks(alone)},
        {"section": [said.count(idle.id)]},
    )
    table = [said.count(one) for one in saves[:_LISTED]]
    if rest := saves[_LISTED:]:
        table += [said.count(len(rest)), said.count(sum(rest))]
    closer = message_types.draw(Why(type="why", **payload), planted.today)
    yield Recomputed(
        "an idle fleet, looked at", closer, {"section": [*title, *seen, *why], "table": table}, names=("EC2",)
    )


def _plant_fleet(planted: World, database: Database, count: int) -> None:
    """Instances that nobody uses, with forty days of bills and twenty of usage; what is older than the rule looks back
    is higher, so that it would be noticed.
    """
    planted.reader.execute(_COSTS)
    planted.reader.execute(_USAGE)
    names = [f"batch-{chr(97 + at)}" for at in range(count)]
    costs: list[tuple[date, str, str, float]] = []
    usage: list[tuple[date, str, str, float]] = []
    for name in names:
        level = planted.chance.uniform(1, 30)
        for back in range(1, 41):
            day = planted.today - timedelta(days=back)
            costs += [
                (day, name, part, round(level * size * planted.chance.uniform(0.9, 1.1), 4))
                for part, size in zip(_PARTS, (1, 0.1), strict=True)
            ]
            if back <= 20:
                old = back > _DAYS
                usage.append((day, name, "cpu", 90.0 if old else round(planted.chance.uniform(0.5, 4.9), 2)))
                usage.append((day, name, "network", 9e9 if old else round(planted.chance.uniform(1e5, 4.9e6), 0)))
    for table, rows in (("machine_costs", costs), ("machine_usage", usage)):
        columns = [list(column) for column in zip(*rows, strict=True)]
        planted.reader.execute(f"INSERT INTO {table} SELECT {', '.join('unnest(?)' for _ in columns)}", columns)
    with Session(database.owner) as session, session.begin():
        source = session.scalars(sa.select(Source.id)).first()
        session.add_all(_machine(name) for name in names)
        units = {"cpu": "percent", "network": "bytes a day"}
        session.add_all(
            Utilization(
                usage_date=day, resource_id=name, metric=metric, average=high / 2, maximum=high, unit=units[metric]
            )
            for day, name, metric, high in usage
        )
        given = {"source_id": source, "billing_period_start": planted.now, "charge_category": "Usage"}
        session.execute(
            sa.insert(resource_costs),
            [
                {**given, "usage_date": day, "resource_id": name, "usage_type": part, "currency": "USD"}
                | {"effective_cost": cost}
                for day, name, part, cost in costs
            ],
        )


def _machine(name: str) -> Resource:
    return Resource(
        resource_id=name,
        resource_name=name,
        resource_type="Instance",
        provider="AWS",
        account="sandbox",
        team="web",
        region="us-east-1",
        state="running",
        instance_type="m5.large",
        tags={},
        attributes={},
        currency="USD",
    )


def _highest(planted: World, metric: str) -> float:
    """Of all machines in the days that the rule looks back; the network's is the highest day's average."""
    since = planted.today - timedelta(days=_DAYS)
    highest = float(planted.one("SELECT max(highest) FROM machine_usage WHERE metric = ? AND day >= ?", metric, since))
    return highest / 2 if metric == "network" else highest


def _course(planted: World, machine: str) -> list[float | None]:
    since = planted.today - timedelta(days=_DAYS)
    sql = "SELECT highest FROM machine_usage WHERE machine = ? AND metric = 'cpu' AND day >= ? ORDER BY day"
    return [float(value) for (value,) in planted.rows(sql, machine, since)]


def settle(planted: World, database: Database) -> tuple[dict[str, list[Said]], Recomputed]:
    """One plan that is proposed and one whose saving the bill has decided: what digests tell of them by the scope's
    name, and the card with the verdict.
    """
    team = planted.chance.choice(("payments", "web"))
    with Session(database.app) as session, session.begin():
        open_plan = replace(plan(planted, planted.chance.choice((1, 4))), team=team)
        lifecycle.propose(session, open_plan, _BOOK, "U0MAYA0001", planted.now, channel=None)
    with Session(database.app) as session, session.begin():
        done = lifecycle.propose(
            session, replace(plan(planted, 3), team=team), _BOOK, "U0MAYA0001", planted.now, channel=None
        )
        done.state, done.started_at, done.finished_at = "succeeded", planted.now, planted.now + timedelta(seconds=41)
        steps = session.scalars(sa.select(RemediationStep).where(RemediationStep.remediation_id == done.id)).all()
        outcomes = ("validated", planted.chance.choice(("validated", "partial", "missed")), "validated")
        for step, status in zip(steps, outcomes, strict=True):
            step.state = "verified"
            session.add(_saving(planted, step, status, team))
        session.flush()
        payload: Any = summarise(session, done, _BOOK)
    with database.owner.connect() as connection:
        proposed, worth = connection.execute(
            sa.text(
                "SELECT count(DISTINCT r.id), sum(s.expected_monthly_savings) FROM finops.remediations r JOIN "
                "finops.remediation_steps s ON s.remediation_id = r.id WHERE r.state = 'proposed'"
            )
        ).one()
        saved = connection.execute(
            sa.text(
                "SELECT sum(expected_monthly_savings), sum(realized_monthly_savings), sum(realized_monthly_savings) "
                "FILTER (WHERE status <> 'missed'), array_agg((arithmetic->>'band_80_a_month')::float), "
                "array_agg(expected_monthly_savings) "
                "FROM finops.savings"
            )
        ).one()
    expected, realized, counted, bands = float(saved[0]), float(saved[1]), float(saved[2]), saved[3]
    reach = math.hypot(*bands)
    verdict = [said.money(realized), said.money(expected), said.percent(80)]
    verdict += [said.money(realized - reach), said.money(realized + reach)]
    head = [said.count(3), said.money(expected)]
    card = Recomputed(
        "the verdict",
        proposal.card(payload),
        {
            "section": [*head, said.count(41), said.count(3), *verdict],
            "table": sorted((said.money(float(worth)) for worth in saved[4]), key=lambda one: -one.value),
        },
        names=(str(payload["digest"])[:8], "EC2"),
    )
    told: list[Said] = [said.count(proposed), said.money(float(worth)), said.money(counted)]
    return {"everything": told, "payments": told if team == "payments" else []}, card


def _saving(planted: World, step: RemediationStep, status: str, team: str) -> Saving:
    expected = float(step.expected_monthly_savings or 0)
    share = {"validated": 0.97, "partial": 0.6, "missed": 0.1}[status]
    return Saving(
        remediation_id=step.remediation_id,
        resource_id=step.resource_id,
        team=team,
        applied_on=planted.today - timedelta(days=15),
        window_days=14,
        expected_monthly_savings=step.expected_monthly_savings,
        realized_monthly_savings=Decimal(str(round(expected * share, 2))),
        currency="USD",
        status=status,
        verified_at=planted.now,
        arithmetic={"band_80_a_month": round(planted.chance.uniform(1, 40), 2)},
    )
