"""A streamed message against the stand-in: what is sent, and what becomes of it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.cards.messages import notices
from bot.process.runtime import web_client
from bot.slack import streams
from bot.slack.streams import UNKNOWN, Stream
from config.settings import Settings
from nl2sql.deps import StepProgress
from standins.slack import Handle
from tests.bot.conftest import MAYA, connected
from tests.bot.slack.builders import CHANNEL, texts

STEPS = ("Total", "By *service*\nnext")
NOW = datetime.now(UTC)


@pytest.fixture
def client(settings: Settings, slack: Handle) -> WebClient:
    """A client that sends nothing twice."""
    return web_client(connected(settings, slack), retry=False)


@pytest.fixture
def stream(client: WebClient, slack: Handle) -> Stream:
    """A stream in a thread that Maya began."""
    thread = slack.post_as(MAYA, CHANNEL, "review")["ts"]
    return Stream(client, CHANNEL, thread, MAYA, "T0DEMO0001", "answer:Ev1")


def step(number: int, state: Any, text: str = "") -> dict[int, StepProgress]:
    return {number: StepProgress("Review", STEPS, number, state, text)}


def end(stream: Stream, ts: str, text: str = "done") -> tuple[str, str | None] | None:
    return streams.end(stream.client, CHANNEL, stream.thread, ts, notices.note(text), stream.key, NOW)


def test_only_what_is_new_is_sent_and_words_of_data_are_plain(stream: Stream, slack: Handle) -> None:
    """The second call adds the one step that changed; texts are one line, cut, and call nobody."""
    stream.tell("Review", STEPS, step(0, "in_progress"))
    stream.tell("Review", STEPS, step(0, "in_progress"))
    stream.tell("Review", STEPS, step(0, "complete", f"<!channel> [up](https://evil.example)\n{'x' * 600}"))
    (append,) = slack.calls("chat.appendStream")
    (chunk,) = append.args["chunks"]
    assert (chunk["id"], chunk["status"], len(chunk["output"])) == ("answer:Ev1:0", "complete", 250)
    assert "\n" not in chunk["output"]
    assert "<" not in chunk["output"]
    assert "](" not in chunk["output"]
    titles = [one["title"] for one in slack.calls("chat.startStream")[0].args["chunks"]]
    assert titles == ["Review", "Total", "By *service* next"]


def test_it_becomes_the_answer_and_carries_its_key(stream: Stream, slack: Handle) -> None:
    """Ended twice, as after a crash between the two calls, it is the same message."""
    stream.tell("Review", STEPS, step(0, "in_progress"))
    assert stream.ts
    assert [end(stream, stream.ts), end(stream, UNKNOWN)] == [(stream.ts, None), None]
    assert end(stream, stream.ts) == (stream.ts, None)
    assert texts(slack) == ["review", "done"]
    assert slack.messages(CHANNEL)[1]["metadata"]["event_payload"]["key"] == "answer:Ev1"


def test_one_that_may_be_there_is_looked_for_by_the_ids_of_its_steps(stream: Stream, slack: Handle) -> None:
    """After a failure of Slack nobody knows whether it began; that of another answer is left alone."""
    slack.faults.fail("chat.startStream", 500)
    stream.tell("Review", STEPS, step(0, "in_progress"))
    assert (stream.ts, stream.open) == (UNKNOWN, False)
    assert end(stream, UNKNOWN) is None
    other = Stream(stream.client, CHANNEL, stream.thread, MAYA, "T0DEMO0001", "answer:Ev11")
    other.tell("Review", STEPS, step(0, "in_progress"))
    assert end(stream, UNKNOWN) is None
    mine = Stream(stream.client, CHANNEL, stream.thread, MAYA, "T0DEMO0001", "answer:Ev1")
    mine.tell("Review", STEPS, step(0, "in_progress"))
    assert end(stream, UNKNOWN) == (mine.ts, None)


@pytest.mark.parametrize("code", ["edit_window_closed", "message_not_found", "cant_update_message"])
def test_one_that_cannot_be_changed_is_taken_away_for_the_answer_to_be_posted(
    stream: Stream, slack: Handle, code: str
) -> None:
    """None says that the answer has to be posted; nothing half written stays beside it."""
    stream.tell("Review", STEPS, step(0, "in_progress"))
    slack.faults.fail("chat.update", code)
    assert end(stream, str(stream.ts)) is None
    assert texts(slack) == ["review"]


def test_what_slack_will_do_later_is_raised(stream: Stream, slack: Handle) -> None:
    """The delivery asks again; nothing is posted beside it meanwhile."""
    stream.tell("Review", STEPS, step(0, "in_progress"))
    slack.faults.fail("chat.update", "internal_error")
    with pytest.raises(SlackApiError):
        end(stream, str(stream.ts))
    assert end(stream, str(stream.ts)) == (stream.ts, None)


def test_the_stop_button_goes_where_nothing_could_be_streamed(stream: Stream, slack: Handle) -> None:
    """A session that is marked at work would show it for ever."""
    slack.faults.fail("chat.startStream", "not_allowed_token_type")
    stream.tell("Review", STEPS, step(0, "in_progress"))
    assert (stream.ts, stream.open) == (None, False)
    assert slack.workspace.store.sessions[CHANNEL, stream.thread]["status"] == "active"


def test_a_discarded_one_is_gone_or_at_least_ended(stream: Stream, slack: Handle) -> None:
    """Where Slack refuses to delete it, it is not shown as growing."""
    stream.tell("Review", STEPS, step(0, "in_progress"))
    slack.faults.fail("chat.delete", "cant_delete_message")
    streams.discard(stream.client, CHANNEL, stream.thread, UNKNOWN, stream.key, NOW)
    assert [message.get("streaming") for message in slack.messages(CHANNEL)] == [None, None]
    streams.discard(stream.client, CHANNEL, stream.thread, UNKNOWN, stream.key, NOW)
    assert texts(slack) == ["review"]
