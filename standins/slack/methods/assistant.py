"""assistant.threads.*: what the agent is doing, and what one could ask it."""

from standins.slack.block_kit.schema import Json
from standins.slack.methods.registry import method, need
from standins.slack.workspace import SlackError, Workspace

PROMPTS, LOADING = 4, 10


@method("assistant.threads.setStatus")
def set_status(workspace: Workspace, args: Json) -> Json:
    """Show or (with an empty status) clear the line under a thread."""
    channel, thread = need(args, "channel_id", "thread_ts")
    conversation = workspace.joined(channel)
    if thread not in conversation.messages:
        raise SlackError("thread_not_found")
    status, loading = str(args.get("status") or ""), args.get("loading_messages") or []
    if not isinstance(loading, list) or len(loading) > LOADING:
        raise SlackError("invalid_arguments")
    shown = {"status": status, "loading_messages": [str(line) for line in loading]} if status else None
    workspace.store.set_status(conversation.id, thread, shown)
    return {}


@method("assistant.threads.setTitle")
def set_title(workspace: Workspace, args: Json) -> Json:
    """Name a thread."""
    channel, thread, title = need(args, "channel_id", "thread_ts", "title")
    conversation = workspace.joined(channel)
    message = conversation.messages.get(thread)
    if message is None:
        raise SlackError("thread_not_found")
    workspace.store.put(conversation.id, message | {"assistant_title": title})
    return {}


@method("assistant.threads.setSuggestedPrompts")
def set_prompts(workspace: Workspace, args: Json) -> Json:
    """Offer up to four questions in a direct message, or in one thread of it."""
    conversation = workspace.joined(need(args, "channel_id")[0])
    prompts = args.get("prompts")
    if not isinstance(prompts, list) or not 1 <= len(prompts) <= PROMPTS:
        raise SlackError("invalid_arguments")
    for prompt in prompts:
        if not isinstance(prompt, dict) or not prompt.get("title") or not prompt.get("message"):
            raise SlackError("invalid_arguments")
    thread = str(args.get("thread_ts") or "")
    shown = {"title": str(args.get("title") or ""), "prompts": prompts}
    workspace.store.prompts[conversation.id, thread] = shown
    workspace.store.tell({"type": "prompts", "channel": conversation.id, "thread_ts": thread, **shown})
    return {}
