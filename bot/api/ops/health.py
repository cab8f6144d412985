"""Alive, and ready."""

from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy.exc import SQLAlchemyError

from bot.api.context import Context, InContext
from bot.api.schemas import responds
from db.maintenance import upgrade

router = APIRouter(tags=["health"])
_ALIVE = {"type": "object", "required": ["status"], "properties": {"status": {"const": "alive"}}}
_READY = {
    "type": "object",
    "required": ["status", "parts"],
    "properties": {
        "status": {"type": "string", "enum": ["ready", "not ready"]},
        "parts": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "`ready`, or what is not",
        },
    },
}


@router.get(
    "/healthz",
    summary="The process is alive",
    responses=responds("It is", _ALIVE, {"status": "alive"}),
    response_model=None,
)
async def healthz() -> dict[str, str]:
    """Looks at nothing outside of the process, and waits for no thread that answers others."""
    return {"status": "alive"}


_NOT_READY = {"status": "not ready", "parts": {"database": "cannot be reached", "slack": "ready"}}


@router.get(
    "/readyz",
    summary="The process can serve; says what is not ready",
    response_model=None,
    responses={
        **responds("It can", _READY, {"status": "ready", "parts": {"database": "ready", "slack": "ready"}}),
        503: {"description": "It cannot", "content": {"application/json": {"schema": _READY, "example": _NOT_READY}}},
    },
)
def readyz(context: InContext, response: Response) -> dict[str, Any]:
    """503 with the reason a part; a socket to Slack that was lost is said, and the rest goes on."""
    needed, watched = parts_of(context)
    ready = all(state == "ready" for state in needed.values())
    response.status_code = 200 if ready else 503
    return {"status": "ready" if ready else "not ready", "parts": {**needed, **watched}}


def parts_of(context: Context) -> tuple[dict[str, str], dict[str, str]]:
    """The parts without which nothing can be served, and the others, each `ready` or what is not."""
    needed = {"database": _database(context), **{name: look() or "ready" for name, look in context.ready.items()}}
    return needed, {name: look() or "ready" for name, look in context.watched.items()}


def _database(context: Context) -> str:
    try:
        if not upgrade.is_current(context.database):
            return "not at this release's schema: run `finops db upgrade`"
    except SQLAlchemyError:
        return "cannot be reached"
    return "ready"
