"""A ticket about Kubernetes requests: nothing in a cluster is changed by this product."""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from analysis.waste.kubernetes.patches import patches
from analysis.waste.kubernetes.requests import TARGET, RequestChange
from config.access import Actor
from config.errors import UserError
from config.sections.tickets import TicketRule, rule_for
from config.settings import Settings
from db import audit
from playbooks.tickets.port import Opened, TicketDraft, Tracker, TrackerError
from playbooks.tickets.trackers import tracker_of

PLAYBOOK = "kubernetes-requests"
_LOOKED_BACK = timedelta(days=90)  # a ticket about the same changes that is older is opened anew
_MOST = 50  # lines of a ticket; all changes are in the patches


def open_ticket(
    settings: Settings,
    rules: Sequence[TicketRule],
    changes: Sequence[RequestChange],
    actor: Actor,
    connect: Callable[[], sa.Engine],
    tracker: Callable[[Settings, TicketRule], AbstractContextManager[Tracker]] = tracker_of,
) -> Opened:
    """One for the same changes, however often it is asked for; audited. Raises `UserError` where there is nothing to
    ask for, no rule, no token or no tracker; the first two before the database is connected to.
    """
    rule = rule_for(rules, PLAYBOOK, None, ("", ""), None)
    if rule is None:
        raise UserError(f"No rule of remediation.tickets is for {PLAYBOOK}: add one to finops.yaml.")
    if not changes:
        raise UserError("There is nothing to ask for.")
    draft = draft_of(changes, rule, actor.name or actor.id, datetime.now(UTC))
    with Session(connect()) as session, session.begin():
        try:
            with tracker(settings, rule) as place:
                known = place.find(draft)
                opened = known or place.open(draft)
        except TrackerError as error:
            raise UserError(f"The ticket could not be opened: {error}.") from error
        if known is None:
            about = {"key": opened.key, "place": rule.place(), "changes": len(changes)}
            audit.append(session, actor.id, "ticket.opened", PLAYBOOK, about)
    return opened


def draft_of(changes: Sequence[RequestChange], rule: TicketRule, asked_by: str, now: datetime) -> TicketDraft:
    """Which requests, what they cost more than they have to, and what to mind."""
    said = "\n".join(str(sorted(asdict(one).items())) for one in sorted(changes, key=str))
    marker = f"finops-{PLAYBOOK}-{hashlib.sha256(said.encode()).hexdigest()[:12]}"
    total = sum(one.monthly_savings for one in changes)
    lines = [_line(one) for one in changes[:_MOST]]
    if len(changes) > _MOST:
        lines.append(f"and {len(changes) - _MOST} more")
    how = "`finops kubernetes requests FILE --patches FOLDER` writes them for a pull request"
    said_of = f"finops-bot found this in allocation exports and changes nothing in a cluster. Asked for by {asked_by}."
    mind = "Limits stay. Pods restart when requests change, and the bill falls when nodes do."
    return TicketDraft(
        marker=marker,
        title=f"Kubernetes requests above use: about {total:,.0f} a month",
        paragraphs=(
            said_of,
            f"Proposed is the highest use divided by {TARGET:g}. {mind}",
            f"{len(patches(changes))} controllers can be patched: {how}.",
        ),
        lines=tuple(lines),
        labels=tuple(rule.labels),
        wanted_at=now - _LOOKED_BACK,
    )


def _line(one: RequestChange) -> str:
    parts = []
    if one.cpu_after is not None:
        parts.append(f"cpu {one.cpu_before}m to {one.cpu_after}m")
    if one.memory_after is not None:
        parts.append(f"memory {one.memory_before}Mi to {one.memory_after}Mi")
    caveats = f" ({'; '.join(one.caveats)})" if one.caveats else ""
    return (
        f"{one.namespace}/{one.controller}, container {one.container}: {', '.join(parts)}, about "
        f"{one.monthly_savings:,.2f} a month{caveats}"
    )
