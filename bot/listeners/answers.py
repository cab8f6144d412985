"""The buttons under an answer: its SQL, its rows, its edited SQL, what people
thought of it; drawn from the stored result, so that they outlive a restart.
"""

import re
from typing import Any

from bot import assistant
from bot.assistant import StoredQuestion
from bot.cards.messages.answers import answer, clarify
from bot.fair import Full
from bot.listeners import clicks, questions, scopes, subscriptions
from bot.listeners.clicks import Click, Listeners, Submission
from bot.listeners.questions import IncomingQuestion
from bot.process.runtime import Runtime
from bot.slack import csv_files, inbox
from config import access
from config.access import Denied, Permission
from db.outgoing import outbox
from db.outgoing.message_keys import edited_key
from db.outgoing.messages import AnswerCard
from nl2sql.history import golden

_GONE = "That answer is no longer kept. Please ask again."
_NOT_YOURS = (
    "That answer was narrowed to what {asker} may see, which is more than you may. Ask the same question and "
    "you get your own figures."
)


def register(listeners: Listeners) -> None:
    """Attach the listeners of this file."""
    listeners.click("answer_sql", show_sql)
    listeners.click("answer_csv", upload_csv)
    listeners.click("answer_edit", edit_sql)
    listeners.click("answer_schedule", schedule)
    listeners.click("answer_feedback", keep_feedback)
    listeners.click("answer_example", make_example)
    listeners.click(re.compile(r"clarify_\d+"), choose)
    listeners.click(re.compile(r"example_\d+"), ask_example)
    listeners.click("answer_parameters", open_parameters)
    listeners.submit("change_parameters", ask_changed, nothing_changed)
    listeners.submit("edit_sql", run_edited, validate_sql)


def stored_for(runtime: Runtime, click: Click, reference: str) -> StoredQuestion | None:
    """The stored question, if it is kept and the person may see its result; else they are told why not."""
    with runtime.session() as session:
        question = assistant.stored(session, reference)
    if question is None:
        clicks.post_ephemeral(runtime, click.where, _GONE)
        return None
    asker = runtime.people.asker(question.asker)
    if not assistant.may_see(runtime.people.actor(click.user), asker):
        clicks.post_ephemeral(runtime, click.where, _NOT_YOURS.format(asker=asker.name or "somebody else"))
        return None
    return question


def show_sql(runtime: Runtime, click: Click) -> None:
    """Open the statement as it was run."""
    if question := stored_for(runtime, click, click.value):
        clicks.open_modal(runtime, click, answer.sql_modal(question.question, answer.sql_of(question.result)))


def upload_csv(runtime: Runtime, click: Click) -> None:
    """Put every row into the thread as a file, once."""
    question = stored_for(runtime, click, click.value)
    if question is None:
        return
    with runtime.session() as session:
        new = csv_files.enqueue(session, question.result, question.reference, click.channel, click.thread, click.user)
    if not new:
        clicks.post_ephemeral(runtime, click.where, f"answer-{question.reference}.csv is in the thread already.")


def edit_sql(runtime: Runtime, click: Click) -> None:
    """Open the statement for changing."""
    if question := stored_for(runtime, click, click.value):
        where = clicks.about(click, reference=question.reference)
        clicks.open_modal(
            runtime, click, answer.edit_modal(question.reference, where, str(question.result.get("sql") or ""))
        )


def validate_sql(runtime: Runtime, submission: Submission) -> dict[str, str]:
    """The guard's reason, shown in the modal that stays open."""
    reason = runtime.answers.check_sql(str(submission.values.get("sql") or ""), runtime.people.actor(submission.user))
    return {"sql": reason[:140]} if reason else {}


def run_edited(runtime: Runtime, submission: Submission) -> None:
    """Run an edited statement when it is its person's turn: it may take as long as any question."""
    try:
        runtime.later(runtime.questions.of(submission.user), submission.where, _answer_edited, runtime, submission)
    except Full:
        clicks.post_ephemeral(runtime, submission.where, questions.too_many(runtime))


def _answer_edited(runtime: Runtime, submission: Submission) -> None:
    """Through the same guard and limits as any question, as the person who edited it."""
    actor = runtime.people.actor(submission.user)
    channel, thread = str(submission.about["channel"]), submission.about.get("thread")
    conversation = f"{channel}:{thread}" if thread else None
    with runtime.session() as session:
        edited = assistant.stored(session, str(submission.about.get("reference")))
    question = edited.question if edited else None
    result, reference = runtime.answers.run_sql(str(submission.values["sql"]), actor, conversation, channel, question)
    asked = f"SQL edited by {actor.name or actor.id}"
    reply = AnswerCard(type="answer", result=result, reference=reference, asked=asked)
    with runtime.session() as session:
        outbox.enqueue(session, channel, reply, edited_key(submission.view), thread_ts=thread)


def open_parameters(runtime: Runtime, click: Click) -> None:
    """Ask for another period or other names of a certified answer."""
    question = stored_for(runtime, click, click.value)
    parameters = (question.result.get("certified") or {}).get("parameters") if question else None
    if question is None or not parameters:
        return
    with runtime.session() as session:
        names = scopes.visible(session, runtime.people.actor(click.user))
    where = clicks.about(click, reference=question.reference)
    clicks.open_modal(runtime, click, answer.parameters_modal(where, parameters, names))


def nothing_changed(_runtime: Runtime, submission: Submission) -> dict[str, str]:
    """Where everything is as it is, the modal stays open."""
    changed = answer.changed_parameters(submission.values)
    return {} if changed else dict.fromkeys(list(submission.values)[:1], "Choose what is to be another.")


def ask_changed(runtime: Runtime, submission: Submission) -> None:
    """Ask the certified question again with other parameters, in its thread, whatever was asked there since."""
    text, about = answer.changed_parameters(submission.values), submission.about
    line = f"{runtime.people.actor(submission.user).name or 'Somebody'} changed: {text}"
    _ask(
        runtime,
        f"parameters:{submission.view}",
        IncomingQuestion(
            submission.user,
            str(about["channel"]),
            text,
            about.get("thread"),
            addressed=True,
            asked=line,
            after=str(about["reference"]),
        ),
    )


def schedule(runtime: Runtime, click: Click) -> None:
    """Offer to ask the question again and again, into a channel."""
    if question := stored_for(runtime, click, click.value):
        channel = click.channel if click.channel.startswith(("C", "G")) else None
        view = subscriptions.modal_for(runtime, click.where, clicks.about(click), channel, question.question)
        if view is not None:
            clicks.open_modal(runtime, click, view)


def keep_feedback(runtime: Runtime, click: Click) -> None:
    """Store helpful or not helpful; who may approve examples is offered to make a helpful answer one."""
    reference, _, verdict = click.value.partition(":")
    if stored_for(runtime, click, reference) is None:
        return
    with runtime.session() as session:
        noted = assistant.feedback(session, reference, verdict == "yes")
    if not noted:
        clicks.post_ephemeral(runtime, click.where, _GONE)
    elif verdict != "yes":
        clicks.post_ephemeral(
            runtime, click.where, "Thank you, noted; it is listed for whoever looks after the questions."
        )
    elif isinstance(access.check(runtime.people.actor(click.user), Permission.PROMOTE_QUESTION), Denied):
        clicks.post_ephemeral(runtime, click.where, "Thank you, noted.")
    else:
        clicks.show(runtime, click.where, answer.offer_example(reference))


def make_example(runtime: Runtime, click: Click) -> None:
    """Approve an answer as a golden question."""
    actor = runtime.people.actor(click.user)
    with runtime.session() as session:
        notice = golden.promote(session, click.value, actor)
    clicks.post_ephemeral(runtime, click.where, notice)


def choose(runtime: Runtime, click: Click) -> None:
    """Ask what a button offers, in the thread of the question that asked back; a second press is the same question."""
    reference, _, number = click.value.partition(":")
    question = stored_for(runtime, click, reference)
    choices: list[Any] = list((question.result.get("choices") if question else None) or [])
    if question is None or not number.isdigit() or int(number) >= len(choices):
        return
    choice = choices[int(number)]
    text = str((choice.get("question") if isinstance(choice, dict) else None) or clarify.label_of(choice))
    line = f"{runtime.people.actor(click.user).name or 'Somebody'} chose: {click.label}"
    thread = click.thread or (question.thread or "").partition(":")[2] or None
    _ask(
        runtime,
        f"choice:{reference}:{number}:{click.user}",
        IncomingQuestion(click.user, click.channel, text, thread, addressed=True, asked=line),
    )


def ask_example(runtime: Runtime, click: Click) -> None:
    """Ask the question that stands on the button."""
    heard = IncomingQuestion(click.user, click.channel, click.value, click.thread, addressed=True, asked=click.value)
    _ask(runtime, f"example:{click.user}:{click.at}", heard)


def _ask(runtime: Runtime, event_id: str, heard: IncomingQuestion) -> None:
    with runtime.session() as session:
        new = inbox.remember(session, event_id, questions.as_body(heard), runtime.clock())
    if new:
        questions.submit(runtime, event_id, heard)
