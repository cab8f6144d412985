"""The product's own measures, read from what it stored: named queries, each with its target."""

from dataclasses import dataclass

import sqlalchemy as sa

from config.organisation import Organisation


@dataclass(frozen=True)
class Kpi:
    """A measure: `value` is None while there is nothing to measure; `good` compares it with the target."""

    name: str
    says: str
    value: float | None
    target: float
    unit: str
    higher_is_better: bool

    @property
    def good(self) -> bool | None:
        """Whether the target is met; None while unknown."""
        if self.value is None:
            return None
        return self.value >= self.target if self.higher_is_better else self.value <= self.target


@dataclass(frozen=True)
class _Measure:
    name: str
    says: str
    target: float
    unit: str
    higher_is_better: bool
    sql: str
    """Of one number or NULL; with `by_currency`, of rows (currency, part, whole), whose share is taken by worth."""
    by_currency: bool = False


_MEASURES = (
    _Measure(
        "time_to_detect",
        "Median time from the bill's arrival to the posted alert, last 90 days",
        10.0,
        "minutes",
        False,
        """SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM posted_at - data_arrived_at) / 60)
           FROM finops.insights WHERE kind = 'anomaly' AND posted_at IS NOT NULL
           AND detected_at > now() - interval '90 days'""",
    ),
    _Measure(
        "alert_precision",
        "Alerts that people called useful, of those they judged, last 90 days",
        80.0,
        "%",
        True,
        """SELECT 100.0 * count(*) FILTER (WHERE feedback = 'useful') / nullif(count(*) FILTER (WHERE feedback IN
            ('useful', 'noise')), 0)
           FROM finops.insights WHERE detected_at > now() - interval '90 days'""",
    ),
    _Measure(
        "forecast_error_30_days",
        "Median error of the 30-day total: as predicted then, or backtested while too young for that",
        10.0,
        "%",
        False,
        """SELECT 100 * percentile_cont(0.5) WITHIN GROUP (ORDER BY total_error) FROM finops.forecast_accuracy
           WHERE horizon_days = 30 AND measured_on = (SELECT max(measured_on) FROM finops.forecast_accuracy)
           AND kind = (SELECT max(kind) FROM finops.forecast_accuracy WHERE horizon_days = 30
           AND measured_on = (SELECT max(measured_on) FROM finops.forecast_accuracy))""",
    ),
    _Measure(
        "cost_under_budget",
        "Share of this month's cost that some budget covers",
        95.0,
        "%",
        True,
        """SELECT currency, coalesce(sum(effective_cost) FILTER (WHERE EXISTS (
               SELECT 1 FROM finops.budgets b WHERE b.currency = d.currency
               AND (b.scope->>'team' IS NULL OR b.scope->>'team' = d.team) AND (b.scope->>'account' IS NULL
               OR b.scope->>'account' = d.account)
               AND (b.scope->>'service' IS NULL OR b.scope->>'service' = d.service)
               AND (b.scope->>'environment' IS NULL OR b.scope->>'environment' = d.environment)
               AND (b.scope->>'application' IS NULL OR b.scope->>'application' = d.application)
               AND (b.scope->>'provider' IS NULL OR b.scope->>'provider' = d.provider)
               AND (b.scope->>'region' IS NULL OR b.scope->>'region' = d.region))), 0) AS part,
               sum(effective_cost) AS whole
           FROM finops.daily_costs d WHERE charge_category <> 'Tax'
           AND usage_date >= date_trunc('month', (SELECT max(usage_date) FROM finops.daily_costs))
           GROUP BY currency""",
        by_currency=True,
    ),
    _Measure(
        "unallocated_cost",
        "Share of this month's cost without a team",
        10.0,
        "%",
        False,
        """SELECT currency, coalesce(sum(effective_cost) FILTER (WHERE team IS NULL), 0) AS part, sum(effective_cost)
            AS whole
           FROM finops.daily_costs WHERE charge_category <> 'Tax'
           AND usage_date >= date_trunc('month', (SELECT max(usage_date) FROM finops.daily_costs))
           GROUP BY currency""",
        by_currency=True,
    ),
    _Measure(
        "validated_savings",
        "Applied savings whose window is over that the bill validated",
        80.0,
        "%",
        True,
        """SELECT 100.0 * count(*) FILTER (WHERE status = 'validated') / nullif(count(*) FILTER (WHERE status IN
            ('validated', 'partial', 'missed')), 0)
           FROM finops.savings""",
    ),
    _Measure(
        "weekly_askers",
        "Developers who asked in the last 7 days, of all there are",
        70.0,
        "%",
        True,
        """SELECT 100.0 * count(DISTINCT asker) FILTER (WHERE asked_at > now() - interval '7 days')
                  / nullif(greatest(CAST(:developers AS integer), count(DISTINCT asker)), 0)
           FROM finops.questions WHERE asked_at > now() - interval '90 days'
           AND asker NOT IN ('cli', 'eval', 'system')""",
    ),
)


def read(connection: sa.Connection, developers: int, organisation: Organisation) -> list[Kpi]:
    """All measures, in a fixed order; `developers` is how many people could ask
    (those of finops.yaml, else of the workspace), 0 where unknown.
    """
    return [_measured(connection, measure, developers, organisation) for measure in _MEASURES]


def _measured(connection: sa.Connection, measure: _Measure, developers: int, organisation: Organisation) -> Kpi:
    if measure.by_currency:
        value = _share(connection, measure.sql, organisation)
    else:
        bound = {"developers": developers} if ":developers" in measure.sql else {}
        value = connection.scalar(sa.text(measure.sql), bound)
    rounded = None if value is None else round(float(value), 2)
    return Kpi(measure.name, measure.says, rounded, measure.target, measure.unit, measure.higher_is_better)


def _share(connection: sa.Connection, sql: str, organisation: Organisation) -> float | None:
    """Percent of the whole, each currency by its worth; amounts of two currencies are never added up as they are."""
    part = whole = 0.0
    for row in connection.execute(sa.text(sql)):
        rate = organisation.rate_of(row.currency)
        part, whole = part + float(row.part) / rate, whole + float(row.whole) / rate
    return 100 * part / whole if whole else None
