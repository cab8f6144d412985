"""`finops run`: the bot, the delivery of messages and what keeps promises in
the background, until it is told to stop.
"""

import hashlib
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import sqlalchemy as sa
from slack_sdk.errors import SlackApiError
from sqlalchemy.orm import Session

from bot import assistant, prefect_client, runtime
from bot.duties import Duty, failing, perform_all
from bot.listeners import questions, subscriptions
from bot.runtime import Runtime
from bot.slack import calls, inbox
from bot.slack.rotation import SlackSecrets
from config import logs
from config.errors import UserError
from config.organisation import Organisation
from config.settings import Settings
from db import audit, postgres
from db.database import Database
from domain import flow_requests

if TYPE_CHECKING:
    from fastapi import FastAPI
    from slack_bolt import App
    from slack_sdk.socket_mode import SocketModeClient

log = logging.getLogger(__name__)

_TICK_SECONDS, _RESUME_EVERY, _PREFECT_WAIT = 1.0, 5, 20.0
_KEEP_SECONDS = 10.0  # well under the claim's length
_PING_SECONDS = 3  # a socket that died is noticed within some of these
_RECEIVE_BYTES = 65_536  # the client recurses once a piece: large payloads in small pieces would exhaust the stack
_EVENTS_KEPT = timedelta(days=7)
_LAST_DELIVERY_SECONDS = 10.0
_END_SECONDS = 28.0  # after SIGTERM; Kubernetes kills after 30


def run(settings: Settings, organisation: Organisation, database: Database) -> None:
    """Run until SIGTERM or Ctrl-C, then finish what is in hand. Raises
    `UserError` when Slack is not configured or refuses the token.
    """
    from bot.api.app import create_app
    from bot.api.auth.oidc import sign_in_of
    from bot.api.context import Context
    from nl2sql.ask import connect_deps

    logs.configure(settings.log_level)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    starter = prefect_client.prefect_starter(partial(prefect_client.prefect_address, settings))
    deps = connect_deps(settings, organisation, database)
    connecting = {"slack": lambda: "is being connected"}
    api = create_app(Context(settings, organisation, database, deps, sign_in_of(settings), ready=connecting))
    with serving(
        settings, organisation, database, assistant.connect(settings, organisation, database), starter, api
    ) as bot:
        log.info("finops-bot runs")
        while not stop.wait(_TICK_SECONDS) and not bot.broken.is_set():
            pass
        log.info("stopping: finishing what is in hand")
        _end_at_last()
    if bot.broken.is_set():
        raise UserError("A part of the bot ended unexpectedly; its log says why. Start it again.")


def _end_at_last() -> None:
    """End the process after a while whatever its workers do: what they had in hand another bot takes over."""
    timer = threading.Timer(_END_SECONDS, os._exit, (1,))
    timer.daemon = True
    timer.start()


@contextmanager
def serving(
    settings: Settings,
    organisation: Organisation,
    database: Database,
    answer_side: assistant.Answers,
    start_flow: flow_requests.StartFlow,
    api: "FastAPI | None" = None,
) -> Iterator[Runtime]:
    """A connected bot for the length of a block, with the API where one is given; raises as `run`."""
    from bot.http import served, slack_router
    from bot.slack.app import build_app

    if settings.slack_bot_token is None:
        raise UserError(
            "SLACK_BOT_TOKEN is not set. Install the app with deploy/slack/manifest.yaml and set its bot token."
        )
    try:
        bot = runtime.build(settings, organisation, database, answer_side, start_flow)
    except SlackApiError as error:
        raise UserError(
            f"Slack refuses SLACK_BOT_TOKEN ({calls.error_code(error)}). Copy it anew from the app's OAuth page."
        ) from error
    except OSError as error:  # no network, no name, no route: urllib's errors are all of this kind
        raise UserError(
            f"Slack cannot be reached at {settings.slack_api_url or 'slack.com'}: {error}. Check the network, its proxy and SLACK_API_URL."
        ) from error
    app = build_app(bot)
    with ExitStack() as stack:
        stack.enter_context(_working(bot))
        if api is not None:
            api.include_router(slack_router(app, settings))
            stack.enter_context(served(api, settings.api_host, settings.api_port))
        socket = stack.enter_context(_socket(app, settings))
        secrets = SlackSecrets(settings, (bot.client, bot.delivery.client), socket)
        bot.renew_secrets, bot.delivery.token_refused = secrets.renew, secrets.refused
        if api is not None:
            _introduce(api, bot, socket)
        yield bot


def _introduce(api: "FastAPI", bot: Runtime, socket: "SocketModeClient | None") -> None:
    """Let the API know Slack's user groups; from now on a closed socket is
    said, and no longer what the process waits for.
    """
    context = getattr(api.state, "context", None)
    if context is not None:

        def slack() -> str | None:
            return (
                None if socket is None or socket.is_connected() else "the socket to Slack is closed; it is opened again"
            )

        api.state.context = replace(
            context, person=bot.people.person, ready={}, watched={"slack": slack, "duties": lambda: failing(bot.duties)}
        )


@contextmanager
def _working(bot: Runtime) -> Iterator[None]:
    """Delivery and background work; at the end questions in hand are answered and what they left is delivered."""
    stopping = threading.Event()
    bot.duties = duties_of(bot)
    parts: dict[str, Callable[[], None]] = {
        "delivery": bot.delivery.run,
        "background": partial(background, bot, stopping),
        "claims": partial(keep_claims, bot, stopping),
    }
    threads = [threading.Thread(target=_part, args=(bot, stopping, work), name=name) for name, work in parts.items()]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        bot.finish()
        stopping.set()
        bot.start_soon.set()
        _claim_in_hand(bot, inbox.release_leases)
        _deliver_the_rest(bot)
        bot.delivery.stop()
        for thread in threads:
            thread.join()


def _part(bot: Runtime, stopping: threading.Event, work: Callable[[], None]) -> None:
    """Do a part's work; a bot that lost a part would look alive and keep silent, so it ends and is started again."""
    try:
        work()
    finally:
        if not stopping.is_set():
            log.critical("the part %s of the bot ended unexpectedly", threading.current_thread().name)
            bot.broken.set()


@contextmanager
def _socket(app: "App", settings: Settings) -> "Iterator[SocketModeClient | None]":
    """Socket Mode where there is an app token; else Slack comes over HTTP and nothing is opened."""
    if settings.slack_app_token is None:
        if settings.slack_signing_secret is None:
            raise UserError("Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for requests over HTTP.")
        yield None
        return
    from slack_bolt.adapter.socket_mode import SocketModeHandler

    handler = SocketModeHandler(
        app,
        settings.slack_app_token.get_secret_value(),
        ping_interval=_PING_SECONDS,
        receive_buffer_size=_RECEIVE_BYTES,
        concurrency=20,
    )
    handler.client.connect()
    try:
        yield handler.client
    finally:
        handler.client.close()


def _deliver_the_rest(bot: Runtime) -> None:
    """Send what was left by the last answers; what Slack does not take now waits in the outbox for the next start."""
    deadline = time.monotonic() + _LAST_DELIVERY_SECONDS
    bot.delivery.wake.set()
    while time.monotonic() < deadline:
        try:
            if not bot.delivery.due():
                return
        except (sa.exc.DBAPIError, sa.exc.TimeoutError) as error:
            log.warning("the outbox cannot be read: %s", error)
            return
        time.sleep(0.05)


def keep_claims(bot: Runtime, stopping: threading.Event) -> None:
    """Say now and then that what is in hand is not left: apart from the other work, which may wait long for Prefect."""
    while not stopping.wait(_KEEP_SECONDS):
        _claim_in_hand(bot, inbox.renew_leases)


def _claim_in_hand(bot: Runtime, claim: Callable[[Session, Collection[str]], None]) -> None:
    try:
        with Session(bot.database.app) as session, session.begin():
            claim(session, bot.in_hand.copy())
    except sa.exc.SQLAlchemyError as error:
        log.warning("claims cannot be written: %s", error)


def background(bot: Runtime, stopping: threading.Event) -> None:
    """Every second do what is due: start requested flows, update their cards, answer what a dead bot had acknowledged."""
    while not stopping.is_set():
        perform_all(bot.duties)
        bot.start_soon.wait(_TICK_SECONDS)
        bot.start_soon.clear()


def duties_of(bot: Runtime) -> tuple[Duty, ...]:
    """The duties of a bot process, in the order in which they are done."""
    return (
        Duty("renew_secrets", 0, lambda: bot.renew_secrets()),
        Duty("start_database", 0, partial(_start_database, bot)),
        Duty("start_flows", 0, _FlowStarter(bot).start_due),
        Duty("ask_subscriptions", _RESUME_EVERY, partial(subscriptions.ask_due, bot)),
        Duty("resume_questions", _RESUME_EVERY, partial(questions.resume, bot)),
        Duty("tell_ended_flows", _RESUME_EVERY, partial(_in_session, bot, flow_requests.tell_ended)),
        Duty("forget_events", 3600, partial(_in_session, bot, _forget_events)),
        Duty("note_configuration", 3600, partial(_in_session, bot, partial(_note_configuration, bot))),
        Duty("keep_audit_head", 3600, partial(_in_session, bot, partial(_keep_head, bot))),
    )


def _in_session(bot: Runtime, work: Callable[[Session, datetime], object]) -> None:
    with bot.session() as session:
        work(session, bot.clock())


def _forget_events(session: Session, now: datetime) -> None:
    inbox.purge(session, now - _EVENTS_KEPT)


def _note_configuration(bot: Runtime, session: Session, _now: datetime) -> None:
    note_configuration(bot, session)


def _keep_head(bot: Runtime, session: Session, _now: datetime) -> None:
    keep_head(bot, session)


@dataclass
class _FlowStarter:
    """Starts requested flows; waits a while where Prefect is away."""

    bot: Runtime
    not_before: float = 0.0

    def start_due(self) -> None:
        """Start what is due, and wake the delivery for the cards."""
        if time.monotonic() < self.not_before:
            return
        started, up = flow_requests.trigger_due(self.bot.database, self.bot.start_flow, self.bot.clock())
        self.not_before = 0.0 if up else time.monotonic() + _PREFECT_WAIT
        if started or not up:
            self.bot.delivery.wake.set()


def _start_database(bot: Runtime) -> None:
    """Start the home's own server again when it is the one that is away; nobody else may be there to do it."""
    if bot.database.embedded and postgres.running_port(bot.settings.home) is None:
        postgres.start(bot.settings.home)


def note_configuration(bot: Runtime, session: Session) -> None:
    """An audit entry when finops.yaml or the playbooks are not what they were. The caller commits."""
    from playbooks.schema import read_playbooks

    content = bot.organisation.model_dump_json()
    audit.note_change(session, "system", "finops.yaml", hashlib.sha256(content.encode()).hexdigest())
    for name, playbook in read_playbooks().items():
        audit.note_change(session, "system", f"playbook {name}", playbook.digest())


def keep_head(bot: Runtime, session: Session) -> None:
    """The audit log's newest hash in two places outside of the database: a file
    of the home, and the log of this process.
    """
    newest = audit.newest(session)
    log.info("audit log: %s entries, head %s", newest.entries, newest.head)
    try:
        audit.keep(bot.settings.home, newest)
    except OSError as error:
        log.warning("the audit log's head cannot be written to %s: %s", bot.settings.home, error)
