"""Runs the bot process: Slack listeners, the outbox and background duties, until SIGTERM."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from slack_sdk.errors import SlackApiError

from bot import assistant, prefect_client
from bot.api.app import create_app
from bot.api.auth.oidc import sign_in_of
from bot.api.context import Context
from bot.fair import Shares
from bot.process import background, runtime
from bot.process.duties import failing
from bot.process.http import served, slack_router
from bot.process.runtime import Runtime
from bot.slack import calls, inbox
from bot.slack.app import build_app
from bot.slack.connection import socket_mode
from bot.slack.connection.rotation import SlackSecrets
from bot.slack.permalinks import Permalinks
from config import logs
from config.errors import UserError
from config.organisation import Organisation, read_organisation
from config.settings import Settings
from db.database import Database
from domain.flows import flow_requests
from lake import reading
from nl2sql.ask import connect_deps
from playbooks.schema import mistakes as playbook_mistakes

if TYPE_CHECKING:
    from fastapi import FastAPI
    from slack_sdk.socket_mode import SocketModeClient

log = logging.getLogger(__name__)

_TICK_SECONDS = 1.0
_LAST_DELIVERY_SECONDS = 10.0
_END_SECONDS = 28.0  # after SIGTERM; Kubernetes kills after 30


def run(settings: Settings, database: Database) -> None:
    """Run until SIGTERM or Ctrl-C, then finish what is in hand. Raises `UserError` when finops.yaml is wrong, or when
    Slack is not configured or refuses the token.
    """

    logs.configure(settings.log_level)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    run_until(stop, settings, database, _end_at_last)


def run_until(
    stop: threading.Event, settings: Settings, database: Database, ending: Callable[[], object] = lambda: None
) -> None:
    """Run by what finops.yaml says; after each change of it, finish what is in hand and go on by the new file.
    `ending` is called when the end begins. Raises as `run`.
    """
    file = OrganisationFile(settings.config)
    while not stop.is_set():
        with _running_by(file.organisation, settings, database) as bot:
            while not stop.wait(_TICK_SECONDS) and not bot.broken.is_set() and not file.changed():
                pass
            if stop.is_set() or bot.broken.is_set():
                log.info("stopping: finishing what is in hand")
                ending()
            else:
                log.info("finops.yaml has changed: finishing what is in hand, then going on by it")
        if bot.broken.is_set():
            raise UserError("A part of the bot ended unexpectedly; its log says why. Start it again.")


@contextmanager
def _running_by(organisation: Organisation, settings: Settings, database: Database) -> Iterator[Runtime]:
    starter = prefect_client.prefect_starter(partial(prefect_client.prefect_address, settings))
    deps = connect_deps(settings, organisation, database)
    connecting = {"slack": lambda: "is being connected"}
    shares = Shares(settings.questions_running_per_person)
    context = Context(settings, organisation, database, deps, sign_in_of(settings), ready=connecting, shares=shares)
    api = create_app(context)
    answers = assistant.connect(settings, organisation, database)
    with (
        reading.warm(elsewhere=settings.lake_engine is not None),
        serving(settings, organisation, database, answers, starter, api) as bot,
    ):
        log.info("finops-bot runs")
        yield bot


class OrganisationFile:
    """What finops.yaml said when it could last be read. Raises `UserError` where it is wrong at the start; later
    whatever is wrong with it, or that it is gone, is logged once and changes nothing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._complaint = ""
        self.organisation = read_organisation(path)

    def changed(self) -> bool:
        """Read the file again, and say whether it means something else than before."""
        before = self.organisation
        try:
            if self._path.exists():
                self.organisation, self._complaint = read_organisation(self._path), ""
        except (UserError, OSError, UnicodeDecodeError) as error:
            if str(error) != self._complaint:
                log.warning("finops.yaml has changed but cannot be used, what it said before stays: %s", error)
            self._complaint = str(error)
        return self.organisation != before


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
            f"Slack cannot be reached at {settings.slack_api_url or 'slack.com'}: {error}. Check the network, its "
            "proxy and SLACK_API_URL."
        ) from error
    app = build_app(bot)
    with ExitStack() as stack:
        stack.enter_context(_working(bot))
        if api is not None:
            api.include_router(slack_router(app, settings))
            stack.enter_context(served(api, settings.api_host, settings.api_port))
        socket = stack.enter_context(socket_mode.opened(app, settings))
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

        links = Permalinks(bot.client)
        api.state.context = replace(
            context,
            person=bot.people.person,
            message_link=links.of,
            conversation=links.conversation,
            ready={},
            watched={"slack": slack, "duties": lambda: failing(bot.duties), "playbooks": _unused_playbooks},
        )


def _unused_playbooks() -> str | None:
    count = len(playbook_mistakes())
    return f"{count} mistakes, see `finops playbooks list`" if count else None


@contextmanager
def _working(bot: Runtime) -> Iterator[None]:
    """Delivery and background work; at the end questions in hand are answered and what they left is delivered."""
    stopping = threading.Event()
    bot.duties = background.duties_of(bot)
    parts: dict[str, Callable[[], None]] = {
        "delivery": bot.delivery.run,
        "background": partial(background.perform_duties, bot, stopping),
        "claims": partial(background.keep_claims, bot, stopping),
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
        background.claim_in_hand(bot, inbox.release_leases)
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
