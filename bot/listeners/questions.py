"""Questions: a mention, a direct message, a follow-up in a thread, `/cost`, an example button. Each is claimed once and
answered once, in its thread.
"""

import html
import logging
import re
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.cards import message_types
from bot.cards.elements import mrkdwn
from bot.cards.messages import notices
from bot.fair import Full
from bot.listeners import steps, stops
from bot.listeners.following import Following
from bot.process.runtime import Runtime
from bot.slack import calls, csv_files, errors, inbox
from bot.slack.errors import Recipient
from bot.slack.streams import UNKNOWN, Stream
from config import access, logs
from db.outgoing import outbox
from db.outgoing.message_keys import answer_key
from db.outgoing.messages import AnswerCard, Help, Note, note
from db.tables import Question
from domain import quarantine
from nl2sql.deps import AnswerStopped

log = logging.getLogger(__name__)

LONGEST = 2_000
_RAW = 12_000  # characters of a message that are looked at: markup and escapes make it longer than what was typed
_GIVEN_UP = (
    "I could not answer that: each attempt ended before its end. It is set aside for the admins "
    "(`finops quarantine list`). Please ask in other words."
)
_CHANNEL = "slack#/types/channel_id"
_SUBTYPES = (None, "thread_broadcast", "file_share")
_USER = re.compile(r"<@[UW][A-Z0-9]{1,40}(?:\|[^<>]{0,200})?>")
_REFERENCE = re.compile(r"<(?:[#!@])?([^<>|]{0,2000})(?:\|([^<>]{0,2000}))?>")  # no `<` inside: linear in the text


@dataclass(frozen=True)
class IncomingQuestion:
    """Something said to the bot: `thread` is the root's ts, `addressed` whether
    the bot was named or written to directly.
    """

    user: str
    channel: str
    text: str
    thread: str | None
    addressed: bool
    direct: bool = False
    asked: str | None = None
    after: str | None = None
    """Reference of the answer that it amends, where that need not be the thread's last."""

    def __post_init__(self) -> None:
        """A secret that somebody typed is masked before it is kept, asked, or shown again."""
        for name in ("text", "asked"):
            if words := getattr(self, name):
                object.__setattr__(self, name, logs.without_secrets(words))

    @property
    def conversation(self) -> str | None:
        """The thread as the answer side knows it."""
        return f"{self.channel}:{self.thread}" if self.thread else None


def parse_event(event: dict[str, Any], bot_user: str) -> IncomingQuestion | None:
    """What an event says to the bot; None when it is not for it: other bots,
    edits, plain channel talk, talk among people in a thread.
    """
    user, text = event.get("user"), str(event.get("text") or "")
    if (
        not user
        or user == bot_user
        or event.get("bot_id")
        or event.get("subtype") not in _SUBTYPES
        or event.get("hidden")
    ):
        return None
    channel, root = str(event["channel"]), str(event.get("thread_ts") or event["ts"])
    if event.get("type") == "app_mention":
        return IncomingQuestion(str(user), channel, strip_markup(text, bot_user), root, addressed=True)
    if event.get("channel_type") == "im":
        return IncomingQuestion(str(user), channel, strip_markup(text, bot_user), root, addressed=True, direct=True)
    if not event.get("thread_ts") or _USER.search(text):
        return None  # a mention of the bot arrives as app_mention too; of somebody else, it is not for the bot
    return IncomingQuestion(str(user), channel, strip_markup(text, bot_user), root, addressed=False)


def strip_markup(text: str, bot_user: str) -> str:
    """The words a person typed, without the bot's mention and without Slack's markup of links and channels."""
    words = text[:_RAW].replace(f"<@{bot_user}>", " ")
    words = _REFERENCE.sub(lambda match: match.group(2) or match.group(1), words)
    return re.sub(r"[^\S\n]+", " ", html.unescape(words)).strip()


def is_for_bot(session: Session, heard: IncomingQuestion) -> bool:
    """Whether it is for the bot: it was addressed, or this thread began with a question to it."""
    if heard.addressed:
        return True
    asked_before = sa.select(Question.id).where(Question.thread == heard.conversation).limit(1)
    return session.scalar(asked_before) is not None


def claim(runtime: Runtime, event_id: str, heard: IncomingQuestion) -> bool:
    """Keep what was heard, before the ack; False when it is not for the bot or some bot has it."""
    with runtime.session() as session:
        return is_for_bot(session, heard) and inbox.remember(session, event_id, as_body(heard), runtime.clock())


def as_body(heard: IncomingQuestion) -> dict[str, Any]:
    """What is kept of it until it is answered."""
    return {key: getattr(heard, key) for key in IncomingQuestion.__dataclass_fields__}


def submit(runtime: Runtime, event_id: str, heard: IncomingQuestion, *, again: bool = False) -> None:
    """Answer in the background; `again` where another bot may have begun to."""
    where = Recipient(heard.user, heard.channel, heard.thread)
    runtime.in_hand.add(event_id)
    with logs.request(logs.request_of(event_id)), logs.hiding(heard.text):
        try:
            future = runtime.later(runtime.questions.of(heard.user), where, answer, runtime, event_id, heard, again)
        except Full:
            future = runtime.later(runtime.clicks, where, turn_away, runtime, event_id, heard)
    future.add_done_callback(lambda done: _over(runtime, event_id, done))


def too_many(runtime: Runtime) -> str:
    """The sentence for who has as many questions waiting as may."""
    most = runtime.settings.questions_waiting_per_person
    return f"{most} of your questions are waiting already, so I did not take this one. Ask it again in a while."


def turn_away(runtime: Runtime, event_id: str, heard: IncomingQuestion) -> None:
    """Say that it was not taken, in its thread, and note that it is over."""
    with runtime.session() as session:
        outbox.enqueue(session, heard.channel, note(too_many(runtime)), answer_key(event_id), thread_ts=heard.thread)
        inbox.done(session, event_id, runtime.clock())


def _over(runtime: Runtime, event_id: str, future: "Future[Any]") -> None:
    """What failed and was told is not tried again, but for the database's
    absence; what was cancelled stays in hand until it is released.
    """
    if future.cancelled():
        return
    runtime.in_hand.discard(event_id)
    error = future.exception()
    if error is None or isinstance(error, errors.DATABASE_AWAY):
        return
    try:
        with runtime.session() as session:
            inbox.done(session, event_id, runtime.clock())
    except sa.exc.SQLAlchemyError as away:
        log.warning("the end of %s cannot be noted: %s", event_id, away)


def resume(runtime: Runtime) -> int:
    """Answer what a dead bot had acknowledged; how many. What is in this bot's own hands is not left, however long
    the machine stood still.
    """
    with runtime.session() as session:
        inbox.renew_leases(session, runtime.in_hand.copy())
        left = inbox.claim_expired(session)
        for event in left:
            if event.given_up and steps.is_step(event.body):
                quarantine.set_event_aside(session, event.event_id, runtime.clock())
            elif event.given_up:
                outbox.enqueue(
                    session,
                    str(event.body.get("channel")),
                    Note(type="note", text=_GIVEN_UP, stream=UNKNOWN),
                    answer_key(event.event_id),
                    thread_ts=event.body.get("thread"),
                )
                quarantine.set_event_aside(session, event.event_id, runtime.clock())
    for event in left:
        if steps.is_step(event.body):
            (steps.give_up if event.given_up else steps.submit)(runtime, event.event_id, event.body)
        elif not event.given_up:
            fields = {
                name: value for name, value in event.body.items() if name in IncomingQuestion.__dataclass_fields__
            }
            heard = IncomingQuestion(**fields)  # a field of another release is for that release
            submit(runtime, event.event_id, heard, again=True)
    return len(left)


def answer(runtime: Runtime, event_id: str, heard: IncomingQuestion, again: bool = False) -> None:
    """Answer one question: the reply and the note that it is answered are one transaction. What was streamed of it
    becomes the reply, and of one that is answered `again`, what another bot had streamed.
    """
    with _following(runtime, event_id, heard, again) as following:
        reply = _reply(runtime, heard, following)
        answered = reply if reply["type"] == "answer" else None
        outcome = answered["result"].get("outcome") if answered else None
        private = answered if not heard.addressed and outcome == "cannot_answer" else None
        if private:
            following.discard()
        elif reply["type"] != "help" and (stream := following.finish()) is not None:
            reply["stream"] = stream
        with runtime.session() as session:
            if not private:
                outbox.enqueue(session, heard.channel, reply, answer_key(event_id), thread_ts=heard.thread)
                if answered and answered["result"].get("export") and answered["result"].get("rows"):
                    _leave_csv(session, event_id, heard, answered)
            inbox.done(session, event_id, runtime.clock())
    if private:  # people may talk among themselves; only who wrote is told that it was not understood
        card = message_types.result_card(private, runtime.clock().date())
        calls.post_ephemeral(runtime.client, heard.channel, heard.user, card, heard.thread)


def _leave_csv(session: Session, event_id: str, heard: IncomingQuestion, answered: AnswerCard) -> None:
    result, reference = answered["result"], answered["reference"]
    beneath = None if heard.thread else answer_key(event_id)
    csv_files.enqueue(session, result, reference, heard.channel, heard.thread, heard.user, beneath=beneath)


def _following(runtime: Runtime, event_id: str, heard: IncomingQuestion, again: bool) -> Following:
    """Follows the answer of a question; its steps are shown in a thread, by the bot that answers first."""
    stream, client = None, runtime.delivery.client
    if heard.thread:
        stream = Stream(client, heard.channel, heard.thread, heard.user, runtime.team, answer_key(event_id))
    if stream and again:
        stream.ts, stream.open = UNKNOWN, False
    return Following(runtime, heard.channel, heard.thread, stream, lambda: stops.stopped_by(runtime, event_id))


def _reply(runtime: Runtime, heard: IncomingQuestion, following: Following) -> AnswerCard | Help | Note:
    if not heard.text or heard.text.lower() in ("help", "hilfe", "?", "hi", "hello"):
        return Help(type="help")
    if len(heard.text) > LONGEST:
        return note(f"That is {len(heard.text):,} characters; I read up to {LONGEST:,}. Please ask in fewer words.")
    actor, say, watch = runtime.people.actor(heard.user), following.say, following.watch
    try:
        result, reference = runtime.answers.ask(
            heard.text, actor, heard.conversation, heard.channel, say, watch, heard.after
        )
    except AnswerStopped as stopped:
        return note(_stopped(runtime, str(stopped), *following.ended))
    card = AnswerCard(type="answer", result=result, reference=reference, asked=heard.asked)
    if heard.thread is None:  # what is said in a thread may mean something only there
        card["question"] = heard.text
    return card


def _stopped(runtime: Runtime, user: str, ended: int, steps: int) -> str:
    name = runtime.people.actor(user).name or "somebody"
    done = f"after {ended} of {steps} steps" if steps else "before it began"
    return f"Stopped by {name} {done}. Ask again for the whole answer."


def suggest_for_context(runtime: Runtime, event: dict[str, Any]) -> None:
    """What an `app_context_changed` event asks: questions about the team whose channel a person looks at, where they
    may see that team; else those for everybody.
    """
    user = str(event.get("user") or "")
    entities = (event.get("context") or {}).get("entities") or []
    looked_at = next((str(one["value"]) for one in entities if one.get("type") == _CHANNEL), "")
    place = runtime.people.channel(looked_at) if looked_at else None
    if not user or place is None:
        return
    channel = str(event.get("channel") or calls.channel_id(runtime.client, user, {}))
    team = next(iter(place.teams), None)
    if team is None or not access.may_see_team(runtime.people.actor(user), team):
        suggest(runtime, channel)
        return
    name = mrkdwn.plain(team, 60)
    suggest(runtime, channel, [example.format(team=name) for example in notices.OF_A_TEAM])


def suggest(
    runtime: Runtime, channel: str, examples: Sequence[str] = (*notices.EXAMPLES[:2], *notices.RECIPES[:2])
) -> None:
    """Offer questions in the agent's view when somebody opens it."""
    prompts = [{"title": example, "message": example} for example in examples[:4]]
    runtime.client.assistant_threads_setSuggestedPrompts(
        channel_id=channel, title="Ask about your cloud bills", prompts=prompts
    )
