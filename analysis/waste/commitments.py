"""Commitment gaps: steady use bought by the hour, and commitments that nobody uses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from analysis.waste.facts import SavingOpportunity

WINDOW_DAYS = 60  # AWS Cost Explorer's longest lookback for savings plan recommendations
LEAST_DAYS = 30  # its usual one
STEADY_QUANTILE = 0.1  # cost that nine days in ten reach: what a commitment would have paid for nearly all the time
WORTH_A_DAY = 1.0  # in currency
UNUSED_SHARE = 0.05  # of a commitment's cost; less is the usual slack


@dataclass(frozen=True)
class OnDemand:
    """What one scope (a provider and service, say) paid by the hour: effective
    cost per day that no commitment covered.
    """

    scope: str
    daily_cost: Mapping[date, float]
    currency: str
    discount: float | None = None  # of a one-year commitment without upfront payment, from the provider's prices


@dataclass(frozen=True)
class CommitmentUse:
    """A commitment's cost per day and the part of it that nothing used."""

    commitment_id: str
    account: str | None
    daily_cost: Mapping[date, float]
    daily_unused: Mapping[date, float]
    currency: str
    ends_on: date | None = None


def _window(costs: Mapping[date, float], today: date) -> list[float]:
    first = max(today - timedelta(days=WINDOW_DAYS), min(costs, default=today))
    return [costs.get(first + timedelta(days=offset), 0.0) for offset in range((today - first).days)]


def uncovered(scopes: Sequence[OnDemand], today: date) -> list[SavingOpportunity]:
    """Where a commitment for the steady part would pay; without the provider's discount the saving stays unknown."""
    gaps = []
    for scope in scopes:
        days = _window(scope.daily_cost, today)
        if len(days) < LEAST_DAYS:
            continue
        steady = float(np.quantile(days, STEADY_QUANTILE))
        if steady < WORTH_A_DAY:
            continue
        month = steady * 365.25 / 12
        saved = None if scope.discount is None else round(month * scope.discount, 2)
        missing = () if saved is not None else ("the discount of a commitment for this use",)
        summary = (
            f"{steady:,.2f} {scope.currency} a day or more on nine of ten days, over {len(days)} days, without "
            "a commitment"
        )
        arithmetic = {"steady_a_day": steady, "steady_a_month": month} | (
            {} if scope.discount is None else {"discount": scope.discount}
        )
        proposed = f"a commitment for {steady:,.2f} {scope.currency} a day of it"
        gaps.append(
            _recommendation(
                "commitment_gap",
                scope.scope,
                None,
                "bought by the hour",
                proposed,
                saved,
                scope.currency,
                summary,
                arithmetic,
                missing,
            )
        )
    return gaps


def unused(commitments: Sequence[CommitmentUse], today: date) -> list[SavingOpportunity]:
    """Commitments paid for and not used. What is bought is spent: the saving is
    that of moving work onto it, which cannot be known from the bill.
    """
    unused_commitments = []
    for one in commitments:
        paid, idle = (
            float(np.sum(_window(costs, today)[-LEAST_DAYS:])) for costs in (one.daily_cost, one.daily_unused)
        )
        if paid <= 0 or idle / paid < UNUSED_SHARE:
            continue
        until = f" It ends on {one.ends_on.isoformat()}." if one.ends_on else ""
        summary = (
            f"{idle:,.2f} of {paid:,.2f} {one.currency} in {LEAST_DAYS} days ({idle / paid:.0%}) paid for "
            f"nothing.{until}"
        )
        arithmetic = {"paid": paid, "unused": idle}
        missing = ("what could be moved onto it: the money is spent until it ends",)
        proposed = "work moved onto it, or a smaller one when it ends"
        unused_commitments.append(
            _recommendation(
                "commitment_unused",
                one.commitment_id,
                one.account,
                "partly unused",
                proposed,
                None,
                one.currency,
                summary,
                arithmetic,
                missing,
            )
        )
    return unused_commitments


def _recommendation(
    kind: str,
    subject: str,
    account: str | None,
    current: str,
    proposed: str,
    saved: float | None,
    currency: str,
    summary: str,
    arithmetic: Mapping[str, float],
    missing: tuple[str, ...],
) -> SavingOpportunity:
    evidence: dict[str, Any] = {
        "summary": summary,
        "arithmetic": dict(arithmetic),
        "missing": list(missing),
        "proposed": {},
    }
    return SavingOpportunity(
        kind, subject, account, None, current, proposed, saved, currency, "medium", evidence, missing
    )
