"""What a playbook would have saved, had it been switched on: from the recommendations that were found and the bills."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from analysis.wording.formatting import money
from config.organisation import RemediationSettings as Limits
from db.tables import Recommendation, Resource, resource_costs
from playbooks.proposals.plan import protected
from playbooks.proposals.planning import accepted
from playbooks.recurring.timetable import Recurring, month_began, next_due, within
from playbooks.schema import Playbook

WEEKS = 8


@dataclass(frozen=True)
class DryRunHistory:
    """`saved` by currency, over `resources` that it would have changed; `without_figures` of them are in no amount.

    `since` is the day from which it counts: the first recommendation, where that is younger than the weeks.
    """

    weeks: int
    saved: dict[str, float]
    resources: int
    without_figures: int
    since: date | None
    whole: bool
    """Whether recommendations reach back over all the weeks."""


@dataclass(frozen=True)
class _Candidate:
    """A resource for which something was recommended, from the first look to the last that found it; they stand in the
    order of their savings.
    """

    resource_id: str
    first: datetime
    last: datetime
    share: float | None
    """Of its usage's effective cost, what the change saves; None where the recommendation has no such figures."""


def would_have_saved(
    session: Session,
    playbook: Playbook,
    limits: Limits,
    now: datetime,
    weeks: int = WEEKS,
    *,
    visible: Callable[[str | None], bool] = lambda _team: True,
) -> DryRunHistory:
    """Each resource changed at the playbook's first date after it was found (or at once, where it does not recur),
    within its caps; from the next day to the last look that still found it, the share that the recommendation says of
    what the bills say it cost. Days without a bill count nothing. `visible` narrows it to teams.
    """
    start = now - timedelta(weeks=weeks)
    candidates = _candidates(session, playbook, limits, start, visible)
    if playbook.recurring is None:
        changed = {one.resource_id: max(one.first, start) for one in candidates}
    else:
        changed = _by_the_timetable(playbook.recurring, candidates, start, now)
    of = {one.resource_id: one for one in candidates if one.resource_id in changed}
    saved: dict[str, float] = defaultdict(float)
    for row in _costs(session, of, start.date()):
        one = of[row.resource_id]
        if one.share is not None and changed[row.resource_id].date() < row.usage_date <= one.last.date():
            saved[row.currency] += float(row.cost) * one.share
    first = min((one.first for one in candidates), default=None)
    return DryRunHistory(
        weeks=weeks,
        saved={currency: round(amount, 2) for currency, amount in sorted(saved.items())},
        resources=len(changed),
        without_figures=sum(one.share is None for one in of.values()),
        since=max(first, start).date() if first else None,
        whole=first is not None and first <= start,
    )


def sentence(history: DryRunHistory) -> str:
    """`It would have saved $1,234 in 8 weeks, over 12 resources.`"""
    if history.since is None:
        return f"Nothing that it answers was found in the last {history.weeks} weeks."
    amounts = " and ".join(money(amount, currency) for currency, amount in history.saved.items()) or "nothing"
    when = (
        f"in {history.weeks} weeks"
        if history.whole
        else f"since {history.since.day} {history.since:%b}, when the first of it was found"
    )
    many = f"{history.resources} resource{'' if history.resources == 1 else 's'}"
    unknown = f", {history.without_figures} of them without figures" if history.without_figures else ""
    return f"It would have saved {amounts} {when}, over {many}{unknown}."


def _candidates(
    session: Session, playbook: Playbook, limits: Limits, start: datetime, visible: Callable[[str | None], bool]
) -> list[_Candidate]:
    """Those that its filters, scope and guards allow, as the inventory knows them now."""
    rows = session.execute(
        sa.select(Recommendation, Resource)
        .join(Resource, Resource.resource_id == Recommendation.resource_id)
        .where(
            Recommendation.kind == playbook.trigger.kind,
            Recommendation.status != "protected",
            Recommendation.last_seen_at > start,
        )
        .order_by(Recommendation.monthly_savings.desc().nulls_last(), Recommendation.resource_id)
    )
    return [
        _Candidate(
            recommendation.resource_id,
            recommendation.created_at,
            recommendation.last_seen_at,
            _share(recommendation.evidence.get("arithmetic") or {}),
        )
        for recommendation, resource in rows
        if visible(recommendation.team)
        and accepted(playbook, resource, recommendation)
        and _allowed(playbook, limits, recommendation, resource)
    ]


def _allowed(playbook: Playbook, limits: Limits, recommendation: Recommendation, resource: Resource) -> bool:
    guards, recurring = playbook.guards, playbook.recurring
    if guards.environments and resource.environment not in guards.environments:
        return False
    if protected({"tags": resource.tags}, playbook, limits):
        return False
    accounts = (recommendation.account, resource.account_id)
    return recurring is None or within(recurring.scope, recommendation.team, accounts, resource.environment)


def _share(figures: Mapping[str, Any]) -> float | None:
    cost, saved = float(figures.get("effective_cost") or 0), figures.get("saved")
    return None if saved is None or cost <= 0 else min(1.0, max(0.0, float(saved) / cost))


def _by_the_timetable(
    recurring: Recurring, candidates: Sequence[_Candidate], start: datetime, now: datetime
) -> dict[str, datetime]:
    """When each resource would have been changed: those that save most first, the others at a later date."""
    changed: dict[str, datetime] = {}
    due = next_due(recurring, start)
    while due <= now:
        month = sum(at >= month_began(recurring, due) for at in changed.values())
        most = min(recurring.maximum_resources_a_run, recurring.maximum_resources_a_month - month)
        open_then = [one for one in candidates if one.first <= due <= one.last and one.resource_id not in changed]
        changed |= {one.resource_id: due for one in open_then[: max(0, most)]}
        due = next_due(recurring, due)
    return changed


def _costs(session: Session, resource_ids: Iterable[str], since: date) -> Sequence[sa.Row[Any]]:
    """Effective cost of usage, by resource, day and currency."""
    columns = resource_costs.c
    keys = (columns.resource_id, columns.usage_date, columns.currency)
    statement = (
        sa.select(*keys, sa.func.sum(columns.effective_cost).label("cost"))
        .where(columns.resource_id.in_(list(resource_ids)), columns.usage_date >= since)
        .where(columns.charge_category == "Usage", columns.effective_cost.is_not(None))
        .group_by(*keys)
    )
    return session.execute(statement).all()
