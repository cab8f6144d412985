"""Detection on the demo's bills: what was planted is found, explained, told
once, and closed when the bill is corrected.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.organisation import Organisation, read_organisation
from db.database import Database
from db.tables import Insight, OutboxMessage
from flows.anomalies import detect_anomalies
from flows.digests.send_digests import run as send
from flows.forecasts import check_budgets, forecast_costs
from flows.ingest.loading.delivery import ingest
from standins.bills.world import World
from standins.bills.write import restate, write

ANCHOR = date(2026, 11, 18)
NOW = datetime(2026, 11, 18, 8, 5, tzinfo=UTC)
DEMO = Path(__file__).resolve().parents[3] / "demo" / "organisation.yaml"


def load(database: Database, folder: Path, organisation: Organisation) -> None:
    for name in ("aws", "azure", "gcp"):
        result = ingest([str(folder / name)], database, organisation, source=name)
        assert not result.failed


@pytest.fixture
def organisation() -> Organisation:
    """The demo's."""
    return read_organisation(DEMO)


@pytest.fixture
def loaded(clean_database: Database, organisation: Organisation, tmp_path: Path) -> tuple[Database, Path, World]:
    """Thirteen months of the demo's bills as of the anchor."""
    world = World(anchor=ANCHOR)
    write(tmp_path, world)
    load(clean_database, tmp_path, organisation)
    return clean_database, tmp_path, world


def test_two_planted_causes_in_one_account_on_neighbouring_days_are_two_alerts(
    clean_database: Database, organisation: Organisation, tmp_path: Path
) -> None:
    """As of this day the account is out of line on the second day for both together."""
    write(tmp_path, World(anchor=date(2026, 11, 26)))
    load(clean_database, tmp_path, organisation)
    detect_anomalies.run(clean_database, organisation, datetime(2026, 11, 26, 8, 5, tzinfo=UTC))
    found = titles(clean_database)
    assert [name for name in ("Lambda", "Relational", "CloudFront") if sum(name in title for title in found) == 1] == [
        "Lambda",
        "Relational",
        "CloudFront",
    ]
    assert len(found) == 3


def titles(database: Database, status: str = "open") -> list[str]:
    with Session(database.app) as session:
        return list(
            session.scalars(
                sa.select(Insight.title).where(Insight.status == status, Insight.kind == "anomaly").order_by(Insight.id)
            )
        )


def messages(database: Database) -> list[tuple[str, str, str]]:
    with Session(database.app) as session:
        return [
            tuple(row)
            for row in session.execute(
                sa.select(OutboxMessage.channel, OutboxMessage.kind, OutboxMessage.key).order_by(OutboxMessage.id)
            )
        ]


def test_what_was_planted_is_found_explained_and_told_once(
    loaded: tuple[Database, Path, World], organisation: Organisation
) -> None:
    """Three causes, three alerts in the right channels; the same look again adds nothing."""
    database, _, _ = loaded
    detect_anomalies.run(database, organisation, NOW)
    found = titles(database)
    assert len(found) == 3
    assert any("Relational Database" in title for title in found)
    assert any("Lambda" in title and "payments" in title for title in found)
    with Session(database.app) as session:
        rds = session.scalars(sa.select(Insight).where(Insight.title.like("%Relational%"))).one()
        assert "3 new resources" in rds.evidence["cause"]["why"]
        assert rds.evidence["cause"]["verdict"] == "usage"
        parts = rds.evidence["cause"]["contributions"]
        assert sum(part["amount"] for part in parts) == pytest.approx(
            rds.evidence["cause"]["after"] - rds.evidence["cause"]["before"], abs=0.01
        )
    told = messages(database)
    assert ("#team-payments", "alert") in {(channel, kind) for channel, kind, _ in told}
    detect_anomalies.run(database, organisation, NOW)
    assert messages(database) == told
    assert titles(database) == found


def test_a_restated_bill_closes_its_false_alarm(
    loaded: tuple[Database, Path, World], organisation: Organisation
) -> None:
    """The provider takes back what it counted twice: that alarm closes, says so in its thread, and the others stay."""
    database, folder, world = loaded
    detect_anomalies.run(database, organisation, NOW)
    before = titles(database)
    restate(folder, world, ANCHOR)
    load(database, folder, organisation)
    detect_anomalies.run(database, organisation, NOW)
    closed = titles(database, "resolved")
    assert len(closed) == 1
    assert "CloudFront" in closed[0]
    assert titles(database) == [title for title in before if title not in closed]
    assert any(":closed:" in key for _, _, key in messages(database))


def test_expected_teaches_the_detector(loaded: tuple[Database, Path, World], organisation: Organisation) -> None:
    """What a person called expected is not found again, and is not closed as vanished either."""
    database, _, _ = loaded
    detect_anomalies.run(database, organisation, NOW)
    with Session(database.app) as session, session.begin():
        session.execute(sa.update(Insight).where(Insight.title.like("%Relational%")).values(status="expected"))
    with database.owner.begin() as connection:
        connection.exec_driver_sql("DELETE FROM finops.insights WHERE status <> 'expected'")
    detect_anomalies.run(database, organisation, NOW)
    assert not [title for title in titles(database) if "Relational" in title]
    assert len(titles(database, "expected")) == 1


def test_a_clean_year_is_quiet(clean_database: Database, organisation: Organisation, tmp_path: Path) -> None:
    """Nothing was planted, nothing is told."""
    write(tmp_path, replace(World(anchor=ANCHOR), planted=False))
    load(clean_database, tmp_path, organisation)
    detect_anomalies.run(clean_database, organisation, NOW)
    assert titles(clean_database) == []


def test_a_budget_about_to_burst_is_told_with_its_day(
    loaded: tuple[Database, Path, World], organisation: Organisation
) -> None:
    """Payments heads past its budget; the digest of its channel says the same figures."""
    database, _, _ = loaded
    forecast_costs.run(database, organisation, only=("team", "payments"))
    statuses = check_budgets.run(database, organisation, NOW)
    assert statuses["payments"] == "forecast_breach"
    assert any(kind == "budget" and channel == "#team-payments" for channel, kind, _ in messages(database))
    before = len(messages(database))
    check_budgets.run(database, organisation, NOW)
    assert len(messages(database)) == before
    assert send(database, organisation, NOW) > 0
    with Session(database.app) as session:
        digest = session.scalars(
            sa.select(OutboxMessage).where(OutboxMessage.kind == "digest", OutboxMessage.channel == "#team-payments")
        ).one()
        assert "of $90k, heading for" in digest.payload["lines"][0]
        figure = digest.payload["figure"]
        costs, expected = figure["series"][0][1], figure["series"][1][1]
        real = session.execute(
            sa.text(
                "SELECT usage_date, sum(effective_cost) FROM finops.daily_costs WHERE team = 'payments' "
                "AND charge_category <> 'Tax' "
                "AND usage_date BETWEEN '2026-10-19' AND '2026-11-17' GROUP BY 1 ORDER BY 1"
            )
        ).all()
        assert costs[:30] == pytest.approx([float(cost) for _, cost in real], abs=0.01)
        assert figure["categories"][:30] == [f"{day.day} {day:%b}" for day, _ in real]
        predicted = session.scalars(
            sa.text(
                "SELECT expected_cost FROM finops.forecasts WHERE scope_kind = 'team' AND scope = 'payments' "
                "AND made_on = '2026-11-18' "
                "AND forecast_date BETWEEN '2026-11-18' AND '2026-11-30' ORDER BY forecast_date"
            )
        ).all()
        assert expected[30:] == pytest.approx([float(cost) for cost in predicted], abs=0.01)
        assert all(low <= high for low, high in zip(*(side[30:] for side in figure["band"]), strict=True))
        assert set(figure["series"][2][1]) == {round(90_000 / 30, 2), round(90_000 / 31, 2)}
    assert send(database, organisation, NOW) == 0
