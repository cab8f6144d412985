"""The Bolt app: every listener attached, everything acknowledged at once."""

from typing import TYPE_CHECKING, Any

from bot.listeners import (
    alerts,
    answers,
    budgets,
    canvases,
    commands,
    home,
    notes,
    questions,
    steps,
    stops,
    subscriptions,
    unfurls,
)
from bot.listeners.clicks import Listeners
from bot.listeners.remediation import fixes, proposals, recurring
from bot.process.runtime import Runtime
from bot.slack import errors
from bot.slack.connection.bolt import app_of
from bot.slack.errors import Recipient

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import App, BoltResponse

_ANSWERED = ("app_mention", "message")
_PASSED_ON = (
    "app_home_opened",
    "agent_session_stopped",
    "app_context_changed",
    "function_executed",
    "link_shared",
    "entity_details_requested",
)  # to a listener of their own


def build_app(runtime: Runtime) -> "App":
    """The app of one process, for Socket Mode and for HTTP alike."""

    app = app_of(runtime)
    app.error(_on_error(runtime))
    app.middleware(_keep_events(runtime))
    app.event("app_home_opened")(_on_home(runtime))
    for event, handler in _HANDLERS.items():
        app.event(event)(_later(runtime, handler))
    listeners = Listeners(app, runtime)
    for room in (answers, canvases, alerts, fixes, notes, proposals, recurring, budgets, subscriptions):
        room.register(listeners)
    commands.register(app, listeners)
    steps.register(app, runtime)
    return app


def _keep_events(runtime: Runtime) -> "Callable[..., Any]":
    """Events are written down before they are acknowledged: what Slack will not
    send again must not be lost with this process.
    """

    def keep(body: dict[str, Any], next: "Callable[[], Any]") -> "BoltResponse | None":  # noqa: A002 - Bolt passes arguments by these names
        from slack_bolt import BoltResponse  # noqa: PLC0415 - slow to load, and only a running bot needs it

        event = body.get("event") or {}
        if body.get("type") != "event_callback" or event.get("type") in _PASSED_ON:
            next()
            return None
        heard = questions.parse_event(event, runtime.bot_user) if event.get("type") in _ANSWERED else None
        if heard is not None and questions.claim(runtime, str(body["event_id"]), heard):
            questions.submit(runtime, str(body["event_id"]), heard)
        return BoltResponse(status=200, body="")

    return keep


def _on_home(runtime: Runtime) -> "Callable[..., None]":
    def opened(event: dict[str, Any]) -> None:
        user = str(event["user"])
        if event.get("tab") == "messages":
            runtime.later(runtime.clicks, Recipient(), questions.suggest, runtime, str(event["channel"]))
        else:
            runtime.later(runtime.clicks, Recipient(), home.publish, runtime, user)

    return opened


_HANDLERS: "dict[str, Callable[[Runtime, dict[str, Any]], None]]" = {
    "agent_session_stopped": stops.stop,
    "app_context_changed": questions.suggest_for_context,
    "link_shared": unfurls.unfurl,
    "entity_details_requested": unfurls.present,
}


def _later(runtime: Runtime, handler: "Callable[[Runtime, dict[str, Any]], None]") -> "Callable[..., None]":
    """Done after the ack; lost with this process, for it can be asked for again. Who posts a link is told nothing of
    its preview's failure.
    """

    def listen(event: dict[str, Any]) -> None:
        asked = event["type"] == "agent_session_stopped"
        where = Recipient(event.get("user"), event.get("channel"), event.get("thread_ts")) if asked else Recipient()
        runtime.later(runtime.clicks, where, handler, runtime, event)

    return listen


def _on_error(runtime: Runtime) -> "Callable[..., None]":
    def on_error(error: Exception, body: dict[str, Any]) -> None:
        event = body.get("event") or {}
        user = event.get("user") or (body.get("user") or {}).get("id") or body.get("user_id")
        channel = event.get("channel") or (body.get("channel") or {}).get("id") or body.get("channel_id")
        errors.report(error, runtime.client, Recipient(user, channel, event.get("thread_ts")))

    return on_error
