-- A row or two of everything that the dashboards show.
INSERT INTO finops.sources (id, name) OVERRIDING SYSTEM VALUE VALUES (990001, 'dashboard test');
INSERT INTO finops.loads (delivery, path, status, started_at, finished_at) VALUES ('d', 'p', 'loaded', now(), now());
INSERT INTO finops.daily_costs (usage_date, source_id, billing_period_start, provider, account_id, account, service, region, team, environment, charge_category, list_cost, contracted_cost, billed_cost, effective_cost, currency)
SELECT day::date, 990001, date_trunc('month', day), 'AWS', '111122223333', 'shop-prod', service, 'eu-west-1', team, 'prod', 'Usage', 12, 11, 10, 10, 'USD'
FROM generate_series(timestamptz '2026-06-01', timestamptz '2026-11-20', interval '1 day') AS day, unnest(ARRAY['Amazon EC2', 'Amazon S3']) AS service, unnest(ARRAY['payments', NULL]) AS team;
INSERT INTO finops.resource_costs (usage_date, source_id, billing_period_start, resource_id, resource_name, resource_type, provider, account_id, account, service, region, team, charge_category, billed_cost, effective_cost, currency)
VALUES ('2026-11-01', 990001, '2026-11-01', 'i-dashboard', 'web-1', 'Instance', 'AWS', '111122223333', 'shop-prod', 'Amazon EC2', 'eu-west-1', 'payments', 'Usage', 5, 5, 'USD');
INSERT INTO finops.budgets (name, scope, amount, currency) VALUES ('dashboard', '{"team": "payments"}', 100, 'USD');
INSERT INTO finops.budget_periods (budget, period_start, period_end, amount, spent, forecast, status, evaluated_at)
VALUES ('dashboard', current_date - 10, current_date + 20, 100, 60, 130, 'forecast_breach', now());
INSERT INTO finops.forecasts (scope_kind, scope, currency, made_on, forecast_date, model, expected_cost, low_80, high_80, low_95, high_95)
SELECT 'team', 'payments', 'USD', made, day::date, 'ensemble', 20, 18, 22, 17, 23
FROM unnest(ARRAY[date '2026-10-01', current_date]) AS made, generate_series(made, made + 40, interval '1 day') AS day;
INSERT INTO finops.insights (fingerprint, kind, severity, status, title, provider, account, service, team, impact_amount, currency, detected_at, closed_at) VALUES
  ('dashboard-1', 'anomaly', 'high', 'open', 'EC2 is up', 'AWS', 'shop-prod', 'Amazon EC2', 'payments', 50, 'USD', '2026-11-10', NULL),
  ('dashboard-2', 'anomaly', 'low', 'resolved', 'S3 is up', 'AWS', 'shop-prod', 'Amazon S3', NULL, 5, 'USD', '2026-11-01', '2026-11-02'),
  ('dashboard-3', 'idle', 'low', 'open', 'web-1 is idle', 'AWS', 'shop-prod', 'Amazon EC2', 'payments', 5, 'USD', '2026-11-10', NULL);
INSERT INTO finops.recommendations (fingerprint, kind, resource_id, account, team, current_state, proposed_state, monthly_savings, currency, confidence)
VALUES ('dashboard', 'stop_idle', 'i-dashboard', 'shop-prod', 'payments', 'running', 'stopped', 30, 'USD', 'high');
INSERT INTO finops.remediations (id, playbook, playbook_digest, plan, plan_digest, state, account, team, requested_by, requested_at, approvals, expires_at)
OVERRIDING SYSTEM VALUE VALUES (990001, 'ec2-stop-idle', 'x', '{}', 'x', 'succeeded', 'shop-prod', 'payments', 'U1', '2026-11-01', '[{"actor": "U2"}]', '2026-11-02');
INSERT INTO finops.remediation_steps (remediation_id, position, resource_id, action) VALUES (990001, 1, 'i-dashboard', 'ec2.stop');
INSERT INTO finops.savings (remediation_id, resource_id, team, applied_on, window_days, expected_monthly_savings, realized_monthly_savings, currency, status)
VALUES (990001, 'i-dashboard', 'payments', '2026-11-01', 14, 30, 28, 'USD', 'validated');
