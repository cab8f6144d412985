"""`/cost` and `/finops …`: the first asks, the second is for everything else."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from slack_sdk.errors import SlackApiError
from sqlalchemy.orm import Session

from analysis.wording import formatting
from bot.cards.elements import mrkdwn
from bot.cards.messages import alert, notices
from bot.listeners import budgets, clicks, notes, questions, subscriptions
from bot.listeners.clicks import Click, Listeners
from bot.listeners.questions import IncomingQuestion
from bot.listeners.remediation import recurring
from bot.process.runtime import Runtime
from bot.slack import inbox
from bot.slack.errors import Recipient
from config import access
from config.access import Denied
from db.outgoing import outbox
from db.outgoing.messages import note
from db.tables import FlowRequest, Insight, OutboxMessage, Remediation
from domain import kpis as measured
from domain.flows import flow_requests
from domain.flows.flow_requests import FlowAsk, UnderWay, Waiting
from domain.insights import by_worth
from domain.messages.insight_cards import payload_of
from playbooks.approval.kill_switch import set_stop_all
from playbooks.notifications import OPEN

if TYPE_CHECKING:
    from slack_bolt import App

REFRESH = FlowAsk("ingest_costs/ingest_costs", {}, "Refresh bills")
_OPERATORS = (access.Role.OPERATOR, access.Role.ADMIN)

_INSIGHTS = 10
Command = dict[str, Any]


def register(app: "App", listeners: Listeners) -> None:
    """Attach the commands, the Refresh button and the buttons of requests."""
    runtime = listeners.runtime

    def listen(ack: Callable[[], Any], body: Command) -> None:
        ack()
        where = Recipient(str(body["user_id"]), str(body["channel_id"]))
        runtime.later(runtime.clicks, where, ask_cost if body["command"] == "/cost" else run_command, runtime, body)

    app.command("/cost")(listen)
    app.command("/finops")(listen)
    listeners.click("refresh_bills", refresh_click)
    listeners.click("forecast_again", forecast_again)
    listeners.click("request_approve", lambda runtime, click: _decide(runtime, click, approve=True))
    listeners.click("request_reject", lambda runtime, click: _decide(runtime, click, approve=False))


def ask_cost(runtime: Runtime, body: Command) -> None:
    """`/cost question`: answered in the channel where the bot is a member, else
    in the person's direct message with it.
    """
    user, text = str(body["user_id"]), str(body.get("text") or "").strip()
    where = Recipient(user, str(body["channel_id"]))
    if not text:
        clicks.show(runtime, Recipient(user, _reachable(runtime, where)), notices.help_card())
        return
    question = questions.strip_markup(text, runtime.bot_user)
    asked = f"{runtime.people.actor(user).name or 'Somebody'} asked: {question}"
    heard = IncomingQuestion(user, _reachable(runtime, where), question, None, addressed=True, asked=asked)
    with runtime.session() as session:
        new = inbox.remember(session, f"command:{body['trigger_id']}", questions.as_body(heard), runtime.clock())
    if new:
        questions.submit(runtime, f"command:{body['trigger_id']}", heard)


def _reachable(runtime: Runtime, where: Recipient) -> str:
    """The channel where the bot may write, else the person."""
    channel = str(where.channel)
    try:
        info = runtime.client.conversations_info(channel=channel)["channel"]
    except SlackApiError:
        return str(where.user)
    return channel if info.get("is_member") or info.get("is_im") else str(where.user)


def run_command(runtime: Runtime, body: Command) -> None:
    """`/finops word …`; an unknown word gets the help."""
    word, _, rest = str(body.get("text") or "").strip().partition(" ")
    where = Recipient(str(body["user_id"]), str(body["channel_id"]))
    handlers: dict[str, Callable[[], None]] = {
        "refresh": lambda: refresh(runtime, Recipient(where.user, _reachable(runtime, where))),
        "subscribe": lambda: _subscribe(runtime, where, str(body["trigger_id"])),
        "budget": lambda: _budget(runtime, where, str(body["trigger_id"])),
        "stop-all": lambda: _stop_all(runtime, where, on=True),
        "resume-all": lambda: _stop_all(runtime, where, on=False),
        "status": lambda: _say(runtime, where, status(runtime)),
        "kpis": lambda: _say(runtime, where, kpis(runtime)),
        "recurring": lambda: recurring.show_all(runtime, Recipient(where.user, _reachable(runtime, where))),
        "teach": lambda: _say(runtime, where, _teach(runtime, where, rest)),
        "insights": lambda: _say(runtime, where, insights(runtime, str(where.user))),
    }
    handler = handlers.get(word.lower())
    if handler is None:
        unknown = "" if word.lower() in ("", "help") else word
        clicks.show(runtime, Recipient(where.user, _reachable(runtime, where)), notices.help_card(unknown))
    else:
        handler()


def _teach(runtime: Runtime, where: Recipient, text: str) -> str:
    return notes.teach(runtime, where, questions.strip_markup(text, runtime.bot_user))


def kpis(runtime: Runtime) -> str:
    """How well the product does its job: each measure beside its target."""
    with runtime.database.app.connect() as connection:
        measures = measured.read(connection, runtime.people.developers(), runtime.organisation)
    lines = []
    for kpi in measures:
        now = "not yet known" if kpi.value is None else formatting.measure(kpi.value, kpi.unit)
        lines.append(f"{kpi.says}: {now} (target {'≥' if kpi.higher_is_better else '≤'} {kpi.target:g} {kpi.unit})")
    return "\n".join(lines)


def _say(runtime: Runtime, where: Recipient, text: str) -> None:
    clicks.post_ephemeral(runtime, Recipient(where.user, _reachable(runtime, where)), text)


def refresh_click(runtime: Runtime, click: Click) -> None:
    """The Refresh button of a card whose data is late."""
    refresh(runtime, click.where)


def refresh(runtime: Runtime, where: Recipient) -> None:
    """Ask for new bills; operators get them at once, others ask an operator."""
    _request(runtime, where, REFRESH)


def forecast_again(runtime: Runtime, click: Click) -> None:
    """Forecast one scope anew."""
    kind, _, scope = click.value.partition(":")
    _request(
        runtime,
        click.where,
        FlowAsk(
            "forecast_costs/forecast_costs", {"scope_kind": kind, "scope": scope}, f"Forecast {scope or 'everything'}"
        ),
    )


def _request(runtime: Runtime, where: Recipient, ask: FlowAsk) -> None:
    actor = runtime.people.actor(str(where.user))
    operators = runtime.people.with_role(*_OPERATORS)
    with runtime.session() as session:
        asked = runtime.organisation.admin_channels()[:1] or operators[:5]
        outcome = flow_requests.request(
            session, ask, actor, runtime.clock(), where.channel, where.thread, operators, asked
        )
    if isinstance(outcome, Denied):
        clicks.post_ephemeral(runtime, where, outcome.reason)
    elif isinstance(outcome, UnderWay):
        waits = "waits for an operator" if outcome.state == "requested" else "is under way"
        clicks.post_ephemeral(runtime, where, f"{ask.what} {waits} already (request {outcome.request_id}).")
    elif not isinstance(outcome, Waiting):
        runtime.start_soon.set()


def _decide(runtime: Runtime, click: Click, *, approve: bool) -> None:
    with runtime.session() as session:
        decided = flow_requests.decide(
            session, clicks.number_of(click.value), runtime.people.actor(click.user), runtime.clock(), approve
        )
    if isinstance(decided, Denied):
        clicks.post_ephemeral(runtime, click.where, decided.reason)
    elif approve:
        runtime.start_soon.set()


def _subscribe(runtime: Runtime, where: Recipient, trigger: str) -> None:
    about = json.dumps({"channel": where.channel})
    view = subscriptions.modal_for(runtime, Recipient(where.user, _reachable(runtime, where)), about, where.channel)
    if view is not None:
        runtime.client.views_open(trigger_id=trigger, view=view)


def _budget(runtime: Runtime, where: Recipient, trigger: str) -> None:
    about = {"channel": _reachable(runtime, where)}
    view = budgets.modal_for(runtime, Recipient(where.user, about["channel"]), about, None)
    if view is not None:
        runtime.client.views_open(trigger_id=trigger, view=view)


def _stop_all(runtime: Runtime, where: Recipient, *, on: bool) -> None:

    with runtime.session() as session:
        actor = runtime.people.actor(str(where.user))
        decided = set_stop_all(session, actor, runtime.clock(), on)
        if not isinstance(decided, Denied):
            _announce(runtime, session, actor.name or actor.id, on=on)
    if isinstance(decided, Denied):
        _say(runtime, where, decided.reason)
    elif on:
        _say(
            runtime,
            where,
            "All remediation is stopped: running ones halt before their next step, nothing can be approved. /finops "
            "resume-all goes on.",
        )
    else:
        _say(runtime, where, "Remediation goes on: what was approved and had not started starts within a minute.")


def _announce(runtime: Runtime, session: Session, who: str, *, on: bool) -> None:
    """Say it where approvals are shown, and to the admins."""
    shown = sa.select(Remediation.channel).where(
        Remediation.state.in_(OPEN), Remediation.channel.is_not(None), Remediation.undo_of.is_(None)
    )
    places = dict.fromkeys([*runtime.organisation.admin_channels(), *session.scalars(shown.distinct())])
    says = (
        "All remediation is stopped: what runs halts before its next step, and nothing can be approved"
        if on
        else "Remediation goes on: what was approved and had not started starts within a minute"
    )
    for place in places:
        key = f"stop-all:{'on' if on else 'off'}:{runtime.clock().isoformat()}:{place}"
        outbox.enqueue(session, place, note(f"{says}, says {who}."), key)


def status(runtime: Runtime) -> str:
    """How fresh the bills are and what waits, in a few lines."""
    with runtime.session() as session:
        fresh = session.execute(
            sa.text("SELECT provider, data_through FROM reporting.data_freshness ORDER BY provider")
        ).all()
        waiting = session.scalar(
            sa.select(sa.func.count()).where(OutboxMessage.delivered_at.is_(None), OutboxMessage.failed_at.is_(None))
        )
        requests = session.scalar(sa.select(sa.func.count()).where(FlowRequest.state.in_(("requested", "approved"))))
        proposals = session.scalar(sa.select(sa.func.count()).where(Remediation.state == "proposed"))
        open_insights = session.scalar(sa.select(sa.func.count()).where(Insight.status.in_(("open", "acknowledged"))))
    settings = runtime.settings
    has_model = settings.openai_api_key or settings.openai_base_url
    bills = "; ".join(f"{row.provider} through {mrkdwn.day(row.data_through)}" for row in fresh) or "none loaded yet"
    return (
        f"Bills: {bills}\nOpen insights: {open_insights} · proposals: {proposals} · requested flows: {requests} · "
        f"messages waiting: {waiting}\n"
        f"Answers by {settings.llm_model if has_model else 'rules, without a model'}"
    )


def _monthly(row: Insight) -> str:
    """What an unusual day comes to in a month; the titles of all else say what they are worth."""
    if row.kind != "anomaly" or row.impact_amount is None or row.evidence.get("over"):
        return ""
    return f" · about {formatting.money(abs(row.impact_amount) * 30, row.currency)} a month"


def insights(runtime: Runtime, user: str) -> str:
    """The open insights that the person may see, largest first."""
    actor = runtime.people.actor(user)
    with runtime.session() as session:
        rows = session.scalars(
            sa.select(Insight)
            .where(Insight.status.in_(("open", "acknowledged")))
            .where(sa.true() if actor.sees_all else Insight.team.in_(actor.teams))
            .order_by(by_worth(runtime.organisation))
            .limit(200)
        ).all()
        lines = [f"#{row.id}  {alert.state_of(payload_of(row))}{row.title}{_monthly(row)}" for row in rows]
    if not lines:
        return "No open insights."
    more = f"\n{len(lines) - _INSIGHTS} more on the Home tab." if len(lines) > _INSIGHTS else ""
    return "\n".join(lines[:_INSIGHTS]) + more
