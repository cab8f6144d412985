"""Questions over line items that another engine answers: the same figures, the same narrowing, clear faults."""

import csv
import logging
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from config.access import Actor
from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from flows.ingest.loading.delivery import ingest
from lake import catalogue
from lake.place import open_place
from lake.reading import warm
from nl2sql.ask import ask
from nl2sql.catalog import known_values
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
    "ChargeDescription": "per hour",
    "ChargePeriodEnd": "2026-09-11T00:00:00Z",
    "ChargePeriodStart": "2026-09-10T00:00:00Z",
    "ConsumedQuantity": "1",
    "ConsumedUnit": "Hrs",
    "EffectiveCost": "1.1",
    "ListCost": "2",
    "ProviderName": "AWS",
    "RegionId": "eu-west-1",
    "ResourceId": "i-1",
    "ServiceCategory": "Compute",
    "ServiceName": "Amazon Elastic Compute Cloud",
    "SkuId": "SKU1",
    "SkuMeter": "EU-BoxUsage:m5.large",
    "SkuPriceDetails": '{"InstanceType": "m5.large"}',
    "Tags": '{"team": "payments", "user:Cost-Center": "17"}',
}
OTHERS: tuple[dict[str, str], ...] = (
    {},
    {"EffectiveCost": "2.2", "ChargePeriodStart": "2026-09-12T00:00:00Z", "ChargePeriodEnd": "2026-09-12T01:00:00Z"},
    {"Tags": '{"team": "search"}', "SkuPriceDetails": "", "SkuId": "SKU2", "RegionId": ""},
    {"EffectiveCost": "0.000000000000000007", "ResourceId": "i-2", "ChargeClass": "Correction"},
    {"EffectiveCost": "-3.5", "ChargeCategory": "Credit", "Tags": "", "ChargeDescription": "a 'credit' \\ refund"},
    {
        "EffectiveCost": "6",
        "ServiceName": "Amazon Bedrock",
        "ServiceCategory": "AI and Machine Learning",
        "SkuMeter": "USE1-Claude3Sonnet-input-tokens",
        "ConsumedUnit": "1K tokens",
        "ConsumedQuantity": "2000",
        "SkuPriceDetails": "",
    },
    {"EffectiveCost": "320", "SkuMeter": "USE1-BoxUsage:p4d.24xlarge", "ConsumedQuantity": "10", "SkuPriceDetails": ""},
    {"BillingPeriodStart": "2026-10-01T00:00:00Z", "BillingPeriodEnd": "2026-11-01T00:00:00Z", "EffectiveCost": "7.25"}
    | {"ChargePeriodStart": "2026-10-01T00:00:00Z", "ChargePeriodEnd": "2026-10-02T00:00:00Z"},
)
QUESTIONS = (
    "cost by tag cost-center last month",
    "cost by tag team in september",
    "cost by tag cost-center and service in september",
    "top 3 instance types in september",
    "cost by sku in september",
    "cost by usage type in september",
    "cost by charge description in september",
    "cost by availability zone last month",
    "cost by instance type and region last month",
    "monthly cost by tag cost-center since september",
    "how many tokens did Amazon Bedrock use in September 2026",
    "cost per million tokens by model in September 2026",
    "how many gpu hours did we use in September 2026",
    "cost per gpu hour in September 2026",
    "top 2 models by cost in September 2026",
)
STATEMENTS = (
    "SELECT tags['user:Cost-Center'] AS center, sum(effective_cost) AS cost FROM charges GROUP BY 1 ORDER BY 1",
    "SELECT * FROM reporting.charges ORDER BY effective_cost, usage_date, sku_id",
    "SELECT date_trunc('month', usage_date) AS m, count(*) / 2 AS half, avg(list_cost) AS mean FROM charges GROUP BY 1",
    "SELECT usage_hour, charge_class, listed_cost FROM charges ORDER BY effective_cost",
    "SELECT charge_description FROM charges WHERE charge_description LIKE 'a ''%\\\\%' ORDER BY 1",
)


@pytest.fixture
def here(clean_database: Database, tmp_path: Path, settings: Settings) -> Deps:
    """Two teams' line items of two months, asked with DuckDB."""
    names = list({name: None for row in (ROW, *OTHERS) for name in row})
    path = tmp_path / "it's a bill.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows([{**ROW, **other} for other in OTHERS])
    organisation = Organisation.model_validate({"allocation": {"team": [{"tag": "team"}]}})
    assert not ingest([str(path)], clean_database, organisation).failed
    known_values._cache.clear()
    return Deps(clean_database, settings, organisation, today=date(2026, 10, 2))


@pytest.fixture
def elsewhere(here: Deps, spark: str) -> Deps:
    """The same, asked with the other engine."""
    return _asked_with(here, spark)


def _asked_with(deps: Deps, engine: str, **changes: Any) -> Deps:
    settings = deps.settings.model_copy(
        update={"lake_engine": SecretStr(engine), "answer_timeout_seconds": 30, **changes}
    )
    return replace(deps, settings=settings)


def rows(sql: str, deps: Deps, asker: Actor = LEAD) -> list[tuple[Any, ...]]:
    """What an asker gets to see."""
    ran = run_checked(sql, asker, deps, raw=True)
    assert isinstance(ran, AnswerRows), ran
    return list(ran.rows)


@pytest.mark.slow
def test_the_figures_are_the_same(here: Deps, elsewhere: Deps) -> None:
    """Of questions outcome, columns, rows and words; of statements the rows, every column of the view among them."""
    with warm(elsewhere=True):
        for question in QUESTIONS:
            wanted, found = (_answer(question, deps) for deps in (here, elsewhere))
            assert wanted["outcome"] == "answer", wanted["text"]
            assert "charges" in wanted["sql"]
            assert found == wanted
        for sql in STATEMENTS:
            there, back = rows(sql, here), rows(sql, elsewhere)
            assert there
            assert (back if "ORDER BY" in sql else sorted(back)) == (there if "ORDER BY" in sql else sorted(there))


def _answer(question: str, deps: Deps) -> dict[str, Any]:
    return {name: value for name, value in ask(question, LEAD, None, deps).to_json().items() if name != "elapsed_ms"}


def test_a_team_sees_its_own_line_items(elsewhere: Deps) -> None:
    """However the statement is written; who has no team sees none."""
    for sql in (
        "SELECT team, effective_cost FROM charges",
        "WITH c AS (SELECT * FROM charges) SELECT team, sum(effective_cost) AS cost FROM c GROUP BY 1",
        "SELECT a.team, b.effective_cost FROM charges a JOIN charges b ON a.service = b.service",
    ):
        assert rows(sql, elsewhere, SEARCH) == [("search", 1.1)]
        assert rows(sql, elsewhere, Actor("nobody")) == []


def test_what_cannot_be_sent_is_named(elsewhere: Deps) -> None:
    """It is the statement that is at fault, not the engine."""
    ran = run_checked("SELECT array_agg(team) AS teams FROM charges", LEAD, elsewhere)
    assert isinstance(ran, NotRun)
    assert ran.reason == "The function array_agg is not possible over line items (charges); ask without it."


def test_what_the_engine_refuses_is_a_sentence(elsewhere: Deps) -> None:
    """The one that DuckDB's refusal is."""
    ran = run_checked("SELECT sum(effective_cost) / (count(*) - 8) AS cost FROM charges", LEAD, elsewhere)
    assert isinstance(ran, NotRun)
    assert ran.reason == "The query divides by zero; use NULLIF around the divisor."


def test_an_engine_that_does_not_see_the_files_gives_no_figure(here: Deps, spark: str) -> None:
    """Some engines read a file that is not there as one without rows."""
    ran = run_checked(
        "SELECT count(*) AS n FROM charges", LEAD, _asked_with(here, spark, lake_engine_files="file:///elsewhere/")
    )
    assert isinstance(ran, NotRun)
    assert "FINOPS_LAKE_ENGINE_FILES" in ran.reason


def test_a_missing_file_is_named_before_anything_is_sent(here: Deps) -> None:
    """With its month, as with DuckDB."""
    with here.database.app.connect() as connection:
        (file,) = catalogue.standing(connection, months=(date(2026, 10, 1), date(2026, 11, 1)))
    open_place(here.database.lake).full(file.path).unlink()
    ran = run_checked("SELECT count(*) AS n FROM charges", LEAD, _asked_with(here, "sc://127.0.0.1:1"))
    assert isinstance(ran, NotRun)
    assert "2026-10" in ran.reason


def test_an_engine_that_is_away_says_so_and_no_secret(here: Deps, caplog: pytest.LogCaptureFixture) -> None:
    """Neither in the answer nor in the log."""
    pytest.importorskip("pyspark.errors", reason="no client of Spark Connect is installed")
    deps = _asked_with(here, "sc://127.0.0.1:1/;token=not-to-be-told;user_id=bot")
    with caplog.at_level(logging.DEBUG):
        ran = run_checked("SELECT count(*) AS n FROM charges", LEAD, deps)
    assert isinstance(ran, NotRun)
    assert ran.reason.startswith("The line items cannot be reached just now")
    assert "FINOPS_LAKE_ENGINE names its host and port" in ran.reason
    assert "127.0.0.1" in caplog.text
    assert "not-to-be-told" not in caplog.text + ran.reason


def test_without_the_client_it_is_said_what_to_install(
    here: Deps, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A bot is not installed with it unless somebody asks."""
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec "{sys.base_prefix}/bin/python3" -S "$@"\n', encoding="utf-8")
    bare.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(bare))
    safe = check("SELECT count(*) AS n FROM charges", reporting(), LEAD)
    assert isinstance(safe, SafeQuery)
    monkeypatch.setattr(line_items.guard_pool, "in_spark", lambda query: query)
    done = line_items.run(
        here.database, _asked_with(here, "sc://127.0.0.1:1").settings, safe, ExecutionLimits(seconds=10)
    )
    assert "install pyspark-client" in str(getattr(done, "reason", ""))


def test_a_question_that_takes_too_long_is_stopped(elsewhere: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the process that asks, which tells the engine."""
    endless = SafeQuery("SELECT count(*) FROM range(100000000000000) WHERE id % 7 = 8", "", 10, frozenset(), True)
    monkeypatch.setattr(line_items.guard_pool, "in_spark", lambda query: query)
    done = line_items.run(elsewhere.database, elsewhere.settings, endless, ExecutionLimits(seconds=3))
    assert isinstance(done, StatementTimedOut)
    assert "was stopped" in done.reason
