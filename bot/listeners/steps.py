"""Steps of Slack's workflows: "Ask FinOps" and "Post digest". Each is claimed once, done once, and ended with success
or with a sentence that says why not.

Whoever builds a workflow fills in its inputs, so that nobody can be asked for by name: a step does what the channel of
`finops.yaml` may see for which it posts, and gives no figure back to the workflow.
"""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from slack_sdk.errors import SlackApiError

from bot.fair import Full
from bot.process.runtime import Runtime
from bot.slack import calls, errors, inbox
from bot.slack.errors import Recipient
from config import logs
from config.access import Actor
from config.errors import UserError
from db import audit
from db.outgoing import outbox
from db.outgoing.message_keys import answer_key
from db.outgoing.messages import AnswerCard
from domain.flows.flow_requests import NoDeployment, PrefectDown

if TYPE_CHECKING:
    from concurrent.futures import Future

    from slack_bolt import App

log = logging.getLogger(__name__)

ASK, DIGEST = "ask_finops", "post_digest"
POST_DIGEST = "post_digest/post_digest"
_LONGEST = 2_000
_GIVEN_UP = "Each attempt ended before its end; the step is set aside for the admins (finops quarantine list)."
_OVER = frozenset({"execution_not_in_running_state", "function_execution_not_found"})
Body = dict[str, Any]


def register(app: "App", runtime: Runtime) -> None:
    """Attach the listeners of the steps: written down before they are acknowledged, as every event."""

    def listen(ack: Callable[[], Any], body: Body) -> None:
        event_id, step = str(body["event_id"]), step_of(body["event"])
        with runtime.session() as session:
            new = inbox.remember(session, event_id, step, runtime.clock())
        ack()
        if new:
            submit(runtime, event_id, step)

    for step in (ASK, DIGEST):
        app.function(step, auto_acknowledge=False)(listen)


def step_of(event: Body) -> Body:
    """What is kept of a step until it is done."""
    inputs = event.get("inputs") or {}
    return {
        "step": str(event["function"]["callback_id"]),
        "execution": str(event["function_execution_id"]),
        "channel": str(inputs.get("channel") or ""),
        "text": logs.without_secrets(str(inputs.get("question") or "").strip()),
    }


def is_step(body: Body) -> bool:
    """Whether what was kept of an event is a step's."""
    return body.get("step") in (ASK, DIGEST)


def submit(runtime: Runtime, event_id: str, step: Body) -> None:
    """Do a step in the background, in its channel's turn."""
    runtime.in_hand.add(event_id)
    with logs.request(logs.request_of(event_id)), logs.hiding(step["text"]):
        try:
            pool = runtime.questions.of(f"channel:{step['channel']}")
            future = runtime.later(pool, Recipient(), run, runtime, event_id, step)
        except Full:
            future = runtime.later(runtime.clicks, Recipient(), give_up, runtime, event_id, step, _too_many(runtime))
    future.add_done_callback(lambda done: _over(runtime, event_id, step, done))


def run(runtime: Runtime, event_id: str, step: Body) -> None:
    """Do one step. Raises UserError with the reason where it cannot be done."""
    asker = runtime.people.channel(step["channel"]) if step["channel"] else None
    if asker is None:
        raise UserError(f"finops.yaml does not name the channel {step['channel'] or '(none)'}: an admin adds it there.")
    if step["step"] == ASK:
        _ask(runtime, event_id, step, asker)
    else:
        _post_digest(runtime, event_id, step, asker)


def _ask(runtime: Runtime, event_id: str, step: Body, asker: Actor) -> None:
    text, channel = step["text"], step["channel"]
    if not 0 < len(text) <= _LONGEST:
        raise UserError(f"A question has 1 to {_LONGEST:,} characters; this one has {len(text):,}.")
    result, reference = runtime.answers.ask(text, asker, None, channel, _unheard, _unheard, None)
    reply = AnswerCard(type="answer", result=result, reference=reference, asked=f"A workflow asked: {text}")
    reply["question"] = text
    _complete(runtime, step, {"outcome": str(result.get("outcome"))})
    with runtime.session() as session:
        outbox.enqueue(session, channel, reply, answer_key(event_id))
        inbox.done(session, event_id, runtime.clock())


def _post_digest(runtime: Runtime, event_id: str, step: Body, asker: Actor) -> None:
    try:
        runtime.start_flow(POST_DIGEST, {"channel": asker.name, "key": step["execution"]}, f"step:{step['execution']}")
    except (PrefectDown, NoDeployment) as away:
        raise UserError(f"The digest cannot be made now: {away}. An admin can see why in the log.") from away
    _complete(runtime, step, {"channel": step["channel"]})
    with runtime.session() as session:
        audit.append(session, asker.id, "workflow.post_digest", step["execution"], {"channel": asker.name})
        inbox.done(session, event_id, runtime.clock())


def _unheard(_progress: Any) -> None:
    """A workflow is told when a step is over, not how far it is."""


def _too_many(runtime: Runtime) -> str:
    return f"{runtime.settings.questions_waiting_per_person} steps of this channel wait already. Try again in a while."


def give_up(runtime: Runtime, event_id: str, step: Body, reason: str = _GIVEN_UP) -> None:
    """End a step with the reason why it was not done."""
    _fail(runtime, step, reason)
    with runtime.session() as session:
        inbox.done(session, event_id, runtime.clock())


def _over(runtime: Runtime, event_id: str, step: Body, future: "Future[Any]") -> None:
    """What failed is told to the workflow, but for the database's absence, after which the step is done again."""
    if future.cancelled():
        return
    runtime.in_hand.discard(event_id)
    error = future.exception()
    if error is None or isinstance(error, errors.DATABASE_AWAY):
        return
    reason = errors.explain(error) or "Something went wrong on FinOps' side. An admin finds it in the log."
    try:
        give_up(runtime, event_id, step, reason)
    except (sa.exc.SQLAlchemyError, SlackApiError, OSError) as away:
        log.warning("the end of the step %s cannot be told: %s", step["execution"], away)


def _complete(runtime: Runtime, step: Body, outputs: Body) -> None:
    """Told before it is noted: after a crash between the two the step is done again, and left once."""
    try:
        runtime.client.functions_completeSuccess(function_execution_id=step["execution"], outputs=outputs)
    except SlackApiError as error:
        if calls.error_code(error) not in _OVER:
            raise


def _fail(runtime: Runtime, step: Body, reason: str) -> None:
    try:
        runtime.client.functions_completeError(function_execution_id=step["execution"], error=reason)
    except SlackApiError as error:
        if calls.error_code(error) not in _OVER:
            raise
