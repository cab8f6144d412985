"""Bolt as this bot uses it: every request measured until it is acknowledged,
and with its id from here to the flow it starts.
"""

from typing import Any

from prometheus_client import Histogram
from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.process.runtime import Runtime
from config import logs

ACK_SECONDS = Histogram(
    "finops_slack_ack_seconds",
    "Time from Slack's event, command or click until it is acknowledged, in this process",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0),
)
_LISTENERS = 32  # threads that acknowledge; the work is done elsewhere


class MeasuredApp(App):
    """Bolt's app; `dispatch` ends when the request is acknowledged."""

    def dispatch(self, req: BoltRequest) -> BoltResponse:
        """As Bolt's."""
        event = event_of(req.body)
        with logs.request(logs.request_of(event) if event else logs.new_request()), ACK_SECONDS.time():
            return super().dispatch(req)


def event_of(body: dict[str, Any]) -> str | None:
    """What names a request in whichever process it arrives: the event's id, or the trigger of a command or click."""
    if body.get("event_id"):
        return str(body["event_id"])
    if body.get("command") and body.get("trigger_id"):
        return f"command:{body['trigger_id']}"
    return str(body["trigger_id"]) if body.get("trigger_id") else None


def app_of(runtime: Runtime) -> App:
    """An app without listeners. Its token is the runtime's client's at each
    request; signatures are checked where requests arrive.
    """

    def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id=None, bot_user_id=runtime.bot_user, bot_token=runtime.client.token
        )

    client = WebClient(
        base_url=runtime.client.base_url, timeout=runtime.client.timeout, retry_handlers=runtime.client.retry_handlers
    )
    return MeasuredApp(
        client=client,
        authorize=authorize,
        signing_secret="",
        request_verification_enabled=False,
        listener_executor=logs.CarryingPool(_LISTENERS, thread_name_prefix="ack"),
    )
