"""The ledger of savings: opened when a change was made, settled by the bill, and said in one sentence."""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from analysis.wording.formatting import money
from db.tables import Remediation, RemediationStep, Saving
from playbooks.proposals.plan import shown_steps
from playbooks.schema import Playbook


def open_entries(
    session: Session, remediation: Remediation, steps: Iterable[RemediationStep], playbook: Playbook | None, on: date
) -> None:
    """An entry a resource whose every step was verified: what it is to save and
    the figures behind it. One that is there stays.
    """
    if playbook is not None and not playbook.savings.tracked:
        return
    resource_ids = set(session.scalars(sa.select(Saving.resource_id).where(Saving.remediation_id == remediation.id)))
    figures = {
        step["resource_id"]: step.get("arithmetic", {})
        for step in shown_steps(remediation.plan, remediation.plan_digest)
    }
    of: dict[str, list[RemediationStep]] = {}
    for step in steps:
        of.setdefault(step.resource_id, []).append(step)
    for resource_id, mine in of.items():
        if resource_id in resource_ids or any(step.state != "verified" for step in mine):
            continue
        session.add(
            Saving(
                remediation_id=remediation.id,
                resource_id=resource_id,
                team=remediation.team,
                applied_on=on,
                window_days=playbook.savings.window_days if playbook else 14,
                expected_monthly_savings=mine[0].expected_monthly_savings,
                currency=remediation.currency,
                arithmetic={"expected": figures.get(resource_id, {})},
            )
        )


def open_for(
    session: Session, remediation: Remediation, resource_ids: Iterable[str], playbook: Playbook | None, on: date
) -> None:
    """An entry for each resource of a ticket that somebody changed. One that is there stays."""
    changed = set(resource_ids)
    steps = session.scalars(
        sa.select(RemediationStep)
        .where(RemediationStep.remediation_id == remediation.id)
        .order_by(RemediationStep.position)
    ).all()
    for step in steps:
        if step.resource_id in changed:
            step.state, step.finished_at = "verified", step.finished_at or datetime.combine(on, time(0), UTC)
    open_entries(session, remediation, [step for step in steps if step.resource_id in changed], playbook, on)


def worth(remediation: Remediation) -> str:
    """`$612`: what it is expected to save a month; empty where that is not known."""
    saves = remediation.expected_monthly_savings
    return money(saves, remediation.currency) if saves else ""


def reverse(session: Session, remediation_id: int, resource_id: str, now: datetime) -> None:
    """What was undone is no longer claimed as saved."""
    session.execute(
        sa.update(Saving)
        .where(Saving.remediation_id == remediation_id, Saving.resource_id == resource_id)
        .values(status="reversed", verified_at=now)
    )


def outlook(session: Session, remediation: Remediation) -> str | None:
    """What the ledger says of a remediation: when the bill decides, or what it
    decided; None while there is nothing in it.
    """
    savings = session.scalars(
        sa.select(Saving).where(Saving.remediation_id == remediation.id).order_by(Saving.id)
    ).all()
    if not savings or all(
        saving.status == "reversed" and saving.realized_monthly_savings is None for saving in savings
    ):
        return None
    pending = [saving for saving in savings if saving.status == "pending"]
    if not pending:
        return verdict(savings)
    decided = max(saving.applied_on + timedelta(days=saving.window_days) for saving in pending)
    return f"the bill decides after {decided.day} {decided:%b} what was saved"


def arithmetic(session: Session, remediation: Remediation) -> dict[str, str]:
    """For each resource of the ledger, the figures as a sentence: what was
    expected of the bill, and what the bill showed.
    """
    savings = session.scalars(
        sa.select(Saving).where(Saving.remediation_id == remediation.id).order_by(Saving.id)
    ).all()
    return {
        saving.resource_id: f"{expected(saving.arithmetic.get('expected', {}), saving.currency)}{_realized(saving)}"
        for saving in savings
    }


def expected(figures: Mapping[str, Any], currency: str) -> str:
    """How an expected saving comes about, at the effective rate; empty where that was not recorded."""
    if "effective_cost" not in figures or "saved" not in figures:
        return ""
    cost, share, paid = (
        float(figures["effective_cost"]),
        float(figures.get("share_saved", 1.0)),
        float(figures.get("committed_cost", 0.0)),
    )
    free = (
        f"({_exact(cost, currency)} − {_exact(paid, currency)} that a commitment pays)"
        if paid
        else _exact(cost, currency)
    )
    return f"Effective cost a month {free} × {share:.0%} = {_exact(float(figures['saved']), currency)}. "


def _realized(saving: Saving) -> str:
    figures, currency = saving.arithmetic, saving.currency
    if "counterfactual_a_day" not in figures:
        return f"The bill decides after {saving.window_days} days."
    would, actual = float(figures["counterfactual_a_day"]), float(figures["actual_a_day"])
    return (
        f"Bill: {_exact(would, currency)} a day without the change ({figures.get('basis_says', '')}), "
        f"{_exact(actual, currency)} a day since; "
        f"× {float(figures['days_a_month']):.2f} days = {_exact(float(figures['realized_a_month']), currency)} a "
        f"month{_uncertainty(saving)}: {saving.status}."
    )


def _uncertainty(saving: Saving) -> str:
    """` ± 12.00 USD (80 %, as 18 placebos were wrong; 0 of 8 untouched peers fell as far)`, where it was measured and
    is not nothing.
    """
    figures = saving.arithmetic
    if round(float(figures.get("band_80_a_month", 0.0)), 2) == 0:
        return ""
    counted, peers = int(figures.get("placebos", 0)), int(figures.get("untouched_peers", 0))
    by = f", as {counted} placebos were wrong" if counted else ""
    fell = f"; {int(figures['untouched_peers_as_low'])} of {peers} untouched peers fell as far" if peers else ""
    return f" ± {_exact(float(figures['band_80_a_month']), saving.currency)} (80 %{by}{fell})"


def _exact(amount: float, currency: str) -> str:
    return f"{amount:,.2f} {currency}"


def verdict(savings: Sequence[Saving]) -> str:
    """The bill's word on savings that are all settled: "verified: $598 of $612 a month; nothing moved elsewhere"."""
    currency = savings[0].currency
    expected = sum(float(saving.expected_monthly_savings or 0) for saving in savings)
    realized = sum(float(saving.realized_monthly_savings or 0) for saving in savings if saving.status != "reversed")
    statuses = {saving.status for saving in savings}
    if statuses == {"reversed"}:
        return "reversed: it was put back, so nothing is saved any more"
    word = (
        "verified" if statuses == {"validated"} else next(iter(statuses)) if len(statuses) == 1 else "verified in part"
    )
    promised = f" of {money(expected, currency)}" if expected else ""
    says = list(dict.fromkeys(item["says"] for saving in savings for item in saving.confounders))
    more = f" (and {len(says) - 3} more)" if len(says) > 3 else ""
    reach = _band(savings)
    give = f" (80 %: {money(realized - reach, currency)} to {money(realized + reach, currency)})" if reach else ""
    return (
        f"{word}: {money(realized, currency)}{promised} a month{give}; "
        f"{'; '.join(says[:3]) + more or 'nothing moved elsewhere'}"
    )


def _band(savings: Sequence[Saving]) -> float:
    """Half of the 80 % band of savings together, as if each erred for itself; 0 where one of them has none."""
    lasting = [saving for saving in savings if saving.status != "reversed"]
    bands = [float(saving.arithmetic.get("band_80_a_month", 0.0)) for saving in lasting]
    return math.hypot(*bands) if bands and all(bands) else 0.0
