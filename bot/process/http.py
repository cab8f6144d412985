"""The HTTP side of a bot process: the API, and Slack's events where they come by HTTP instead of a socket."""

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.api.http.problems import problem
from config.errors import UserError
from config.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import APIRouter, FastAPI
    from slack_bolt import App

log = logging.getLogger(__name__)

_STARTS_WITHIN = 30.0
_KEEP_ALIVE_SECONDS = 75  # longer than a load balancer keeps a connection it thinks is open (60 s)


_LARGEST_BODY = 1_000_000  # bytes; Slack's own are far smaller
_DIGITS = 20


def slack_router(app: "App", settings: Settings) -> "APIRouter":
    """`POST /slack/events` for events, commands and clicks.

    What is unsigned, signed with another secret or older than five minutes is
    refused, and everything is where there is no signing secret.
    """
    from fastapi import APIRouter, Request, Response  # noqa: PLC0415 - slow to load, and only HTTP needs it
    from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response  # noqa: PLC0415 - slow to load, and only a running bot needs it
    from slack_sdk.signature import SignatureVerifier  # noqa: PLC0415 - slow to load, and only a running bot needs it
    from starlette.concurrency import run_in_threadpool  # noqa: PLC0415 - slow to load, and only HTTP needs it

    def signed(body: bytes, headers: "Mapping[str, str]") -> bool:
        secret = settings.latest().slack_signing_secret
        key = secret.get_secret_value() if secret else ""
        try:
            return bool(key) and SignatureVerifier(key).is_valid_request(body, dict(headers))
        except (ArithmeticError, TypeError, ValueError):  # no number for a time, no ASCII for a signature, no UTF-8
            return False

    router = APIRouter()

    async def events(request: Request) -> Response:
        length = request.headers.get("content-length", "0")
        if not (length.isascii() and length.isdecimal()):
            return problem(400, "Content-Length is a number of bytes.")
        if len(length) > _DIGITS or int(length) > _LARGEST_BODY:
            return problem(413, "Slack's requests are smaller than this.")
        body = await request.body()
        if not await run_in_threadpool(signed, body, request.headers):
            return problem(401, "This request is not signed by Slack, or too old.")
        answered = await run_in_threadpool(app.dispatch, to_bolt_request(request, body))
        response: Response = to_starlette_response(answered)
        return response

    # FastAPI reads annotations by name at runtime, and these names are imported in here.
    events.__annotations__ = {"request": Request, "return": Response}
    router.add_api_route("/slack/events", events, methods=["POST"], include_in_schema=False, response_model=None)
    return router


@contextmanager
def served(api: "FastAPI", host: str, port: int) -> Iterator[str]:
    """The application on an address for the length of a block; yields the
    address. Raises `UserError` when the port is taken.
    """
    import uvicorn  # noqa: PLC0415 - slow to load, and only HTTP needs it

    try:
        listening = socket.create_server((host, port))
    except OSError as error:
        raise UserError(
            f"The HTTP port {host}:{port} cannot be used ({error.strerror}). Set FINOPS_API_PORT to a free one."
        ) from error
    server = uvicorn.Server(
        uvicorn.Config(
            api, log_level="warning", access_log=False, lifespan="on", timeout_keep_alive=_KEEP_ALIVE_SECONDS
        )
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="http")
    thread.start()
    address = f"http://{host}:{listening.getsockname()[1]}"
    log.info("the API is at %s/api/v1/docs", address)
    try:
        yield address
    finally:
        if isinstance(closing := getattr(api.state, "closing", None), threading.Event):
            closing.set()
        server.should_exit = True
        thread.join(_STARTS_WITHIN)
        listening.close()
