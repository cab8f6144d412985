"""Questions through the stand-in: heard once, answered once, in the thread, to whom they belong."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from bot.listeners import questions
from bot.process.runtime import Runtime
from config.organisation import Channel
from db.database import Database
from db.tables import Question, SlackEvent
from standins.slack import Handle
from tests.bot.builders import BOT, of_bot, settled
from tests.bot.conftest import MAYA, TOMAS, Rules, StartBot


def test_a_mention_is_answered_once_in_its_thread(bot: Runtime, slack: Handle) -> None:
    """The mention arrives as two events, and is one question; the answer can be read without its blocks."""
    asked = slack.post_as(MAYA, "#finops", f"{BOT} what did EC2 cost last week?")
    answers = settled(slack, "#finops", 1)
    assert [answer["thread_ts"] for answer in answers] == [asked["ts"]]
    assert answers[0]["text"].startswith("$7.2k: what did EC2 cost last week?")


def test_a_direct_message_needs_no_mention(bot: Runtime, slack: Handle, rules: Rules) -> None:
    """It is answered in its own thread, for the person who asked."""
    asked = slack.say_to_app(MAYA, "total &amp; tax")
    slack.wait_for_reply(asked["ts"])
    assert [(question, asker) for question, asker, _ in rules.asked] == [("total & tax", MAYA)]


def test_a_follow_up_in_the_thread_needs_no_mention(bot: Runtime, slack: Handle, rules: Rules) -> None:
    """Where the bot was asked before; what people say to each other there, and in other threads, is left alone."""
    asked = slack.post_as(MAYA, "#finops", f"{BOT} cost by service")
    slack.wait_for_reply(asked["ts"])
    slack.post_as(MAYA, "#finops", "and by region?", asked["ts"])
    slack.post_as(MAYA, "#finops", f"<@{TOMAS}> look at this", asked["ts"])
    talk = slack.post_as(MAYA, "#finops", "lunch?")
    slack.post_as(TOMAS, "#finops", "yes", talk["ts"])
    assert len(settled(slack, "#finops", 2)) == 2
    assert [thread for _, _, thread in rules.asked] == [f"C0FINOPS01:{asked['ts']}"] * 2


def test_talk_that_is_no_question_is_told_to_its_author_only(bot: Runtime, slack: Handle) -> None:
    """A thread is not filled with refusals of what was not asked."""
    asked = slack.post_as(MAYA, "#finops", f"{BOT} cost by service")
    slack.wait_for_reply(asked["ts"])
    slack.post_as(TOMAS, "#finops", "nonsense, thanks", asked["ts"])
    slack.wait_until(lambda: slack.ephemerals(TOMAS))
    assert len(of_bot(slack, "#finops")) == 1


def test_an_empty_mention_gets_help_and_a_long_one_a_limit(bot: Runtime, slack: Handle, rules: Rules) -> None:
    """Neither reaches the answer side."""
    empty = slack.post_as(MAYA, "#finops", BOT)
    long = slack.post_as(MAYA, "#finops", f"{BOT} {'x' * 3000}")
    assert "I answer questions" in slack.wait_for_reply(empty["ts"])["text"]
    assert "up to 2,000" in slack.wait_for_reply(long["ts"])["text"]
    assert rules.asked == []


def test_the_bot_never_answers_a_bot(bot: Runtime, slack: Handle, rules: Rules) -> None:
    """Its own answers come back to it as events."""
    slack.post_as(MAYA, "#finops", f"{BOT} cost")
    settled(slack, "#finops", 1)
    assert len(rules.asked) == 1


def test_a_slow_question_says_what_it_waits_for(bot: Runtime, slack: Handle, rules: Rules) -> None:
    """The status names the step; after three seconds it says that it is still at it; the answer ends it."""
    asked = slack.post_as(MAYA, "#finops", f"{BOT} slow one")
    slack.wait_until(lambda: slack.status(asked["ts"]) == "is asking the database…")
    slack.wait_until(lambda: slack.status(asked["ts"]) == "is still asking the database…")
    rules.hold.set()
    slack.wait_for_reply(asked["ts"])
    assert slack.status(asked["ts"]) == ""


def test_redelivered_events_are_answered_once(bot: Runtime, slack: Handle, rules: Rules) -> None:
    """Slack delivers again what it believes lost."""
    slack.faults.duplicate_events = 3
    slack.post_as(MAYA, "#finops", f"{BOT} cost")
    assert len(settled(slack, "#finops", 1)) == 1
    assert len(rules.asked) == 1


def test_a_dropped_socket_loses_nothing(bot: Runtime, slack: Handle) -> None:
    """What is asked while the socket is gone is answered when it is back."""
    slack.drop_sockets()
    asked = slack.post_as(MAYA, "#finops", f"{BOT} cost")
    slack.wait_for_reply(asked["ts"], 60)
    assert len(settled(slack, "#finops", 1)) == 1


def test_what_arrives_while_the_database_is_away_is_answered_when_it_is_back(bot: Runtime, slack: Handle) -> None:
    """It is not acknowledged, so Slack delivers it again."""
    there, away = bot.database, Database("", "postgresql+psycopg2://x:x@127.0.0.1:9/x", "", embedded=False)
    bot.database = away
    asked = slack.post_as(MAYA, "#finops", f"{BOT} cost")
    slack.wait_until(lambda: [ack for ack in slack.acks if ack.seconds is None])
    bot.database = there
    slack.wait_for_reply(asked["ts"], 15)
    assert len(settled(slack, "#finops", 1)) == 1


def test_an_unknown_error_shows_a_reference_and_no_detail(bot: Runtime, slack: Handle) -> None:
    """The person learns that an admin can find it; what it was stays in the log."""
    slack.post_as(MAYA, "#finops", f"{BOT} explode")
    slack.wait_until(lambda: slack.ephemerals(MAYA))
    said = slack.ephemerals(MAYA)[0]["text"]
    assert "reference" in said
    assert "hunter2" not in said


def test_two_bots_on_one_database_answer_once(start_bot: StartBot, slack: Handle, rules: Rules) -> None:
    """Whichever socket an event or its copy arrives on."""
    with start_bot(slack), start_bot(slack):
        slack.faults.duplicate_events = 2
        asked = [slack.post_as(MAYA, "#finops", f"{BOT} cost {number}") for number in range(8)]
        answers = settled(slack, "#finops", 8)
    assert sorted(answer["thread_ts"] for answer in answers) == sorted(message["ts"] for message in asked)
    assert len(rules.asked) == 8


def test_what_a_dead_bot_had_acknowledged_is_answered_by_another(start_bot: StartBot, slack: Handle) -> None:
    """The event was kept before the ack, and its claim has run out."""
    with start_bot(slack) as dead:
        message = slack.post_as(MAYA, "#team-payments", "asked of a bot that dies")
        heard = questions.parse_event({**message, "type": "app_mention", "channel": "C0PAYMENTS"}, dead.bot_user)
        assert heard is not None
        assert questions.claim(dead, "EvDEAD", heard)
        with Session(dead.database.app) as session, session.begin():
            session.execute(sa.update(SlackEvent).values(claimed_until=sa.func.now()))
        answer = slack.wait_for_reply(message["ts"], 15)
    assert "asked of a bot that dies" in answer["text"]


def test_fifty_people_asking_at_once_are_all_answered_and_acknowledged_in_time(
    start_bot: StartBot, slack: Handle, rules: Rules
) -> None:
    """Two bots, fifty questions: no answer lost or doubled, every ack well within Slack's three seconds."""
    with start_bot(slack), start_bot(slack), ThreadPoolExecutor(10) as crowd:
        list(crowd.map(lambda n: slack.post_as(MAYA, "#finops", f"{BOT} question {n}"), range(50)))
        answers = settled(slack, "#finops", 50)
        assert len({answer["thread_ts"] for answer in answers}) == len(answers) == 50
        seconds = [ack.seconds for ack in slack.acks]
    assert all(second is not None for second in seconds)


def test_answered_events_keep_no_text(bot: Runtime, slack: Handle) -> None:
    """Once answered, only the id of an event is kept; the question stands in its own table."""
    slack.post_as(MAYA, "#finops", f"{BOT} cost")
    settled(slack, "#finops", 1)
    with Session(bot.database.app) as session:
        assert session.scalars(sa.select(SlackEvent.body)).all() == [{}]
        assert session.scalar(sa.select(sa.func.count()).select_from(Question)) == 1


events = st.fixed_dictionaries(
    {"channel": st.just("C1"), "ts": st.just("1.0")},
    optional={
        "type": st.sampled_from(["message", "app_mention"]),
        "user": st.sampled_from(["U1", "UBOT", "", None]),
        "text": st.none() | st.text(),
        "bot_id": st.none() | st.just("B1"),
        "subtype": st.sampled_from([None, "message_changed", "bot_message", "channel_join"]),
        "channel_type": st.sampled_from(["im", "channel", "group"]),
        "thread_ts": st.none() | st.just("0.5"),
        "hidden": st.booleans(),
    },
)


@given(events)
def test_no_event_of_a_bot_or_an_edit_is_heard(event: dict[str, Any]) -> None:
    """Whatever Slack sends, only words of people are questions."""
    heard = questions.parse_event(event, "UBOT")
    if heard is not None:
        assert event["user"] == "U1"
        assert not event.get("bot_id")
        assert event.get("subtype") is None


def suggested(slack: Handle) -> list[str]:
    prompts = slack.workspace.store.prompts.get(("D0MAYA0001", "")) or {"prompts": []}
    return [prompt["message"] for prompt in prompts["prompts"]]


def test_suggestions_follow_the_channel_that_is_looked_at(start_bot: StartBot, slack: Handle) -> None:
    """A team's channel offers questions about that team, to who may see it; any other channel changes nothing."""
    with start_bot(slack) as bot:
        names = ("payments", "checkout")
        channels = tuple(Channel(channel=f"#team-{name}", team=name) for name in names)
        narrow = bot.organisation.model_copy(update={"channels": channels, "visibility": "own_teams"})
        bot.people.organisation = narrow
        slack.look_at(MAYA, "#random")
        slack.look_at(MAYA, "#team-checkout")
        slack.wait_until(lambda: "Monthly review for checkout" in suggested(slack))
        slack.look_at(MAYA, "#team-payments")
        slack.wait_until(lambda: "checkout" not in str(suggested(slack)))
        assert "payments" not in str(suggested(slack))
        assert len(slack.calls("assistant.threads.setSuggestedPrompts")) == 2
