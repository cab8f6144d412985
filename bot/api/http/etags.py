"""ETags: what a caller has already is not sent again, and what somebody else changed meanwhile is not overwritten."""

import hashlib
import json
from typing import Annotated, Any

from fastapi import Header, HTTPException, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

IfMatch = Annotated[
    str | None, Header(description="The ETag of what is to be changed; without it the change is made whatever is there")
]
UNCHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "The caller has it already: `If-None-Match` names it"}
}
HEADER = {"ETag": {"description": "Names this state of it", "schema": {"type": "string"}}}


def tag_of(body: Any) -> str:
    """The ETag of a body."""
    return '"' + hashlib.sha256(json.dumps(jsonable_encoder(body), sort_keys=True).encode()).hexdigest()[:24] + '"'


def respond(request: Request, body: Any, headers: dict[str, str] | None = None, status: int = 200) -> Response:
    """The body with its ETag, or 304 when the caller has it."""
    tag = tag_of(body)
    if request.method == "GET" and _names(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers={"ETag": tag})
    return JSONResponse(jsonable_encoder(body), status, {**(headers or {}), "ETag": tag})


def must_match(if_match: str | None, body: Any | None) -> None:
    """412 when `If-Match` is given and names something else than the body (None: there is nothing)."""
    if if_match is not None and (body is None or not _names(if_match, tag_of(body))):
        raise HTTPException(412, "It was changed meanwhile; read it again, and decide again.")


def _names(header: str | None, tag: str) -> bool:
    tags = [one.strip().removeprefix("W/") for one in (header or "").split(",")]
    return "*" in tags or tag in tags
