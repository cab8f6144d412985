"""A message that grows while an answer of several steps is made: a plan with its steps, by chat.startStream and
chat.appendStream; in the end it becomes the answer itself.

The ids of the steps carry the key of the answer, so that a message that a dead bot left half written is found again in
the thread: stopped and replaced by the whole answer, it is the one answer of its question.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.cards.elements import mrkdwn
from bot.cards.elements.blocks import Card
from bot.slack import calls
from nl2sql.deps import StepProgress

log = logging.getLogger(__name__)

UNKNOWN = ""
"""Stands for the timestamp of a streamed message that may be there, and has to be looked for."""
_TEXT = 250  # characters of a step's title and of what it says; a task card takes 256
_UNSURE = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable"})
_GONE = frozenset(
    {"message_not_found", "cant_update_message", "edit_window_closed", "message_not_owned_by_app", "invalid_ts"}
)
_ENDED = "message_not_in_streaming_state"
_OLDEST = timedelta(minutes=15)  # what is answered again was asked no longer ago


@dataclass
class Stream:
    """One streamed message: where it is written, for whom, and the key of the answer that it becomes. `client` must not
    retry by itself. `ts` is None until it began, `UNKNOWN` where Slack did not say whether it did; `open` ends with the
    first refusal, after which the answer is posted whole.
    """

    client: WebClient
    channel: str
    thread: str
    user: str
    team: str
    key: str
    ts: str | None = None
    open: bool = True
    _shown: dict[int, tuple[str, str]] = field(default_factory=dict)

    def tell(self, title: str, steps: Sequence[str], states: dict[int, StepProgress]) -> None:
        """Begin the message, or add to it what is new."""
        news = [
            _task(self.key, number, step, states.get(number))
            for number, step in enumerate(steps)
            if self._shown.get(number) != _seen(states.get(number))
        ]
        if not news or not self.open:
            return
        try:
            self._send(title, news)
        except SlackApiError as error:
            self.open = False
            code = calls.error_code(error)
            if self.ts is None:
                rest(self.client, self.channel, self.thread)
            if self.ts is None and (code in _UNSURE or getattr(error.response, "status_code", 200) >= 500):
                self.ts = UNKNOWN
            log.info("the answer is not streamed any further: %s", code)
        except (SlackClientError, OSError) as error:
            self.open = False
            if self.ts is None:
                self.ts = UNKNOWN
            log.info("the answer is not streamed any further: %s", error)
        self._shown = {number: _seen(states.get(number)) for number in range(len(steps))}

    def _send(self, title: str, news: list[dict[str, Any]]) -> None:
        if self.ts is not None:
            self.client.chat_appendStream(channel=self.channel, ts=self.ts, chunks=news)
            return
        _mark(self.client, self.channel, self.thread, "processing")  # shows Slack's stop button
        begun = self.client.chat_startStream(
            channel=self.channel,
            thread_ts=self.thread,
            recipient_user_id=self.user,
            recipient_team_id=self.team,
            task_display_mode="plan",
            chunks=[{"type": "plan_update", "title": _words(title)}, *news],
        )
        self.ts = str(begun["ts"])


def rest(client: WebClient, channel: str, thread: str) -> None:
    """Nothing is being written in a thread (any more), which Slack does not know by itself."""
    _mark(client, channel, thread, "active")


def _mark(client: WebClient, channel: str, thread: str, status: str) -> None:
    """Whether work goes on in a thread; a workspace that does not know of it has no stop button, and no other harm."""
    try:
        client.agents_sessions_setStatus(channel_id=channel, thread_ts=thread, status=status)
    except (SlackClientError, OSError) as error:
        log.debug("the session's status cannot be set: %s", error)


def _seen(state: StepProgress | None) -> tuple[str, str]:
    return (state.state, state.text) if state else ("pending", "")


def _words(text: str) -> str:
    """Text of data in a step, where Slack may read Markdown: no link, no mention."""
    return mrkdwn.cut(mrkdwn.plain(text).replace("<", "‹").replace(">", "›").replace("](", "] ("), _TEXT)


def _task(key: str, number: int, title: str, state: StepProgress | None) -> dict[str, Any]:
    status, text = _seen(state)
    task = {"type": "task_update", "id": f"{key}:{number}", "title": _words(title)}
    output = _words(text)
    return {**task, "status": status, **({"output": output} if output else {})}


def end(
    client: WebClient, channel: str, thread: str | None, stream: str, card: Card, key: str, since: datetime
) -> tuple[str, str | None] | None:
    """Turn a streamed message into the answer: its ts and a note, as `calls.update`; None where it is not there any
    more or cannot be changed, so that the answer has to be posted. Raises SlackApiError when Slack should be asked
    again later.
    """
    ts = stream or find(client, channel, thread, key, since)
    if ts is None:
        return None
    try:
        _stop(client, channel, thread, ts)
        return calls.update(client, channel, ts, card, key, keyed=True)
    except SlackApiError as error:
        if calls.error_code(error) not in _GONE:
            raise
    _delete(client, channel, ts)
    return None


def discard(client: WebClient, channel: str, thread: str | None, stream: str, key: str, since: datetime) -> None:
    """Take a streamed message away whose answer failed or is told to one person only; what cannot be taken away is at
    least ended.
    """
    try:
        if ts := stream or find(client, channel, thread, key, since):
            _stop(client, channel, thread, ts)
            _delete(client, channel, ts)
    except (SlackClientError, OSError) as error:
        log.warning("a message that was begun stays half written: %s", error)


def find(client: WebClient, channel: str, thread: str | None, key: str, since: datetime) -> str | None:
    """The ts of the message that was begun for the answer of this key; None when it is not in its thread."""
    for message in calls.messages_since(client, channel, thread, since - _OLDEST) if thread else []:
        tasks = [
            task
            for block in message.get("blocks") or []
            for task in [block, *(block.get("tasks") or [])]
            if str(task.get("task_id") or "").startswith(f"{key}:")
        ]
        if tasks:
            return str(message["ts"])
    return None


def _stop(client: WebClient, channel: str, thread: str | None, ts: str) -> None:
    try:
        client.chat_stopStream(channel=channel, ts=ts, session_status="active")
    except SlackApiError as error:
        if calls.error_code(error) != _ENDED:
            raise
        if thread:
            rest(client, channel, thread)


def _delete(client: WebClient, channel: str, ts: str) -> None:
    try:
        client.chat_delete(channel=channel, ts=ts)
    except SlackApiError as error:
        log.info("a streamed message cannot be deleted: %s", calls.error_code(error))
