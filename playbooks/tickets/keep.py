"""Tickets kept up to date: opened once, followed until what they ask for was done, closed when the bill has decided."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.errors import UserError
from config.sections.tickets import TicketRule
from db import audit, locks
from db.locks import Lock
from db.tables import Recommendation, Remediation, RemediationStep, Resource, Saving, Ticket
from playbooks.notifications import notify, summarise
from playbooks.proposals.plan import frozen
from playbooks.run import ledger
from playbooks.schema import Playbook
from playbooks.tickets.port import TicketChange, TicketDraft, Tracker, TrackerError

ATTEMPTS = 10
"""Failures in a row after which a ticket that is not open yet is given up."""
_LET_BE = timedelta(days=30)  # a resource whose ticket somebody closed is not asked about again for so long
_GONE = ("deleted", "terminated")


@dataclass(frozen=True)
class Keeper:
    """What keeping needs; `tracker` may raise `UserError` where the settings have no token."""

    engine: sa.Engine
    playbooks: Mapping[str, Playbook]
    tracker: Callable[[TicketRule], AbstractContextManager[Tracker]]
    now: Callable[[], datetime]
    page: str | None = None
    """The address of the page, for the ticket's link."""


def keep(keeper: Keeper) -> dict[str, list[int]]:
    """Look at every ticket that is not over, one after the other, each in transactions of its own; by one process at a
    time. Returns the remediations whose ticket moved, by what it is now, and those that `failed` this time.
    """
    moved: dict[str, list[int]] = {}
    with keeper.engine.connect() as connection, locks.hold(connection, Lock.TICKETS, wait=False) as mine:
        for number in _due(keeper) if mine else ():
            try:
                state = _keep_one(keeper, number)
            except (TrackerError, UserError, ValueError) as error:
                state = _failed(keeper, number, str(error), counted=isinstance(error, TrackerError))
            except (KeyError, TypeError, AttributeError) as error:
                state = _failed(keeper, number, f"an answer of another shape ({type(error).__name__})", counted=True)
            if state is not None:
                moved.setdefault(state, []).append(number)
    return moved


def _due(keeper: Keeper) -> list[int]:
    now = keeper.now()
    with Session(keeper.engine) as session:
        open_ones = Ticket.state.in_(("wanted", "open", "applied"))
        waits = sa.or_(Ticket.not_before.is_(None), Ticket.not_before <= now)
        return list(session.scalars(sa.select(Ticket.remediation_id).where(open_ones, waits).order_by(Ticket.id)))


def _keep_one(keeper: Keeper, number: int) -> str | None:
    with Session(keeper.engine) as session:
        ticket = _of(session, number)
        rule, state, key = TicketRule.model_validate(ticket.rule), ticket.state, ticket.key
    with keeper.tracker(rule) as tracker:
        if state == "wanted" or key is None:
            return _open(keeper, tracker, rule, number)
        if state == "open":
            return _follow(keeper, tracker, number, key)
        return _settle(keeper, tracker, number, key)


def _open(keeper: Keeper, tracker: Tracker, rule: TicketRule, number: int) -> str:
    """Open the ticket. The attempt is stored first: after a crash the tracker is searched before opening another."""
    with Session(keeper.engine) as session, session.begin():
        ticket = _of(session, number)
        again, ticket.attempts = ticket.attempts > 0, ticket.attempts + 1
        draft = _draft(session, ticket, keeper, rule)
    opened = (tracker.find(draft) if again else None) or tracker.open(draft)
    with Session(keeper.engine) as session, session.begin():
        ticket = _of(session, number)
        ticket.state, ticket.key, ticket.url = "open", opened.key, opened.url
        ticket.attempts, ticket.error, ticket.not_before = 0, None, None
        details = {"key": opened.key, "place": rule.place()}
        audit.append(session, "system", "ticket.opened", str(number), details)
        _tell(session, keeper, number)
    return "open"


def _follow(keeper: Keeper, tracker: Tracker, number: int, key: str) -> str | None:
    """Update an open ticket: applied once inventory and recommendations show it, closed when people closed it."""
    closed = tracker.is_closed(key)
    with Session(keeper.engine) as session, session.begin():
        ticket, remediation = _of(session, number), session.get_one(Remediation, number)
        playbook = keeper.playbooks.get(remediation.playbook)
        resource_ids = set(_resources(session, number))
        done = _changed(session, remediation, playbook, resource_ids)
        ledger.open_for(session, remediation, done, playbook, keeper.now().date())
        if done != resource_ids and not closed:
            return None
        ticket.attempts = 0
        if done:
            ticket.state = "applied"
            _tell(session, keeper, number)
            return "applied"
        ticket.state, ticket.closed_at = "closed", keeper.now()
        remediation.state, remediation.finished_at = "closed", keeper.now()
        remediation.reason = "its ticket was closed, and nothing of it was done"
        remediation.snoozed_until = keeper.now() + _LET_BE
        audit.append(session, "system", "ticket.closed_by_people", str(number), {"key": key})
        _tell(session, keeper, number)
    return "closed"


def _settle(keeper: Keeper, tracker: Tracker, number: int, key: str) -> str | None:
    """Close the ticket with the verdict of the bill, once no saving of it is pending."""
    with Session(keeper.engine) as session:
        of_it = sa.select(Saving).where(Saving.remediation_id == number).order_by(Saving.id)
        savings = session.scalars(of_it).all()
        if any(saving.status == "pending" for saving in savings):
            return None
        verdict = ledger.verdict(savings) if savings else "nothing of it is followed on the bill"
        has_commented = _of(session, number).attempts > 0  # the comment came through before the close failed
    if not has_commented:
        tracker.comment(key, f"The bill says: {verdict}.")
    with Session(keeper.engine) as session, session.begin():
        _of(session, number).attempts += 1
    tracker.close(key)
    with Session(keeper.engine) as session, session.begin():
        ticket, remediation = _of(session, number), session.get_one(Remediation, number)
        ticket.state, ticket.closed_at, ticket.error = "closed", keeper.now(), None
        remediation.state, remediation.finished_at = "closed", keeper.now()
        audit.append(session, "system", "ticket.closed", str(number), {"key": key, "verdict": verdict})
        _tell(session, keeper, number)
    return "closed"


def _failed(keeper: Keeper, number: int, error: str, *, counted: bool) -> str:
    """Later again; what could never be opened is tried ever more rarely and given up, so that its resources are free.
    `counted`: the attempt was noted before.
    """
    with Session(keeper.engine) as session, session.begin():
        ticket, remediation = _of(session, number), session.get_one(Remediation, number)
        ticket.error = error[:500]
        if ticket.state == "wanted" and not counted:
            ticket.attempts += 1
        ticket.not_before = keeper.now() + min(timedelta(days=1), timedelta(minutes=5 * 2 ** min(ticket.attempts, 9)))
        if ticket.state == "wanted" and ticket.attempts >= ATTEMPTS:
            ticket.state, ticket.closed_at = "failed", keeper.now()
            remediation.state, remediation.finished_at = "void", keeper.now()
            remediation.reason = f"its ticket could not be opened: {error[:300]}"
            audit.append(session, "system", "ticket.failed", str(number), {"error": error[:300]})
            _tell(session, keeper, number)
    return "failed"


def _draft(session: Session, ticket: Ticket, keeper: Keeper, rule: TicketRule) -> TicketDraft:
    """The ticket's text: what to change, on which resources, why, the saving and the undo."""
    remediation = session.get_one(Remediation, ticket.remediation_id)
    summary = summarise(session, remediation, keeper.playbooks.get(remediation.playbook))
    saves = ledger.worth(remediation)
    place = " in ".join(part for part in (summary["title"], summary["account"] or summary["team"]) if part)
    about = f" It is about insight {remediation.insight_id}." if remediation.insight_id else ""
    asked = summary["requester_name"] or summary["requested_by"]
    where = f" in {remediation.channel}" if remediation.channel else ""
    first = (
        f"finops-bot found this and changes nothing here. Asked for by {asked}; remediation {remediation.id}{where}."
    )
    return TicketDraft(
        marker=f"finops-remediation-{remediation.id}",
        title=f"{place}{f': saves {saves} a month' if saves else ''}",
        paragraphs=(
            f"{first}{about}",
            f"Undo: {summary['undo']}." if summary["undo"] else "What it asks for cannot be undone.",
            "It is closed when the bill has shown what was saved. Close it yourself where it is not wanted.",
        ),
        lines=tuple(
            f"{one['name']} ({one['resource_id']}): {one['says']}. {one['evidence']}" for one in summary["steps"]
        ),
        labels=tuple(rule.labels),
        wanted_at=ticket.wanted_at,
        changes=_changes(remediation),
        link=f"{keeper.page.rstrip('/')}/approvals/{remediation.id}" if keeper.page else "",
    )


def _changes(remediation: Remediation) -> tuple[TicketChange, ...]:
    plan = frozen(remediation.plan, remediation.plan_digest)
    if plan is None:
        raise ValueError("the stored plan is not the one that was frozen")
    return tuple(
        TicketChange(step.resource_id, step.name, step.action, step.says, step.seen, step.parameters)
        for step in plan.steps
    )


def _changed(session: Session, remediation: Remediation, playbook: Playbook | None, resource_ids: set[str]) -> set[str]:
    """The resources that no longer exist, or whose change the daily scan of the accounts no longer recommends."""
    kind = playbook.trigger.kind if playbook else ""
    no_more = sa.select(Recommendation.resource_id).where(
        Recommendation.kind == kind, Recommendation.status == "gone", Recommendation.resource_id.in_(resource_ids)
    )
    gone = sa.select(Resource.resource_id).where(Resource.state.in_(_GONE), Resource.resource_id.in_(resource_ids))
    return {*session.scalars(no_more), *session.scalars(gone)}


def _tell(session: Session, keeper: Keeper, number: int) -> None:
    remediation = session.get_one(Remediation, number)
    session.flush()
    notify(session, remediation, keeper.playbooks.get(remediation.playbook))


def _of(session: Session, number: int) -> Ticket:
    return session.scalars(sa.select(Ticket).where(Ticket.remediation_id == number)).one()


def _resources(session: Session, number: int) -> list[str]:
    of_it = sa.select(RemediationStep.resource_id).where(RemediationStep.remediation_id == number)
    return list(session.scalars(of_it.distinct()))
