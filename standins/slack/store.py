"""The workspace's memory: channels, messages, files, views; every change is
told to listeners and kept in an append-only file.
"""

import base64
import itertools
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from standins.slack.block_kit.schema import Json
from standins.slack.model import Setup

Listener = Callable[[Json], None]


@dataclass
class Conversation:
    """A channel or direct message: members and messages by ts, in order of posting."""

    id: str
    name: str
    members: set[str]
    topic: str = ""
    is_im: bool = False
    is_private: bool = False
    messages: dict[str, Json] = field(default_factory=dict)

    def thread(self, ts: str) -> list[Json]:
        """The parent and its replies, oldest first."""
        return [m for m in self.messages.values() if m["ts"] == ts or m.get("thread_ts") == ts]


@dataclass
class Upload:
    """A file: announced, then filled, then completed and so visible."""

    id: str
    name: str
    length: int
    mimetype: str
    user: str
    created: int
    title: str = ""
    content: bytes | None = None
    complete: bool = False
    channels: set[str] = field(default_factory=set)


def count_replies(conversation: Conversation, parent: Json) -> None:
    """Write into a parent what Slack tells about its thread."""
    replies = [m for m in conversation.thread(parent["ts"]) if m is not parent]
    people = list(dict.fromkeys(m.get("user", "") for m in replies))
    parent.update(thread_ts=parent["ts"], reply_count=len(replies), reply_users=people, reply_users_count=len(people))
    parent["latest_reply"] = replies[-1]["ts"] if replies else parent["ts"]


class Store:
    """All state of one workspace; touched from its event loop only."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.conversations: dict[str, Conversation] = {}
        self.files: dict[str, Upload] = {}
        self.views: dict[str, Json] = {}
        self.homes: dict[str, Json] = {}
        self.ephemerals: list[Json] = []
        self.statuses: dict[tuple[str, str], Json] = {}
        self.sessions: dict[tuple[str, str], Json] = {}
        self.executions: dict[str, Json] = {}
        self.canvases: dict[str, Json] = {}
        self.details: dict[str, Json] = {}
        self.prompts: dict[tuple[str, str], Json] = {}
        self.state_values: dict[tuple[str, str], dict[str, Json]] = {}
        self.listeners: list[Listener] = []
        self._last_ts = 0
        self._numbers = itertools.count(1)
        self._create_conversations()
        self._replay()

    def _create_conversations(self) -> None:
        app, everybody = self.setup.app, {person.id for person in self.setup.people}
        for channel in self.setup.channels:
            members = everybody if channel.members is None else set(channel.members)
            joined = {app.bot_user} if channel.app_joined else set()
            self.conversations[channel.id] = Conversation(
                channel.id, channel.name, members | joined, channel.topic, is_private=channel.is_private
            )
        for person in self.setup.people:
            self.conversations[self.im_of(person.id)] = Conversation(
                self.im_of(person.id), person.name, {person.id, app.bot_user}, is_im=True
            )

    @staticmethod
    def im_of(user: str) -> str:
        """The id of a person's direct message with the app."""
        return "D" + user[1:]

    def next_ts(self) -> str:
        """A Slack timestamp, later than every one before."""
        self._last_ts = max(self._last_ts + 1, int(time.time() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def new_id(self, prefix: str) -> str:
        """An identifier in the shape of Slack's."""
        return f"{prefix}0{next(self._numbers):04d}{secrets.token_hex(3).upper()}"

    def tell(self, change: Json) -> None:
        """Tell everybody who listens."""
        for listener in list(self.listeners):
            listener(change)

    def put(self, channel: str, message: Json) -> Json:
        """Add a message, or replace the one of that ts; the parent's reply count follows."""
        conversation = self.conversations[channel]
        exists = message["ts"] in conversation.messages
        conversation.messages[message["ts"]] = message
        parent = conversation.messages.get(message.get("thread_ts") or "")
        if parent and parent is not message:
            self._count_replies(conversation, parent)
        if not message.get("streaming"):
            self.keep({"kind": "message", "channel": channel, "message": message})
        self.tell({"type": "changed" if exists else "message", "channel": channel, "message": message})
        return message

    def _count_replies(self, conversation: Conversation, parent: Json) -> None:
        count_replies(conversation, parent)
        self.tell({"type": "changed", "channel": conversation.id, "message": parent})

    def remove(self, channel: str, ts: str) -> None:
        """Delete a message."""
        conversation = self.conversations[channel]
        message = conversation.messages.pop(ts)
        parent = conversation.messages.get(message.get("thread_ts") or "")
        if parent:
            self._count_replies(conversation, parent)
        self.keep({"kind": "deleted", "channel": channel, "ts": ts})
        self.tell({"type": "deleted", "channel": channel, "ts": ts})

    def whisper(self, message: Json) -> None:
        """Show a message to one person only; it is not kept."""
        self.ephemerals.append(message)
        self.tell({"type": "ephemeral", "channel": message["channel"], "message": message, "user": message["to"]})

    def complete(self, file: Upload) -> None:
        """Make a file visible and keep it."""
        file.complete = True
        content = base64.b64encode(file.content or b"").decode()
        fields = {k: v for k, v in vars(file).items() if k not in ("content", "channels")}
        self.keep({"kind": "file", **fields, "content": content, "channels": sorted(file.channels)})

    def set_status(self, channel: str, thread: str, status: Json | None) -> None:
        """Set or clear what the assistant says it is doing in a thread."""
        if status is None:
            if self.statuses.pop((channel, thread), None) is None:
                return
        else:
            self.statuses[channel, thread] = status
        self.tell({"type": "status", "channel": channel, "thread_ts": thread, **(status or {"status": ""})})

    def set_session(self, channel: str, thread: str, status: str, stoppable: bool) -> None:
        """Note whether the agent is at work in a thread, and whether people may press stop."""
        self.sessions[channel, thread] = shown = {"status": status, "stoppable": stoppable}
        self.tell({"type": "session", "channel": channel, "thread_ts": thread, **shown})

    def set_execution(self, execution: str, step: Json) -> None:
        """Note how far a workflow's step is."""
        self.executions[execution] = step
        shown = {key: value for key, value in step.items() if key != "function"}
        self.tell({"type": "execution", "id": execution, "title": step["function"].title, **shown})

    def show_details(self, user: str, details: Json) -> None:
        """Fill what opened beside the conversation for one person."""
        self.details[user] = details
        self.tell({"type": "details", "user": user, **details})

    def publish_home(self, user: str, view: Json) -> None:
        """Replace what a person sees in the app's Home tab."""
        self.homes[user] = self.views[view["id"]] = view
        self.keep({"kind": "home", "user": user, "view": view})
        self.tell({"type": "home", "user": user, "view": view})

    def keep(self, record: Json) -> None:
        """Append to the state file, where there is one."""
        if self.setup.state is not None:
            with self.setup.state.open("a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")

    def _replay(self) -> None:
        path = self.setup.state
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            return
        text = path.read_text(encoding="utf-8")
        if text and not text.endswith("\n"):
            with path.open("a", encoding="utf-8") as file:
                file.write("\n")
        for line in text.splitlines():
            try:
                record = json.loads(line)
            except ValueError:  # the line being written when the process was killed
                continue
            self._apply(record)
        for conversation in self.conversations.values():
            for ts in conversation.messages:
                self._last_ts = max(self._last_ts, int(ts.replace(".", "")))
            for parent in {
                m["thread_ts"] for m in conversation.messages.values() if m.get("thread_ts")
            } & conversation.messages.keys():
                count_replies(conversation, conversation.messages[parent])

    def _apply(self, record: dict[str, Any]) -> None:
        conversation = self.conversations.get(record.get("channel", ""))
        match record.pop("kind"):
            case "message" if conversation:
                conversation.messages[record["message"]["ts"]] = record["message"]
            case "deleted" if conversation:
                conversation.messages.pop(record["ts"], None)
            case "joined" if conversation:
                conversation.members.add(record["user"])
            case "home":
                self.homes[record["user"]] = self.views[record["view"]["id"]] = record["view"]
            case "file":
                content, channels = base64.b64decode(record.pop("content")), set(record.pop("channels"))
                self.files[record["id"]] = Upload(**record, content=content, channels=channels)
