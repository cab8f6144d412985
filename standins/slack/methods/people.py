"""users.* and usergroups.*: who is in the workspace."""

from standins.slack.block_kit.schema import Json
from standins.slack.methods.registry import method, need, page
from standins.slack.model import Person
from standins.slack.workspace import SlackError, Workspace


def described(workspace: Workspace, person: Person) -> Json:
    """A user object."""
    profile = {"real_name": person.real_name, "display_name": person.name, "email": person.email, "title": person.title}
    user: Json = {
        "id": person.id,
        "team_id": workspace.setup.team_id,
        "name": person.name,
        "real_name": person.real_name,
    }
    return user | {
        "deleted": False,
        "tz": person.tz,
        "tz_label": person.tz,
        "tz_offset": person.tz_offset,
        "profile": profile,
        "is_bot": False,
        "is_app_user": False,
        "is_admin": False,
    }


def _bot(workspace: Workspace) -> Json:
    app = workspace.app
    profile = {"real_name": app.name, "display_name": app.name, "api_app_id": app.app_id, "bot_id": app.bot_id}
    return {
        "id": app.bot_user,
        "team_id": workspace.setup.team_id,
        "name": app.handle,
        "is_bot": True,
        "deleted": False,
        "profile": profile,
    }


@method("users.info")
def info(workspace: Workspace, args: Json) -> Json:
    """One person."""
    user = need(args, "user")[0]
    if user == workspace.app.bot_user:
        return {"user": _bot(workspace)}
    if not user.startswith("U"):
        raise SlackError("user_not_found")
    return {"user": described(workspace, workspace.person(user))}


@method("users.list")
def list_users(workspace: Workspace, args: Json) -> Json:
    """Everybody, in pages."""
    everybody = [described(workspace, person) for person in workspace.setup.people]
    rows, following = page(args, [*everybody, _bot(workspace)])
    return {"members": rows, "response_metadata": following}


@method("users.lookupByEmail")
def by_email(workspace: Workspace, args: Json) -> Json:
    """One person by address."""
    email = need(args, "email")[0].lower()
    for person in workspace.setup.people:
        if person.email and person.email.lower() == email:
            return {"user": described(workspace, person)}
    raise SlackError("users_not_found")


@method("usergroups.list")
def groups(workspace: Workspace, args: Json) -> Json:
    """User groups."""
    team = workspace.setup.team_id
    return {
        "usergroups": [
            {"id": g.id, "team_id": team, "handle": g.handle, "name": g.name} for g in workspace.setup.groups
        ]
    }


@method("usergroups.users.list")
def group_members(workspace: Workspace, args: Json) -> Json:
    """Who is in a group."""
    group_id = need(args, "usergroup")[0]
    for group in workspace.setup.groups:
        if group.id == group_id:
            return {"users": list(group.members)}
    raise SlackError("no_such_subteam")
