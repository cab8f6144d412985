"""Views of the web page that somebody keeps under a name."""

from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, HTTPException, Path, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.api.context import STORABLE, InContext, Reader, Text, Writer
from bot.api.http import problems
from bot.api.schemas import responds
from db import audit
from db.tables import SavedView

router = APIRouter(prefix="/views", tags=["views"], responses=problems.declared(*problems.ALWAYS))
MOST = 100
Name = Annotated[str, Path(min_length=1, max_length=80, pattern=STORABLE, description="The view's name")]
_VALUES = {"type": "object", "additionalProperties": {"type": "string"}}
_ITEM = {
    "type": "object",
    "required": ["name", "search"],
    "properties": {"name": {"type": "string"}, "search": _VALUES},
}
_LIST = {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": _ITEM}}}


class NamedView(BaseModel):
    """What the page's address says."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"search": {"by": "team,service"}}]})
    search: dict[Annotated[Text, Field(max_length=40)], Annotated[Text, Field(max_length=300)]] = Field(
        max_length=30, description="Parameters of the address of the page Explore"
    )


@router.get("", summary="One's own views", response_model=None, responses=responds("They, by name", _LIST))
def list_views(context: InContext, caller: Reader) -> dict[str, Any]:
    """Nobody sees another's; an address can be sent to anybody."""
    mine = sa.select(SavedView).where(SavedView.person == caller.actor.id).order_by(SavedView.name)
    with Session(context.database.app) as session:
        return {"items": [{"name": row.name, "search": row.search} for row in session.scalars(mine)]}


@router.put(
    "/{name}",
    status_code=204,
    summary="Keep a view, in place of the one of that name",
    response_model=None,
    responses={204: {"description": "It is kept"}, **problems.declared(400, 409, 413)},
)
def keep_view(name: Name, view: NamedView, context: InContext, caller: Writer) -> Response:
    """409 where one keeps as many as one may."""
    person = caller.actor.id
    count = sa.select(sa.func.count()).where(SavedView.person == person, SavedView.name != name)
    with Session(context.database.app) as session, session.begin():
        if (session.scalar(count) or 0) >= MOST:
            raise HTTPException(409, f"You keep {MOST} views already; delete one first.")
        statement = insert(SavedView).values(person=person, name=name, search=view.search)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["person", "name"], set_={"search": statement.excluded.search}
            )
        )
        audit.append(session, person, "view.kept", name, {})
    return Response(status_code=204)


@router.delete(
    "/{name}",
    status_code=204,
    summary="Delete a view",
    response_model=None,
    responses={204: {"description": "It is gone"}, **problems.declared(404)},
)
def delete_view(name: Name, context: InContext, caller: Writer) -> Response:
    """404 where one keeps none of that name."""
    with Session(context.database.app) as session, session.begin():
        row = session.get(SavedView, (caller.actor.id, name))
        if row is None:
            raise HTTPException(404, f"You keep no view {name}.")
        session.delete(row)
        audit.append(session, caller.actor.id, "view.deleted", name, {})
    return Response(status_code=204)
