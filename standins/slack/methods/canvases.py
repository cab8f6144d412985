"""canvases.*: documents of the app, and who may read them."""

from standins.slack.block_kit.schema import Json
from standins.slack.methods.registry import method, need
from standins.slack.workspace import SlackError, Workspace

CHARACTERS, CELLS, ENTITIES = 1_048_576, 300, 20


@method("canvases.create")
def create(workspace: Workspace, args: Json) -> Json:
    """A canvas of its own, of Markdown; nobody but the app may open it yet."""
    content = args.get("document_content")
    if content is not None and (not isinstance(content, dict) or content.get("type") != "markdown"):
        raise SlackError("invalid_arguments")
    markdown = str((content or {}).get("markdown") or "")
    if len(markdown) > CHARACTERS or any(cells > CELLS for cells in cells_of(markdown)):
        raise SlackError("canvas_creation_failed")
    canvas, title = workspace.store.new_id("F"), str(args.get("title") or "Untitled")
    workspace.store.canvases[canvas] = {"title": title, "markdown": markdown, "users": [], "channels": []}
    return {"canvas_id": canvas}


def cells_of(markdown: str) -> list[int]:
    """How many cells each table of a Markdown text has."""
    counts, inside = [0], False
    for line in markdown.splitlines():
        row = line.startswith("|")
        if row and not inside:
            counts.append(0)
        if row and not line.startswith("| ---"):
            counts[-1] += line.replace("\\|", "").count("|") - 1
        inside = row
    return counts


@method("canvases.access.set")
def set_access(workspace: Workspace, args: Json) -> Json:
    """Let channels, or people, read (or write) it."""
    canvas, level = need(args, "canvas_id", "access_level")
    users, channels = _ids(args, "user_ids"), _ids(args, "channel_ids")
    if bool(users) == bool(channels) or len(users) + len(channels) > ENTITIES or level not in ("read", "write"):
        raise SlackError("invalid_parameters")
    if canvas not in workspace.store.canvases:
        raise SlackError("canvas_not_found")
    kept = workspace.store.canvases[canvas]
    kept["users"] += [workspace.person(str(user)).id for user in users]
    for name in channels:
        conversation = workspace.joined(str(name))
        if conversation.is_im:
            raise SlackError("channel_not_found")
        kept["channels"].append(conversation.id)
    return {}


def _ids(args: Json, name: str) -> list[str]:
    """Ids as JSON lists them, or as forms join them."""
    given = args.get(name) or []
    return [one for one in given.split(",") if one] if isinstance(given, str) else list(map(str, given))


@method("canvases.delete")
def delete(workspace: Workspace, args: Json) -> Json:
    """Take it away."""
    if workspace.store.canvases.pop(need(args, "canvas_id")[0], None) is None:
        raise SlackError("canvas_not_found")
    return {}
