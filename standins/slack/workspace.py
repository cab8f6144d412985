"""One workspace as the Web API, the gestures of people and the page see it."""

import secrets
import time
from dataclasses import dataclass
from typing import Any

from standins.slack.block_kit.blocks import fill_ids, message_faults
from standins.slack.block_kit.schema import Json
from standins.slack.faults import Faults
from standins.slack.http.openid import Provider
from standins.slack.http.pace import Pace
from standins.slack.model import Person, Setup
from standins.slack.store import Conversation, Store
from standins.slack.transport.delivery import EventDelivery
from standins.slack.transport.http_events import HttpTransport
from standins.slack.transport.socket_mode import SocketHub
from standins.slack.transport.tickets import Hooks, Triggers

TEXT = 40_000


class SlackError(Exception):
    """A refusal with Slack's own error code; `more` goes into the response."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


@dataclass(frozen=True)
class Call:
    """A line of the Web API's log."""

    method: str
    args: Json
    status: int
    error: str
    at: float


class Workspace:
    """State, limits, faults and the ways to the app; lives in one event loop."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.app = setup.app
        self.url = ""
        self.bot_token = f"xoxb-demo-{secrets.token_hex(12)}"
        self.app_token = f"xapp-1-{setup.app.app_id}-{secrets.token_hex(12)}"
        self.signing_secret = secrets.token_hex(16)
        self.client_id = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}"
        self.client_secret = secrets.token_hex(16)
        self.provider = Provider(self.client_id, self.client_secret)
        self.store = Store(setup)
        self.faults = Faults()
        self.pace = Pace(setup.limits)
        self.triggers = Triggers(setup.limits)
        self.hooks = Hooks(setup.limits)
        self.calls: list[Call] = []
        self.stacks: dict[str, list[str]] = {}
        self.hub = SocketHub(setup.app.app_id, self.faults)
        http = HttpTransport(setup.request_url, self.signing_secret, self.faults) if setup.request_url else None
        self.delivery = EventDelivery(http or self.hub, setup.limits, self.faults)

    def person(self, user: str) -> Person:
        """The member with this id or name; `user_not_found` otherwise."""
        for person in self.setup.people:
            if user in (person.id, person.name):
                return person
        raise SlackError("user_not_found")

    def conversation(self, name: str) -> Conversation:
        """By id, by #name, or a person's direct message with the app; `channel_not_found` otherwise."""
        conversations = self.store.conversations
        if name in conversations:
            return conversations[name]
        for conversation in conversations.values():
            if not conversation.is_im and conversation.name == name.removeprefix("#"):
                return conversation
        if name.startswith("U") and self.store.im_of(name) in conversations:
            return conversations[self.store.im_of(name)]
        raise SlackError("channel_not_found")

    def joined(self, name: str) -> Conversation:
        """A conversation the app is a member of; `not_in_channel` otherwise."""
        conversation = self.conversation(name)
        if self.app.bot_user not in conversation.members:
            raise SlackError("channel_not_found" if conversation.is_private else "not_in_channel")
        return conversation

    def message(self, conversation: Conversation, ts: str) -> Json:
        """A message by ts; `message_not_found` otherwise."""
        message = conversation.messages.get(ts)
        if message is None:
            raise SlackError("message_not_found")
        return message

    def check(self, text: str, blocks: Any, attachments: Any = None, files: bool = False) -> list[Json]:
        """Refuse a message as Slack would; the blocks, with ids filled in."""
        if len(text) > TEXT:
            raise SlackError("msg_too_long")
        if not text and not blocks and not attachments and not files:
            raise SlackError("no_text")
        if not blocks:
            return []
        faults = message_faults(blocks, self.shown_files())
        if faults:
            raise refused(faults)
        return fill_ids(blocks, lambda: secrets.token_urlsafe(4))

    def shown_files(self) -> set[str]:
        """Ids and addresses of the files an image block may show."""
        done = [file for file in self.store.files.values() if file.complete]
        return {file.id for file in done} | {f"{self.url}/files/{file.id}/{file.name}" for file in done}

    def app_message(self, text: str, blocks: list[Json], **more: Any) -> Json:
        """A message of the app, not yet put anywhere."""
        app = self.app
        profile = {"id": app.bot_id, "app_id": app.app_id, "user_id": app.bot_user, "name": app.name, "deleted": False}
        message: Json = {
            "type": "message",
            "ts": self.store.next_ts(),
            "user": app.bot_user,
            "bot_id": app.bot_id,
            "app_id": app.app_id,
        }
        message |= {
            "team": self.setup.team_id,
            "text": text,
            "blocks": blocks,
            "bot_profile": {**profile, "team_id": self.setup.team_id},
        }
        return message | {key: value for key, value in more.items() if value}

    def post(self, conversation: Conversation, message: Json) -> Json:
        """Put a message of the app; its assistant status in that thread ends, and the app is told as Slack tells it."""
        thread = message.get("thread_ts")
        if thread:
            parent = conversation.messages.get(thread)
            if parent is None:
                raise SlackError("thread_not_found")
            if parent.get("thread_ts", thread) != thread:
                raise SlackError("cannot_reply_to_message")
            message["parent_user_id"] = parent["user"]
            self.store.set_status(conversation.id, thread, None)
        self.store.put(conversation.id, message)
        self.tell_app_of(conversation, {**message})
        return message

    def whisper(self, conversation: Conversation, user: str, message: Json) -> Json:
        """Show a message of the app to one person."""
        message |= {"channel": conversation.id, "to": user, "is_ephemeral": True}
        self.store.whisper(message)
        return message

    def tell_app_of(self, conversation: Conversation, event: Json) -> None:
        """Deliver a message event if the app subscribed to its kind and is a member."""
        kind = "im" if conversation.is_im else "group" if conversation.is_private else "channel"
        plural = {"im": "message.im", "group": "message.groups", "channel": "message.channels"}[kind]
        if plural in self.setup.subscriptions and self.app.bot_user in conversation.members:
            event.setdefault("event_ts", event["ts"])
            self.event({**event, "channel": conversation.id, "channel_type": kind})

    def event(self, event: Json) -> None:
        """Deliver an event wrapped as the Events API wraps it."""
        setup = self.setup
        authorization = {"enterprise_id": None, "team_id": setup.team_id, "user_id": self.app.bot_user, "is_bot": True}
        payload: Json = {
            "token": "demo",
            "team_id": setup.team_id,
            "context_team_id": setup.team_id,
            "api_app_id": self.app.app_id,
        }
        payload |= {
            "event": event,
            "type": "event_callback",
            "event_id": self.store.new_id("Ev"),
            "event_time": int(time.time()),
        }
        payload |= {
            "authorizations": [{**authorization, "is_enterprise_install": False}],
            "is_ext_shared_channel": False,
        }
        self.delivery.event(payload)


def refused(faults: list[str]) -> SlackError:
    """`invalid_blocks` with every fault, as Slack lists them."""
    return SlackError(
        "invalid_blocks", errors=faults, response_metadata={"messages": [f"[ERROR] {fault}" for fault in faults]}
    )
