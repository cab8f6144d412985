"""Queries as JSON against a real database: answered as if asked in words, narrowed, kept and audited."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from config.access import SYSTEM, Actor
from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from db.tables import AuditEntry, Question
from flows.ingest.ingest_costs import ingest
from nl2sql.answers.outcomes import Answer, Blocked, CannotAnswer, Unavailable
from nl2sql.ask import ask, connect_deps, run_query
from nl2sql.deps import Deps
from nl2sql.grammar.semantic.forms import QueryForm
from tests.nl2sql.builders import bill

OCTOBER = {"start": "2026-10-01", "end": "2026-11-01"}
SEPTEMBER = {"start": "2026-09-01", "end": "2026-10-01"}


@pytest.fixture
def empty(clean_database: Database, settings: Settings, organisation: Organisation) -> Deps:
    """Nothing is loaded."""
    return connect_deps(settings, organisation, clean_database, today=date(2026, 11, 3))


@pytest.fixture
def deps(empty: Deps, tmp_path: Path) -> Deps:
    """Two months of a small bill."""
    ingest([bill(tmp_path / f"{month}.csv", month) for month in (9, 10)], empty.database, empty.organisation)
    return empty


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"period": OCTOBER}, "total cost in october"),
        ({"period": OCTOBER, "dimensions": ["team"]}, "cost by team in october"),
        (
            {"period": OCTOBER, "filters": [{"dimension": "team", "values": ["payments"]}], "dimensions": ["region"]},
            "cost of payments in october by region",
        ),
        ({"period": OCTOBER, "compared": [SEPTEMBER]}, "october vs september"),
        ({"period": OCTOBER, "dimensions": ["service"], "limit": 1}, "most expensive service in october"),
        ({"subject": "budgets"}, "budgets"),
    ],
)
def test_a_query_is_answered_as_the_question_is(deps: Deps, given: dict[str, Any], words: str) -> None:
    """The same text, rows, period and SQL."""
    answer, asked = run_query(given, SYSTEM, None, deps), ask(words, SYSTEM, None, deps)
    assert replace(answer, elapsed_ms=0, reference="") == replace(asked, elapsed_ms=0, reference="")


@pytest.mark.parametrize(
    ("more", "said", "rows"),
    [
        ({}, "1.80 to 1: search is $90.09, payments $50.05, October 2026.", [(90.09, 50.05, 1.8)]),
        (
            {"dimensions": ["region"]},
            "search to payments: from 0.00 (us-east-1) to 3.00 (eu-west-1), October 2026.",
            [("eu-west-1", 90.09, 30.03, 3.0), ("us-east-1", 0.0, 20.02, 0.0)],
        ),
    ],
)
def test_the_ratio_of_two_sides(deps: Deps, more: dict[str, Any], said: str, rows: list[tuple[Any, ...]]) -> None:
    """The first by the second, of all or of each group; a follow-up that drops the sides drops it."""
    sides = [{"dimension": "team", "values": [team]} for team in ("search", "payments")]
    given = {"period": OCTOBER, "scopes": sides, "ratio": True, **more}
    answer = run_query(given, SYSTEM, "thread", deps)
    assert isinstance(answer, Answer), answer.text
    assert (answer.text, answer.rows) == (said, tuple(pytest.approx(row) for row in rows))
    following = ask("by service", SYSTEM, "thread", deps)
    assert isinstance(following, Answer)
    assert "ratio" not in following.columns


def test_a_question_builds_on_a_query(deps: Deps) -> None:
    """What was given as JSON is amended in words."""
    run_query({"period": OCTOBER, "dimensions": ["team"]}, SYSTEM, "thread-1", deps)
    answer = ask("and in september?", SYSTEM, "thread-1", deps)
    assert isinstance(answer, Answer)
    assert (answer.columns[0], answer.period) == ("team", ("2026-09-01", "2026-10-01"))


def test_a_query_is_narrowed_to_its_asker(deps: Deps) -> None:
    """Another team's name is not known, and all is all that may be seen."""
    narrowed = Actor("U1", teams=frozenset({"search"}))
    answer = run_query({"period": OCTOBER}, narrowed, None, deps)
    assert isinstance(answer, Answer)
    assert answer.rows == ((90.09,),)
    other = run_query(
        {"period": OCTOBER, "filters": [{"dimension": "team", "values": ["payments"]}]}, narrowed, None, deps
    )
    assert isinstance(other, CannotAnswer)
    assert "No team is called “payments”. There are search." in other.text


def test_every_query_is_kept_and_audited(deps: Deps) -> None:
    """What is wrong too, under its reference."""
    good = run_query({"period": OCTOBER}, SYSTEM, None, deps)
    bad = run_query({"metric": "kost", "period": OCTOBER}, SYSTEM, None, deps)
    nobody = run_query({"period": OCTOBER}, Actor("U9", roles=frozenset()), None, deps)
    assert isinstance(bad, CannotAnswer)
    assert isinstance(nobody, Blocked)
    with Session(deps.database.app) as session:
        kept = dict(session.execute(sa.select(Question.reference, Question.outcome)).tuples().all())
        told = dict(session.execute(sa.select(AuditEntry.subject, AuditEntry.action)).tuples().all())
    for outcome, name in ((good, "answer"), (bad, "cannot_answer"), (nobody, "blocked")):
        assert kept[outcome.reference] == name
        assert told[outcome.reference] == f"question.{name}"


def test_without_bills_there_is_nothing_to_query(empty: Deps) -> None:
    """Said as for a question."""
    assert isinstance(run_query({"period": OCTOBER}, SYSTEM, None, empty), Unavailable)


_KEYS = st.one_of(st.sampled_from(list(QueryForm.model_fields)), st.text(max_size=4))
_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(), max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(_KEYS, inner, max_size=4),
    ),
    max_leaves=10,
)


@hypothesis(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given=_JSON)
def test_whatever_comes_is_an_outcome_that_is_kept(deps: Deps, given: object) -> None:
    """NUL, lone surrogates, numbers without end, lists in lists: said, stored and audited as any question."""
    outcome = run_query(given, SYSTEM, None, deps)
    assert isinstance(outcome, CannotAnswer)
    with Session(deps.database.app) as session:
        assert session.scalar(sa.select(Question.outcome).where(Question.reference == outcome.reference))


def test_json_without_end_is_an_outcome_too(deps: Deps) -> None:
    """Deeper than the interpreter goes."""
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    assert isinstance(run_query({"period": deep}, SYSTEM, None, deps), CannotAnswer)
    while deep:  # taken apart by hand: the interpreter would recurse
        deep = deep.pop()  # type: ignore[assignment]  # lists all the way


@pytest.mark.parametrize("value", ["a\x00b", "\ud800", "x" * 300])
def test_a_name_that_cannot_be_stored_is_no_name(deps: Deps, value: str) -> None:
    """Also of a resource, which is looked up in the database."""
    for dimension in ("team", "resource_id", "publisher"):
        given = {"period": OCTOBER, "filters": [{"dimension": dimension, "values": [value]}]}
        assert isinstance(run_query(given, SYSTEM, None, deps), CannotAnswer)
