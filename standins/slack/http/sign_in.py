"""The addresses of Sign in with Slack; who acts on the workspace's page signs in, else one chooses."""

import html
from functools import partial
from urllib.parse import urlencode

from aiohttp import web

from standins.slack.model import Person
from standins.slack.workspace import SlackError, Workspace


def routes(workspace: Workspace) -> list[web.RouteDef]:
    """As Slack has them."""
    return [
        web.get("/.well-known/openid-configuration", partial(_about, workspace)),
        web.get("/openid/connect/authorize", partial(_authorize, workspace)),
        web.get("/openid/connect/keys", partial(_keys, workspace)),
        web.post("/api/openid.connect.token", partial(_token, workspace)),
    ]


async def _about(workspace: Workspace, _: web.Request) -> web.Response:
    at = workspace.url
    return web.json_response(
        {
            "issuer": at,
            "authorization_endpoint": f"{at}/openid/connect/authorize",
            "token_endpoint": f"{at}/api/openid.connect.token",
            "jwks_uri": f"{at}/openid/connect/keys",
            "scopes_supported": ["openid", "profile", "email"],
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }
    )


async def _keys(workspace: Workspace, _: web.Request) -> web.Response:
    return web.json_response(workspace.provider.keys())


async def _token(workspace: Workspace, request: web.Request) -> web.Response:
    form = {name: str(value) for name, value in (await request.post()).items()}
    return web.json_response(workspace.provider.redeem(workspace.url, form))


async def _authorize(workspace: Workspace, request: web.Request) -> web.Response:
    asked = dict(request.query)
    if wrong := workspace.provider.wrong(asked):
        return web.Response(status=400, text=wrong)
    choose = asked.get("prompt") == "select_account"
    person = _person(workspace, asked.get("user") or ("" if choose else request.cookies.get("acting", "")))
    if person is None:
        return web.Response(text=_choice(workspace, asked), content_type="text/html")
    answer = {"code": workspace.provider.code(person, asked), "state": asked.get("state", "")}
    joint = "&" if "?" in asked["redirect_uri"] else "?"
    raise web.HTTPFound(f"{asked['redirect_uri']}{joint}{urlencode(answer)}")


def _person(workspace: Workspace, user: str) -> Person | None:
    try:
        return workspace.person(user)
    except SlackError:
        return None


def _choice(workspace: Workspace, asked: dict[str, str]) -> str:
    links = "".join(
        f'<li><a href="?{html.escape(urlencode({**asked, "user": person.id}))}">{html.escape(person.real_name)}</a> '
        f"<small>{html.escape(person.title)}</small></li>"
        for person in workspace.setup.people
    )
    team, app = html.escape(workspace.setup.team_name), html.escape(workspace.app.name)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>Sign in to {team}</title><link rel="stylesheet" href="/page/sign-in.css">'
        f"<main><h1>Sign in to {app}</h1><p>As whom of {team}?</p><ul>{links}</ul></main></html>"
    )
