"""Golden questions that no longer run, are never given again, or stand there twice."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.access import Actor, Role
from db.tables import Question
from nl2sql.answers.context import AnswerContext
from nl2sql.ask import ask, run_sql
from nl2sql.catalog.known_values import Facts, facts
from nl2sql.deps import Deps
from nl2sql.history import golden
from nl2sql.history.golden_check import GoldenFault, checked

ADA = Actor("U0ADA", roles=frozenset({Role.ADMIN}), sees_all=True)


def approve(deps: Deps, question: str, sql: str | None = None, thread: str | None = None) -> str:
    outcome = run_sql(sql, ADA, thread, deps, question) if sql else ask(question, ADA, thread, deps)
    with Session(deps.database.app) as session, session.begin():
        assert "is a golden question now" in golden.promote(session, outcome.reference, ADA)
    return outcome.reference


def stored(deps: Deps, reference: str, **values: object) -> None:
    with Session(deps.database.app) as session, session.begin():
        session.execute(sa.update(Question).where(Question.reference == reference).values(**values))


def findings(deps: Deps) -> list[tuple[str, str, str | None]]:
    return [(one.kind, one.reference, one.other) for one in all_found(deps)]


def all_found(deps: Deps) -> tuple[GoldenFault, ...]:
    data = facts(deps.database.app, ADA, deps.organisation.synonyms)
    assert isinstance(data, Facts)
    return checked(AnswerContext(ADA, deps, data))


def test_what_runs_and_stands_there_once_is_fine(deps: Deps) -> None:
    approve(deps, "what did payments cost last month by service?")
    approve(deps, "what did checkout cost last month by account?")
    approve(deps, "open anomalies")
    approve(deps, "kindly opine", "SELECT count(DISTINCT team) AS teams FROM daily_costs")
    assert findings(deps) == []


def test_what_does_not_run_any_more_is_told_with_the_reason(deps: Deps) -> None:
    """SQL over a column that is gone, a name that the bills no longer hold, a query of another release."""
    sql = approve(deps, "kindly opine", "SELECT count(DISTINCT team) AS teams FROM daily_costs")
    name = approve(deps, "what did payments cost last month?")
    other = approve(deps, "what did checkout cost last month by service?")
    stored(deps, sql, sql="SELECT count(DISTINCT squad) AS squads FROM daily_costs")
    stored(deps, other, query={"metric": "effective_cost"})
    with deps.database.owner.begin() as connection:
        connection.exec_driver_sql("UPDATE finops.daily_costs SET team = 'billing' WHERE team = 'payments'")
        connection.exec_driver_sql("UPDATE finops.loads SET finished_at = finished_at + INTERVAL '1 second'")
    told = {one.reference: one.reason for one in all_found(deps) if one.kind == "broken"}
    assert set(told) == {sql, name, other}
    assert "squad" in told[sql]
    assert told[name] == "The bills hold no team payments any more."
    assert "this release" in told[other]


def test_what_is_never_given_again_is_told(deps: Deps) -> None:
    """SQL of one day; words that mean something only in their thread."""
    dated = approve(
        deps, "kindly opine", "SELECT sum(billed_cost) AS cost FROM daily_costs WHERE usage_date > '2026-10-01'"
    )
    ask("what did payments cost last month by service?", ADA, "t1", deps)
    follow_up = approve(deps, "by account in october", thread="t1")
    assert {(kind, reference) for kind, reference, _ in findings(deps)} == {("unused", dated), ("unused", follow_up)}


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("what did payments cost last month by service?", "What did payments cost last month, by service", True),
        ("what did payments cost last month by service?", "cost of payments by service in october", True),
        ("what did payments cost last month by service?", "cost of payments by service in september", True),
        ("what did payments cost last month by service?", "what did checkout cost last month by service?", False),
        ("top 5 services last month", "top 3 services last month", False),
    ],
)
def test_duplicates_are_the_same_query_whatever_their_words(deps: Deps, one: str, other: str, alike: bool) -> None:
    """Another period is a parameter; another name or number is another question."""
    older, newer = approve(deps, one), approve(deps, other)
    assert findings(deps) == ([("duplicate", newer, older)] if alike else [])


def test_sql_is_compared_by_its_words(deps: Deps) -> None:
    older = approve(deps, "kindly opine on our estate", "SELECT count(DISTINCT team) AS teams FROM daily_costs")
    newer = approve(deps, "kindly opine on our estates", "SELECT count(DISTINCT account) AS n FROM daily_costs")
    assert findings(deps) == [("duplicate", newer, older)]
