"""views.*: modals and the Home tab."""

import secrets
from typing import Any

from standins.slack.block_kit.blocks import fill_ids, view_faults
from standins.slack.block_kit.schema import Json
from standins.slack.methods.registry import method, need
from standins.slack.workspace import SlackError, Workspace, refused

STACK = 3


def made(workspace: Workspace, view: Any, kind: str, **more: Any) -> Json:
    """A checked view object with ids, a hash and no state."""
    faults = view_faults(view, workspace.shown_files())
    if not faults and view["type"] != kind:
        faults = [f"must be {kind} [json-pointer:/view/type]"]
    if faults:
        error = refused(faults)
        error.code = "invalid_arguments" if any("/view" in fault for fault in faults) else "invalid_blocks"
        raise error
    app = workspace.app
    base: Json = {
        "id": workspace.store.new_id("V"),
        "team_id": workspace.setup.team_id,
        "app_id": app.app_id,
        "bot_id": app.bot_id,
    }
    base |= {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "state": {"values": {}},
        "previous_view_id": None,
    }
    base |= {
        "close": None,
        "submit": None,
        "clear_on_close": False,
        "notify_on_close": False,
        "root_view_id": base["id"],
    }
    blocks = fill_ids(view["blocks"], lambda: secrets.token_urlsafe(4))
    return {**base, **view, "blocks": blocks, "hash": secrets.token_hex(8), **more}


def show(workspace: Workspace, user: str) -> None:
    """Tell the page which modals a person has open, the top one last."""
    stack = [workspace.store.views[name] for name in workspace.stacks.get(user, [])]
    workspace.store.tell({"type": "views", "user": user, "stack": stack})


def _trigger(workspace: Workspace, args: Json) -> str:
    user, error = workspace.triggers.spend(need(args, "trigger_id")[0])
    if error:
        raise SlackError(error)
    return user


@method("views.open")
def open_view(workspace: Workspace, args: Json) -> Json:
    """Open a modal for whoever caused the trigger."""
    user = _trigger(workspace, args)
    view = made(workspace, args.get("view"), "modal")
    workspace.store.views[view["id"]] = view
    workspace.stacks[user] = [view["id"]]
    show(workspace, user)
    return {"view": view}


@method("views.push")
def push_view(workspace: Workspace, args: Json) -> Json:
    """Put a modal on top of the open one; three at most."""
    user = _trigger(workspace, args)
    return {"view": pushed(workspace, user, args.get("view"))}


def pushed(workspace: Workspace, user: str, given: Any) -> Json:
    """The view that now lies on top of a person's stack."""
    stack = workspace.stacks.setdefault(user, [])
    if not stack:
        raise SlackError("not_found")
    if len(stack) >= STACK:
        raise SlackError("push_limit_reached")
    view = made(workspace, given, "modal", root_view_id=stack[0], previous_view_id=stack[-1])
    workspace.store.views[view["id"]] = view
    stack.append(view["id"])
    show(workspace, user)
    return view


@method("views.update")
def update_view(workspace: Workspace, args: Json) -> Json:
    """Replace an open modal."""
    name, external = str(args.get("view_id") or ""), args.get("external_id")
    for user, stack in workspace.stacks.items():
        for opened in stack:
            old = workspace.store.views[opened]
            if opened == name or (external and old["external_id"] == external):
                if args.get("hash") not in (None, "", old["hash"]):
                    raise SlackError("hash_conflict")
                return {"view": replaced(workspace, user, old, args.get("view"))}
    raise SlackError("not_found")


def replaced(workspace: Workspace, user: str, old: Json, given: Any) -> Json:
    """The new content of an open modal; what people typed into fields that stay is kept."""
    places = {key: old[key] for key in ("id", "root_view_id", "previous_view_id")}
    view = made(workspace, given, "modal", **places, state=old["state"])
    workspace.store.views[old["id"]] = view
    show(workspace, user)
    return view


@method("views.publish")
def publish(workspace: Workspace, args: Json) -> Json:
    """Set somebody's Home tab."""
    user = workspace.person(need(args, "user_id")[0]).id
    old = workspace.store.homes.get(user)
    if args.get("hash") and old and args["hash"] != old["hash"]:
        raise SlackError("hash_conflict")
    view = made(workspace, args.get("view"), "home", **({"id": old["id"]} if old else {}))
    workspace.store.publish_home(user, view)
    return {"view": view}
