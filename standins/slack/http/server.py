"""The stand-in as a server: Web API, Socket Mode, uploads, response URLs, test
API and the browser page on one local port.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from aiohttp import web

from standins.slack.http import control, sign_in, web_api
from standins.slack.model import Setup
from standins.slack.people import feed
from standins.slack.transport import hooks
from standins.slack.workspace import Workspace

PAGE = Path(__file__).parents[1] / "page"
_POLICY = (
    "default-src 'self'; img-src 'self' data: https:; style-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'none'"
)
_HOSTS = ("127.0.0.1", "localhost")


@web.middleware
async def _local_only(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse requests that another site makes through somebody's browser, and
    tell the browser to run nothing but our own scripts.
    """
    origin = request.headers.get("Origin")
    if (request.host.rsplit(":", 1)[0] not in _HOSTS) or (origin and origin.split("://")[-1] != request.host):
        return web.json_response({"ok": False, "error": "this workspace answers on 127.0.0.1 only"}, status=403)
    response = await handler(request)
    if not response.prepared:
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
    return response


async def _upload(workspace: Workspace, request: web.Request) -> web.StreamResponse:
    file = workspace.store.files.get(request.match_info["file"])
    if file is None or file.complete:
        return web.Response(status=404, text="no such upload")
    if request.content_type == "multipart/form-data":
        part = (await request.post()).get("file")
        content = part.file.read() if isinstance(part, web.FileField) else b""
    else:
        content = await request.read()
    if len(content) != file.length:
        return web.Response(status=400, text="length differs from the one announced")
    file.content = content
    return web.Response(text=f"OK - {len(content)}")


async def _download(workspace: Workspace, request: web.Request) -> web.StreamResponse:
    """The app's way to a file (bot token) and, under /page-files, the page's."""
    file = workspace.store.files.get(request.match_info["file"])
    if request.path.startswith("/files/") and request.headers.get("Authorization") != f"Bearer {workspace.bot_token}":
        return web.Response(status=403, text="not authorized")
    if file is None or not file.complete:
        return web.Response(status=404, text="no such file")
    shown = "inline" if file.mimetype in ("image/png", "image/jpeg", "image/gif") else "attachment"
    quoted = file.name.replace('"', "").replace("\r", "").replace("\n", "")
    headers = {"Content-Disposition": f'{shown}; filename="{quoted}"'}
    return web.Response(body=file.content or b"", content_type=file.mimetype, headers=headers)


async def _canvas(workspace: Workspace, request: web.Request) -> web.Response:
    """A canvas as its Markdown, for the page."""
    canvas = workspace.store.canvases.get(request.match_info["canvas"])
    if canvas is None:
        return web.Response(status=404, text="no such canvas")
    return web.Response(text=f"# {canvas['title']}\n\n{canvas['markdown']}", content_type="text/plain", charset="utf-8")


async def _index(_: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGE / "index.html")


def _routes(workspace: Workspace) -> list[web.RouteDef]:
    return [
        web.get("/", _index),
        web.get("/archives/{rest:.*}", _index),
        *sign_in.routes(workspace),
        web.post("/api/{method}", partial(web_api.handle, workspace)),
        web.get("/api/{method}", partial(web_api.handle, workspace)),
        web.get("/link/", workspace.hub.handle),
        web.post("/upload/v1/{file}", partial(_upload, workspace)),
        web.put("/upload/v1/{file}", partial(_upload, workspace)),
        web.get("/files/{file}/{name}", partial(_download, workspace)),
        web.get("/docs/{team}/{canvas}", partial(_canvas, workspace)),
        web.get("/page-files/{file}/{name}", partial(_download, workspace)),
        web.post("/actions/{hook}", partial(hooks.handle, workspace)),
        web.get("/feed", partial(feed.handle, workspace)),
        web.post("/test/{action}", partial(control.act, workspace)),
        web.get("/test/{action}", partial(control.look, workspace)),
    ]


async def start(setup: Setup | None = None, port: int = 0) -> tuple[Workspace, Callable[[], Awaitable[None]]]:
    """Serve a workspace on 127.0.0.1; `workspace.url` is its address, the second value stops it."""
    workspace = Workspace(setup or Setup())
    app = web.Application(middlewares=[_local_only], client_max_size=60_000_000)
    app.add_routes(_routes(workspace))
    app.router.add_static("/page", PAGE)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    workspace.url = f"http://127.0.0.1:{runner.addresses[0][1]}"

    def connection_changed() -> None:
        workspace.store.tell({"type": "connected", "connected": bool(workspace.hub.connections)})

    workspace.hub.on_change = connection_changed

    async def stop() -> None:
        await workspace.delivery.stop()
        await workspace.hub.close()
        await runner.cleanup()

    return workspace, stop
