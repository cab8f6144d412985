"""HTTP front of the Web API: tokens, bodies, limits, faults and the log; the methods themselves are in `methods`."""

import asyncio
import json
import time

from aiohttp import web

from standins.slack.block_kit.schema import Json
from standins.slack.manifest import SCOPES
from standins.slack.methods import METHODS
from standins.slack.workspace import Call, SlackError, Workspace

# Arguments that forms carry as JSON in a string.
_NESTED = (
    *("blocks", "attachments", "view", "metadata", "chunks", "prompts", "loading_messages", "files"),
    *("document_content", "unfurls"),
)


async def _arguments(request: web.Request) -> Json:
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        body = await request.text()
        try:
            given = json.loads(body) if body.strip() else {}
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(given, dict):
            raise SlackError("json_not_object")
        args |= given
    else:
        args |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    for key in _NESTED:
        if isinstance(args.get(key), str):
            try:
                args[key] = json.loads(args[key])
            except ValueError:
                raise SlackError("invalid_blocks_format" if key == "blocks" else "invalid_arguments") from None
    return args


def _authorize(workspace: Workspace, request: web.Request, args: Json, method: str) -> None:
    header = request.headers.get("Authorization", "")
    token = header.removeprefix("Bearer ") if header.startswith("Bearer ") else str(args.pop("token", ""))
    args.pop("token", None)
    if not token:
        raise SlackError("not_authed")
    if token not in (workspace.bot_token, workspace.app_token):
        raise SlackError("invalid_auth")
    if (token == workspace.app_token) != (method == "apps.connections.open"):
        raise SlackError("not_allowed_token_type")
    granted, needed = workspace.setup.scopes, SCOPES.get(method, ())
    if granted is not None and needed and not granted.intersection(needed):
        raise SlackError("missing_scope", needed=needed[0], provided=",".join(sorted(granted)))


async def handle(workspace: Workspace, request: web.Request) -> web.StreamResponse:
    """Answer one call of /api/METHOD and log it."""
    method = request.match_info["method"]
    args: Json = {}
    status = 200
    body: Json = {}
    headers: dict[str, str] = {}
    try:
        args = await _arguments(request)
        status, body, headers = await _call(workspace, request, method, args)
    except SlackError as error:
        body = {"ok": False, "error": error.code, **error.more}
    except (TypeError, ValueError, AttributeError) as error:  # an argument of the wrong type somewhere inside
        body = {"ok": False, "error": "invalid_arguments", "response_metadata": {"messages": [f"[ERROR] {error}"]}}
    workspace.calls.append(Call(method, args, status, str(body.get("error", "")), time.time()))
    workspace.store.tell({"type": "call", "method": method, "error": body.get("error", "")})
    return web.json_response(body, status=status, headers=headers)


async def _call(
    workspace: Workspace, request: web.Request, method: str, args: Json
) -> tuple[int, Json, dict[str, str]]:
    if method not in METHODS:
        raise SlackError("unknown_method", req_method=method)
    _authorize(workspace, request, args, method)
    outcome = workspace.faults.next_for(method)
    wait = workspace.pace.wait(method, str(args.get("channel") or ""))
    if outcome == 429 or wait:
        return 429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(wait or 1)}
    if outcome == "timeout":
        await asyncio.sleep(workspace.faults.silence_seconds)
        raise web.HTTPGatewayTimeout
    if outcome == 500:
        return 500, {"ok": False, "error": "internal_error"}, {}
    if outcome is not None:
        raise SlackError(str(outcome))
    return 200, {"ok": True, **METHODS[method](workspace, args)}, {}
