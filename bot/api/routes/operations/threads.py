"""The way from the page back to Slack."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path
from sqlalchemy.orm import Session

from bot.api.context import Context, InContext, Reader
from bot.api.http import problems
from bot.api.routes import insights, remediations
from bot.api.schemas import responds
from domain.messages import slack_threads

router = APIRouter(tags=["records"], responses=problems.declared(*problems.ALWAYS))
Number = Annotated[int, Path(ge=1, lt=2**63)]
_THREAD = {
    "type": "object",
    "required": ["url"],
    "properties": {"url": {"type": ["string", "null"], "description": "Its card in Slack; null where there is none"}},
}
_ANSWERS = {**responds("The address", _THREAD), **problems.declared(404)}


@router.get(
    "/remediations/{number:int}/thread",
    summary="Where a remediation is talked about in Slack",
    response_model=None,
    responses=_ANSWERS,
)
def of_remediation(number: Number, context: InContext, caller: Reader) -> dict[str, Any]:
    """An undo is talked about in the thread of what it undoes. 404 also where the caller may not see it."""
    with Session(context.database.app) as session:
        row = remediations.visible(session, number, caller)
        return _link(context, session, slack_threads.of_remediation, row.undo_of or number)


@router.get(
    "/insights/{number:int}/thread",
    summary="Where an insight is talked about in Slack",
    response_model=None,
    responses=_ANSWERS,
)
def of_insight(number: Number, context: InContext, caller: Reader) -> dict[str, Any]:
    """404 also where the caller may not see it."""
    with Session(context.database.app) as session:
        insights.visible(session, number, caller.actor)
        return _link(context, session, slack_threads.of_insight, number)


def _link(
    context: Context, session: Session, find: Callable[[Session, int], tuple[str, str] | None], number: int
) -> dict[str, Any]:
    place = None if context.message_link is None else find(session, number)
    session.close()  # Slack may take a while
    return {"url": None if place is None or context.message_link is None else context.message_link(*place)}
