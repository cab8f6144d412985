"""What breaks around a running bot: it recovers by itself, and nothing is lost or doubled."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.listeners import questions
from bot.process import background
from bot.process.duties import failing
from bot.process.run import serving
from bot.process.runtime import Runtime
from bot.slack import inbox
from config.organisation import Organisation
from config.settings import Settings
from db import engines
from db.embedded import postgres
from db.tables import SlackEvent
from standins.slack import Handle
from tests.bot.builders import BOT, of_bot, settled
from tests.bot.conftest import MAYA, Prefect, Rules, StartBot, connected
from tests.flows.conftest import bill as bill  # a fixture


@contextmanager
def _own_bot(home: Path, slack: Handle, prefect: Prefect) -> Iterator[tuple[Runtime, Rules]]:
    """A bot with a database server of its own, which may be stopped and killed."""
    home.parent.chmod(0o755)
    settings = Settings(home=home, _env_file=None, database_url=None)
    database = engines.connect(settings)
    rules = Rules(database)
    try:
        with serving(connected(settings, slack), Organisation(), database, rules.side(), prefect.start) as bot:
            slack.wait_for_socket(30)
            yield bot, rules
    finally:
        database.dispose()
        postgres.stop(home)


@pytest.mark.parametrize("fault", ["restarted", "killed"])
def test_postgres_restarted_under_load(fault: str, tmp_path: Path, slack: Handle, prefect: Prefect) -> None:
    """Questions before, while it is away and after: the bot starts it again,
    answers what was acknowledged, and what was not comes again; each once.
    """
    home = tmp_path / "home"
    with _own_bot(home, slack, prefect):
        asked = [slack.post_as(MAYA, "#finops", f"{BOT} before {number}") for number in range(10)]
        if fault == "restarted":
            postgres.stop(home)
        else:
            os.kill(int((home / "postgres" / "data" / "postmaster.pid").read_text().split("\n")[0]), signal.SIGKILL)
        asked += [slack.post_as(MAYA, "#finops", f"{BOT} away {number}") for number in range(3)]
        asked += [slack.post_as(MAYA, "#finops", f"{BOT} after {number}") for number in range(3)]
        slack.wait_until(
            lambda: {answer["thread_ts"] for answer in of_bot(slack, "#finops")} >= {one["ts"] for one in asked}, 120
        )
        threads = [answer["thread_ts"] for answer in settled(slack, "#finops", len(asked))]
    assert sorted(threads) == sorted(one["ts"] for one in asked)


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_clock_that_jumps(hours: int, bot: Runtime, slack: Handle) -> None:
    """The bot's clock goes off and comes back: questions are answered at once all the while, each once."""
    asked = [slack.post_as(MAYA, "#finops", f"{BOT} on time")]
    slack.wait_for_reply(asked[0]["ts"])
    off = lambda: datetime.now(UTC) + timedelta(hours=hours)  # noqa: E731 - it is a clock
    bot.clock = bot.delivery.clock = off
    slack.faults.fail("chat.postMessage", 500)  # the second attempt is noted for later by a clock that is wrong
    asked += [slack.post_as(MAYA, "#finops", f"{BOT} while it is off")]
    slack.wait_until(lambda: slack.calls("chat.postMessage")[1:])
    bot.clock = bot.delivery.clock = lambda: datetime.now(UTC)
    asked += [slack.post_as(MAYA, "#finops", f"{BOT} when it is right again")]
    answers_ = settled(slack, "#finops", 3)
    assert sorted(answer["thread_ts"] for answer in answers_) == sorted(one["ts"] for one in asked)


def test_what_ended_two_bots_is_given_up_with_a_word(bot: Runtime, slack: Handle, rules: Rules) -> None:
    """It is answered once with where it waits, and not asked a third time; a field of another release does no harm."""
    root = slack.post_as(MAYA, "#finops", "a thread")
    body = {"user": MAYA, "channel": "C0FINOPS01", "text": "poison", "thread": root["ts"], "addressed": True, "new": 1}
    with Session(bot.database.app) as session, session.begin():
        session.add(SlackEvent(event_id="EvP", body=body, attempts=1, claimed_until=datetime.now(UTC) - inbox.LEASE))
        session.add(
            SlackEvent(event_id="EvN", body={**body, "text": "cost"}, claimed_until=datetime.now(UTC) - inbox.LEASE)
        )
    slack.wait_until(lambda: len(slack.thread(root["ts"])) == 3)
    assert [question for question, *_ in rules.asked] == ["cost"]
    assert any("set aside for the admins" in reply["text"] for reply in slack.thread(root["ts"]))


def test_a_long_queue_is_not_taken_for_a_dead_bot(
    start_bot: StartBot, slack: Handle, rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits in one bot's hands keeps its claim there, and is not answered by the other as well."""
    monkeypatch.setattr(inbox, "LEASE", timedelta(days=1))
    monkeypatch.setattr(background, "_KEEP_SECONDS", 0.2)
    with start_bot(slack) as one, start_bot(slack) as other:
        asked = slack.post_as(MAYA, "#finops", f"{BOT} slow question")
        slack.wait_until(lambda: rules.asked)
        (idle,) = [bot for bot in (one, other) if not bot.in_hand]
        with idle.session() as session:
            session.execute(sa.update(SlackEvent).values(claimed_until=sa.func.now() + timedelta(hours=6)))
        slack.wait_until(lambda: claim_lasts_longer_than(idle, timedelta(hours=12)))
        assert questions.resume(idle) == 0
        rules.hold.set()
        slack.wait_for_reply(asked["ts"])
    assert len(rules.asked) == 1


def claim_lasts_longer_than(bot: Runtime, time: timedelta) -> bool | None:
    with bot.session() as session:
        return session.scalar(sa.select(SlackEvent.claimed_until > sa.func.now() + time))


def test_a_bot_does_not_take_over_from_itself(bot: Runtime, slack: Handle, rules: Rules) -> None:
    """A machine that was suspended wakes with its claims run out, and their questions still in its hands."""
    asked = slack.post_as(MAYA, "#finops", f"{BOT} slow question")
    slack.wait_until(lambda: rules.asked)
    with bot.session() as session:
        session.execute(sa.update(SlackEvent).values(claimed_until=sa.func.now() - timedelta(minutes=1)))
    assert questions.resume(bot) == 0
    with bot.session() as session:
        assert session.scalar(sa.select(SlackEvent.attempts)) == 0
    rules.hold.set()
    slack.wait_for_reply(asked["ts"])
    assert len(rules.asked) == 1


def test_a_stopping_bot_leaves_what_it_cannot_finish_to_the_other(
    start_bot: StartBot, slack: Handle, rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question that hangs is given up at the end, and the other bot takes it
    at once instead of waiting for the claim to run out.
    """
    monkeypatch.setattr("bot.process.runtime._FINISH_SECONDS", 0.2)
    monkeypatch.setattr(inbox, "LEASE", timedelta(hours=1))
    with start_bot(slack):
        asked = [
            slack.post_as(MAYA, "#finops", f"{BOT} slow question {number}") for number in range(12)
        ]  # more than one bot runs of one person at once
        slack.wait_until(lambda: len(rules.asked) == 2)
        threading.Timer(1, rules.hold.set).start()
    with start_bot(slack):
        threads = [answer["thread_ts"] for answer in settled(slack, "#finops", 12)]
    assert sorted(threads) == sorted(one["ts"] for one in asked)


def test_a_question_that_fails_is_told_once(bot: Runtime, slack: Handle, rules: Rules) -> None:
    """Its person knows; it is not tried again and again until it is too old."""
    slack.post_as(MAYA, "#finops", f"{BOT} explode")
    slack.wait_until(lambda: slack.ephemerals(MAYA))
    with Session(bot.database.app) as session, session.begin():
        slack.wait_until(lambda: not bot.in_hand)
        session.execute(sa.update(SlackEvent).values(claimed_until=sa.func.now()))
    assert questions.resume(bot) == 0
    assert len(rules.asked) == 1


def test_a_duty_that_fails_ends_neither_the_bot_nor_another_duty(
    start_bot: StartBot, slack: Handle, rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is counted, tried later, and told to whoever asks whether the bot is ready; questions are answered on."""

    def gone(_: object) -> int:
        raise TypeError("planted: no database error")

    monkeypatch.setattr(questions, "resume", gone)
    with start_bot(slack) as bot:
        slack.wait_until(lambda: failing(bot.duties) is not None)
        assert "resume_questions" in (failing(bot.duties) or "")
        assert not bot.broken.is_set()
        slack.say_to_app(MAYA, "cost last month")
        slack.wait_until(lambda: rules.asked)
        assert [duty.name for duty in bot.duties if duty.failures] == ["resume_questions"]
