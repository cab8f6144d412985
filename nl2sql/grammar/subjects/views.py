"""The views other than the bills, and how each is listed."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Subject:
    """A view that can be listed: columns, order, own conditions, date column, and the sentence for an empty list.

    `states` maps a question's words to values of `state_column`; `usual` is the word that is meant where neither a
    state nor a period is named.
    """

    view: str
    title: str
    columns: tuple[str, ...]
    order: str | None = None
    where: tuple[tuple[str, str], ...] = ()
    dated: str | None = None
    scoped: bool = False  # filters are found in scope_kind and scope
    empty: str | None = None
    state_column: str = "status"
    states: Mapping[str, str] = field(default_factory=dict)
    usual: str | None = None


_INSIGHT = (
    "detected_at",
    "kind",
    "severity",
    "title",
    "account",
    "service",
    "team",
    "impact_amount",
    "currency",
    "status",
)
_OF_INSIGHTS = {"waiting": "open"} | {name: name for name in ("open", "acknowledged", "snoozed", "resolved")}
_WORTH = (  # a month, as the others are; of an anomaly that is over, all it came to
    "ABS(COALESCE(total_impact, impact_amount * CASE WHEN kind = 'anomaly' THEN 30 ELSE 1 END))"
)


SUBJECTS: dict[str, Subject] = {
    "budgets": Subject(
        "budgets",
        "Budgets",
        (
            "budget",
            "scope",
            "period_start",
            "period_end",
            "amount",
            "spent",
            "forecast",
            "percent_used",
            "status",
            "currency",
        ),
        "percent_used",
        scoped=True,
        empty="No budget is set. Set one in finops.yaml or with /finops budget.",
    ),
    "forecasts": Subject(
        "forecasts",
        "Forecast",
        ("forecast_date",),
        scoped=True,
        dated="forecast_date",
        empty="There is no forecast for that yet; the bills hold what was spent, not what will be.",
    ),
    "insights": Subject("insights", "Insights", _INSIGHT, _WORTH, (), "detected_at", states=_OF_INSIGHTS, usual="open"),
    "attention": Subject(
        "insights", "Insights", _INSIGHT, _WORTH, states=_OF_INSIGHTS, usual="open"
    ),  # now, whenever it was found
    "anomalies": Subject(
        "insights",
        "Anomalies",
        _INSIGHT,
        _WORTH,
        (("kind", "anomaly"),),
        "detected_at",
        states=_OF_INSIGHTS,
        usual="open",
    ),
    "episodes": Subject(  # anomalies whether they are over or not, and what they cost in all
        "insights",
        "Anomalies",
        ("started_on", *_INSIGHT[1:], "total_impact"),
        _WORTH,
        (("kind", "anomaly"),),
        "started_on",
        states=_OF_INSIGHTS,
    ),
    "recommendations": Subject(
        "recommendations",
        "Recommendations",
        ("kind", "resource_id", "account", "team", "current_state", "proposed_state", "monthly_savings", "currency"),
        "monthly_savings",
        states={"open": "open", "waiting": "open", "dismissed": "dismissed", "succeeded": "done"},
        usual="open",
    ),
    "remediations": Subject(
        "remediations",
        "Remediations",
        (
            "remediation_id",
            "playbook",
            "resource_id",
            "account",
            "team",
            "state",
            "requested_at",
            "requested_by",
            "approved_by",
        ),
        "requested_at",
        (),
        "requested_at",
        state_column="state",
        states={"open": "proposed", "waiting": "proposed"}
        | {name: name for name in ("approved", "succeeded", "failed", "rejected", "expired", "undone")},
    ),
    "ledger": Subject(
        "savings",
        "Savings ledger",
        (
            "remediation_id",
            "resource_id",
            "team",
            "applied_on",
            "expected_monthly_savings",
            "realized_monthly_savings",
            "currency",
            "status",
        ),
        "applied_on",
        (),
        "applied_on",
    ),
    "prices": Subject(
        "prices",
        "On-demand prices",
        ("provider", "region", "instance_type", "operating_system", "vcpus", "memory_gib", "hourly_price", "currency"),
        "instance_type",
        empty="No prices have been collected yet.",
    ),
    "utilization": Subject(
        "utilization",
        "Utilization",
        ("resource_id", "metric", "unit"),
        dated="usage_date",
        empty="No utilization has been collected yet.",
    ),
    "freshness": Subject("data_freshness", "Bills", ("provider", "data_through", "loaded_at"), "data_through"),
}


FILTERS_BY_VIEW = {
    "insights": {"team", "account", "service", "provider"},
    "recommendations": {"team", "account"},
    "remediations": {"team", "account"},
    "savings": {"team"},
    "prices": {"provider", "region"},
    "utilization": set(),
    "data_freshness": {"provider"},
}
