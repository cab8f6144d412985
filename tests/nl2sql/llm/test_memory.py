"""Translations are remembered for whom they are true, and not for ever."""

from dataclasses import replace
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.database import Database
from db.tables import ModelReply
from nl2sql.ask import ask
from nl2sql.deps import Deps
from nl2sql.llm import memory
from nl2sql.llm.replies import Cannot
from tests.nl2sql.llm.builders import EVERYBODY, ODD, PAYMENTS, query, with_settings
from tests.nl2sql.llm.endpoint import Endpoint


def test_a_question_that_was_translated_is_not_sent_again(endpoint: Endpoint, deps: Deps) -> None:
    """The SQL is remembered, also over a restart; it is checked and run anew."""
    endpoint.replies = [query("SELECT team, sum(effective_cost) AS cost FROM daily_costs GROUP BY 1 ORDER BY 2")]
    first = ask(ODD, EVERYBODY, None, deps).to_json()
    again = ask(ODD, EVERYBODY, None, with_settings(deps, endpoint)).to_json()
    assert (again["rows"], again["translator"]) == (first["rows"], "llm")
    assert len(endpoint.requests) == 1


def test_what_is_remembered_for_one_is_not_for_another(endpoint: Endpoint, deps: Deps) -> None:
    """An asker of another scope gets their own translation and their own rows; so does everybody after a load."""
    sql = "SELECT team, sum(effective_cost) AS cost FROM daily_costs GROUP BY 1 ORDER BY 2"
    endpoint.replies = [query(sql)] * 4
    assert len(ask(ODD, EVERYBODY, None, deps).to_json()["rows"]) == 3
    assert ask(ODD, PAYMENTS, None, deps).to_json()["rows"] == [["payments", 10.0]]
    search = replace(PAYMENTS, id="U3", teams=frozenset({"search"}))
    assert ask(ODD, search, None, deps).to_json()["rows"] == [["search", 32.0]]
    assert len(endpoint.requests) == 3
    same_scope = replace(PAYMENTS, id="U4")
    assert ask(ODD, same_scope, None, deps).to_json()["rows"] == [["payments", 10.0]]
    assert len(endpoint.requests) == 3
    with Session(deps.database.owner) as session, session.begin():
        session.execute(sa.text("UPDATE finops.loads SET finished_at = finished_at + INTERVAL '1 second'"))
    ask(ODD, EVERYBODY, None, deps)
    assert len(endpoint.requests) == 4


def test_what_is_remembered_is_bounded(clean_database: Database) -> None:
    """The oldest go."""
    with Session(clean_database.app) as session, session.begin():
        old = {"key": "old", "reply": {"text": "x"}, "made_at": datetime(2020, 1, 1, tzinfo=UTC)}
        session.execute(
            sa.insert(ModelReply), [old, *({"key": str(n), "reply": {"text": "x"}} for n in range(memory.MOST + 5))]
        )
        memory.keep(session, "new", Cannot("no"))
        assert session.scalar(sa.select(sa.func.count()).select_from(ModelReply)) == memory.MOST
        assert memory.recall(session, "old") is None
        assert memory.recall(session, "new") == Cannot("no")
