"""What a bot does in the background: its duties, and the leases of what it has in hand."""

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.listeners import questions, subscriptions
from bot.process.duties import Duty, perform_all
from bot.process.runtime import Runtime
from bot.slack import inbox
from db import audit
from db.embedded import postgres
from domain import fixes, quarantine
from domain.flows import flow_requests, flow_starts
from playbooks.schema import read_playbooks

log = logging.getLogger(__name__)

_TICK_SECONDS, _RESUME_EVERY, _PREFECT_WAIT = 1.0, 5, 20.0
_NOTIFY_EVERY = 30
_KEEP_SECONDS = 10.0  # well under the claim's length
_EVENTS_KEPT = timedelta(days=7)


def keep_claims(bot: Runtime, stopping: threading.Event) -> None:
    """Say now and then that what is in hand is not left: apart from the other work, which may wait long for Prefect."""
    while not stopping.wait(_KEEP_SECONDS):
        claim_in_hand(bot, inbox.renew_leases)


def claim_in_hand(bot: Runtime, claim: Callable[[Session, Collection[str]], None]) -> None:
    """Renew or release the leases of what this bot has in hand."""
    try:
        with Session(bot.database.app) as session, session.begin():
            claim(session, bot.in_hand.copy())
    except sa.exc.SQLAlchemyError as error:
        log.warning("claims cannot be written: %s", error)


def perform_duties(bot: Runtime, stopping: threading.Event) -> None:
    """Every second do what is due: start requested flows, update their cards, answer what a dead bot had
    acknowledged.
    """
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
        Duty("notify_ended_flows", _RESUME_EVERY, partial(_in_session, bot, flow_requests.notify_ended)),
        Duty("show_fixes", _RESUME_EVERY, partial(_in_session, bot, fixes.follow)),
        Duty("notify_quarantine", _NOTIFY_EVERY, partial(_in_session, bot, partial(_notify_quarantine, bot))),
        Duty("forget_events", 3600, partial(_in_session, bot, _forget_events)),
        Duty("note_configuration", 3600, partial(_in_session, bot, partial(_note_configuration, bot))),
        Duty("keep_audit_head", 3600, partial(_in_session, bot, partial(_keep_head, bot))),
    )


def _in_session(bot: Runtime, work: Callable[[Session, datetime], object]) -> None:
    with bot.session() as session:
        work(session, bot.clock())


def _notify_quarantine(bot: Runtime, session: Session, _now: datetime) -> None:
    quarantine.notify(session, bot.organisation.admin_channels())


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
        started, up = flow_starts.trigger_due(self.bot.database, self.bot.start_flow, self.bot.clock())
        self.not_before = 0.0 if up else time.monotonic() + _PREFECT_WAIT
        if started or not up:
            self.bot.delivery.wake.set()


def _start_database(bot: Runtime) -> None:
    """Start the home's own server again when it is the one that is away; nobody else may be there to do it."""
    if bot.database.embedded and postgres.running_port(bot.settings.home) is None:
        postgres.start(bot.settings.home)


def note_configuration(bot: Runtime, session: Session) -> None:
    """An audit entry when finops.yaml or the playbooks are not what they were. The caller commits."""

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
