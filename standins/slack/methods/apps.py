"""auth, apps, team and bots."""

from standins.slack.block_kit.schema import Json
from standins.slack.methods.registry import method, need
from standins.slack.workspace import SlackError, Workspace


@method("auth.test")
def auth_test(workspace: Workspace, args: Json) -> Json:
    """Who the token belongs to."""
    setup, app = workspace.setup, workspace.app
    who = {
        "team": setup.team_name,
        "team_id": setup.team_id,
        "user": app.handle,
        "user_id": app.bot_user,
        "bot_id": app.bot_id,
    }
    return {"url": f"{workspace.url}/", **who, "is_enterprise_install": False}


@method("api.test")
def api_test(workspace: Workspace, args: Json) -> Json:
    """An echo."""
    return {"args": args}


@method("apps.connections.open")
def connections_open(workspace: Workspace, args: Json) -> Json:
    """A one-time WebSocket address."""
    host = workspace.url.replace("http://", "ws://")
    return {"url": f"{host}/link/?ticket={workspace.hub.ticket()}&app_id={workspace.app.app_id}"}


@method("team.info")
def team_info(workspace: Workspace, args: Json) -> Json:
    """The workspace itself."""
    setup = workspace.setup
    return {
        "team": {
            "id": setup.team_id,
            "name": setup.team_name,
            "domain": setup.team_name.lower(),
            "icon": {"image_default": True},
        }
    }


@method("bots.info")
def bots_info(workspace: Workspace, args: Json) -> Json:
    """The app's bot."""
    app = workspace.app
    if need(args, "bot")[0] != app.bot_id:
        raise SlackError("bot_not_found")
    return {
        "bot": {"id": app.bot_id, "app_id": app.app_id, "user_id": app.bot_user, "name": app.name, "deleted": False}
    }
