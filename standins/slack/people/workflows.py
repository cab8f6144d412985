"""A workflow of somebody's comes to a step of the app."""

import time

from standins.slack.block_kit.schema import Json
from standins.slack.people.gestures import NotThereError
from standins.slack.workspace import Workspace


def run_step(workspace: Workspace, callback_id: str, inputs: Json) -> str:
    """Send a step to the app as `function_executed`; the id of its execution. What the inputs say is what whoever built
    the workflow filled in: Slack checks only that none is missing.
    """
    function = next((one for one in workspace.setup.functions if one.callback_id == callback_id), None)
    if function is None:
        raise NotThereError(f"{callback_id} is no step of the app")
    missing = [name for name, wanted in function.inputs.items() if wanted.get("is_required") and not inputs.get(name)]
    if missing or inputs.keys() - function.inputs.keys():
        raise NotThereError(f"{callback_id} takes {sorted(function.inputs)}; missing: {missing}")
    execution = workspace.store.new_id("Fx")
    workspace.store.set_execution(execution, {"function": function, "status": "running"})
    parameters = [
        [{"name": name, **definition} for name, definition in given.items()]
        for given in (function.inputs, function.outputs)
    ]
    described = {
        "id": workspace.store.new_id("Fn"),
        "callback_id": callback_id,
        "title": function.title,
        "description": function.description,
        "type": "app",
        "input_parameters": parameters[0],
        "output_parameters": parameters[1],
        "app_id": workspace.app.app_id,
        "date_updated": int(time.time()),
    }
    event = {"type": "function_executed", "function": described, "inputs": inputs, "function_execution_id": execution}
    more = {"workflow_execution_id": workspace.store.new_id("Wx"), "event_ts": workspace.store.next_ts()}
    workspace.event({**event, **more, "bot_access_token": workspace.bot_token})
    return execution
