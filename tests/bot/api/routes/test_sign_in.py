"""Signing in at the page against a provider over HTTP: who comes in, who does not, and how it ends."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import httpx2
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy.orm import Session

from bot.api.app import create_app
from bot.api.auth import code_flow, sessions, tokens
from bot.api.auth.oidc import SignIn
from bot.api.context import Context
from config.organisation import Organisation
from db.database import Database
from db.tables import AuditEntry, WebSession
from standins.slack import Handle, running_workspace
from tests.bot.api.conftest import NOW, fill

MAYA, TOMAS, PRIYA = "U0MAYA0001", "U0TOMAS001", "U0PRIYA001"
STAFF = Organisation.model_validate(
    {
        "visibility": "own_teams",
        "people": [
            {"id": MAYA, "name": "Maya", "roles": ["member"], "teams": ["payments"]},
            {"id": TOMAS, "name": "Tomás", "roles": ["admin"]},
        ],
    }
)


@pytest.fixture
def provider() -> Iterator[Handle]:
    """Slack's stand-in."""
    with running_workspace() as handle:
        yield handle


@pytest.fixture
def page(context: Context, provider: Handle) -> Iterator[TestClient]:
    """A browser before the page, whom nobody knows yet; it follows no redirect by itself."""
    fill(context.database)
    settings = context.settings.model_copy(update={"oidc_client_secret": SecretStr(provider.client_secret)})
    sign_in = SignIn(provider.url, provider.client_id, "sub")
    answers = replace(context.answers, organisation=STAFF)
    known = replace(context, settings=settings, organisation=STAFF, sign_in=sign_in, answers=answers)
    with TestClient(create_app(known), follow_redirects=False, base_url="http://127.0.0.1:8080") as client:
        yield client


def sent_back(page: TestClient, person: str, to: str = "/") -> str:
    """The way to the provider and to where it sends the browser."""
    there = page.get("/auth/sign-in", params={"to": to})
    assert there.status_code == 303
    answer = httpx.get(f"{there.headers['location']}&user={person}")
    assert answer.status_code == 302, answer.text
    return str(answer.headers["location"])


def signed_in(page: TestClient, person: str, to: str = "/") -> httpx2.Response:
    """The whole way."""
    return page.get(sent_back(page, person, to))


def change(page: TestClient, **headers: str) -> int:
    """The status of a change of an insight of Maya's team."""
    return int(page.patch("/api/v1/insights/1", json={"status": "acknowledged"}, headers=headers).status_code)


def test_who_signs_in_has_their_roles_and_teams(page: TestClient) -> None:
    """The cookie cannot be read by scripts and is sent by no other site; lists are narrowed as with a token."""
    assert page.get("/api/v1/me").status_code == 401
    answer = signed_in(page, MAYA, "/explore?group_by=team")
    assert (answer.status_code, answer.headers["location"]) == (303, "/explore?group_by=team")
    cookie = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("finops="))
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    me = page.get("/api/v1/me").json()
    assert (me["id"], me["roles"], me["teams"], me["sees_all"]) == (MAYA, ["member", "viewer"], ["payments"], False)
    assert [item["team"] for item in page.get("/api/v1/insights").json()["items"]] == ["payments"]
    assert page.get("/api/v1/audit").status_code == 403


def test_a_change_needs_the_page_s_token(page: TestClient) -> None:
    """Another site can make a browser send its cookie, but cannot read the token."""
    signed_in(page, MAYA)
    token = page.get("/api/v1/me").json()["csrf_token"]
    assert [change(page), change(page, **{"X-CSRF-Token": "x" * 64}), change(page, **{"X-CSRF-Token": ""})] == [403] * 3
    assert change(page, **{"X-CSRF-Token": token}) == 200
    asked = {"question": "what did we spend last month?"}
    assert page.post("/api/v1/ai/query", json=asked).status_code == 403
    assert page.post("/api/v1/ai/query", json=asked, headers={"X-CSRF-Token": token}).status_code == 200


def test_signing_out_ends_the_session_and_everywhere_all(page: TestClient, clean_database: Database) -> None:
    """A cookie that was copied before is worth nothing afterwards; all of it is audited."""
    signed_in(page, MAYA)
    first = page.cookies["finops"]
    signed_in(page, MAYA)
    token = page.get("/api/v1/me").json()["csrf_token"]
    assert page.post("/api/v1/sign-out", json={"everywhere": True}).status_code == 403
    assert page.post("/api/v1/sign-out", json={}, headers={"X-CSRF-Token": token}).status_code == 204
    assert page.get("/api/v1/me").status_code == 401
    page.cookies.set("finops", first)
    assert page.get("/api/v1/me").status_code == 200
    headers = {"X-CSRF-Token": sessions.csrf_of(first)}
    assert page.post("/api/v1/sign-out", json={"everywhere": True}, headers=headers).status_code == 204
    page.cookies.set("finops", first)
    assert page.get("/api/v1/me").status_code == 401
    with Session(clean_database.app) as session:
        actions = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.actor == MAYA)).all()
    assert actions == ["session.started", "session.started", "session.ended", "session.ended"]


def test_sessions_end_by_time_and_with_the_tokens(page: TestClient, clean_database: Database) -> None:
    """After a working day, and when an admin revokes what a person holds."""
    signed_in(page, MAYA)
    with Session(clean_database.app) as session, session.begin():
        assert tokens.revoke(session, MAYA, NOW, "test") == 1
    assert page.get("/api/v1/me").status_code == 401
    signed_in(page, MAYA)
    with Session(clean_database.app) as session, session.begin():
        session.execute(sa.update(WebSession).values(expires_at=datetime.now(UTC)))
    assert page.get("/api/v1/me").status_code == 401


def test_what_is_stored_signs_nobody_in(page: TestClient, clean_database: Database) -> None:
    """Who reads the database finds digests, no cookies."""
    signed_in(page, MAYA)
    with Session(clean_database.app) as session:
        digest = session.scalars(sa.select(WebSession.digest)).one()
    assert page.cookies["finops"] not in digest
    page.cookies.clear()
    page.cookies.set("finops", digest)
    assert page.get("/api/v1/me").status_code == 401


def test_an_answer_fits_the_browser_that_asked(page: TestClient) -> None:
    """A code that somebody else asked for signs nobody in: not without the cookie, not with another state."""
    back = sent_back(page, TOMAS)
    page.cookies.clear()
    assert page.get(back).status_code == 400
    sent_back(page, MAYA)
    assert page.get(back).status_code == 400
    assert "finops" not in page.cookies


def test_a_code_is_good_once_and_with_its_verifier_alone(page: TestClient) -> None:
    """PKCE: who catches a code on its way has not got the verifier."""
    back = sent_back(page, MAYA)
    trial = code_flow.attempt_of(page.cookies["finops_sign_in"])
    assert trial is not None
    other = replace(trial, verifier="caught").to_cookie()
    cookies = {"Cookie": f"finops_sign_in={other}"}
    page.cookies.clear()
    assert page.get(back, headers=cookies).status_code == 401
    assert page.get(back, headers={"Cookie": f"finops_sign_in={trial.to_cookie()}"}).status_code == 401


def test_whom_finops_yaml_does_not_know_is_told_so(page: TestClient) -> None:
    """Priya is in the workspace, but not in the organisation."""
    answer = signed_in(page, PRIYA)
    assert answer.status_code == 403
    assert "finops.yaml does not know you" in answer.text
    assert "finops" not in page.cookies


@pytest.mark.parametrize(
    ("to", "safe"),
    [
        ("/explore?since=2026-11-01&group_by=team,service", "/explore?since=2026-11-01&group_by=team,service"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/a\nSet-Cookie: x=y", "/"),
        ("javascript:alert(1)", "/"),
        ("explore", "/"),
        ("", "/"),
        ("/" + "a" * 3_000, "/"),
    ],
)
def test_nobody_is_sent_to_another_site(to: str, safe: str) -> None:
    """Whatever a link says, a sign-in ends at a path of this site."""
    assert code_flow.safe_path(to) == safe


@pytest.mark.parametrize("cookie", [None, "", "rubbish", "e30=", "bnVsbA==", "WzFd", "ü"])
def test_a_broken_cookie_is_no_sign_in(cookie: str | None) -> None:
    """Whatever a browser sends."""
    assert code_flow.attempt_of(cookie) is None


def test_without_a_provider_the_page_says_what_to_set(client: TestClient) -> None:
    """No sign-in by accident."""
    answer = client.get("/auth/sign-in", follow_redirects=False)
    assert answer.status_code == 503
    assert "FINOPS_OIDC_ISSUER" in answer.json()["detail"]


def test_in_production_the_way_back_is_a_setting(page: TestClient, context: Context) -> None:
    """Never what a request's Host says; over https the cookie is bound to the host by the browser."""
    app: Any = page.app
    known = app.state.context
    production = known.settings.model_copy(update={"env": "production"})
    app.state.context = replace(known, settings=production)
    assert page.get("/auth/sign-in").status_code == 503
    public = production.model_copy(update={"public_url": "https://finops.example.com/"})
    app.state.context = replace(known, settings=public)
    answer = page.get("/auth/sign-in", headers={"Host": "evil.example"})
    sent = parse_qs(urlsplit(answer.headers["location"]).query)
    assert sent["redirect_uri"] == ["https://finops.example.com/auth/callback"]
    assert sent["code_challenge_method"] == ["S256"]
    assert "Secure" in answer.headers["set-cookie"]
    assert sessions.cookie_name(public) == "__Host-finops"
