"""Slack's stop button: who may, what it ends, and what stays."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.process.runtime import Runtime
from db.tables import AuditEntry
from standins.slack import Handle
from tests.bot.builders import BOT, settled, whispered
from tests.bot.conftest import MAYA, TOMAS, Rules
from tests.bot.listeners.builders import streaming


def stops(bot: Runtime) -> list[tuple[str, str]]:
    with Session(bot.database.app) as session:
        rows = session.execute(
            sa.select(AuditEntry.actor, AuditEntry.details["asked_by"].astext).where(
                AuditEntry.action == "question.stopped"
            )
        )
        return [(actor, asker) for actor, asker in rows]


def test_who_asked_may_stop_and_the_message_says_so(bot: Runtime, slack: Handle, rules: Rules) -> None:
    """No further step is run; one message stays, and the audit log names who stopped it."""
    asked = slack.post_as(MAYA, "#finops", f"{BOT} steps of last month")
    message = streaming(slack)
    slack.stop(MAYA, "#finops", asked["ts"])
    slack.wait_until(lambda: stops(bot))
    rules.hold.set()
    slack.wait_for_message(lambda m: m["text"].startswith("Stopped by Maya after 2 of 3 steps"))
    (answer,) = settled(slack, "#finops", 1)
    assert answer["ts"] == message["ts"]
    assert stops(bot) == [(MAYA, MAYA)]
    assert slack.workspace.store.sessions["C0FINOPS01", asked["ts"]]["status"] == "active"


def test_a_stranger_stops_the_stream_but_not_the_answer(bot: Runtime, slack: Handle, rules: Rules) -> None:
    """Slack lets everybody press; the answer of somebody else comes all the same, and the stranger learns why."""
    asked = slack.post_as(TOMAS, "#finops", f"{BOT} steps of last month")
    streaming(slack)
    slack.stop(MAYA, "#finops", asked["ts"])
    assert whispered(slack, MAYA).startswith("Only who asked")
    rules.hold.set()
    slack.wait_for_message(lambda m: m["text"].startswith("$7.2k: steps"))
    assert len(settled(slack, "#finops", 1)) == 1
    assert stops(bot) == []


def test_who_may_stop_everything_may_stop_the_answer_of_another(bot: Runtime, slack: Handle, rules: Rules) -> None:
    """Tomás operates; pressed twice, it is stopped once more and told once."""
    asked = slack.post_as(MAYA, "#finops", f"{BOT} steps of last month")
    streaming(slack)
    slack.stop(TOMAS, "#finops", asked["ts"])
    slack.wait_until(lambda: stops(bot))
    rules.hold.set()
    slack.wait_for_message(lambda m: m["text"].startswith("Stopped by Tomás"))
    assert stops(bot) == [(TOMAS, MAYA)]
    assert len(settled(slack, "#finops", 1)) == 1


def test_a_press_after_the_answer_ends_the_session_only(bot: Runtime, slack: Handle) -> None:
    """Nothing is in hand in the thread: Slack is told that nobody works there."""
    asked = slack.post_as(MAYA, "#finops", "a talk")
    bot.client.agents_sessions_setStatus(channel_id="C0FINOPS01", thread_ts=asked["ts"], status="processing")
    slack.stop(MAYA, "#finops", asked["ts"])
    slack.wait_until(lambda: slack.workspace.store.sessions["C0FINOPS01", asked["ts"]]["status"] == "active")
    assert stops(bot) == []
