"""A recipe's answer as a canvas that the thread's people may read; as a file where a workspace has no canvases."""

import logging

from slack_sdk.errors import SlackApiError, SlackClientError

from bot.assistant import StoredQuestion
from bot.cards.messages.answers import canvas
from bot.listeners import answers, clicks
from bot.listeners.clicks import Click, Listeners
from bot.process.runtime import Runtime
from bot.slack import calls, inbox
from db import audit
from db.outgoing import outbox
from db.outgoing.message_keys import canvas_key
from db.outgoing.messages import CanvasLink, FileUpload

log = logging.getLogger(__name__)

_THERE = "A canvas of this answer was asked for here already; look into the thread."
_NONE = "No canvas could be made, so here it is as a file."


def register(listeners: Listeners) -> None:
    """Attach the listeners of this file."""
    listeners.click("answer_canvas", make)


def make(runtime: Runtime, click: Click) -> None:
    """Make it once for a conversation, and put the way to it into the thread."""
    question = answers.stored_for(runtime, click, click.value)
    if question is None:
        return
    key = canvas_key(question.reference, click.channel)
    with runtime.session() as session:  # claimed first: two presses make one canvas
        new = inbox.remember(session, key, {}, runtime.clock())
        inbox.done(session, key, runtime.clock())
    if not new:
        clicks.post_ephemeral(runtime, click.where, _THERE)
        return
    message = _made(runtime, click, question)
    with runtime.session() as session:
        outbox.enqueue(session, click.channel, message, key, thread_ts=click.thread)
        details = {"channel": click.channel, "as": message["type"]}
        audit.append(session, click.user, "answer.canvas", question.reference, details)


def _made(runtime: Runtime, click: Click, question: StoredQuestion) -> CanvasLink | FileUpload:
    title, markdown = canvas.title_of(question.result), canvas.markdown_of(question.result)
    try:
        return CanvasLink(type="canvas", title=title, url=_create(runtime, click, title, markdown))
    except SlackApiError as error:
        log.info("no canvas can be made: %s", calls.error_code(error))
    except (SlackClientError, OSError) as error:  # claimed already: the next press would find nothing
        log.warning("no canvas can be made: %s", error)
    name = f"answer-{question.reference}.md"
    return FileUpload(type="file", filename=name, content=f"# {title}\n\n{markdown}", comment=_NONE)


def _create(runtime: Runtime, click: Click, title: str, markdown: str) -> str:
    """The canvas's address; who is in the channel, or pressed in a direct message, may read it."""
    client = runtime.client
    content = {"type": "markdown", "markdown": markdown}
    made = str(client.canvases_create(title=title, document_content=content)["canvas_id"])
    try:
        if click.channel.startswith(("C", "G")):
            client.canvases_access_set(canvas_id=made, access_level="read", channel_ids=[click.channel])
        else:
            client.canvases_access_set(canvas_id=made, access_level="read", user_ids=[click.user])
    except SlackApiError:
        client.canvases_delete(canvas_id=made)  # nobody could open it
        raise
    return f"{runtime.workspace_url}docs/{runtime.team}/{made}"
