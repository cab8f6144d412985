"""The views of budgets, forecasts, insights and what was done about them."""

from db.reporting.view import View, columns

# A budget's scope reads as `settings.Scope` does; JSON objects keep no order.
_PLACE_OF_KEY = (
    "array_position(ARRAY['team', 'account', 'service', 'environment', 'application', 'provider', 'region'], k)"
)

DECISIONS: tuple[View, ...] = (
    View(
        "budgets",
        "Budgets and how they stand, one row a period",
        columns(
            "budget text Name of the budget\n"
            "scope_kind text Dimension of the scope: team, account, service …, total\n"
            "scope text Value of the scope\n"
            "period_start date First day\n"
            "period_end date Day after the last\n"
            "amount numeric Budgeted amount\n"
            "spent numeric Effective cost so far\n"
            "forecast numeric Expected cost at the period's end\n"
            "percent_used numeric 100 x spent / amount\n"
            "status text ok, warning, forecast_breach or breached\n"
            "currency text Currency of the amounts"
        ),
        f"SELECT p.budget, coalesce((SELECT string_agg(k, ' x ' ORDER BY {_PLACE_OF_KEY}) "  # noqa: S608 - its names are constants, its values are bound
        "FROM jsonb_object_keys(b.scope) AS k), 'total') AS scope_kind, "
        f"coalesce((SELECT string_agg(v, ', ' ORDER BY {_PLACE_OF_KEY}) "
        "FROM jsonb_each_text(b.scope) AS t(k, v)), 'everything') AS scope, "
        "p.period_start, p.period_end, p.amount, p.spent, "
        "p.forecast, round(100 * p.spent / p.amount, 1) AS percent_used, p.status, b.currency "
        "FROM finops.budget_periods p JOIN finops.budgets b ON b.name = p.budget",
        "scope_kind = 'team' AND scope IN ({teams})",
    ),
    View(
        "forecasts",
        "Expected cost a day, as predicted on made_on; take the newest made_on for the current forecast",
        columns(
            "scope_kind text Dimension of the scope: team, account, service …, total\n"
            "scope text Value of the scope\n"
            "made_on date Day of the prediction\n"
            "forecast_date date Day that is predicted\n"
            "model text Model or ensemble\n"
            "expected_cost numeric Expected effective cost of the day\n"
            "low_80 numeric Lower end of the 80 % band\n"
            "high_80 numeric Upper end of the 80 % band\n"
            "low_95 numeric Lower end of the 95 % band\n"
            "high_95 numeric Upper end of the 95 % band\n"
            "currency text Currency"
        ),
        "SELECT scope_kind, scope, made_on, forecast_date, model, expected_cost, low_80, high_80, low_95, high_95, "
        "currency FROM finops.forecasts",
        "scope_kind = 'team' AND scope IN ({teams})",
    ),
    View(
        "insights",
        "Anomalies, budget breaches, idle resources, recommendations and verified savings",
        columns(
            "insight_id bigint Number of the insight\n"
            "detected_at timestamptz When it was first seen\n"
            "kind text anomaly, budget, idle, recommendation, forecast, saving\n"
            "severity text critical, high, medium or low\n"
            "status text open, acknowledged, expected, snoozed or resolved\n"
            "title text What it says in a line\n"
            "provider text Cloud provider\n"
            "account text Sub account name\n"
            "service text Service name\n"
            "team text Owning team\n"
            "resource_id text Provider's id of the resource\n"
            "impact_amount numeric Cost a day (anomalies) or a month (the rest)\n"
            "currency text Currency of the impact\n"
            "closed_at timestamptz When it was resolved\n"
            "started_on date First day of an anomaly\n"
            "total_impact numeric Cost of an anomaly beyond the expected in all; NULL while it goes on"
        ),
        "SELECT id AS insight_id, detected_at, kind, severity, status, title, provider, account, service, team, "
        "resource_id, impact_amount, currency, closed_at, starts_on AS started_on, "
        "CASE WHEN kind = 'anomaly' THEN (evidence #>> '{over,amount}')::numeric END AS total_impact "
        "FROM finops.insights",
    ),
    View(
        "recommendations",
        "Changes that would save money",
        columns(
            "recommendation_id bigint Number of the recommendation\n"
            "created_at timestamptz When it was first made\n"
            "kind text stop_idle, rightsize, delete_volume …; advised_… by the cloud itself\n"
            "resource_id text Provider's id of the resource\n"
            "account text Sub account name\n"
            "team text Owning team\n"
            "current_state text What is there now\n"
            "proposed_state text What is proposed\n"
            "monthly_savings numeric Expected saving a month; NULL when the price is not known\n"
            "currency text Currency\n"
            "status text open, accepted, dismissed, done or gone"
        ),
        "SELECT id AS recommendation_id, created_at, kind, resource_id, account, team, current_state, proposed_state, "
        "monthly_savings, currency, status "
        "FROM finops.recommendations WHERE status <> 'protected'",
    ),
    View(
        "remediations",
        "Proposed and executed changes, one row a resource",
        columns(
            "remediation_id bigint Number of the remediation\n"
            "playbook text Playbook that was planned\n"
            "resource_id text Provider's id of the resource\n"
            "account text Sub account name\n"
            "team text Owning team\n"
            "state text proposed, approved, running, succeeded, partial, failed, unknown, rejected, expired, undone "
            "or void\n"
            "requested_at timestamptz When it was proposed\n"
            "requested_by text Who asked\n"
            "approved_by text Who approved\n"
            "finished_at timestamptz When the run ended"
        ),
        "SELECT r.id AS remediation_id, r.playbook, s.resource_id, r.account, r.team, r.state, r.requested_at, "
        "r.requested_by, "
        "(SELECT string_agg(a->>'actor', ', ') FROM jsonb_array_elements(r.approvals) AS a) AS approved_by, "
        "r.finished_at "
        "FROM finops.remediations r LEFT JOIN finops.remediation_steps s ON s.remediation_id = r.id",
    ),
    View(
        "savings",
        "The savings ledger: expected and realized, verified against the bill",
        columns(
            "remediation_id bigint Number of the remediation\n"
            "resource_id text Provider's id of the resource\n"
            "team text Owning team\n"
            "applied_on date Day of the change\n"
            "expected_monthly_savings numeric Saving that was promised\n"
            "realized_monthly_savings numeric Saving that the bill shows; NULL while pending\n"
            "currency text Currency\n"
            "status text pending, validated, partial, missed or reversed"
        ),
        "SELECT remediation_id, resource_id, team, applied_on, expected_monthly_savings, realized_monthly_savings, "
        "currency, status FROM finops.savings",
    ),
)
