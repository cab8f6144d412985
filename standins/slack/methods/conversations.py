"""conversations.*: what channels there are and what was said in them."""

from standins.slack.block_kit.schema import Json
from standins.slack.methods.registry import method, need, page, yes
from standins.slack.store import Conversation
from standins.slack.workspace import SlackError, Workspace


def described(workspace: Workspace, conversation: Conversation) -> Json:
    """A conversation object."""
    base: Json = {
        "id": conversation.id,
        "created": 1_700_000_000,
        "is_archived": False,
        "is_im": conversation.is_im,
        "is_mpim": False,
    }
    if conversation.is_im:
        user = next(iter(conversation.members - {workspace.app.bot_user}))
        return base | {"user": user, "is_user_deleted": False, "is_open": True}
    base |= {"name": conversation.name, "name_normalized": conversation.name, "is_channel": not conversation.is_private}
    base |= {"is_group": conversation.is_private, "is_private": conversation.is_private, "is_general": False}
    base |= {"is_member": workspace.app.bot_user in conversation.members, "num_members": len(conversation.members)}
    return base | {"topic": {"value": conversation.topic}, "purpose": {"value": conversation.topic}}


def _of_types(workspace: Workspace, args: Json) -> list[Conversation]:
    types = str(args.get("types") or "public_channel").split(",")

    def kind(conversation: Conversation) -> str:
        return "im" if conversation.is_im else "private_channel" if conversation.is_private else "public_channel"

    return [c for c in workspace.store.conversations.values() if kind(c) in types]


@method("conversations.list")
def list_conversations(workspace: Workspace, args: Json) -> Json:
    """Channels, in pages; private ones only where the app is."""
    visible = [c for c in _of_types(workspace, args) if not c.is_private or workspace.app.bot_user in c.members]
    rows, following = page(args, [described(workspace, c) for c in visible])
    return {"channels": rows, "response_metadata": following}


@method("users.conversations")
def conversations_of(workspace: Workspace, args: Json) -> Json:
    """Channels somebody (by default the app) is in."""
    user = str(args.get("user") or workspace.app.bot_user)
    rows, following = page(args, [described(workspace, c) for c in _of_types(workspace, args) if user in c.members])
    return {"channels": rows, "response_metadata": following}


@method("conversations.info")
def info(workspace: Workspace, args: Json) -> Json:
    """One channel, by id only."""
    channel = need(args, "channel")[0]
    if channel not in workspace.store.conversations:
        raise SlackError("channel_not_found")
    return {"channel": described(workspace, workspace.conversation(channel))}


@method("conversations.open")
def open_conversation(workspace: Workspace, args: Json) -> Json:
    """The direct message with one person."""
    user = workspace.person(need(args, "users")[0]).id
    conversation = workspace.conversation(user)
    return {"channel": described(workspace, conversation) if yes(args, "return_im") else {"id": conversation.id}}


@method("conversations.join")
def join(workspace: Workspace, args: Json) -> Json:
    """Join a public channel."""
    conversation = workspace.conversation(need(args, "channel")[0])
    if conversation.is_im or conversation.is_private:
        raise SlackError("method_not_supported_for_channel_type")
    enter(workspace, conversation)
    return {"channel": described(workspace, conversation)}


def enter(workspace: Workspace, conversation: Conversation) -> None:
    """Make the app a member."""
    bot = workspace.app.bot_user
    if bot in conversation.members:
        return
    conversation.members.add(bot)
    workspace.store.keep({"kind": "joined", "channel": conversation.id, "user": bot})
    workspace.store.tell({"type": "joined", "channel": conversation.id})
    if "member_joined_channel" in workspace.setup.subscriptions:
        event = {"type": "member_joined_channel", "user": bot, "channel": conversation.id, "channel_type": "C"}
        workspace.event({**event, "team": workspace.setup.team_id, "event_ts": workspace.store.next_ts()})


@method("conversations.members")
def members(workspace: Workspace, args: Json) -> Json:
    """Ids of the members, in pages."""
    rows, following = page(args, sorted(workspace.conversation(need(args, "channel")[0]).members))
    return {"members": rows, "response_metadata": following}


@method("conversations.history")
def history(workspace: Workspace, args: Json) -> Json:
    """Top-level messages, newest first."""
    conversation = workspace.joined(need(args, "channel")[0])
    top = [
        m
        for m in conversation.messages.values()
        if m.get("thread_ts", m["ts"]) == m["ts"] or m.get("subtype") == "thread_broadcast"
    ]
    rows, following = page(args, _between(args, list(reversed(top))))
    return {"messages": rows, "has_more": bool(following["next_cursor"]), "response_metadata": following}


@method("conversations.replies")
def replies(workspace: Workspace, args: Json) -> Json:
    """A thread with its parent, oldest first."""
    channel, ts = need(args, "channel", "ts")
    thread = workspace.joined(channel).thread(ts)
    if not thread:
        raise SlackError("thread_not_found")
    rows, following = page(args, [thread[0], *_between(args, thread[1:])], most=1000)
    return {"messages": rows, "has_more": bool(following["next_cursor"]), "response_metadata": following}


def _between(args: Json, messages: list[Json]) -> list[Json]:
    oldest, latest = float(args.get("oldest") or 0), float(args.get("latest") or "inf")
    if yes(args, "inclusive"):
        return [m for m in messages if oldest <= float(m["ts"]) <= latest]
    return [m for m in messages if oldest < float(m["ts"]) < latest]
