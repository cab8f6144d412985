"""`finops run`: the bot, the delivery of messages and what keeps promises in the background, until it is told to stop."""

import logging
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from slack_sdk.errors import SlackApiError

from bot import answers, flow_requests, inbox, questions, runtime, slack_calls
from bot.runtime import Runtime
from db.engines import Database
from errors import UserError
from settings import Organisation, Settings

if TYPE_CHECKING:
    from slack_bolt import App

log = logging.getLogger(__name__)

_TICK_SECONDS, _RESUME_EVERY, _PREFECT_WAIT = 1.0, 5, 20.0
_EVENTS_KEPT = timedelta(days=7)
_LAST_DELIVERY_SECONDS = 10.0


def run(settings: Settings, organisation: Organisation, database: Database) -> None:
    """Run until SIGTERM or Ctrl-C, then finish what is in hand. Raises `UserError` when Slack is not configured or refuses the token."""
    logging.basicConfig(stream=sys.stderr, level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    starter = flow_requests.prefect_starter(partial(flow_requests.prefect_address, settings))
    with serving(settings, organisation, database, answers.connect(settings, organisation, database), starter):
        log.info("finops-bot runs")
        stop.wait()
        log.info("stopping: finishing what is in hand")


@contextmanager
def serving(
    settings: Settings, organisation: Organisation, database: Database, answer_side: answers.Answers, start_flow: flow_requests.StartFlow
) -> Iterator[Runtime]:
    """A connected bot for the length of a block; raises as `run`."""
    from bot.app import build_app

    if settings.slack_bot_token is None:
        raise UserError("SLACK_BOT_TOKEN is not set. Install the app with deploy/slack/manifest.yaml and set its bot token.")
    try:
        bot = runtime.build(settings, organisation, database, answer_side, start_flow)
    except SlackApiError as error:
        raise UserError(
            f"Slack refuses SLACK_BOT_TOKEN ({slack_calls.error_code(error)}). Copy it anew from the app's OAuth page."
        ) from error
    app = build_app(bot)
    stopping = threading.Event()
    threads = [
        threading.Thread(target=bot.delivery.run, name="delivery"),
        threading.Thread(target=background, args=(bot, stopping), name="background"),
    ]
    for thread in threads:
        thread.start()
    socket = _connect(app, settings)
    try:
        yield bot
    finally:
        if socket is not None:
            socket.close()
        bot.finish()
        stopping.set()
        _deliver_the_rest(bot)
        bot.delivery.stop()
        for thread in threads:
            thread.join()


def _connect(app: "App", settings: Settings) -> Any:
    """Open Socket Mode where there is an app token; else Slack comes over HTTP."""
    if settings.slack_app_token is None:
        if settings.slack_signing_secret is None:
            raise UserError("Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for requests over HTTP.")
        return None
    from slack_bolt.adapter.socket_mode import SocketModeHandler

    handler = SocketModeHandler(app, settings.slack_app_token.get_secret_value(), concurrency=20)
    handler.client.connect()
    return handler


def _deliver_the_rest(bot: Runtime) -> None:
    """Send what was left by the last answers; what Slack does not take now waits in the outbox for the next start."""
    deadline = time.monotonic() + _LAST_DELIVERY_SECONDS
    bot.delivery.wake.set()
    while time.monotonic() < deadline:
        try:
            if not bot.delivery.due():
                return
        except sa.exc.DBAPIError as error:
            log.warning("the outbox cannot be read: %s", error)
            return
        time.sleep(0.05)


def background(bot: Runtime, stopping: threading.Event) -> None:
    """Every second: start requested flows, update their cards, answer what a dead bot had acknowledged."""
    not_before, turn = 0.0, 0
    while not stopping.is_set():
        try:
            if time.monotonic() >= not_before:
                started, up = flow_requests.trigger_due(bot.database, bot.start_flow, bot.clock())
                not_before = 0.0 if up else time.monotonic() + _PREFECT_WAIT
                if started or not up:
                    bot.delivery.wake.set()
            if turn % _RESUME_EVERY == 0:
                questions.resume(bot)
                with bot.session() as session:
                    flow_requests.tell_ended(session, bot.clock())
            if turn % 3600 == 0:
                with bot.session() as session:
                    inbox.forget(session, bot.clock() - _EVENTS_KEPT)
        except sa.exc.DBAPIError as error:
            log.warning("the database cannot be used: %s", error)
        turn += 1
        bot.start_soon.wait(_TICK_SECONDS)
        bot.start_soon.clear()
