SELECT r.resource_id, r.instance_type, avg(u.average) AS cpu FROM resources r JOIN utilization u ON u.resource_id = r.resource_id AND u.metric = 'cpu' GROUP BY r.resource_id, r.instance_type ORDER BY cpu, 1

SELECT r.resource_id, u.average FROM resources AS r LEFT JOIN utilization AS u USING (resource_id) ORDER BY 1, 2

SELECT resource_id, team, average FROM resources NATURAL JOIN utilization ORDER BY 1, 2, 3

SELECT * FROM resources r INNER JOIN utilization u USING (resource_id) ORDER BY resource_id, usage_date, metric

SELECT r.*, u.average FROM resources r, utilization u WHERE r.resource_id = u.resource_id ORDER BY r.resource_id, u.average

SELECT b.budget, b.amount, sum(d.effective_cost) AS spent FROM budgets b LEFT JOIN daily_costs d ON b.scope_kind = 'team' AND d.team = b.scope AND d.usage_date >= b.period_start AND d.usage_date < b.period_end GROUP BY b.budget, b.amount ORDER BY b.budget

SELECT coalesce(a.team, b.team) AS team, a.cost AS october, b.cost AS november FROM (SELECT team, sum(effective_cost) AS cost FROM daily_costs WHERE usage_date >= '2026-10-01' AND usage_date < '2026-11-01' GROUP BY team) a FULL OUTER JOIN (SELECT team, sum(effective_cost) AS cost FROM daily_costs WHERE usage_date >= '2026-11-01' GROUP BY team) b ON a.team = b.team ORDER BY 1, 2, 3

SELECT t.team, f.data_through FROM (SELECT DISTINCT team, provider FROM daily_costs) t CROSS JOIN data_freshness f WHERE f.provider = t.provider ORDER BY 1, 2

SELECT d.service, sum(d.effective_cost) / t.total AS share FROM daily_costs d CROSS JOIN (SELECT sum(effective_cost) AS total FROM daily_costs) t GROUP BY d.service, t.total ORDER BY 1

SELECT months.month, teams.team, coalesce(sum(d.effective_cost), 0) FROM (SELECT DISTINCT date_trunc('month', usage_date) AS month FROM daily_costs) months CROSS JOIN (SELECT DISTINCT team FROM daily_costs WHERE team IS NOT NULL) teams LEFT JOIN daily_costs d ON d.team = teams.team AND date_trunc('month', d.usage_date) = months.month GROUP BY 1, 2 ORDER BY 1, 2

SELECT r.resource_id, latest.average FROM resources r CROSS JOIN LATERAL (SELECT u.average FROM utilization u WHERE u.resource_id = r.resource_id ORDER BY u.usage_date DESC, u.metric LIMIT 1) AS latest ORDER BY 1

SELECT r.resource_id, latest.average FROM resources r LEFT JOIN LATERAL (SELECT average FROM utilization u WHERE u.resource_id = r.resource_id ORDER BY usage_date DESC, metric LIMIT 1) latest ON true ORDER BY 1

SELECT t.team, top.service, top.cost FROM (SELECT DISTINCT team FROM daily_costs) t, LATERAL (SELECT service, sum(effective_cost) AS cost FROM daily_costs d WHERE d.team = t.team GROUP BY service ORDER BY cost DESC, service LIMIT 3) top ORDER BY 1, 3 DESC, 2

SELECT usage_date, v.kind, v.amount FROM daily_costs, LATERAL (VALUES ('billed', billed_cost), ('effective', effective_cost)) AS v(kind, amount) ORDER BY 1, 2, 3 LIMIT 20

SELECT usage_date, v.kind, sum(v.amount) FROM daily_costs d CROSS JOIN LATERAL (VALUES ('billed', d.billed_cost), ('list', d.list_cost)) AS v(kind, amount) GROUP BY 1, 2 ORDER BY 1, 2

SELECT p.instance_type, p.hourly_price, r.resource_id FROM prices p RIGHT JOIN resources r ON r.instance_type = p.instance_type AND r.region = p.region ORDER BY r.resource_id, 1

SELECT a.usage_date, a.cost, b.cost AS week_before FROM (SELECT usage_date, sum(effective_cost) cost FROM daily_costs GROUP BY 1) a LEFT JOIN (SELECT usage_date, sum(effective_cost) cost FROM daily_costs GROUP BY 1) b ON b.usage_date = a.usage_date - 7 ORDER BY 1

SELECT rec.recommendation_id, rec.monthly_savings, res.resource_name FROM recommendations rec JOIN resources res ON res.resource_id = rec.resource_id WHERE rec.status = 'open' ORDER BY rec.monthly_savings DESC

SELECT rem.remediation_id, rem.state, s.realized_monthly_savings FROM remediations rem LEFT JOIN savings s ON s.remediation_id = rem.remediation_id AND s.resource_id = rem.resource_id ORDER BY 1, 3

SELECT r.resource_id FROM (resources r JOIN utilization u USING (resource_id)) JOIN resource_costs c USING (resource_id) GROUP BY r.resource_id ORDER BY 1

SELECT r1.resource_id, r2.resource_id AS other FROM resources r1 JOIN resources r2 ON r1.team = r2.team AND r1.resource_id < r2.resource_id ORDER BY 1, 2

SELECT f.scope, f.forecast_date, f.expected_cost, a.cost FROM forecasts f LEFT JOIN (SELECT team, usage_date, sum(effective_cost) AS cost FROM daily_costs GROUP BY team, usage_date) AS a ON a.team = f.scope AND a.usage_date = f.forecast_date WHERE f.scope_kind = 'team' AND f.made_on = (SELECT max(made_on) FROM forecasts) ORDER BY 1, 2

SELECT x.n, y.label FROM (VALUES (1, 'a'), (2, 'b')) AS x(n, k) JOIN (VALUES ('a', 'Alpha'), ('b', 'Beta')) AS y(k, label) USING (k) ORDER BY 1

SELECT u.tag, count(*) FROM daily_costs d JOIN unnest(ARRAY['checkout', 'search']) AS u(tag) ON d.team = u.tag GROUP BY 1 ORDER BY 1

SELECT d.team, i.title FROM daily_costs d LEFT JOIN insights i ON i.team = d.team AND i.detected_at::date = d.usage_date GROUP BY 1, 2 ORDER BY 1, 2
