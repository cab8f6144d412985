"""Checked SQL over line items: what is seen, by whom, and what is said when a file is gone."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from config.access import Actor
from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from flows.ingest.loading.delivery import ingest
from lake import catalogue
from lake.place import open_place
from nl2sql.ask import ask
from nl2sql.catalog import known_values
from nl2sql.catalog.known_values import Facts, facts
from nl2sql.catalog.views import reporting
from nl2sql.deps import Deps
from nl2sql.execution import line_items
from nl2sql.execution.execute import ExecutionLimits, StatementTimedOut
from nl2sql.execution.run import AnswerRows, NotRun, run_checked
from nl2sql.guard import SafeQuery, check

LEAD = Actor("lead", sees_all=True)
SEARCH = Actor("dev", teams=frozenset({"search"}))
ROW = {
    "BilledCost": "2",
    "BillingAccountId": "4029",
    "BillingCurrency": "USD",
    "BillingPeriodEnd": "2026-10-01T00:00:00Z",
    "BillingPeriodStart": "2026-09-01T00:00:00Z",
    "ChargeCategory": "Usage",
    "ChargePeriodEnd": "2026-09-11T00:00:00Z",
    "ChargePeriodStart": "2026-09-10T00:00:00Z",
    "EffectiveCost": "1.1",
    "ProviderName": "AWS",
    "ServiceName": "Amazon Elastic Compute Cloud",
    "SkuPriceDetails": '{"InstanceType": "m5.large"}',
    "Tags": '{"team": "payments", "user:Cost-Center": "17"}',
}


@pytest.fixture
def loaded(clean_database: Database, tmp_path: Path, settings: Settings) -> Deps:
    """Two teams' line items of a month."""
    path = tmp_path / "bill.csv"
    rows = [ROW, {**ROW, "EffectiveCost": "2.2"}, {**ROW, "Tags": '{"team": "search"}', "SkuPriceDetails": ""}]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(ROW))
        writer.writeheader()
        writer.writerows(rows)
    rules = {"team": [{"tag": "team"}]}
    organisation = Organisation.model_validate({"allocation": rules})
    assert not ingest([str(path)], clean_database, organisation).failed
    return Deps(clean_database, settings, organisation)


def tag_keys(deps: Deps, asker: Actor) -> tuple[str, ...]:
    """The tags that an asker is told of."""
    known = facts(deps.database.app, asker, {})
    assert isinstance(known, Facts)
    return known.tag_keys


def rows(sql: str, deps: Deps, asker: Actor = LEAD) -> list[tuple[object, ...]]:
    """What an asker gets to see."""
    ran = run_checked(sql, asker, deps, raw=True)
    assert isinstance(ran, AnswerRows), ran
    return list(ran.rows)


def test_line_items_have_every_column_of_the_bill(loaded: Deps) -> None:
    """Tags by key, the machine's size, and the names of the daily view."""
    sql = (
        "SELECT tags['user:Cost-Center'] AS center, instance_type, service, sum(effective_cost) AS effective_cost "
        "FROM reporting.charges WHERE usage_date = '2026-09-10' GROUP BY 1, 2, 3 ORDER BY 1 DESC"
    )
    ec2 = "Amazon Elastic Compute Cloud"
    assert rows(sql, loaded) == [(None, None, ec2, 1.1), ("17", "m5.large", ec2, 3.3)]


def test_a_team_sees_its_own_line_items(loaded: Deps) -> None:
    """However the statement is written; who has no team sees none."""
    for sql in (
        "SELECT team, effective_cost FROM charges",
        "WITH c AS (SELECT * FROM charges) SELECT team, sum(effective_cost) AS cost FROM c GROUP BY 1",
        "SELECT a.team, b.effective_cost FROM charges a JOIN charges b USING (service) WHERE b.effective_cost < 2",
    ):
        assert rows(sql, loaded, SEARCH) == [("search", 1.1)]
        assert rows(sql, loaded, Actor("nobody")) == []


def test_a_figure_of_the_statements_own_is_refused(loaded: Deps) -> None:
    """As over the other views."""
    ran = run_checked("SELECT 999 AS effective_cost FROM charges", LEAD, loaded, raw=True)
    assert isinstance(ran, NotRun)
    assert ran.blocked


def test_what_the_engine_refuses_is_a_sentence(loaded: Deps) -> None:
    """That says nothing of the engine's own."""
    ran = run_checked("SELECT sum(effective_cost) / (count(*) - 3) AS cost FROM charges", LEAD, loaded)
    assert isinstance(ran, NotRun)
    assert ran.reason == "The query divides by zero; use NULLIF around the divisor."


def test_a_question_in_words_reaches_line_items(loaded: Deps) -> None:
    """By a tag as it stands in the bill, and by the machine's size; the figures are those of the daily sums."""
    deps = replace(loaded, today=date(2026, 10, 2))
    answer = ask("cost by tag cost-center last month", LEAD, None, deps).to_json()
    assert (answer["outcome"], answer["columns"]) == ("answer", ["tag_cost_center", "effective_cost"]), answer["text"]
    assert answer["rows"] == [["17", 3.3], ["untagged", 1.1]]
    sizes = ask("top 1 instance type in september", LEAD, None, deps).to_json()
    assert sizes["rows"] == [["m5.large", 3.3]]
    own = ask("cost by tag team last month", SEARCH, None, deps).to_json()
    assert own["rows"] == [["search", 1.1]], own["text"]
    unknown = ask("cost by tag colour last month", LEAD, None, deps).to_json()
    assert unknown["outcome"] == "cannot_answer"
    assert "user:Cost-Center" in unknown["text"]


def test_tag_keys_of_other_teams_are_not_told(loaded: Deps) -> None:
    """Neither as a dimension nor in the list of those that there are."""
    deps = replace(loaded, today=date(2026, 10, 2))
    assert tag_keys(deps, LEAD) == ("team", "user:Cost-Center")
    assert tag_keys(deps, SEARCH) == ("team",)
    assert tag_keys(deps, Actor("nobody")) == ()
    refused = ask("cost by tag colour last month", SEARCH, None, deps).to_json()
    assert refused["outcome"] == "cannot_answer"
    assert "There are team." in refused["text"]
    with deps.database.owner.begin() as connection:
        connection.exec_driver_sql("UPDATE finops.lake_files SET tag_keys = '[\"old\"]'")
    known_values._cache.clear()
    assert tag_keys(deps, LEAD) == ("old",)
    assert tag_keys(deps, SEARCH) == ()


def test_a_missing_file_is_named(loaded: Deps, tmp_path: Path) -> None:
    """With its month, and how to have it again; a part of the rows would be a wrong figure."""
    with loaded.database.owner.connect() as connection:
        (file,) = catalogue.standing(connection)
    open_place(loaded.database.lake).full(file.path).unlink()
    ran = run_checked("SELECT count(*) AS n FROM charges", LEAD, loaded)
    assert isinstance(ran, NotRun)
    assert "2026-09" in ran.reason
    assert file.path in ran.reason
    assert "finops lake fill" in ran.reason
    assert not ingest([str(tmp_path / "bill.csv")], loaded.database, loaded.organisation).failed
    assert rows("SELECT count(*) AS n, sum(effective_cost) AS cost FROM charges", loaded) == [(3, 4.4)]


def test_a_missing_file_is_missed_only_by_who_needs_it(loaded: Deps, tmp_path: Path) -> None:
    """A question about days of other files is answered, whether the file is lost or was never written."""
    path = tmp_path / "october.csv"
    october = {
        **ROW,
        "BillingPeriodStart": "2026-10-01T00:00:00Z",
        "BillingPeriodEnd": "2026-11-01T00:00:00Z",
        "ChargePeriodStart": "2026-10-03T00:00:00Z",
        "ChargePeriodEnd": "2026-10-04T00:00:00Z",
    }
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(ROW))
        writer.writeheader()
        writer.writerow(october)
    assert not ingest([str(path)], loaded.database, loaded.organisation).failed
    cost = "SELECT sum(effective_cost) AS cost FROM charges WHERE usage_date"
    with loaded.database.owner.connect() as connection:
        (lost,) = catalogue.standing(connection, months=(date(2026, 9, 1), date(2026, 10, 1)))
    open_place(loaded.database.lake).full(lost.path).unlink()
    for _ in ("lost", "never written"):
        assert rows(f"{cost} >= '2026-10-01'", loaded) == [(1.1,)]
        assert rows(f"{cost} BETWEEN '2026-09-01' AND '2026-09-09'", loaded) == [(None,)]
        for needs in (f"{cost} >= '2026-09-10'", f"{cost} = '2026-09-10' OR team IS NULL", f"{cost} IS NOT NULL"):
            ran = run_checked(needs, LEAD, loaded)
            assert isinstance(ran, NotRun)
            assert "2026-09" in ran.reason
        with loaded.database.owner.begin() as connection:
            connection.execute(sa.text("DELETE FROM finops.lake_files WHERE path = :path"), {"path": lost.path})


@pytest.mark.parametrize(
    "value", ["'NaN'::float", "'-inf'::float", "ARRAY['inf'::float]", "exp(1000)", "exp(1000.0)", "10.0::float ^ 400"]
)
@pytest.mark.parametrize("view", ["charges", "daily_costs"])
def test_what_is_no_number_is_no_answer(loaded: Deps, view: str, value: str) -> None:
    """On either engine it is a sentence, not a fault."""
    ran = run_checked(f"SELECT {value} AS x FROM {view}", LEAD, loaded)
    assert isinstance(ran, NotRun), ran
    assert not ran.blocked


@pytest.mark.parametrize("day", ["DATE '9999-12-31' + 1", "DATE '0001-01-01' - 1", "make_date(-44, 3, 15)"])
def test_a_day_beyond_the_calendar_is_no_fault(loaded: Deps, day: str) -> None:
    """Python has no such days: they are refused, or texts."""
    ran = run_checked(f"SELECT {day} AS x FROM daily_costs", LEAD, loaded)
    assert isinstance(ran, NotRun), ran
    assert ran.reason == "A date or time in the query is out of range."
    text = run_checked(f"SELECT {day} AS x FROM charges", LEAD, loaded)
    assert isinstance(text, AnswerRows), text
    assert all(str(cell).startswith("10000-") or str(cell).endswith("(BC)") for (cell,) in text.rows)


def test_line_items_that_no_file_holds_are_not_counted_as_nothing(loaded: Deps, tmp_path: Path) -> None:
    """Until they are loaded again, their months are named."""
    everything = "SELECT * FROM charges ORDER BY team, effective_cost"
    before = rows(everything, loaded)
    with loaded.database.owner.begin() as connection:
        connection.exec_driver_sql("DELETE FROM finops.lake_files")
    ran = run_checked("SELECT count(*) AS n FROM charges", LEAD, loaded)
    assert isinstance(ran, NotRun)
    assert "2026-09" in ran.reason
    assert not ingest([str(tmp_path / "bill.csv")], loaded.database, loaded.organisation).failed
    assert rows(everything, loaded) == before


def test_a_question_that_takes_too_long_is_stopped(loaded: Deps) -> None:
    """By the process that asks."""
    endless = SafeQuery("SELECT count(*) FROM range(100000000000000) WHERE range % 7 = 8", "", 10, frozenset(), True)
    done = line_items.run(loaded.database, loaded.settings, endless, ExecutionLimits(seconds=0.2))
    assert isinstance(done, StatementTimedOut)


def test_the_lake_is_the_databases_own(loaded: Deps) -> None:
    """The catalogue names what is there, in the folder of the database."""
    with loaded.database.app.connect() as connection:
        paths = connection.scalars(sa.text("SELECT path FROM finops.lake_files")).all()
    assert paths
    assert open_place(loaded.database.lake).missing(list(paths)) == []


def test_a_cost_that_was_split_says_to_what(clean_database: Database, settings: Settings, tmp_path: Path) -> None:
    """The columns of FOCUS 1.3, however the file spells them."""
    path = tmp_path / "split.csv"
    parts = [
        {**ROW, "EffectiveCost": cost, "allocated_resource_id": f"pod-{cost}", "Allocated Method Id": "cpu"}
        for cost in ("1.5", "2.5")
    ]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(parts[0]))
        writer.writeheader()
        writer.writerows(parts)
    assert not ingest([str(path)], clean_database, Organisation()).failed
    sql = (
        "SELECT allocated_resource_id, allocated_method_id, allocated_resource_name, sum(effective_cost) FROM "
        "reporting.charges GROUP BY 1, 2, 3 ORDER BY 1"
    )
    found = rows(sql, Deps(clean_database, settings, Organisation()))
    assert [(*row[:3], float(str(row[3]))) for row in found] == [
        ("pod-1.5", "cpu", None, 1.5),
        ("pod-2.5", "cpu", None, 2.5),
    ]


@pytest.mark.parametrize(
    ("sql", "is_whole"),
    [
        ("SELECT team, count(*) AS n FROM charges GROUP BY 1", False),
        ("SELECT ai_model, sum(tokens) AS n FROM charges GROUP BY 1", True),
        ("SELECT c.gpu_hours FROM charges c", True),
        ("SELECT * FROM charges", True),
        ("TABLE charges", True),
        ("SELECT n FROM (SELECT *, 1 AS n FROM charges) x", True),
        ("SELECT a.team FROM charges a NATURAL JOIN charges b", True),
    ],
)
def test_columns_that_cost_much_are_read_where_they_are_seen(loaded: Deps, sql: str, is_whole: bool) -> None:
    """The narrowing of a team shows them all to a statement that does not look; its rows are the same."""
    for asker in (LEAD, SEARCH):
        safe = check(sql, reporting(), asker)
        assert isinstance(safe, SafeQuery), safe
        assert ("gpu_hours" in line_items._view(safe)) == is_whole
    assert isinstance(run_checked(sql, SEARCH, loaded), AnswerRows)
