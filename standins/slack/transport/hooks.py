"""Response URLs: what an app may still say after an interaction or a command."""

import json

from aiohttp import web

from standins.slack.block_kit.schema import Json
from standins.slack.transport.tickets import Hook
from standins.slack.workspace import SlackError, Workspace


async def handle(workspace: Workspace, request: web.Request) -> web.StreamResponse:
    """POST to a response URL."""
    hook, error = workspace.hooks.use(request.match_info["hook"])
    if hook is None:
        return web.json_response({"ok": False, "error": error}, status=404)
    try:
        body = json.loads(await request.text())
        _say(workspace, hook, body if isinstance(body, dict) else {})
    except ValueError:
        return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
    except SlackError as refusal:
        return web.json_response({"ok": False, "error": refusal.code, **refusal.more}, status=400)
    return web.Response(text="ok")


def _say(workspace: Workspace, hook: Hook, body: Json) -> None:
    conversation = workspace.conversation(hook.channel)
    if body.get("delete_original"):
        if hook.ephemeral:
            _replace_ephemeral(workspace, hook, None)
        elif hook.message_ts in conversation.messages:
            workspace.store.remove(conversation.id, hook.message_ts)
        return
    text = str(body.get("text") or "")
    blocks = workspace.check(text, body.get("blocks"))
    if body.get("replace_original") and hook.ephemeral:
        _replace_ephemeral(workspace, hook, {"text": text, "blocks": blocks})
        return
    if body.get("replace_original") and hook.message_ts in conversation.messages:
        old = conversation.messages[hook.message_ts]
        if old.get("bot_id") != workspace.app.bot_id:
            raise SlackError("cant_update_message")
        workspace.store.put(conversation.id, old | {"text": text, "blocks": blocks})
        return
    message = workspace.app_message(text, blocks, thread_ts=body.get("thread_ts"), metadata=body.get("metadata"))
    if body.get("response_type") == "in_channel":
        workspace.post(conversation, message)
    else:
        workspace.whisper(conversation, hook.user, message)


def _replace_ephemeral(workspace: Workspace, hook: Hook, content: Json | None) -> None:
    store = workspace.store
    for message in [m for m in store.ephemerals if m["ts"] == hook.message_ts]:
        if content is None:
            store.ephemerals.remove(message)
            store.tell({"type": "deleted", "channel": hook.channel, "ts": hook.message_ts})
        else:
            message |= content
            store.tell({"type": "ephemeral", "channel": hook.channel, "message": message, "user": hook.user})
