WITH monthly AS (SELECT date_trunc('month', usage_date)::date AS month, service, sum(effective_cost) AS cost FROM daily_costs GROUP BY 1, 2), ranked AS (SELECT *, row_number() OVER (PARTITION BY month ORDER BY cost DESC, service) AS rank FROM monthly) SELECT month, service, cost FROM ranked WHERE rank <= 3 ORDER BY month, rank

WITH t(team, cost) AS (SELECT team, sum(effective_cost) FROM daily_costs GROUP BY team) SELECT team, cost, cost / (SELECT sum(cost) FROM t) AS share FROM t ORDER BY cost DESC, team

WITH a AS MATERIALIZED (SELECT * FROM daily_costs WHERE environment = 'prod'), b AS NOT MATERIALIZED (SELECT team, sum(effective_cost) AS c FROM a GROUP BY team) SELECT * FROM b ORDER BY team

WITH cur AS (SELECT sum(effective_cost) AS c FROM daily_costs WHERE usage_date >= '2026-11-01'), prev AS (SELECT sum(effective_cost) AS c FROM daily_costs WHERE usage_date >= '2026-10-01' AND usage_date < '2026-11-01') SELECT cur.c AS now, prev.c AS before, cur.c - prev.c AS change, round((cur.c - prev.c) / nullif(prev.c, 0) * 100, 1) AS percent FROM cur, prev

SELECT * FROM (SELECT team, sum(effective_cost) AS cost FROM daily_costs GROUP BY team) AS t WHERE cost > 100 ORDER BY team

SELECT team, cost FROM (SELECT team, sum(effective_cost) AS cost FROM daily_costs GROUP BY team) WHERE cost > 100 ORDER BY team

SELECT DISTINCT team FROM daily_costs ORDER BY team

SELECT DISTINCT ON (team) team, service, effective_cost FROM daily_costs ORDER BY team, effective_cost DESC, service

SELECT team FROM daily_costs UNION SELECT team FROM resources ORDER BY team

SELECT team, 'cost' AS source FROM daily_costs UNION ALL (SELECT team, 'inventory' FROM resources ORDER BY resource_id LIMIT 2) ORDER BY 1, 2

SELECT team FROM daily_costs INTERSECT SELECT team FROM resources ORDER BY 1

SELECT team FROM daily_costs EXCEPT SELECT team FROM resources ORDER BY 1

SELECT team FROM daily_costs UNION SELECT team FROM resources EXCEPT SELECT 'search' ORDER BY 1

SELECT 1 AS x UNION ALL SELECT 2 EXCEPT ALL SELECT 1 ORDER BY x

SELECT 1 AS x EXCEPT SELECT 2 UNION SELECT 3 ORDER BY x

SELECT 1 AS x UNION SELECT 2 INTERSECT SELECT 2 ORDER BY x

(SELECT team, sum(effective_cost) AS cost FROM daily_costs GROUP BY team ORDER BY cost DESC LIMIT 2) UNION ALL (SELECT 'total', sum(effective_cost) FROM daily_costs) ORDER BY cost

SELECT resource_id FROM resources r WHERE EXISTS (SELECT 1 FROM utilization u WHERE u.resource_id = r.resource_id AND u.average < 5) ORDER BY 1

SELECT resource_id FROM resources r WHERE NOT EXISTS (SELECT * FROM utilization WHERE utilization.resource_id = r.resource_id) ORDER BY 1

SELECT resource_id FROM resources WHERE resource_id IN (SELECT resource_id FROM utilization WHERE metric = 'cpu') ORDER BY 1

SELECT resource_id FROM resources WHERE resource_id NOT IN (SELECT resource_id FROM utilization WHERE resource_id IS NOT NULL) ORDER BY 1

SELECT service FROM daily_costs WHERE effective_cost = (SELECT max(effective_cost) FROM daily_costs) GROUP BY service ORDER BY 1

SELECT service FROM daily_costs WHERE effective_cost >= ALL (SELECT effective_cost FROM daily_costs) GROUP BY service ORDER BY 1

SELECT DISTINCT service FROM daily_costs WHERE team = ANY (ARRAY['checkout', 'search']) ORDER BY 1

SELECT DISTINCT service FROM daily_costs WHERE team = ANY (SELECT scope FROM budgets WHERE scope_kind = 'team') ORDER BY 1

SELECT DISTINCT service FROM daily_costs WHERE team = ANY ('{checkout,search}'::text[]) ORDER BY 1

SELECT team, (SELECT count(*) FROM resources r WHERE r.team = d.team) AS resources FROM daily_costs d GROUP BY team ORDER BY team

SELECT (SELECT sum(effective_cost) FROM daily_costs) AS total, (SELECT count(*) FROM resources) AS resources

SELECT team, service FROM daily_costs WHERE (team, service) IN (SELECT team, service FROM daily_costs GROUP BY team, service HAVING sum(effective_cost) > 50) GROUP BY 1, 2 ORDER BY 1, 2

SELECT team, service FROM daily_costs WHERE (team, environment) IN (('checkout', 'prod'), ('search', 'dev')) GROUP BY 1, 2 ORDER BY 1, 2

SELECT * FROM daily_costs ORDER BY usage_date, service, team, effective_cost LIMIT 5

SELECT d.* FROM reporting.daily_costs d WHERE d.region IS NULL ORDER BY usage_date, service, team, effective_cost LIMIT 5

SELECT daily_costs.service, daily_costs.team FROM daily_costs GROUP BY daily_costs.service, daily_costs.team ORDER BY 1, 2

SELECT reporting.daily_costs.service FROM reporting.daily_costs GROUP BY reporting.daily_costs.service ORDER BY 1

TABLE data_freshness

VALUES (1, 'one'), (2, 'two')

SELECT * FROM (VALUES (1, 'one'), (2, 'two')) AS v(n, name) ORDER BY n

SELECT column1, column2 FROM (VALUES (1, 'one'), (2, 'two')) v ORDER BY 1

SELECT 1

SELECT 'costs' AS what, 42 AS answer, NULL AS nothing, true AS yes

WITH x AS (SELECT 1 AS n) SELECT n FROM x WHERE n IN (WITH y AS (SELECT 1 AS m) SELECT m FROM y)

WITH daily_costs AS (SELECT team, effective_cost FROM reporting.daily_costs WHERE environment = 'prod') SELECT team, sum(effective_cost) FROM daily_costs GROUP BY team ORDER BY team

SELECT t.sum, t.count FROM (SELECT sum(effective_cost), count(*) FROM daily_costs) t

SELECT s.d, s."user" FROM (SELECT usage_date AS d, team AS "user" FROM daily_costs) AS s GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 3

SELECT team AS "Team", sum(effective_cost) AS "Größe in €" FROM daily_costs GROUP BY "Team" ORDER BY "Größe in €" DESC, "Team"

SELECT Team AS Owner, SUM(Effective_Cost) AS Total FROM Daily_Costs GROUP BY Owner ORDER BY Total DESC, owner

SELECT service AS date, sum(effective_cost) AS value, count(*) AS type FROM daily_costs GROUP BY date ORDER BY value DESC, date

SELECT x.month, x.name FROM (SELECT date_trunc('month', usage_date) AS month, service AS name FROM daily_costs) x GROUP BY x.month, x.name ORDER BY month, name

/* cost by team */ SELECT team, -- the owner
  sum(effective_cost) FROM daily_costs /* all */ GROUP BY team ORDER BY team

SELECT insight_id, title, severity FROM insights WHERE status = 'open' AND severity IN ('critical', 'high') ORDER BY CASE severity WHEN 'critical' THEN 1 WHEN 'high' THEN 2 ELSE 3 END, insight_id

SELECT status, count(*), sum(monthly_savings) FROM recommendations GROUP BY status ORDER BY 2 DESC, 1

SELECT state, count(*) FROM remediations GROUP BY state ORDER BY state

SELECT team, sum(expected_monthly_savings) AS expected, sum(realized_monthly_savings) AS realized FROM savings WHERE status = 'validated' GROUP BY team ORDER BY team

SELECT budget, percent_used, CASE WHEN percent_used > 100 THEN 'over' WHEN percent_used > 80 THEN 'near' ELSE 'ok' END AS state FROM budgets ORDER BY percent_used DESC, budget

SELECT ARRAY(SELECT DISTINCT team FROM daily_costs WHERE team IS NOT NULL ORDER BY team) AS teams

SELECT EXISTS (SELECT 1 FROM daily_costs WHERE team = 'checkout') AS known

SELECT ((SELECT max(usage_date) FROM daily_costs)) AS through
