"""What the page sees: a snapshot for one person, then every change that concerns them."""

import asyncio

from aiohttp import web

from standins.slack.block_kit.schema import Json
from standins.slack.methods.conversations import described
from standins.slack.store import Conversation
from standins.slack.workspace import Workspace

HISTORY = 500


def _visible(workspace: Workspace, user: str) -> list[Conversation]:
    mine = workspace.store.im_of(user)
    return [c for c in workspace.store.conversations.values() if user in c.members and (not c.is_im or c.id == mine)]


def _slim(message: Json) -> Json:
    return {key: value for key, value in message.items() if key != "stream"}


def snapshot(workspace: Workspace, user: str) -> Json:
    """Everything a person's window shows."""
    setup, store, conversations = workspace.setup, workspace.store, _visible(workspace, user)
    names = {conversation.id for conversation in conversations}
    return {
        "type": "snapshot",
        "me": user,
        "team": {"id": setup.team_id, "name": setup.team_name},
        "app": vars(workspace.app),
        "people": [vars(person) for person in setup.people],
        "groups": [vars(group) for group in setup.groups],
        "commands": [vars(command) for command in setup.commands],
        "shortcuts": [vars(shortcut) for shortcut in setup.shortcuts],
        "functions": [
            {"callback_id": one.callback_id, "title": one.title, "description": one.description, "inputs": one.inputs}
            for one in setup.functions
        ],
        "channels": [
            described(workspace, c) | {"name": c.name, "joined": workspace.app.bot_user in c.members}
            for c in conversations
        ],
        "messages": {c.id: [_slim(m) for m in list(c.messages.values())[-HISTORY:]] for c in conversations},
        "ephemerals": [m for m in store.ephemerals if m["to"] == user],
        "statuses": [
            {"channel": c, "thread_ts": t, **status} for (c, t), status in store.statuses.items() if c in names
        ],
        "sessions": [
            {"channel": c, "thread_ts": t, **session} for (c, t), session in store.sessions.items() if c in names
        ],
        "prompts": [
            {"channel": c, "thread_ts": t, **prompts} for (c, t), prompts in store.prompts.items() if c in names
        ],
        "stack": [store.views[name] for name in workspace.stacks.get(user, [])],
        "home": store.homes.get(user),
        "connected": bool(workspace.hub.connections) or bool(setup.request_url),
    }


async def handle(workspace: Workspace, request: web.Request) -> web.StreamResponse:
    """The page's WebSocket: /feed?user=…"""
    user = workspace.person(request.query.get("user", "")).id
    socket = web.WebSocketResponse(heartbeat=20)
    await socket.prepare(request)
    queue: asyncio.Queue[Json] = asyncio.Queue()
    names = {conversation.id for conversation in _visible(workspace, user)}

    def listen(change: Json) -> None:
        if (
            change["type"] != "call"
            and change.get("user", user) == user
            and change.get("channel", next(iter(names))) in names
        ):
            queue.put_nowait(change | ({"message": _slim(change["message"])} if "message" in change else {}))

    workspace.store.listeners.append(listen)
    pump = asyncio.create_task(_pump(socket, queue, snapshot(workspace, user)))
    try:
        async for _ in socket:
            pass
    finally:
        workspace.store.listeners.remove(listen)
        pump.cancel()
    return socket


async def _pump(socket: web.WebSocketResponse, queue: asyncio.Queue[Json], first: Json) -> None:
    change = first
    while True:
        try:
            await socket.send_json(change)
        except ConnectionError:  # the tab was closed
            return
        change = await queue.get()
