"""Whatever a narrowed asker asks in words, or a model writes for them, no row,
name or sum of another team is in the answer.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from nl2sql.answers.outcomes import Answer, Outcome
from nl2sql.ask import ask, connect_deps
from nl2sql.catalog.views import reporting
from nl2sql.deps import Deps, Translation, TranslationRequest, Written
from nl2sql.guard import SafeQuery, check
from nl2sql.history.conversation import new_reference
from tests.nl2sql.guard.builders import CHECKOUT, EVERYTHING, queries

DIMENSIONS = ("team", "service", "account", "region", "environment", "application", "provider")
PERIODS = (
    "in october 2026",
    "this month",
    "last month",
    "on 25 October 2026",
    "since 20 October",
    "last 7 days",
    "between 20 and 30 October 2026",
    "",
)
MEASURES = ("cost", "billed cost", "list cost", "savings", "spend", "average daily spend", "effective savings rate")
VALUES = ("checkout", "canary", "search", "EC2", "prod", "account 1", "BigQuery", "unallocated", "eu-west-1", "web")


@pytest.fixture(scope="module")
def deps(planted: Database, settings: Settings) -> Iterator[Deps]:
    """The planted world with a load that says so."""
    with planted.owner.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO finops.loads (delivery, path, status, started_at, finished_at) VALUES ('x', 'x', "
            "'loaded', now(), now())"
        )
    yield connect_deps(settings, Organisation(), planted, today=date(2026, 11, 9))
    with planted.owner.begin() as connection:
        connection.exec_driver_sql("TRUNCATE finops.loads, finops.questions RESTART IDENTITY CASCADE")


@st.composite
def questions(draw: st.DrawFn) -> str:
    """Questions of every kind, about everything and about names, those of other teams too."""
    by, other = draw(st.sampled_from(DIMENSIONS)), draw(st.sampled_from(DIMENSIONS))
    period, measure = draw(st.sampled_from(PERIODS)), draw(st.sampled_from(MEASURES))
    value, second, number = draw(st.sampled_from(VALUES)), draw(st.sampled_from(VALUES)), draw(st.integers(1, 9))
    return draw(
        st.sampled_from(
            [
                f"{measure} {period}",
                f"{measure} by {by} {period}",
                f"{measure} by {by} and {other} {period}",
                f"top {number} {by}s {period}",
                f"{measure} of {value} {period}",
                f"{measure} of {value} by {by} {period}",
                f"{measure} without {value} {period}",
                f"{value} vs {second} {period}",
                f"share of {value} {period}",
                f"share of spend by {by} {period}",
                f"daily {measure} {period}",
                f"daily cost by {by} {period}",
                f"how many {by}s did we pay for {period}",
                f"which {by} is the most expensive {period}",
                f"what changed between october and november by {by}",
                f"october vs november by {by}",
                f"which {by} grew most {period}",
                f"why did {value} go up in november",
                f"untagged spend {period}",
                f"{by}s over ${number} {period}",
                f"most expensive day {period}",
                f"cumulative cost {period}",
                f"top {number} resources {period}",
                f"resources of {value} {period}",
                f"what is {value}",
                "open insights",
                "show me the budgets",
                "budget left",
                "forecast for next month",
                f"forecast of {value}",
                "recommendations",
                "remediations",
                "savings ledger",
                "utilization",
                f"insights of {value}",
                f"recommendations for {value}",
                "which teams are there",
                "list all accounts",
            ]
        )
    )


def _harmless(outcome: Outcome, asked: str, small_world: sa.Connection) -> None:
    """Nothing but the asker's own words names another team, and the rows are those of a world without the others."""
    stored = json.loads(json.dumps(outcome.to_stored(), default=str))
    assert "canary" not in repr(stored["rows"])
    if "canary" not in asked:
        assert "canary" not in repr(stored)
    if "search" not in asked:
        assert "search" not in repr(stored["rows"])
    if isinstance(outcome, Answer):
        whole = check(outcome.sql, reporting(), EVERYTHING)
        assert isinstance(whole, SafeQuery)
        if whole.reads_lake:  # neither world has line items
            return
        assert _rows(outcome.rows) == _rows(
            [_plain(row) for row in small_world.exec_driver_sql(whole.sql.replace("%", "%%")).fetchall()]
        )


def _rows(rows: Any) -> list[str]:
    return sorted(repr([round(cell, 6) if isinstance(cell, float) else cell for cell in row]) for row in rows)


def _plain(row: Any) -> list[Any]:
    from nl2sql.execution.run import _plain as plain  # the one that answers go through

    return [plain(cell) for cell in row]


@hypothesis(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.lists(questions(), min_size=1, max_size=3))
def test_no_question_and_no_follow_up_tells_of_another_team(
    deps: Deps, small_world: sa.Connection, asked: list[str]
) -> None:
    """In words, one after the other in a thread."""
    thread = new_reference()
    words = " ".join(asked)
    for question in asked:
        _harmless(ask(question, CHECKOUT, thread, deps), words, small_world)
    for question in ("as a chart", "and by team?"):
        _harmless(ask(question, CHECKOUT, thread, deps), words, small_world)


class _Writes:
    """A model that writes what it is told to."""

    model = "scripted"

    def __init__(self, sql: str) -> None:
        self._sql = sql

    def translate(self, request: TranslationRequest, verdict: Callable[[str], str | None]) -> Translation:
        assert "canary" not in repr(request.facts.values.by_dimension)
        verdict(self._sql)
        return Translation(Written(self._sql))


@hypothesis(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sql=queries())
def test_no_sql_of_a_model_tells_of_another_team(deps: Deps, small_world: sa.Connection, sql: str) -> None:
    """Whatever the model writes is narrowed as anybody's."""
    outcome = ask("kindly opine on the disposition", CHECKOUT, None, replace(deps, translator=_Writes(sql)))
    assert "canary" not in repr(outcome.to_stored())
    if isinstance(outcome, Answer) and not outcome.truncated:
        _harmless(outcome, "", small_world)


def test_the_questions_are_answered(deps: Deps) -> None:
    """So that the silence about others says something."""
    assert "canary" in {row[0] for row in ask("cost by team in october 2026", EVERYTHING, None, deps).to_json()["rows"]}
    assert [row[0] for row in ask("cost by team in october 2026", CHECKOUT, None, deps).to_json()["rows"]] == [
        "checkout"
    ]
    assert ask("daily cost since 20 October", CHECKOUT, None, deps).to_json()["rows"]


def test_an_error_does_not_tell_of_a_value(deps: Deps) -> None:
    """A cast that fails on a name says that it failed, not on what."""
    for sql in (
        "SELECT team::int FROM daily_costs",
        "SELECT (team || 'x')::date FROM daily_costs",
        "SELECT 1 / (usage_quantity - 1 * usage_quantity) FROM daily_costs",
    ):
        outcome = ask(sql, CHECKOUT, None, deps)
        assert outcome.outcome == "unavailable"
        assert "bills" not in outcome.text
        assert "checkout" not in outcome.text
        assert "pg" not in outcome.text.lower().replace("postgres", "")
