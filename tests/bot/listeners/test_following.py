"""An answer of several steps is streamed while it is made, and is one message in the end."""

import re
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.process.runtime import Runtime
from bot.slack import inbox
from bot.slack.streams import Stream
from db.database import Database
from db.outgoing.message_keys import answer_key
from nl2sql.deps import StepProgress
from standins.slack import Handle
from tests.bot.builders import BOT, of_bot, settled
from tests.bot.conftest import MAYA, STEPS, Rules, StartBot
from tests.bot.listeners.builders import states, streaming

LACKING = (
    "unknown_method",
    "missing_scope",
    "not_allowed_token_type",
    "feature_not_enabled",
    "missing_recipient_team_id",
)


def shown(message: dict[str, Any]) -> tuple[str, str]:
    """Its text and blocks, without what is another for each answer."""
    return message["text"], re.sub(r"R\d{6}|'block_id': '[^']+'", "", str(message["blocks"]))


def test_steps_are_seen_and_the_answer_is_the_same_message_as_without(
    bot: Runtime, slack: Handle, rules: Rules
) -> None:
    """The plan names all steps; text, blocks and key in the end are those of an answer that was posted whole."""
    asked = slack.post_as(MAYA, "#finops", f"{BOT} steps of last month")
    message = streaming(slack)
    plan = next(block for block in message["blocks"] if block["type"] == "plan")
    assert (plan["title"], [task["title"] for task in plan["tasks"]]) == ("Monthly review", list(STEPS))
    assert states(message) == ["complete", "in_progress", "pending"]
    assert "Total is $1,200 & ‹b›" in str(plan["tasks"][0]["output"])
    assert message["thread_ts"] == asked["ts"]
    rules.hold.set()
    (streamed,) = settled(slack, "#finops", 1)
    assert streamed["ts"] == message["ts"]
    slack.wait_until(lambda: "plan" not in str(of_bot(slack, "#finops")[0]["blocks"]))
    slack.post_as(MAYA, "#finops", f"{BOT} steps of last month")
    streamed, whole = settled(slack, "#finops", 2)
    assert shown(streamed) == shown(whole)
    assert not streamed.get("streaming")
    assert streamed["metadata"]["event_payload"]["key"].startswith("answer:")
    assert len(slack.calls("chat.startStream")) == 1, "what is there at once is not streamed"


@pytest.mark.parametrize("code", LACKING)
def test_a_workspace_without_streaming_gets_the_plain_message_once(
    bot: Runtime, slack: Handle, rules: Rules, code: str
) -> None:
    """Nothing is retried and nothing is told twice; a missing stop button does not hinder."""
    slack.faults.fail("agents.sessions.setStatus", "unknown_method")
    slack.faults.fail("chat.startStream", code)
    slack.post_as(MAYA, "#finops", f"{BOT} steps of last month")
    slack.wait_until(lambda: slack.calls("chat.startStream"))
    rules.hold.set()
    (answer,) = settled(slack, "#finops", 1)
    assert answer["text"].startswith("$7.2k: steps")
    assert len(slack.calls("chat.startStream")) == 1


def test_a_stream_that_slack_ended_or_somebody_deleted_is_one_answer(bot: Runtime, slack: Handle, rules: Rules) -> None:
    """Slack ends a stream after some minutes: the message still becomes the answer. A deleted one is posted again."""
    first = slack.post_as(MAYA, "#finops", f"{BOT} steps one")
    streaming(slack)
    assert slack.break_off("#finops", first["ts"])
    rules.hold.set()
    slack.wait_for_message(lambda m: m["text"].startswith("$7.2k: steps one"))
    rules.hold.clear()
    slack.post_as(MAYA, "#finops", f"{BOT} steps two")
    gone = streaming(slack)
    bot.client.chat_delete(channel="C0FINOPS01", ts=gone["ts"])
    rules.hold.set()
    slack.wait_for_message(lambda m: m["text"].startswith("$7.2k: steps two"))
    assert len(settled(slack, "#finops", 2)) == 2


def test_a_failure_behind_the_steps_leaves_nothing_half_written(bot: Runtime, slack: Handle, rules: Rules) -> None:
    """The person is told privately, as of any failure."""
    slack.post_as(MAYA, "#finops", f"{BOT} steps that explode")
    streaming(slack)
    rules.hold.set()
    slack.wait_until(lambda: slack.ephemerals(MAYA))
    assert "reference" in slack.ephemerals(MAYA)[0]["text"]
    slack.wait_until(lambda: not of_bot(slack, "#finops"))


def test_a_bot_that_died_in_the_middle_leaves_one_answer(
    start_bot: StartBot, slack: Handle, rules: Rules, clean_database: Database
) -> None:
    """The next bot answers into the message that the dead one had begun."""
    asked = slack.post_as(MAYA, "#finops", "steps of last month")
    with start_bot(slack) as dying:
        stream = Stream(
            dying.delivery.client, "C0FINOPS01", asked["ts"], MAYA, dying.team, answer_key("EvDEAD"), ts=None
        )
        stream.tell("Monthly review", STEPS, {0: StepProgress("Monthly review", STEPS, 0, "in_progress")})
    assert stream.ts
    rules.hold.set()
    body = {
        "user": MAYA,
        "channel": "C0FINOPS01",
        "text": "steps of last month",
        "thread": asked["ts"],
        "addressed": True,
    }
    with Session(clean_database.app) as session, session.begin():
        inbox.store(session, "EvDEAD", body)
    with start_bot(slack):
        slack.wait_for_message(lambda m: m["text"].startswith("$7.2k: steps"))
        (answer,) = settled(slack, "#finops", 1)
    assert (answer["ts"], answer.get("streaming")) == (stream.ts, None)


def test_answers_outside_a_thread_and_of_one_step_are_not_streamed(bot: Runtime, slack: Handle, rules: Rules) -> None:
    """`/cost` has no thread to write into; a slow answer of one step has its status line."""
    rules.hold.set()
    slack.slash(MAYA, "/cost", "steps of last month")
    slack.post_as(MAYA, "#finops", f"{BOT} slow one")
    assert len(settled(slack, "#finops", 2)) == 2
    assert slack.calls("chat.startStream") == []
