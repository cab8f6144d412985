"""Steady use that no commitment covers, and commitments that nobody uses, read from the bill."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from analysis.waste.commitments import WINDOW_DAYS, WORTH_A_DAY, CommitmentUse, OnDemand, uncovered, unused
from analysis.waste.facts import SavingOpportunity
from analysis.wording.formatting import money, percent
from config.organisation import Organisation
from db.focus import FILE_COLUMNS
from lake import catalogue, rows
from lake.place import Place

# What providers sell commitments for: their machines, whatever they call the service.
_COVERABLE = ("Compute", "Databases")
_BY_HOUR = """
    SELECT provider, service, currency, usage_date, sum(effective_cost)::float8 AS cost FROM finops.daily_costs
    WHERE charge_category = 'Usage' AND pricing_category = 'Standard' AND commitment_status IS NULL
    AND service_category = ANY(:categories)
      AND usage_date >= :start AND usage_date < :today GROUP BY 1, 2, 3, 4"""
_DISCOUNTS = """
    SELECT provider, service, currency, 1 - sum(effective_cost)::float8 / nullif(sum(list_cost), 0)::float8 AS discount
    FROM finops.daily_costs
    WHERE commitment_status = 'Used' AND usage_date >= :start AND usage_date < :today GROUP BY 1, 2, 3"""
_COMMITMENTS = """
    SELECT commitment_discount_id, max(coalesce(commitment_discount_name, commitment_discount_id)), billing_currency,
        max(coalesce(sub_account_name, sub_account_id)) FILTER (WHERE commitment_discount_status = 'Unused'),
        usage_date, CAST(sum(effective_cost) AS DOUBLE),
        CAST(coalesce(sum(effective_cost) FILTER (WHERE commitment_discount_status = 'Unused'), 0) AS DOUBLE)
    FROM line_items
    WHERE commitment_discount_id IS NOT NULL AND charge_category = 'Usage' AND usage_date >= $start
      AND usage_date < $today GROUP BY 1, 3, 5 ORDER BY 1, 3, 5"""

_ENDS = """
    SELECT commitment_id, (ends_at AT TIME ZONE 'UTC')::date AS ends_on FROM finops.contract_commitments
    WHERE commitment_id = ANY(:ids)"""


def commitment_gaps(session: Session, place: Place, today: date, organisation: Organisation) -> list[SavingOpportunity]:
    """Both kinds of gap over the days before `today`. The discount of a new
    commitment is taken to be what the service's own commitments get. Raises `UserError` where line items are gone.
    """
    window = {"start": today - timedelta(days=WINDOW_DAYS), "today": today}
    return [*_uncovered(session, window, today, organisation), *_unused(session, place, window, today)]


def _uncovered(
    session: Session, window: Mapping[str, date], today: date, organisation: Organisation
) -> list[SavingOpportunity]:
    costs: dict[tuple[str, str, str], dict[date, float]] = defaultdict(dict)
    for row in session.execute(sa.text(_BY_HOUR), {**window, "categories": list(_COVERABLE)}):
        costs[row.provider, row.service, row.currency][row.usage_date] = row.cost
    discounts = {
        (row.provider, row.service, row.currency): row.discount
        for row in session.execute(sa.text(_DISCOUNTS), window)
        if row.discount is not None and 0 < row.discount < 1
    }
    scopes = [OnDemand(f"{key[0]}: {key[1]}", days, key[2], discounts.get(key)) for key, days in costs.items()]
    return [one for one in uncovered(scopes, today) if _a_day(one) >= WORTH_A_DAY * organisation.rate_of(one.currency)]


def _unused(session: Session, place: Place, window: Mapping[str, date], today: date) -> list[SavingOpportunity]:
    uses: dict[tuple[str, str], CommitmentUse] = {}
    names: dict[str, str] = {}
    files = catalogue.standing(session.connection(), days=(window["start"], window["today"]))
    with rows.opened(place, files, FILE_COLUMNS) as engine:
        use_rows = engine.execute(_COMMITMENTS, dict(window)).fetchall()
    for key, name, currency, account, day, cost, idle in use_rows:
        names[key] = name
        held = uses.get((key, currency)) or CommitmentUse(key, None, {}, {}, currency)
        uses[key, currency] = replace(
            held,
            account=held.account or account,
            daily_cost={**held.daily_cost, day: cost},
            daily_unused={**held.daily_unused, day: idle},
        )
    gaps = unused(list(uses.values()), today)
    ends: dict[str, date] = {
        row.commitment_id: row.ends_on
        for row in session.execute(sa.text(_ENDS), {"ids": [one.resource_id for one in gaps]})
    }
    return [
        replace(
            one,
            evidence={
                **one.evidence,
                "name": names[one.resource_id],
                **({"ends_on": ends[one.resource_id].isoformat()} if one.resource_id in ends else {}),
            },
        )
        for one in gaps
    ]


def _a_day(gap: SavingOpportunity) -> float:
    return float(gap.evidence["arithmetic"]["steady_a_day"])


def title_of(gaps: Sequence[SavingOpportunity]) -> str:
    """What an alert says of the gaps of one kind and currency, the largest first."""
    currency = gaps[0].currency
    if gaps[0].kind == "commitment_gap":
        priced = [one for one in gaps if one.monthly_savings is not None]
        steady = sum(_a_day(one) for one in priced or gaps)
        saved = sum(one.monthly_savings or 0.0 for one in priced)
        saves = f": commitments for it save about {money(saved, currency)} a month" if saved else ""
        return f"{money(steady, currency)} a day of steady use has no commitment{saves}"
    wasted = sum(float(one.evidence["arithmetic"]["unused"]) for one in gaps)
    count = len(gaps)
    return (
        f"{count} commitment{'' if count == 1 else 's'} partly unused: {money(wasted, currency)} in 30 days paid "
        "for nothing"
    )


def line_of(one: SavingOpportunity) -> str:
    """One gap in a few words."""
    figures = one.evidence["arithmetic"]
    if one.kind == "commitment_gap":
        saved = (
            "saving not known"
            if one.monthly_savings is None
            else f"saves {money(one.monthly_savings, one.currency)} a month"
        )
        return f"{one.resource_id} {money(figures['steady_a_day'], one.currency)} a day ({saved})"
    ends = one.evidence.get("ends_on")
    until = f", it ends on {ends}" if ends else ""
    return f"{one.evidence.get('name') or one.resource_id} {percent(figures['unused'] / figures['paid'])} unused{until}"


def worth_of(one: SavingOpportunity) -> float:
    """Currency per month that is at stake: what would be saved, or what is paid for nothing."""
    return one.monthly_savings or float(one.evidence["arithmetic"].get("unused", 0.0))
