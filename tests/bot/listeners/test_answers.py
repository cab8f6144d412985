"""The buttons under an answer, pressed as people press them; they outlive a restart and respect who may see what."""

import csv
import io
import time
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot import assistant
from bot.listeners import answers, canvases
from bot.listeners.clicks import Click, ClickHandler, Listeners
from bot.process.runtime import Runtime
from config.access import Actor
from db.database import Database
from db.tables import Question
from standins.slack import Handle
from tests.bot.conftest import MAYA, TOMAS, Rules, StartBot

BOT = "<@U0FINOPS01>"


def answered(slack: Handle, text: str = "cost by service") -> tuple[str, str]:
    """Ask; the ts of the question and of its answer."""
    asked = slack.post_as(MAYA, "#finops", f"{BOT} {text}")
    return asked["ts"], slack.wait_for_reply(asked["ts"])["ts"]


def test_show_sql_works_after_a_restart(start_bot: StartBot, slack: Handle) -> None:
    """The button carries a reference; what it shows comes from the database."""
    with start_bot(slack):
        _, reply = answered(slack)
    with start_bot(slack):
        slack.click(TOMAS, reply, "answer_sql")
        view = slack.wait_for_view(TOMAS)
    assert "SELECT 1" in str(view["blocks"])


def test_the_csv_is_put_into_the_thread_once(bot: Runtime, slack: Handle) -> None:
    """A second press says that it is there already."""
    asked, reply = answered(slack)
    slack.click(MAYA, reply, "answer_csv")
    slack.wait_until(lambda: [message for message in slack.thread(asked) if message.get("files")])
    slack.click(TOMAS, reply, "answer_csv")
    slack.wait_until(lambda: slack.ephemerals(TOMAS))
    files = [file for message in slack.thread(asked) for file in message.get("files") or []]
    assert len(files) == 1
    content = slack.workspace.store.files[files[0]["id"]].content or b""
    assert list(csv.reader(io.StringIO(content.decode())))[1] == ["Amazon EC2", "7204.11"]


def test_edited_sql_goes_through_the_guard(bot: Runtime, slack: Handle) -> None:
    """What the guard refuses is said in the modal, which stays open; what it allows is answered in the thread."""
    asked, reply = answered(slack)
    slack.click(TOMAS, reply, "answer_edit")
    slack.wait_for_view(TOMAS)
    assert slack.submit(TOMAS, {"sql": "DELETE FROM x"}) == {"sql": "Only a SELECT is run."}
    assert slack.submit(TOMAS, {"sql": "SELECT 2"}) == {}
    slack.wait_until(lambda: len(slack.thread(asked)) == 3)
    assert slack.thread(asked)[2]["text"].startswith("$7.2k: edited")


@pytest.mark.parametrize(("press", "kept"), [("positive", "helpful"), ("negative", "unhelpful")])
def test_feedback_is_stored(press: str, kept: str, bot: Runtime, slack: Handle) -> None:
    """Helpful or not, with the question."""
    _, reply = answered(slack)
    slack.click(MAYA, reply, "answer_feedback", press)
    slack.wait_until(lambda: slack.ephemerals(MAYA))
    with Session(bot.database.app) as session:
        assert session.scalar(sa.select(Question.feedback)) == kept


def test_feedback_is_for_who_may_see_the_answer(bot: Runtime, slack: Handle, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else is told whose it is, and nothing is stored."""
    _, reply = answered(slack)
    monkeypatch.setattr(assistant, "may_see", lambda *_: False)
    slack.click(TOMAS, reply, "answer_feedback", "negative")
    slack.wait_until(lambda: slack.ephemerals(TOMAS))
    with Session(bot.database.app) as session:
        assert session.scalar(sa.select(Question.feedback)) is None


def test_a_choice_is_asked_once_in_the_thread(bot: Runtime, slack: Handle, rules: Rules) -> None:
    """Pressed twice by one person it is one question."""
    asked, reply = answered(slack, "ambiguous commerce")
    for _ in range(2):
        slack.click(MAYA, reply, "clarify_1")
    slack.wait_until(lambda: len(slack.thread(asked)) >= 3)
    time.sleep(0.3)
    assert len(slack.thread(asked)) == 3
    assert rules.asked[1:] == [("commerce-nonprod", MAYA, f"C0FINOPS01:{asked}")]


def test_an_example_of_the_help_is_asked(bot: Runtime, slack: Handle, rules: Rules) -> None:
    """The text on the button is the question."""
    asked = slack.post_as(MAYA, "#finops", BOT)
    slack.click(MAYA, slack.wait_for_reply(asked["ts"])["ts"], "example_1")
    slack.wait_until(lambda: len(slack.thread(asked["ts"])) == 3)
    assert rules.asked[0][0] == "Top 5 teams this month"


def test_a_button_of_a_forgotten_answer_says_so(bot: Runtime, slack: Handle, clean_database: Database) -> None:
    """Nothing happens but one private sentence."""
    _, reply = answered(slack)
    with Session(clean_database.app) as session, session.begin():
        session.execute(sa.delete(Question))
    slack.click(MAYA, reply, "answer_sql")
    slack.wait_until(lambda: slack.ephemerals(MAYA))
    assert "no longer kept" in slack.ephemerals(MAYA)[0]["text"]


@pytest.mark.parametrize(
    ("clicker", "asker", "allowed"),
    [
        (Actor("a"), Actor("b", sees_all=True), False),
        (Actor("a", sees_all=True), Actor("b", sees_all=True), True),
        (Actor("a", teams=frozenset({"x"})), Actor("b", teams=frozenset({"x", "y"})), False),
        (Actor("a", teams=frozenset({"x", "y"})), Actor("b", teams=frozenset({"x"})), True),
        (Actor("a"), Actor("a", sees_all=True), True),
    ],
)
def test_a_narrowed_answer_shows_nobody_more_than_they_may_see(clicker: Actor, asker: Actor, allowed: bool) -> None:
    """Only who sees all that the asker sees may open what was narrowed for the asker."""
    assert assistant.may_see(clicker, asker) is allowed


def test_every_press_on_anothers_answer_is_refused_to_who_may_see_less(bot: Runtime, slack: Handle) -> None:
    """Every listener of this room and of the canvas, as the registry has them: one private sentence, nothing else."""
    heard: list[tuple[Any, ClickHandler]] = []

    class Registry(Listeners):
        def click(self, action: Any, handler: ClickHandler) -> None:
            heard.append((action, handler))

        def submit(self, callback: str, handler: Any, validate: Any = None) -> None:
            """Modals are opened by presses."""

    for room in (answers, canvases):
        room.register(Registry(None, bot))  # type: ignore[arg-type]  # no app hears it
    bot.people.organisation = bot.organisation.model_copy(update={"visibility": "own_teams"})
    with bot.session() as session:
        session.add(
            Question(
                reference="RTOMAS",
                asker="channel:C0GONE",
                question="q",
                outcome="answer",
                answer={"outcome": "answer", "text": "x", "rows": [[1.0]], "sections": [{"title": "a"}]},
            )
        )
    before = len(slack.messages("#finops"))
    shown = [one for one in heard if str(one[0]).startswith("answer_") and one[0] not in ("answer_example",)]
    assert len(shown) == 7
    for number, (action, handler) in enumerate(shown, 1):
        handler(bot, Click(MAYA, "C0FINOPS01", None, None, str(action), "RTOMAS", "", "T", "1.1"))
        assert len(slack.ephemerals(MAYA)) == number, action
    assert {"narrowed" in message["text"] for message in slack.ephemerals(MAYA)} == {True}
    assert len(slack.messages("#finops")) == before
    assert slack.calls("canvases.create") == []
