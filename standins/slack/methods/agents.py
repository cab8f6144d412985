"""agents.sessions.*: whether the agent is at work in a thread, which is when people see Slack's stop button."""

from standins.slack.block_kit.schema import Json
from standins.slack.methods.registry import method, need
from standins.slack.workspace import SlackError, Workspace

STATUSES = ("processing", "active", "suspended", "closed")
STOPPED = "agent_session_stopped"


@method("agents.sessions.setStatus")
def set_status(workspace: Workspace, args: Json) -> Json:
    """Set a thread's status, beginning its session where there is none (docs.slack.dev/ai/agent-sessions). Without the
    event of the stop button there is a warning, and nothing to press.
    """
    channel, status = need(args, "channel_id", "status")
    conversation, thread = workspace.joined(channel), str(args.get("thread_ts") or "")
    if thread not in conversation.messages:
        raise SlackError("thread_not_found")
    mark(workspace, conversation.id, thread, status)
    if status == "processing" and STOPPED not in workspace.setup.subscriptions:
        warning = f"missing_{STOPPED}_event_subscription"
        return {"warning": warning, "response_metadata": {"warnings": [warning]}}
    return {}


def mark(workspace: Workspace, channel: str, thread: str, status: str) -> None:
    """Note a session's status; `invalid_arguments` for one that there is not."""
    if status not in STATUSES:
        message = f"[ERROR] status must be one of {', '.join(STATUSES)}"
        raise SlackError("invalid_arguments", response_metadata={"messages": [message]})
    workspace.store.set_session(channel, thread, status, STOPPED in workspace.setup.subscriptions)
