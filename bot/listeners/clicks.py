"""What Slack tells of a press, a menu or a modal, read once into plain values;
and the two ways listeners are attached.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slack_sdk.errors import SlackApiError

from bot.cards.elements import blocks
from bot.cards.elements.blocks import Block, Card
from bot.cards.messages import notices
from bot.process.runtime import Runtime
from bot.slack import calls
from bot.slack.errors import Recipient

if TYPE_CHECKING:
    import re

    from slack_bolt import App


_BLOCKS_REFUSED = ("invalid_blocks", "invalid_blocks_format", "invalid_arguments")


@dataclass(frozen=True)
class Click:
    """A press. `channel` is the person's own direct message where the press was
    on the Home tab; `thread` the root of the message's thread.
    """

    user: str
    channel: str
    message_ts: str | None
    thread: str | None
    action: str
    value: str
    label: str
    trigger: str
    at: str

    @property
    def where(self) -> Recipient:
        """Who is told when it fails."""
        return Recipient(
            self.user, self.channel, self.thread, fresh=self.thread is not None and self.thread == self.message_ts
        )


def number_of(value: str) -> int:
    """The id that a button carries; what is no number belongs to nothing."""
    return int(value) if value.isdecimal() and value.isascii() and len(value) < 19 else 0


@dataclass(frozen=True)
class Submission:
    """A submitted modal: what it was about (private metadata) and what was filled in, by block id."""

    user: str
    about: dict[str, Any]
    values: dict[str, Any]
    view: str

    @property
    def where(self) -> Recipient:
        """Who is told when it fails."""
        thread = self.about.get("thread")
        return Recipient(
            self.user,
            str(self.about.get("channel") or self.user),
            thread,
            fresh=thread is not None and thread == self.about.get("message"),
        )


ClickHandler = Callable[[Runtime, Click], None]
SubmissionHandler = Callable[[Runtime, Submission], None]
Validator = Callable[[Runtime, Submission], dict[str, str]]


@dataclass(frozen=True)
class Redrawn:
    """The same modal with more to say: it stays open, and what was typed stays in it."""

    view: Block


FormHandler = Callable[[Runtime, Submission], dict[str, str] | Redrawn | None]


def click_of(body: dict[str, Any]) -> Click:
    """The first action of a `block_actions` payload."""
    action, user = body["actions"][0], str(body["user"]["id"])
    container, message = body.get("container") or {}, body.get("message") or {}
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id") or user
    ts = message.get("ts") or container.get("message_ts")
    thread = message.get("thread_ts") or container.get("thread_ts") or (None if container.get("is_ephemeral") else ts)
    label = str((action.get("text") or {}).get("text") or "")
    chosen = action.get("value") or (action.get("selected_option") or {}).get("value") or ""
    return Click(
        user,
        str(channel),
        ts,
        thread,
        action["action_id"],
        str(chosen),
        label,
        str(body.get("trigger_id") or ""),
        str(action.get("action_ts") or ""),
    )


def submission_of(body: dict[str, Any]) -> Submission:
    """The values of a `view_submission` payload."""
    view = body["view"]
    values: dict[str, Any] = {}
    for block, elements in (view.get("state") or {}).get("values", {}).items():
        for element in elements.values():
            values[block] = _chosen(element)
    about = json.loads(view.get("private_metadata") or "{}")
    return Submission(str(body["user"]["id"]), about if isinstance(about, dict) else {}, values, str(view["id"]))


def _chosen(element: dict[str, Any]) -> Any:
    for key in (
        "selected_user",
        "selected_conversation",
        "selected_channel",
        "selected_date",
        "selected_time",
        "value",
    ):
        if element.get(key) is not None:
            return element[key]
    if element.get("selected_option"):
        return element["selected_option"].get("value")
    if "selected_options" in element:
        return [option["value"] for option in element["selected_options"] or []]
    return None


@dataclass
class Listeners:
    """Attaches handlers to the app: acknowledged first, worked on later."""

    app: "App"
    runtime: Runtime

    def click(self, action: "str | re.Pattern[str]", handler: ClickHandler) -> None:
        """Call the handler after the ack of a press."""

        def listen(ack: Callable[[], Any], body: dict[str, Any]) -> None:
            ack()
            click = click_of(body)
            self.runtime.later(self.runtime.clicks, click.where, handler, self.runtime, click)

        self.app.action(action)(listen)

    def submit(self, callback: str, handler: SubmissionHandler, validate: Validator | None = None) -> None:
        """Call the handler after the ack of a modal. `validate` returns an error message per field; while it returns
        any, the modal stays open. It must be fast and must not call Slack.
        """

        def listen(ack: Callable[..., Any], body: dict[str, Any]) -> None:
            submission = submission_of(body)
            if validate and (errors := validate(self.runtime, submission)):
                ack(response_action="errors", errors=errors)
                return
            ack()
            self.runtime.later(self.runtime.clicks, submission.where, handler, self.runtime, submission)

        self.app.view(callback)(listen)

    def form(self, callback: str, handler: FormHandler) -> None:
        """Do what a modal asks before it closes: with an error message per field, or redrawn, it stays open. The
        handler must be fast and must not call Slack.
        """

        def listen(ack: Callable[..., Any], body: dict[str, Any]) -> None:
            outcome = handler(self.runtime, submission_of(body))
            if isinstance(outcome, Redrawn):
                ack(response_action="update", view=outcome.view)
            elif outcome:
                ack(response_action="errors", errors=outcome)
            else:
                ack()

        self.app.view(callback)(listen)


def post_ephemeral(runtime: Runtime, where: Recipient, text: str) -> None:
    """One private sentence to who pressed."""
    show(runtime, where, notices.note(text))


def show(runtime: Runtime, where: Recipient, card: Card) -> None:
    """A card for one person only."""
    if where.user and where.channel:
        calls.post_ephemeral(runtime.client, where.channel, where.user, card, where.private_thread)


def open_modal(runtime: Runtime, click: Click, view: Block) -> None:
    """Open a modal for who pressed; with paragraphs instead of notices where the workspace does not know those."""
    try:
        runtime.client.views_open(trigger_id=click.trigger, view=view)
    except SlackApiError as error:
        plain = blocks.without_alerts(view)
        if calls.error_code(error) not in _BLOCKS_REFUSED or plain == view:
            raise
        runtime.client.views_open(trigger_id=click.trigger, view=plain)


def about(click: Click, **more: Any) -> str:
    """Private metadata of a modal: where it was opened from, and ids."""
    return json.dumps({"channel": click.channel, "thread": click.thread, "message": click.message_ts, **more})
