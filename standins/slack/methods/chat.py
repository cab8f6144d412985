"""chat.*: posting, changing and deleting messages."""

from typing import Any

from standins.slack.block_kit.schema import Json
from standins.slack.methods.registry import method, need, yes
from standins.slack.store import Conversation
from standins.slack.workspace import SlackError, Workspace


def _sent(conversation: Conversation, message: Json) -> Json:
    return {"channel": conversation.id, "ts": message["ts"], "message": message}


def _extras(args: Json) -> dict[str, Any]:
    return {key: args.get(key) for key in ("thread_ts", "metadata", "attachments", "username", "icon_emoji")}


@method("chat.postMessage")
def post_message(workspace: Workspace, args: Json) -> Json:
    """Post as the app."""
    conversation = workspace.joined(need(args, "channel")[0])
    text = str(args.get("text") or args.get("markdown_text") or "")
    blocks = workspace.check(text, args.get("blocks"), args.get("attachments"))
    message = workspace.app_message(text, blocks, **_extras(args))
    if yes(args, "reply_broadcast") and args.get("thread_ts"):
        message["subtype"] = "thread_broadcast"
    return _sent(conversation, workspace.post(conversation, message))


@method("chat.postEphemeral")
def post_ephemeral(workspace: Workspace, args: Json) -> Json:
    """Show something to one person only."""
    channel, user = need(args, "channel", "user")
    conversation = workspace.joined(channel)
    if workspace.person(user).id not in conversation.members:
        raise SlackError("user_not_in_channel")
    text = str(args.get("text") or "")
    blocks = workspace.check(text, args.get("blocks"), args.get("attachments"))
    message = workspace.whisper(conversation, user, workspace.app_message(text, blocks, **_extras(args)))
    return {"message_ts": message["ts"]}


def own_message(workspace: Workspace, channel: str, ts: str, code: str) -> tuple[Conversation, Json]:
    """A message the app itself posted; `code` where it is somebody else's."""
    conversation = workspace.joined(channel)
    message = workspace.message(conversation, ts)
    if message.get("bot_id") != workspace.app.bot_id:
        raise SlackError(code)
    return conversation, message


@method("chat.update")
def update(workspace: Workspace, args: Json) -> Json:
    """Change a message of the app; blocks left out are kept, an empty list removes them."""
    channel, ts = need(args, "channel", "ts")
    conversation, message = own_message(workspace, channel, ts, "cant_update_message")
    if message.get("streaming"):
        raise SlackError("streaming_state_conflict")
    text = str(args.get("text") or args.get("markdown_text") or "")
    given = args.get("blocks")
    blocks = workspace.check(text, given, args.get("attachments")) if given is not None else message["blocks"]
    if not text and not blocks:
        raise SlackError("no_text")
    edited = {"user": workspace.app.bot_user, "ts": workspace.store.next_ts()}
    changed = message | {"text": text, "blocks": blocks, "edited": edited}
    changed |= {key: args[key] for key in ("metadata", "attachments") if args.get(key) is not None}
    workspace.store.put(conversation.id, changed)
    event = {
        "type": "message",
        "subtype": "message_changed",
        "message": changed,
        "previous_message": message,
        "hidden": True,
    }
    workspace.tell_app_of(conversation, {**event, "ts": edited["ts"]})
    return {"channel": conversation.id, "ts": ts, "text": text, "message": changed}


@method("chat.delete")
def delete(workspace: Workspace, args: Json) -> Json:
    """Delete a message of the app."""
    channel, ts = need(args, "channel", "ts")
    conversation, message = own_message(workspace, channel, ts, "cant_delete_message")
    workspace.store.remove(conversation.id, ts)
    event = {
        "type": "message",
        "subtype": "message_deleted",
        "deleted_ts": ts,
        "previous_message": message,
        "hidden": True,
    }
    workspace.tell_app_of(conversation, {**event, "ts": workspace.store.next_ts()})
    return {"channel": conversation.id, "ts": ts}


@method("chat.getPermalink")
def permalink(workspace: Workspace, args: Json) -> Json:
    """The address of a message."""
    channel, ts = need(args, "channel", "message_ts")
    conversation = workspace.conversation(channel)
    message = workspace.message(conversation, ts)
    thread = f"?thread_ts={message['thread_ts']}&cid={conversation.id}" if message.get("thread_ts", ts) != ts else ""
    return {
        "channel": conversation.id,
        "permalink": f"{workspace.url}/archives/{conversation.id}/p{ts.replace('.', '')}{thread}",
    }


@method("reactions.add")
def react(workspace: Workspace, args: Json) -> Json:
    """Add the app's reaction."""
    return _reaction(workspace, args, add=True)


@method("reactions.remove")
def unreact(workspace: Workspace, args: Json) -> Json:
    """Take the app's reaction away."""
    return _reaction(workspace, args, add=False)


def _reaction(workspace: Workspace, args: Json, add: bool) -> Json:
    channel, ts, name = need(args, "channel", "timestamp", "name")
    conversation = workspace.joined(channel)
    message = workspace.message(conversation, ts)
    if not name.replace("_", "").replace("-", "").replace("+", "").isalnum():
        raise SlackError("invalid_name")
    if not toggle_reaction(message, name, workspace.app.bot_user, add):
        raise SlackError("already_reacted" if add else "no_reaction")
    workspace.store.put(conversation.id, message)
    return {}


def toggle_reaction(message: Json, name: str, user: str, add: bool) -> bool:
    """Add or remove somebody's reaction; False when there was nothing to do."""
    counts: dict[str, list[str]] = {r["name"]: list(r["users"]) for r in message.get("reactions", [])}
    users = counts.setdefault(name, [])
    if (user in users) == add:
        return False
    users.append(user) if add else users.remove(user)
    message["reactions"] = [{"name": n, "users": u, "count": len(u)} for n, u in counts.items() if u]
    return True
