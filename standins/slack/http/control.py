"""HTTP under /test/…: what people do and what tests look at, for the page and for tests in other processes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from standins.slack.block_kit.fields import NoSuchChoiceError
from standins.slack.block_kit.schema import Json
from standins.slack.methods.conversations import enter
from standins.slack.people import gestures, modals, workflows
from standins.slack.people.feed import snapshot
from standins.slack.transport.delivery import Acked, Missed
from standins.slack.workspace import SlackError, Workspace

Action = Callable[[Workspace, Json], Awaitable[Json]]


def _acknowledgement(outcome: Acked | Missed) -> Json:
    return {"acked": isinstance(outcome, Acked)} | ({"reason": outcome.reason} if isinstance(outcome, Missed) else {})


async def _post_as(workspace: Workspace, body: Json) -> Json:
    return {"message": gestures.post(workspace, body["user"], body["channel"], body["text"], body.get("thread_ts"))}


async def _click(workspace: Workspace, body: Json) -> Json:
    return _acknowledgement(
        await gestures.click(workspace, body["user"], body["ts"], body["action_id"], body.get("value"))
    )


async def _press(workspace: Workspace, body: Json) -> Json:
    values = body.get("values") or {}
    return _acknowledgement(
        await modals.press(workspace, body["user"], body["view_id"], body["action_id"], body.get("value"), values)
    )


async def _submit(workspace: Workspace, body: Json) -> Json:
    return {"errors": (await modals.submit(workspace, body["user"], body["view_id"], body.get("values") or {})).errors}


async def _close(workspace: Workspace, body: Json) -> Json:
    modals.close(workspace, body["user"], body["view_id"])
    return {}


async def _suggest(workspace: Workspace, body: Json) -> Json:
    options = await modals.suggest(
        workspace, body["user"], body["action_id"], body["value"], body.get("ts"), body.get("view_id")
    )
    return {"options": options}


async def _slash(workspace: Workspace, body: Json) -> Json:
    return _acknowledgement(
        await gestures.slash(workspace, body["user"], body["command"], body.get("text", ""), body["channel"])
    )


async def _shortcut(workspace: Workspace, body: Json) -> Json:
    return _acknowledgement(await gestures.shortcut(workspace, body["user"], body["callback_id"], body.get("ts")))


async def _react(workspace: Workspace, body: Json) -> Json:
    gestures.react(workspace, body["user"], body["channel"], body["ts"], body["name"], body.get("add", True))
    return {}


async def _stop(workspace: Workspace, body: Json) -> Json:
    gestures.stop(workspace, body["user"], body["channel"], body["thread_ts"])
    return {}


async def _open_details(workspace: Workspace, body: Json) -> Json:
    gestures.open_details(workspace, body["user"], body["ts"], body["url"])
    return {}


async def _look_at(workspace: Workspace, body: Json) -> Json:
    gestures.look_at(workspace, body["user"], body["channel"])
    return {}


async def _run_step(workspace: Workspace, body: Json) -> Json:
    return {"execution": workflows.run_step(workspace, body["callback_id"], body.get("inputs") or {})}


async def _open_home(workspace: Workspace, body: Json) -> Json:
    return {"view": gestures.open_home(workspace, body["user"], body.get("tab", "home"))}


async def _invite(workspace: Workspace, body: Json) -> Json:
    enter(workspace, workspace.conversation(body["channel"]))
    return {}


async def _fault(workspace: Workspace, body: Json) -> Json:
    faults = workspace.faults
    if "method" in body:
        faults.fail(body["method"], body["outcome"], int(body.get("times", 1)))
    for name in ("hold_acks", "duplicate_events", "clock_skew", "refuse_connections"):
        if name in body:
            setattr(faults, name, body[name])
    if body.get("drop"):
        workspace.hub.drop()
    if body.get("refresh"):
        await workspace.hub.refresh()
    return {}


async def _wait(workspace: Workspace, body: Json) -> Json:
    """The first message with these words (in this channel, in this thread);
    None when none came in `timeout` seconds.
    """
    words, thread, channel = body["contains"], body.get("thread_ts"), body.get("channel")
    names = [workspace.conversation(channel).id] if channel else list(workspace.store.conversations)
    end = asyncio.get_running_loop().time() + float(body.get("timeout", 10))
    while True:
        shown = [
            {**m, "channel": name} for name in names for m in workspace.store.conversations[name].messages.values()
        ]
        for message in [*shown, *(m for m in workspace.store.ephemerals if m["channel"] in names)]:
            if words in message["text"] and thread in (None, message.get("thread_ts")) and not message.get("streaming"):
                return {"message": message}
        if asyncio.get_running_loop().time() > end:
            return {"message": None}
        await asyncio.sleep(0.05)


_ACTIONS: dict[str, Action] = {
    "post_as": _post_as,
    "click": _click,
    "press": _press,
    "submit": _submit,
    "close": _close,
    "suggest": _suggest,
    "slash": _slash,
    "shortcut": _shortcut,
    "react": _react,
    "stop": _stop,
    "run_step": _run_step,
    "look_at": _look_at,
    "open_details": _open_details,
    "open_home": _open_home,
    "invite": _invite,
    "fault": _fault,
    "wait": _wait,
}


async def act(workspace: Workspace, request: web.Request) -> web.StreamResponse:
    """POST /test/ACTION with a JSON object."""
    action = _ACTIONS.get(request.match_info["action"])
    if action is None:
        return web.json_response({"ok": False, "error": f"no such action; there are {', '.join(_ACTIONS)}"}, status=404)
    try:
        body = await request.json()
        result = await action(workspace, body)
    except SlackError as error:
        return web.json_response({"ok": False, "error": error.code}, status=400)
    except (gestures.NotThereError, NoSuchChoiceError) as error:
        return web.json_response({"ok": False, "error": str(error)}, status=404)
    except (KeyError, TypeError, ValueError) as error:
        return web.json_response({"ok": False, "error": f"bad request: {error!r}"}, status=400)
    return web.json_response({"ok": True, **result})


async def look(workspace: Workspace, request: web.Request) -> web.StreamResponse:
    """GET /test/messages?channel=, thread?channel=&ts=, calls?method=, acks, people, state?user=."""
    what, query = request.match_info["action"], request.query
    value: Any
    try:
        if what == "messages":
            value = list(workspace.conversation(query["channel"]).messages.values())
        elif what == "thread":
            value = workspace.conversation(query["channel"]).thread(query["ts"])
        elif what == "calls":
            value = [vars(call) for call in workspace.calls if query.get("method", call.method) == call.method]
        elif what == "acks":
            value = [vars(ack) for ack in workspace.delivery.acks]
        elif what == "people":
            value = [vars(person) for person in workspace.setup.people]
        elif what == "state":
            value = snapshot(workspace, workspace.person(query["user"]).id)
        else:
            return web.json_response({"ok": False, "error": "no such view"}, status=404)
    except (SlackError, KeyError) as error:
        return web.json_response({"ok": False, "error": str(error)}, status=400)
    return web.json_response({"ok": True, what: value})
