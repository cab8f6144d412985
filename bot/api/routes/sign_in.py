"""Signing in at the web page and out again; the browser holds nothing but the session's cookie."""

import html
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from bot.api.auth import code_flow, sessions
from bot.api.context import Caller, Context, InContext, caller_of, count_stranger
from bot.api.http import problems
from bot.api.schemas import responds
from config import clock

router = APIRouter(tags=["sign-in"], responses=problems.declared(*problems.ALWAYS))
browser = APIRouter(prefix="/auth", include_in_schema=False)
Anybody = Annotated[Caller, Depends(caller_of)]
_TRIAL: Final = "finops_sign_in"
_TRIAL_SECONDS: Final = 600
_POLICY: Final = "default-src 'none'; style-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_ME = {
    "type": "object",
    "required": ["id", "name", "roles", "teams", "sees_all", "currency", "organisation", "today", "csrf_token"],
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "roles": {"type": "array", "items": {"type": "string"}},
        "teams": {"type": "array", "items": {"type": "string"}},
        "sees_all": {
            "type": "boolean",
            "description": "Whether the costs of all teams are shown, not of `teams` alone",
        },
        "currency": {"type": "string", "description": "The organisation's currency"},
        "organisation": {"type": "string", "description": "The organisation's name"},
        "today": {
            "type": ["string", "null"],
            "format": "date",
            "description": "The day that counts as today where the settings name one; null: the caller's clock holds",
        },
        "csrf_token": {
            "type": ["string", "null"],
            "description": "What a change from the page sends as `X-CSRF-Token`",
        },
    },
}


@router.get("/me", summary="Who calls", response_model=None, responses=responds("The caller", _ME))
def me(context: InContext, caller: Anybody) -> dict[str, Any]:
    """`csrf_token` is null for a call with a token."""
    actor = caller.actor
    return {
        "id": actor.id,
        "name": actor.name or actor.id,
        "roles": sorted(actor.roles),
        "teams": sorted(actor.teams),
        "sees_all": actor.sees_all,
        "currency": context.organisation.currency,
        "organisation": context.organisation.name,
        "today": pinned.isoformat() if (pinned := clock.date_of_file(context.settings)) else None,
        "csrf_token": sessions.csrf_of(caller.cookie) if caller.cookie else None,
    }


class SignOut(BaseModel):
    """Which sessions end."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"everywhere": True}]})
    everywhere: bool = Field(
        False, strict=True, description="All sessions of the caller at the page, not this one alone"
    )


@router.post(
    "/sign-out",
    status_code=204,
    summary="End the caller's session at the page, or all of them",
    response_model=None,
    responses={204: {"description": "Ended"}, **problems.declared(400, 413)},
)
def sign_out(body: SignOut, context: InContext, caller: Anybody) -> Response:
    """A token has no session; `finops tokens revoke` ends a person's tokens and sessions."""
    if caller.cookie is None:
        raise HTTPException(403, "Only who is signed in at the page can sign out there.")
    with Session(context.database.app) as session, session.begin():
        sessions.end(session, caller.actor.id, caller.actor.id, None if body.everywhere else caller.cookie)
    response = Response(status_code=204)
    name, secure = sessions.cookie_name(context.settings), sessions.is_secure(context.settings)
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="strict")
    return response


@browser.get("/sign-in")
def begin(
    request: Request,
    context: InContext,
    to: Annotated[str, Query(max_length=2_000)] = "/",
    prompt: Literal["login", "select_account"] | None = None,
) -> Response:
    """On to the provider."""
    count_stranger(request)
    trial = code_flow.attempt(to)
    address = _client(context).address(trial, _back(request, context), prompt)
    response = RedirectResponse(address, 303)
    secure = sessions.is_secure(context.settings)
    response.set_cookie(
        _TRIAL, trial.to_cookie(), _TRIAL_SECONDS, path="/auth", secure=secure, httponly=True, samesite="lax"
    )
    return response


@browser.get("/callback")
def end(
    request: Request,
    context: InContext,
    state: Annotated[str, Query(max_length=500)] = "",
    code: Annotated[str, Query(max_length=2_000)] = "",
) -> Response:
    """Back from the provider: a session, where the answer is to a question of this browser's."""
    count_stranger(request)
    trial = code_flow.attempt_of(request.cookies.get(_TRIAL))
    if trial is None or not code or not code_flow.same(state, trial.state):
        return _failed(400, "The sign-in was not finished, or took longer than ten minutes.")
    person = _client(context).redeem(code, trial, _back(request, context))
    if person is None:
        return _failed(401, "The sign-in provider did not confirm who you are.")
    if not context.organisation.knows(person):
        return _failed(403, "You are signed in, but finops.yaml does not know you; an admin adds you under people.")
    with Session(context.database.app) as session, session.begin():
        secret = sessions.start(session, context.actor(person).id, datetime.now(UTC))
    response = RedirectResponse(trial.to, 303)
    secure, name = sessions.is_secure(context.settings), sessions.cookie_name(context.settings)
    age = int(sessions.LIFETIME.total_seconds())
    response.set_cookie(name, secret, age, path="/", secure=secure, httponly=True, samesite="strict")
    response.delete_cookie(_TRIAL, path="/auth", secure=secure, httponly=True, samesite="lax")
    return response


def _client(context: Context) -> code_flow.Client:
    client = code_flow.client_of(context.settings, context.sign_in)
    if client is None:
        raise HTTPException(
            503, "Nobody can sign in: FINOPS_OIDC_ISSUER and FINOPS_OIDC_AUDIENCE name the sign-in provider; set them."
        )
    return client


def _back(request: Request, context: Context) -> str:
    """Where the provider sends the browser: never what a request's Host says in production."""
    if context.settings.public_url is None and context.settings.env == "production":
        raise HTTPException(
            503, "Nobody can sign in: set FINOPS_PUBLIC_URL to the address at which people open the page."
        )
    return f"{(context.settings.public_url or str(request.base_url)).rstrip('/')}/auth/callback"


def _failed(status: int, reason: str) -> HTMLResponse:
    text = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Not signed in</title><h1>Not signed in</h1>'
        f'<p>{html.escape(reason)}</p><p><a href="/auth/sign-in">Try again</a></p></html>'
    )
    return HTMLResponse(text, status, {"Content-Security-Policy": _POLICY})
