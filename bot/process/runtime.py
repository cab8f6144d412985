"""What every listener works with: settings, database, Slack, the answer side,
and the threads that do the work after the ack.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from slack_sdk import WebClient
from slack_sdk.http_retry import RateLimitErrorRetryHandler
from sqlalchemy.orm import Session

from bot.assistant import Answers
from bot.fair import FairPool, Submits
from bot.process.duties import Duty
from bot.slack import calls, errors
from bot.slack.delivery import OutboxDelivery
from bot.slack.errors import Recipient
from bot.slack.people import People
from config import logs
from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from domain.flows.flow_requests import StartFlow

_CLICKS = 8
_FINISH_SECONDS = 25.0


def _pool(name: str, workers: int) -> Callable[[], ThreadPoolExecutor]:
    return lambda: logs.CarryingPool(workers, thread_name_prefix=name)


@dataclass
class Runtime:
    """One bot process. Listeners acknowledge and hand their work to `later`; questions never hold up clicks."""

    settings: Settings
    organisation: Organisation
    database: Database
    client: WebClient
    answers: Answers
    start_flow: StartFlow
    people: People
    delivery: OutboxDelivery
    bot_user: str = ""
    team: str = ""
    workspace_url: str = ""
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    renew_secrets: Callable[[], None] = lambda: None
    questions: FairPool = field(default_factory=FairPool)
    clicks: ThreadPoolExecutor = field(default_factory=_pool("click", _CLICKS))
    start_soon: threading.Event = field(default_factory=threading.Event)
    broken: threading.Event = field(default_factory=threading.Event)  # set when a part of the bot ended that should not
    duties: tuple[Duty, ...] = ()
    in_hand: set[str] = field(default_factory=set)  # ids of events that are claimed and not yet answered
    _held: set["Future[Any]"] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction that is committed at the end; messages it left are then delivered at once."""
        with Session(self.database.app) as session, session.begin():
            yield session
        self.delivery.wake.set()

    def later(self, pool: Submits, where: Recipient, work: Callable[..., Any], *args: Any) -> "Future[Any]":
        """Do work after the ack; when it fails, the person is told as the app's error handler would."""
        future = pool.submit(work, *args)
        with self._lock:
            self._held.add(future)
        future.add_done_callback(lambda done: self._finished(done, where))
        return future

    def _finished(self, future: "Future[Any]", where: Recipient) -> None:
        with self._lock:
            self._held.discard(future)
        if not future.cancelled() and (error := future.exception()) is not None:
            errors.report(error, self.client, where)

    def finish(self) -> None:
        """Wait for what is in hand, at most 25 seconds, and take nothing new."""
        with self._lock:
            held = set(self._held)
        wait(held, timeout=_FINISH_SECONDS)
        self.questions.shutdown()
        self.clicks.shutdown(wait=False, cancel_futures=True)


def web_client(settings: Settings, *, retry: bool) -> WebClient:
    """A client of the Web API; with `retry` it waits out a 429, without it never sends anything twice."""
    options: dict[str, Any] = {"timeout": calls.TIMEOUT_SECONDS}
    if settings.slack_api_url:
        options["base_url"] = settings.slack_api_url.rstrip("/") + "/"
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else None
    client = WebClient(token=token, retry_handlers=[], **options)
    if retry:
        client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=2))
    return client


def build(
    settings: Settings,
    organisation: Organisation,
    database: Database,
    answers: Answers,
    start_flow: StartFlow,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Runtime:
    """A bot process that has not said anything yet; asks Slack who it is.
    Raises SlackApiError when the token is refused.
    """
    client = web_client(settings, retry=True)
    runtime = Runtime(
        settings=settings,
        organisation=organisation,
        database=database,
        client=client,
        answers=answers,
        start_flow=start_flow,
        people=People(client, organisation),
        delivery=OutboxDelivery(
            database, web_client(settings, retry=False), organisation.admin_channels(), clock, page=settings.public_url
        ),
        clock=clock,
        questions=FairPool(
            running=settings.questions_running_per_person, waiting=settings.questions_waiting_per_person
        ),
    )
    who = client.auth_test()
    runtime.bot_user, runtime.team = str(who["user_id"]), str(who.get("team_id") or "")
    runtime.workspace_url = str(who.get("url") or "https://slack.com/")
    return runtime
