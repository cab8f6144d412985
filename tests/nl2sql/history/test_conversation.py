"""What a thread remembers, and which of the open choices a reply means."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from db.tables import Question
from nl2sql.grammar.draft import Choice
from nl2sql.history import conversation
from nl2sql.history.conversation import ThreadContext, chosen, recall, words_of
from tests.nl2sql.builders import query

CHOICES = ThreadContext(
    choices=(
        Choice("payments (team)", "cost of team payments"),
        Choice("payments-api (service)", "cost of payments-api"),
        Choice("EU", "cost in the EU"),
    )
)


def asked(session: Session, thread: str, outcome: str, **fields: Any) -> None:
    session.add(
        Question(
            reference=conversation.new_reference(),
            asker="U1",
            thread=thread,
            question=fields.pop("question", "cost?"),
            outcome=outcome,
            answer=fields.pop("answer", {}),
            translator="offline",
            tokens=0,
            elapsed_ms=1,
            **fields,
        )
    )
    session.flush()


@pytest.mark.parametrize(
    ("reply", "question"),
    [
        ("2", "cost of payments-api"),
        (" EU. ", "cost in the EU"),
        ("payments (team)", "cost of team payments"),
        ("API", "cost of payments-api"),
        ("payments", None),  # both
        ("4", None),
        ("0", None),
        ("eu", "cost in the EU"),
        ("te", None),  # two letters are part of anything
        ("", None),
        ("cost by service", None),
    ],
)
def test_a_reply_names_a_choice_or_none(reply: str, question: str | None) -> None:
    """By number, by its whole label, or by a part that only one has."""
    assert chosen(CHOICES, reply) == question


def test_without_open_choices_a_number_is_a_question() -> None:
    assert chosen(ThreadContext(), "1") is None
    assert chosen(None, "1") is None


def test_a_thread_goes_on_from_its_last_answer(session: Session) -> None:
    """What was declined since is passed over; the choices are those of the newest turn only."""
    first, second = query("cost in october"), query("cost by team in october")
    asked(session, "t", "answer", question="cost in october", query=first.to_json(), sql="SELECT 1")
    asked(session, "t", "clarify", answer={"choices": [{"label": "a", "question": "b"}]})
    assert (recall(session, "t") or ThreadContext()).choices == (Choice("a", "b"),)
    asked(
        session, "t", "answer", question="by team", query=second.to_json(), sql="SELECT 2", answer={"shown_in": "EUR"}
    )
    asked(session, "t", "cannot_answer")
    remembered = recall(session, "t")
    assert remembered is not None
    assert remembered.query is not None
    assert remembered.query.to_json() == second.to_json()
    told = (remembered.question, remembered.sql, remembered.choices, remembered.shown_in, remembered.translator)
    assert told == ("by team", "SELECT 2", (), "EUR", "offline")


def test_nobody_remembers_another_thread_or_none(session: Session) -> None:
    asked(session, "t", "answer", sql="SELECT 1")
    assert recall(session, "other") is None
    assert recall(session, None) is None


def test_an_answer_of_sql_has_no_query(session: Session) -> None:
    asked(session, "t", "answer", question="SELECT 1", sql="SELECT 1")
    remembered = recall(session, "t")
    assert remembered is not None
    assert (remembered.query, remembered.sql) == (None, "SELECT 1")


def test_whatever_others_send_is_stored_as_a_text() -> None:
    """Without what Postgres does not store: NUL, half a surrogate pair, nesting without end."""
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert words_of({"a": "x\x00y"}) == '{"a": "x y"}'
    assert words_of("\ud800") == '"?"'
    assert words_of(deep) == "JSON that is nested without end"


def test_a_reference_can_be_read_aloud() -> None:
    """0 and O, 1 and I are not told apart: none of them is in it."""
    references = {conversation.new_reference() for _ in range(200)}
    assert len(references) == 200
    assert all(len(one) == 9 and one[4] == "-" for one in references)
    assert not set("".join(references)) & set("01IO")
