"""What a model costs and remembers is bounded."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.database import Database
from db.tables import ModelReply, ModelUse
from nl2sql.ask import ask
from nl2sql.deps import Deps
from nl2sql.llm import memory
from nl2sql.llm.replies import Cannot
from tests.nl2sql.llm.builders import EVERYBODY, ODD, PAYMENTS, query, with_settings
from tests.nl2sql.llm.endpoint import CutOff, Endless, Endpoint


@pytest.mark.parametrize(
    ("limit", "name"),
    [
        ({"llm_daily_tokens_per_person": 100}, "tokens"),
        ({"llm_daily_seconds_per_person": 1e-9}, "time"),
        ({"llm_daily_cost_per_person": 0.0005, "llm_input_price": 3.0, "llm_output_price": 12.0}, "money"),
    ],
)
def test_a_persons_budget_of_the_day_ends(endpoint: Endpoint, deps: Deps, limit: dict[str, float], name: str) -> None:
    """Tokens, time and money are counted in the database: another process, or
    the same one after a restart, does not begin anew.
    """
    endpoint.replies = [query("SELECT count(*) AS one FROM daily_costs")] * 3
    assert ask(ODD, EVERYBODY, None, with_settings(deps, endpoint, **limit)).to_json()["translator"] == "llm"
    declined = ask(ODD + " again", EVERYBODY, None, with_settings(deps, endpoint, **limit))
    assert declined.outcome == "cannot_answer"
    assert name in (declined.fallback or "")
    assert len(endpoint.requests) == 1
    assert (
        ask(ODD, PAYMENTS, None, with_settings(deps, endpoint, **limit)).to_json()["translator"] == "llm"
    )  # somebody else has a budget of their own
    with Session(deps.database.app) as session:
        used = session.get(ModelUse, ("U1", deps.day()))
        assert used is not None
        assert (used.requests, used.tokens) == (1, 120)
        assert float(used.cost) == pytest.approx(
            100 * limit.get("llm_input_price", 0) / 1e6 + 20 * limit.get("llm_output_price", 0) / 1e6
        )


def test_tokens_are_counted_where_the_endpoint_does_not(endpoint: Endpoint, deps: Deps) -> None:
    """They are guessed from the length of the texts, also for a reply that was of no use."""
    endpoint.counts_tokens = False
    endpoint.replies = ["Well, you spent a lot."]
    ask(ODD, EVERYBODY, None, deps)
    with Session(deps.database.app) as session:
        used = session.get(ModelUse, ("U1", deps.day()))
        assert used is not None
        assert used.tokens > 1_000


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


@pytest.mark.parametrize(
    "reply",
    [
        Endless(" ", 0.05),
        Endless('{"kind": "query", "sql": "SELECT ' + "x, " * 2_000),
        query("SELECT TOP 5 team FROM daily_costs"),
        query("SELECT `team` FROM daily_costs"),
    ],
    ids=["drips", "repeats itself", "T-SQL", "MySQL"],
)
def test_an_answer_without_end_or_in_another_dialect(endpoint: Endpoint, deps: Deps, reply: str | Endless) -> None:
    """Cut at the time or the size; another dialect is given back, and a repetition ends it."""
    endpoint.replies = [reply, reply, reply]
    answer = ask(ODD, EVERYBODY, None, with_settings(deps, endpoint, llm_timeout_seconds=1.5))
    assert (answer.outcome, answer.to_json()["rows"]) == ("cannot_answer", [])
    assert answer.fallback
    assert "did not answer" in answer.text
    assert len(endpoint.requests) <= 2


def test_a_reply_that_breaks_off_leaves_the_grammar(endpoint: Endpoint, deps: Deps) -> None:
    """The transport's error while a body is read is the model's failure, not the question's."""
    endpoint.replies = [CutOff()] * 5
    answer = ask(ODD, EVERYBODY, None, deps).to_json()
    assert answer["outcome"] == "cannot_answer"
    assert "broke off" in str(answer)


def test_a_question_beyond_the_limit_is_refused_and_not_cut(endpoint: Endpoint, deps: Deps) -> None:
    """What stands at its end may be what matters."""
    answer = ask("cost of payments " + "please " * 400 + "but without EC2", EVERYBODY, None, deps).to_json()
    assert answer["outcome"] == "cannot_answer"
    assert "2,000" in answer["text"]
    assert endpoint.requests == []


def test_white_space_and_invisible_letters_cost_nothing(endpoint: Endpoint, deps: Deps) -> None:
    """They are folded before any pattern is tried."""
    answer = ask(
        "cost\u200b of payments in\n\n\n\n  October 2026" + "\n" * 1_900 + "?", EVERYBODY, None, deps
    ).to_json()
    assert (answer["outcome"], answer["rows"]) == ("answer", [[10.0]])
