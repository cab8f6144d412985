"""Certified answers: what an admin approved is given again, says so, and stays certified with other parameters only."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.access import Actor, Role
from config.organisation import Organisation
from config.sections.people import Person
from db.tables import Question
from nl2sql.answers.outcomes import Answer, Outcome
from nl2sql.ask import ask, run_sql
from nl2sql.deps import Deps
from nl2sql.history import golden

ADA = Actor("U0ADA", name="Ada", roles=frozenset({Role.ADMIN}), sees_all=True)
BEN = Actor("U0BEN", name="Ben", roles=frozenset({Role.MEMBER}), sees_all=True)
QUESTION = "what did payments cost last month by service?"


@pytest.fixture
def known(deps: Deps) -> Deps:
    """Ada is known by name."""
    people = (Person(id=ADA.id, name="Ada Lovelace", roles=(Role.ADMIN,)),)
    return replace(deps, organisation=deps.organisation.model_copy(update={"people": people}))


def approve(deps: Deps, outcome: Outcome) -> str:
    with Session(deps.database.app) as session, session.begin():
        assert "is a golden question now" in golden.promote(session, outcome.reference, ADA)
        changed = {"certified_at": datetime(2026, 11, 1, tzinfo=UTC)}
        session.execute(sa.update(Question).where(Question.reference == outcome.reference).values(**changed))
    return outcome.reference


def says(outcome: Outcome) -> str | None:
    assert isinstance(outcome, Answer), outcome
    return outcome.certified.words() if outcome.certified else None


def test_the_same_words_are_answered_as_approved_and_say_so(known: Deps) -> None:
    """By whom and when, in the API's JSON too; the words count anew from the day on which they are asked."""
    first = ask(QUESTION, BEN, None, known)
    assert says(first) is None
    assert "certified" not in first.to_json()
    reference = approve(known, first)
    again = ask("What did PAYMENTS cost last month, by service", BEN, None, known)
    assert says(again) == f"Certified by Ada Lovelace on 1 Nov 2026 ({reference})"
    assert again.to_json()["rows"] == first.to_json()["rows"]
    assert again.to_json()["certified"]["parameters"] == ["period", "team"]
    before = ask(QUESTION, BEN, None, replace(known, today=date(2026, 10, 20)))
    assert (says(before), before.to_json()["rows"][0][1]) == (says(again), 80.0)
    assert says(ask("what did payments cost last month?", BEN, None, known)) is None


@pytest.mark.parametrize(
    ("follow_ups", "told"),
    [
        (("and in september?",), "Certified by Ada Lovelace on 1 Nov 2026, here for another period ({})"),
        (("and for checkout?",), "Certified by Ada Lovelace on 1 Nov 2026, here for another scope ({})"),
        (
            ("and in september?", "and for checkout?"),
            "Certified by Ada Lovelace on 1 Nov 2026, here for another period and scope ({})",
        ),
        (
            ("by account",),
            f"Built on the answer to “{QUESTION}”, certified by Ada Lovelace on 1 Nov 2026; itself not certified",
        ),
        (("by account", "by service"), "Certified by Ada Lovelace on 1 Nov 2026 ({})"),
        (("as bars",), "Certified by Ada Lovelace on 1 Nov 2026 ({})"),
        (("total cost of checkout in october",), None),
    ],
)
def test_only_its_parameters_may_be_changed(known: Deps, follow_ups: tuple[str, ...], told: str | None) -> None:
    """Another breakdown is another question, which says what it comes from; a new question says nothing of it."""
    reference = approve(known, ask(QUESTION, BEN, None, known))
    ask(QUESTION, BEN, "t1", known)
    outcomes = [ask(words, BEN, "t1", known) for words in follow_ups]
    assert says(outcomes[-1]) == (told.format(reference) if told else None)


def test_an_answer_in_the_thread_can_be_changed_whatever_was_asked_since(known: Deps) -> None:
    """As the card's button asks."""
    approve(known, ask(QUESTION, BEN, None, known))
    certified = ask(QUESTION, BEN, "t1", known)
    ask("total cost of checkout in october by account", BEN, "t1", known)
    changed = ask("september", BEN, "t1", known, certified.reference)
    assert "here for another period" in str(says(changed))
    assert changed.to_json()["rows"] == [["Amazon Elastic Compute Cloud", 80.0]]


def test_approved_sql_answers_its_words_and_what_a_withdrawn_one_answered_is_certified_no_more(known: Deps) -> None:
    """SQL without a date holds on any day; it has no parameters."""
    odd = "kindly opine on our estate"
    reference = approve(known, run_sql("SELECT count(DISTINCT team) AS teams FROM daily_costs", ADA, None, known, odd))
    again = ask(odd, BEN, None, known)
    assert (says(again), again.to_json()["rows"]) == (f"Certified by Ada Lovelace on 1 Nov 2026 ({reference})", [[2]])
    assert again.to_json()["certified"]["parameters"] == []
    with Session(known.database.app) as session, session.begin():
        assert "needs the role" in golden.withdraw(session, reference, BEN)
        assert "no golden question any more" in golden.withdraw(session, reference, ADA)
        assert "There is no golden question" in golden.withdraw(session, reference, ADA)
    assert ask(odd, BEN, None, known).outcome == "cannot_answer"


def test_a_follow_up_s_words_alone_answer_nothing_else(known: Deps) -> None:
    """`by account in october` was of payments in its thread; alone it is of everything, and not certified."""
    ask(QUESTION, BEN, "t1", known)
    reference = approve(known, ask("by account in october", BEN, "t1", known))
    alone = ask("by account in october", BEN, None, known)
    assert says(alone) is None
    there = ask(QUESTION, BEN, "t2", known)
    assert says(there) is None
    assert f"({reference})" in str(says(ask("by account in october", BEN, "t2", known)))


def test_narrowed_people_are_told_of_no_approval_that_may_name_hidden_teams(known: Deps) -> None:
    """Their own answers may be certified."""
    approve(known, ask(QUESTION, BEN, None, known))
    narrowed = Actor("U0CAT", roles=frozenset({Role.MEMBER}), teams=frozenset({"payments"}))
    own = ask(QUESTION, narrowed, None, known)
    assert says(own) is None
    approve(known, own)
    assert says(ask(QUESTION, narrowed, None, known))


def test_who_is_not_in_the_file_is_told_by_their_id(deps: Deps, organisation: Organisation) -> None:
    """A name is not made up."""
    assert not organisation.knows(ADA.id)
    approve(deps, ask(QUESTION, BEN, None, deps))
    assert "by U0ADA" in str(says(ask(QUESTION, BEN, None, deps)))
