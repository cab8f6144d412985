"""What people do in modals and the Home tab: press, search options, submit, close."""

from dataclasses import dataclass, field
from typing import Any

from standins.slack.block_kit.fields import missing, state_of
from standins.slack.block_kit.schema import Json
from standins.slack.methods.views import pushed, replaced, show
from standins.slack.people.gestures import NotThereError, action_of, find_element, find_message, interaction
from standins.slack.transport.delivery import Acked, Missed
from standins.slack.workspace import SlackError, Workspace


@dataclass(frozen=True)
class Submitted:
    """What came of a submission: complaints by block_id, or one for the whole view under ""."""

    errors: dict[str, str] = field(default_factory=dict)
    outcome: Acked | Missed | None = None


def _view(workspace: Workspace, user: str, view_id: str) -> Json:
    home = workspace.store.homes.get(user)
    if view_id in workspace.stacks.get(user, []) or (home and home["id"] == view_id):
        return workspace.store.views[view_id]
    raise NotThereError(f"{user} has no view {view_id} open")


def top_view(workspace: Workspace, user: str) -> Json | None:
    """The modal a person looks at."""
    stack = workspace.stacks.get(workspace.person(user).id)
    return workspace.store.views[stack[-1]] if stack else None


async def press(
    workspace: Workspace, user: str, view_id: str, action_id: str, choice: Any, values: Json
) -> Acked | Missed:
    """Press or choose in a view; `values` are the fields as they stand."""
    user = workspace.person(user).id
    view = _view(workspace, user, view_id)
    block, element = find_element(view["blocks"], action_id, choice if isinstance(choice, str) else None)
    action = action_of(workspace, block, element, choice)
    shown = {**view, "state": state_of(view["blocks"], {**values, action_id: choice})}
    container = {"type": "view", "view_id": view_id}
    payload = interaction(
        workspace, "block_actions", user, container=container, view=shown, actions=[action], state=shown["state"]
    )
    return await workspace.delivery.interact("interactive", payload)


async def suggest(
    workspace: Workspace, user: str, action_id: str, value: str, ts: str | None = None, view_id: str | None = None
) -> list[Json]:
    """The options the app offers for what was typed into an external menu."""
    user = workspace.person(user).id
    more: Json = {}
    if view_id:
        view = _view(workspace, user, view_id)
        block, _ = find_element(view["blocks"], action_id, None)
        more = {"view": view, "container": {"type": "view", "view_id": view_id}}
    else:
        conversation, message = find_message(workspace, user, ts or "")
        block, _ = find_element(message["blocks"], action_id, None)
        container = {"type": "message", "message_ts": ts, "channel_id": conversation.id}
        more = {
            "message": message,
            "channel": {"id": conversation.id, "name": conversation.name},
            "container": container,
        }
    payload = interaction(
        workspace, "block_suggestion", user, action_id=action_id, block_id=block["block_id"], value=value, **more
    )
    outcome = await workspace.delivery.interact("interactive", payload)
    reply = (outcome.reply if isinstance(outcome, Acked) else None) or {}
    grouped = [option for group in reply.get("option_groups") or [] for option in group["options"]]
    return (list(reply.get("options") or []) + grouped)[:100]


async def submit(workspace: Workspace, user: str, view_id: str, values: Json) -> Submitted:
    """Submit a modal: required fields first, then whatever the app's ack says."""
    user = workspace.person(user).id
    view = _view(workspace, user, view_id)
    state = state_of(view["blocks"], values)
    complaints = missing(view["blocks"], state)
    if complaints:
        return Submitted(complaints)
    shown = {**view, "state": state}
    workspace.store.views[view_id] = shown
    outcome = await workspace.delivery.interact(
        "interactive", interaction(workspace, "view_submission", user, view=shown, response_urls=[])
    )
    if isinstance(outcome, Missed):
        return Submitted({"": "We had some trouble connecting. Try again?"}, outcome)
    return Submitted(_respond(workspace, user, shown, outcome.reply or {}), outcome)


def _respond(workspace: Workspace, user: str, view: Json, reply: Json) -> dict[str, str]:
    stack = workspace.stacks.get(user, [])
    action = reply.get("response_action")
    if action == "errors":
        errors = {str(key): str(value) for key, value in (reply.get("errors") or {}).items()}
        block_ids = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
        return errors if errors and errors.keys() <= block_ids else {"": "We had some trouble connecting. Try again?"}
    try:
        if action == "update":
            replaced(workspace, user, view, reply.get("view"))
            return {}
        if action == "push":
            pushed(workspace, user, reply.get("view"))
            return {}
    except SlackError as error:
        return {"": f"We had some trouble connecting ({error.code} {error.more.get('errors', '')}). Try again?"}
    if action == "clear":
        stack.clear()
    elif view["id"] in stack:
        stack.remove(view["id"])
    show(workspace, user)
    return {}


def close(workspace: Workspace, user: str, view_id: str) -> None:
    """Close a modal (with `clear_on_close` all of them); the app hears of it where it asked to."""
    user = workspace.person(user).id
    view, stack = _view(workspace, user, view_id), workspace.stacks[user]
    cleared = bool(view["clear_on_close"])
    if cleared:
        stack.clear()
    else:
        stack.remove(view_id)
    show(workspace, user)
    if view["notify_on_close"]:
        payload = interaction(workspace, "view_closed", user, view=view, is_cleared=cleared)
        workspace.delivery.start(workspace.delivery.interact("interactive", payload))
