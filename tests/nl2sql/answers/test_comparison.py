"""What may be compared: like days with like days, and nothing with what is not known."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from config.access import SYSTEM
from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from flows.ingest.ingest_costs import ingest
from nl2sql.answers.comparison import comparable
from nl2sql.ask import ask, connect_deps
from nl2sql.catalog.known_values import Facts, Reach
from nl2sql.deps import Deps
from tests.nl2sql.builders import query

HEADER = (
    "BilledCost,BillingAccountId,BillingAccountName,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,"
    "ChargeDescription,ChargePeriodEnd,ChargePeriodStart,EffectiveCost,ListCost,ProviderName,ServiceName,SubAccountId"
)
DATA = Facts("1", date(2026, 9, 3), date(2026, 11, 7), None)  # type: ignore[arg-type]  # its names are not asked for
TODAY = date(2026, 11, 8)


def _month(folder: Path, start: date, days: int, cost: int) -> str:
    after = (start + timedelta(31)).replace(day=1)
    lines = [
        f"{cost},1,Shop,USD,{after}T00:00:00Z,{start}T00:00:00Z,Usage,text,{day + timedelta(1)}T00:00:00Z,"
        f"{day}T00:00:00Z,{cost},{cost},AWS,Amazon EC2,shop"
        for day in (start + timedelta(number) for number in range(days))
    ]
    path = folder / f"{start}.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def deps(clean_database: Database, settings: Settings, organisation: Organisation, tmp_path: Path) -> Deps:
    """September and October whole, and a week of November, which costs more a day."""
    months = ((date(2026, 9, 1), 30, 8), (date(2026, 10, 1), 31, 10), (date(2026, 11, 1), 7, 12))
    ingest([_month(tmp_path, *month) for month in months], clean_database, organisation)
    return connect_deps(settings, organisation, clean_database, today=TODAY)


@pytest.mark.parametrize("question", ["cost this month vs last month", "november vs october by service"])
def test_a_running_month_is_up_when_its_days_are(deps: Deps, question: str) -> None:
    """A week of November is held against a week of October, and October as a whole stands beside it."""
    answer = ask(question, SYSTEM, None, deps).to_json()
    assert "up $14 (+20.0 %) vs 1–7 Oct 2026" in answer["text"]
    assert "the first 7 days of both periods are compared" in answer["text"]
    assert "All of October 2026: $310." in answer["text"]
    assert answer["rows"][0][-5:] == [84.0, 70.0, 14.0, 20.0, 310.0]


def test_a_period_that_began_before_the_bills_has_no_change(deps: Deps) -> None:
    """What is known is shown and called that; growth over it would be made up."""
    answer = ask("cost this year vs last quarter", SYSTEM, None, deps).to_json()
    assert "known in part" in answer["text"]
    assert "change_percent" not in answer["columns"]
    assert "%" not in answer["text"]


def test_whole_months_are_compared_as_they_are(deps: Deps) -> None:
    """Nothing is cut where nothing runs."""
    answer = ask("october vs september", SYSTEM, None, deps).to_json()
    assert answer["rows"] == [[310.0, 240.0, 70.0, pytest.approx(29.1667, abs=1e-3)]]


def test_a_why_question_has_periods_of_one_length() -> None:
    """A bill that is half there is not down by half."""
    cut, _ = comparable(query("why is our bill lower this month"), DATA, TODAY)
    assert (cut.period.start, cut.period.end) == (date(2026, 11, 1), date(2026, 11, 8))
    assert (cut.compared[0].start, cut.compared[0].end) == (date(2026, 10, 1), date(2026, 10, 8))
    whole = query("why did cost go up in october")
    assert comparable(whole, DATA, TODAY) == (whole, "")


def test_rates_and_averages_compare_as_they_are() -> None:
    """An average day is one, however many there were."""
    average = replace(query("cost this month vs last month"), average="day")
    compared, note = comparable(average, DATA, TODAY)
    assert (compared.compared, compared.period.label, note) == (average.compared, "1–7 Nov 2026", "")


@pytest.mark.parametrize("question", ["october vs september", "cost in september"])
def test_a_restated_month_is_told_where_it_is_compared(
    deps: Deps, clean_database: Database, organisation: Organisation, tmp_path: Path, question: str
) -> None:
    """Its bill changed when it should have been final: the change may be the bill's and not the use's."""
    (tmp_path / "again").mkdir()
    ingest([_month(tmp_path / "again", date(2026, 9, 1), 30, 9)], clean_database, organisation)
    with clean_database.owner.begin() as connection:
        connection.exec_driver_sql("UPDATE finops.loads SET finished_at = '2026-10-20 12:00+00'")
    notes = ask(question, SYSTEM, None, deps).to_json()["text"]
    assert ("The bill of September 2026 was restated on 20 Oct 2026" in notes) == ("vs" in question)


def test_a_bill_that_grows_while_its_month_runs_is_not_restated(
    deps: Deps, clean_database: Database, organisation: Organisation, tmp_path: Path
) -> None:
    (tmp_path / "again").mkdir()
    ingest([_month(tmp_path / "again", date(2026, 10, 1), 31, 11)], clean_database, organisation)
    with clean_database.owner.begin() as connection:
        connection.exec_driver_sql("UPDATE finops.loads SET finished_at = '2026-11-03 12:00+00'")
    assert "restated" not in ask("october vs september", SYSTEM, None, deps).to_json()["text"]


def test_another_account_of_the_month_restates_nothing(
    deps: Deps, clean_database: Database, organisation: Organisation, tmp_path: Path
) -> None:
    """Its first bill, however late it comes and under whatever source: what stood before stands."""
    (tmp_path / "other").mkdir()
    path = Path(_month(tmp_path / "other", date(2026, 9, 1), 30, 9))
    path.write_text(path.read_text().replace(",1,Shop,", ",2,Other,"))
    ingest([str(path)], clean_database, organisation, source="AWS 1")
    with clean_database.owner.begin() as connection:
        connection.exec_driver_sql("UPDATE finops.loads SET finished_at = '2026-11-20 12:00+00'")
        assert connection.exec_driver_sql("SELECT count(DISTINCT source_id) FROM finops.loads").scalar() == 1
    assert "restated" not in ask("october vs september", SYSTEM, None, deps).to_json()["text"]


def test_another_providers_restatement_is_no_news() -> None:
    """A comparison of one cloud says nothing of the other's bill."""
    compared = query("october vs september")
    reach = Reach({"AWS": date(2026, 11, 7)})
    restated = {(date(2026, 9, 1), "Microsoft"): date(2026, 10, 20)}
    data = replace(DATA, reach=reach, restated=restated)
    assert "restated" not in str(comparable(compared, data, TODAY)[0].notes)
    data = replace(data, restated={(date(2026, 9, 1), "AWS"): date(2026, 10, 20)})
    assert "restated" in str(comparable(compared, data, TODAY)[0].notes)
