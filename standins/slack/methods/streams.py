"""chat.*Stream: a message that grows while the app writes it."""

from typing import Any

from standins.slack.block_kit.blocks import message_faults
from standins.slack.block_kit.schema import Json
from standins.slack.methods import agents
from standins.slack.methods.chat import own_message
from standins.slack.methods.registry import method, need
from standins.slack.store import Conversation
from standins.slack.workspace import SlackError, Workspace, refused

MARKDOWN = 12_000
MODES = ("timeline", "plan")


def _parts(args: Json) -> list[Json]:
    text, chunks = args.get("markdown_text"), args.get("chunks") or []
    if text and chunks:
        raise SlackError("cannot_provide_both_markdown_text_and_chunks")
    if text:
        chunks = [{"type": "markdown_text", "text": str(text)}]
    for chunk in chunks:
        if not isinstance(chunk, dict) or chunk.get("type") not in (
            "markdown_text",
            "task_update",
            "plan_update",
            "blocks",
        ):
            raise SlackError("invalid_chunks")
        if chunk["type"] == "markdown_text" and len(str(chunk.get("text"))) > MARKDOWN:
            raise SlackError("msg_too_long")
    return list(chunks)


def _task(chunk: Json) -> Json:
    task = {
        "type": "task_card",
        "task_id": str(chunk.get("id")),
        "title": str(chunk.get("title")),
        "status": chunk.get("status"),
    }
    for key in ("details", "output"):
        if chunk.get(key):
            words = [{"type": "text", "text": str(chunk[key])}]
            task[key] = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": words}]}
    return task | ({"sources": chunk["sources"]} if chunk.get("sources") else {})


def _draw(parts: list[Json], mode: str) -> list[Json]:
    """The blocks of a stream: texts joined, tasks by id in place, together in one plan where the mode says so."""
    blocks: list[Json] = []
    tasks: dict[str, Json] = {}
    plan: Json = {"type": "plan", "title": "Working", "tasks": []}
    for part in parts:
        kind = part["type"]
        if kind == "markdown_text" and blocks and blocks[-1]["type"] == "markdown":
            blocks[-1]["text"] += part["text"]
        elif kind == "markdown_text" and part["text"]:
            blocks.append({"type": "markdown", "text": part["text"]})
        elif kind == "blocks":
            blocks.extend(part.get("blocks") or [])
        elif kind == "plan_update":
            plan["title"] = str(part.get("title"))
        elif kind == "task_update":
            task = _task(part)
            if task["task_id"] in tasks:
                tasks[task["task_id"]].update(task)
                continue
            tasks[task["task_id"]] = task
            target = plan["tasks"] if mode == "plan" else blocks
            target.append(task)
        if mode == "plan" and plan["tasks"] and plan not in blocks:
            blocks.append(plan)
    return blocks


def _grow(workspace: Workspace, message: Json, parts: list[Json], more: list[Json]) -> Json:
    stream = message["stream"]
    every = [*stream["parts"], *parts]
    blocks = _draw([dict(part) for part in every], stream["mode"]) + more
    faults = message_faults(blocks, workspace.shown_files())
    if faults:
        raise refused(faults)
    text = "".join(str(part["text"]) for part in every if part["type"] == "markdown_text")
    if blocks:
        blocks = workspace.check(text, blocks)
    return message | {"text": text, "blocks": blocks, "stream": {**stream, "parts": every}}


@method("chat.startStream")
def start_stream(workspace: Workspace, args: Json) -> Json:
    """Begin a message in a thread."""
    channel, thread = need(args, "channel", "thread_ts")
    conversation = workspace.joined(channel)
    if not conversation.is_im:
        for name in ("recipient_user_id", "recipient_team_id"):
            if not args.get(name):
                raise SlackError(f"missing_{name}")
    mode = str(args.get("task_display_mode") or "timeline")
    if mode not in MODES:
        raise SlackError("invalid_arguments")
    stream = {"mode": mode, "parts": []}
    message = workspace.app_message("", [], thread_ts=thread, streaming=True, stream=stream)
    message = _grow(workspace, message, _parts(args), [])
    if thread not in conversation.messages:
        raise SlackError("thread_not_found")
    workspace.store.set_status(conversation.id, thread, None)
    workspace.store.put(conversation.id, message)
    return {"channel": conversation.id, "ts": message["ts"]}


def _streaming(workspace: Workspace, args: Json) -> tuple[Conversation, Json]:
    channel, ts = need(args, "channel", "ts")
    conversation, message = own_message(workspace, channel, ts, "message_not_owned_by_app")
    if not message.get("streaming"):
        raise SlackError("message_not_in_streaming_state")
    return conversation, message


@method("chat.appendStream")
def append_stream(workspace: Workspace, args: Json) -> Json:
    """Go on writing."""
    conversation, message = _streaming(workspace, args)
    parts = _parts(args)
    if not parts:
        raise SlackError("no_text")
    workspace.store.put(conversation.id, _grow(workspace, message, parts, []))
    return {"channel": conversation.id, "ts": message["ts"]}


@method("chat.stopStream")
def stop_stream(workspace: Workspace, args: Json) -> Json:
    """Finish the message, with blocks at its end."""
    conversation, message = _streaming(workspace, args)
    final: dict[str, Any] = _grow(workspace, message, _parts(args), list(args.get("blocks") or []))
    del final["streaming"], final["stream"]
    if args.get("session_status"):
        agents.mark(workspace, conversation.id, str(final["thread_ts"]), str(args["session_status"]))
    if args.get("metadata"):
        final["metadata"] = args["metadata"]
    workspace.store.put(conversation.id, final)
    workspace.tell_app_of(conversation, {**final})
    return {"channel": conversation.id, "ts": final["ts"], "message": final}


def break_off(workspace: Workspace, conversation: Conversation, thread: str) -> list[str]:
    """End what the app is still writing in a thread, as Slack does when somebody presses its stop button and after some
    minutes: what stands there stays. The timestamps of those messages.
    """
    ended = []
    for message in conversation.thread(thread):
        if message.get("streaming"):
            left = {key: value for key, value in message.items() if key not in ("streaming", "stream")}
            workspace.store.put(conversation.id, left)
            ended.append(str(message["ts"]))
    return ended
