"""The web page: files that `make web` has built into `bot/web_dist`, or a word about how to build them."""

import secrets
from pathlib import Path
from typing import Final

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

BUILT: Final = Path(__file__).resolve().parents[1] / "web_dist"
PATHS: Final = (
    "/",
    "/explore",
    "/ask",
    "/anomalies",
    "/anomalies/{insight_id:int}",
    "/savings",
    "/approvals",
    "/approvals/{remediation_id:int}",
    "/budgets",
    "/budgets/{name}",
    "/showback",
    "/admin",
)
"""What the page shows at an address of its own; a link to any of them is answered with the page."""
_NONCE: Final = "__NONCE__"
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_NOT_BUILT: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>finops-bot</title>
<h1>The page is not built</h1>
<p>Run <code>make web</code> where finops-bot is checked out, then load this page again. It takes Node 20.19 or newer
from the machine, else from PyPI.</p>
<p>The API works without it: <a href="/api/v1/docs">its description</a>.</p>
</html>"""


class _Assets(StaticFiles):
    """Files whose names hold a digest of what is in them: a browser never asks twice."""

    async def check_config(self) -> None:
        """The folder may come later: the page is built while the API runs."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """As StaticFiles; 404 is the caller's."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def install(app: FastAPI, built: Path = BUILT) -> None:
    """Serve the page and its files from the folder of a build."""
    router = APIRouter(include_in_schema=False)

    def page() -> Response:
        nonce = secrets.token_urlsafe(16)
        headers = {"Content-Security-Policy": _POLICY.format(nonce=nonce)}
        index = built / "index.html"
        if not index.is_file():
            return HTMLResponse(_NOT_BUILT, 503, headers)
        return HTMLResponse(index.read_text(encoding="utf-8").replace(_NONCE, nonce), headers=headers)

    def icon() -> Response:
        if not (built / "favicon.svg").is_file():
            raise HTTPException(404, "Not Found")
        return FileResponse(built / "favicon.svg")

    for path in PATHS:
        router.add_api_route(path, page, methods=["GET"])
    router.add_api_route("/favicon.svg", icon, methods=["GET"])
    app.include_router(router)
    app.mount("/assets", GZipMiddleware(_Assets(directory=built / "assets", check_dir=False), minimum_size=1_000))
