"""Errors as application/problem+json (RFC 9457), whatever raised them."""

import logging
from typing import Any

import sqlalchemy as sa
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from config.errors import UserError

log = logging.getLogger(__name__)

MEDIA = "application/problem+json"
_TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    412: "Changed meanwhile",
    413: "Too large",
    422: "Not valid",
    429: "Too many requests",
    500: "Error",
    503: "Not available",
}
_SAYS = {
    400: "The body cannot be read, or a day is before 1970 or after 2199",
    401: "No token, or one that is unknown, expired or revoked",
    403: "The token has not the scope, or the person not the role",
    404: "There is no such thing, or the caller may not see it",
    409: "Its state does not allow it",
    412: "It is no longer what `If-Match` names",
    413: "The body is larger than 1 MB",
    422: "A value is not valid; `errors` says which",
    429: "Too many requests; `Retry-After` says when to come back",
    503: "The database cannot answer just now; `Retry-After` says when to come back",
}
SCHEMA = {
    "type": "object",
    "description": "A problem document, RFC 9457",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "const": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What happened and what to do"},
        "reference": {"type": "string", "description": "Where an admin finds it in the log"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["where", "message"],
                "properties": {"where": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def declared(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems an endpoint may answer with, for OpenAPI."""

    def one(status: int) -> dict[str, Any]:
        example = {"type": "about:blank", "title": _TITLES[status], "status": status, "detail": f"{_SAYS[status]}."}
        content = {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}
        later = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}}
        return {
            "description": _SAYS[status],
            "content": content,
            **({"headers": later} if status in (429, 503) else {}),
        }

    return {status: one(status) for status in statuses}


OUT_OF_REACH = "day_out_of_reach"  # the kind of a validation error: the value is well written
ALWAYS = (401, 403, 422, 429, 503)
"""What any endpoint that needs a token may answer with."""


def problem(status: int, detail: str, headers: dict[str, str] | None = None, **more: Any) -> JSONResponse:
    """One problem document."""
    content = {
        "type": "about:blank",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "detail": _clean(detail),
        **more,
    }
    return JSONResponse(content, status, headers, media_type=MEDIA)


def _clean(text: str) -> str:
    """Text that UTF-8 can hold: a caller's half of a surrogate pair is not."""
    return text.encode("utf-8", "replace").decode()


def install(app: FastAPI) -> None:
    """Every known error leaves as a problem document; for others see `bot.api.http.middleware`."""

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, str(error.detail), dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    async def _validation(request: Request, error: RequestValidationError) -> JSONResponse:
        errors = [
            {"where": _clean(".".join(map(str, item["loc"])))[:200], "message": _clean(item["msg"])[:500]}
            for item in error.errors()[:50]
        ]
        status = 400 if all(item["type"] == OUT_OF_REACH for item in error.errors()) else 422
        return problem(
            status, "; ".join(f"{item['where']}: {item['message']}" for item in errors)[:1000], errors=errors
        )

    @app.exception_handler(UserError)
    async def _user(request: Request, error: UserError) -> JSONResponse:
        return problem(400, str(error))

    @app.exception_handler(sa.exc.OperationalError)
    @app.exception_handler(sa.exc.InterfaceError)
    @app.exception_handler(sa.exc.TimeoutError)
    async def _away(request: Request, error: sa.exc.SQLAlchemyError) -> JSONResponse:
        log.warning("the database cannot be used: %s", type(error).__name__)
        return problem(503, "The database cannot be used just now; try again in a moment.", {"Retry-After": "5"})
