"""functions.*: how a step of a workflow ended."""

import json

from standins.slack.block_kit.schema import Json
from standins.slack.methods.registry import method, need
from standins.slack.workspace import SlackError, Workspace


@method("functions.completeSuccess")
def complete_success(workspace: Workspace, args: Json) -> Json:
    """The step is done; its outputs are held against the manifest."""
    (execution,) = need(args, "function_execution_id")
    step = _running(workspace, execution)
    outputs = args.get("outputs")
    try:
        given = json.loads(outputs) if isinstance(outputs, str) else outputs
    except ValueError:
        raise SlackError("invalid_arguments") from None
    wanted = step["function"].outputs
    required = {name for name, definition in wanted.items() if definition.get("is_required")}
    if not isinstance(given, dict) or given.keys() - wanted.keys() or required - given.keys():
        raise SlackError("parameter_validation_failed")
    workspace.store.set_execution(execution, step | {"status": "completed", "outputs": given})
    return {}


@method("functions.completeError")
def complete_error(workspace: Workspace, args: Json) -> Json:
    """The step failed; people are told why."""
    execution, reason = need(args, "function_execution_id", "error")
    step = _running(workspace, execution)
    workspace.store.set_execution(execution, step | {"status": "failed", "error": reason})
    return {}


def _running(workspace: Workspace, execution: str) -> Json:
    step = workspace.store.executions.get(execution)
    if step is None:
        raise SlackError("function_execution_not_found")
    if step["status"] != "running":
        raise SlackError("execution_not_in_running_state")
    return step
