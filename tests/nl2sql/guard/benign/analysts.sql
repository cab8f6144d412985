SELECT service, sum(effective_cost) FROM daily_costs WHERE usage_date >= date_trunc('month', current_date) GROUP BY service ORDER BY 2 DESC LIMIT 10

SELECT date_trunc('month', usage_date)::date AS month, sum(billed_cost) AS cost FROM reporting.daily_costs GROUP BY 1 ORDER BY 1

SELECT team, sum(effective_cost) AS cost, round(100.0 * sum(effective_cost) / sum(sum(effective_cost)) OVER (), 2) AS share FROM daily_costs GROUP BY team ORDER BY cost DESC

WITH m AS (SELECT date_trunc('month', usage_date) AS month, service, sum(effective_cost) AS c FROM daily_costs GROUP BY 1, 2) SELECT month, service, c, c - lag(c) OVER (PARTITION BY service ORDER BY month) AS delta FROM m ORDER BY abs(c - lag(c) OVER (PARTITION BY service ORDER BY month)) DESC NULLS LAST LIMIT 20

SELECT provider, count(DISTINCT account_id) FROM daily_costs GROUP BY provider

SELECT usage_date, sum(effective_cost) AS cost, avg(sum(effective_cost)) OVER (ORDER BY usage_date ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS avg7 FROM daily_costs GROUP BY usage_date ORDER BY usage_date

SELECT region, sum(effective_cost) FILTER (WHERE environment = 'prod') AS prod, sum(effective_cost) FILTER (WHERE environment <> 'prod') AS other FROM daily_costs GROUP BY region

SELECT extract(dow FROM usage_date) AS weekday, avg(cost) FROM (SELECT usage_date, sum(effective_cost) AS cost FROM daily_costs GROUP BY usage_date) AS d GROUP BY 1 ORDER BY 1

SELECT to_char(usage_date, 'YYYY-MM') AS month, currency, sum(billed_cost) FROM daily_costs GROUP BY 1, 2 HAVING sum(billed_cost) > 100 ORDER BY 1, 2

SELECT resource_id, resource_name, monthly_cost FROM resources WHERE state = 'stopped' AND monthly_cost > 10 ORDER BY monthly_cost DESC NULLS LAST

SELECT r.resource_id, r.monthly_cost, u.average FROM resources r JOIN utilization u ON u.resource_id = r.resource_id WHERE u.metric = 'cpu' AND u.average < 5

SELECT r.team, count(*) AS idle, sum(r.monthly_cost) AS cost FROM resources r WHERE NOT EXISTS (SELECT 1 FROM utilization u WHERE u.resource_id = r.resource_id AND u.average > 3) GROUP BY r.team

SELECT budget, amount, spent, round(spent / nullif(amount, 0) * 100, 1) AS pct FROM budgets WHERE period_start <= current_date AND period_end > current_date ORDER BY pct DESC

SELECT b.scope, b.amount, d.cost FROM budgets b LEFT JOIN (SELECT team, sum(effective_cost) AS cost FROM daily_costs GROUP BY team) d ON d.team = b.scope WHERE b.scope_kind = 'team'

SELECT kind, severity, count(*), sum(impact_amount) FROM insights WHERE status = 'open' GROUP BY ROLLUP (kind, severity)

SELECT team, kind, sum(monthly_savings) FROM recommendations WHERE status = 'open' GROUP BY GROUPING SETS ((team), (kind), ())

SELECT date_trunc('week', usage_date) AS week, sum(effective_cost) FROM daily_costs WHERE usage_date >= current_date - interval '12 weeks' GROUP BY week ORDER BY week

SELECT service, sum(CASE WHEN usage_date >= '2026-10-01' THEN effective_cost ELSE 0 END) - sum(CASE WHEN usage_date < '2026-10-01' THEN effective_cost ELSE 0 END) AS diff FROM daily_costs WHERE usage_date BETWEEN '2026-09-01' AND '2026-10-31' GROUP BY service ORDER BY diff DESC

SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY effective_cost) AS p95, percentile_cont(0.5) WITHIN GROUP (ORDER BY effective_cost) AS p50 FROM daily_costs WHERE service ILIKE '%ec2%'

SELECT account, string_agg(DISTINCT service, ', ' ORDER BY service) AS services FROM daily_costs GROUP BY account

SELECT coalesce(team, 'nobody') AS team, sum(effective_cost) FROM daily_costs GROUP BY 1

SELECT usage_hour, sum(effective_cost) FROM hourly_costs WHERE usage_hour >= now() - interval '24 hours' GROUP BY usage_hour ORDER BY usage_hour

SELECT extract(hour FROM usage_hour) AS hour, avg(effective_cost) FROM hourly_costs GROUP BY 1 ORDER BY 1

SELECT service, commitment_type, commitment_status, sum(effective_cost) FROM daily_costs WHERE commitment_type IS NOT NULL GROUP BY 1, 2, 3

SELECT 1 - sum(effective_cost) / nullif(sum(list_cost), 0) AS discount FROM daily_costs

SELECT pricing_category, sum(list_cost) AS list, sum(effective_cost) AS effective, sum(list_cost) - sum(effective_cost) AS saved FROM daily_costs GROUP BY 1

SELECT d.day, coalesce(sum(c.effective_cost), 0) FROM generate_series(date '2026-10-01', date '2026-10-31', interval '1 day') AS d(day) LEFT JOIN daily_costs c ON c.usage_date = d.day GROUP BY d.day ORDER BY d.day

SELECT rank() OVER (ORDER BY sum(effective_cost) DESC) AS place, team, sum(effective_cost) FROM daily_costs GROUP BY team

SELECT * FROM (SELECT team, service, sum(effective_cost) AS cost, row_number() OVER (PARTITION BY team ORDER BY sum(effective_cost) DESC) AS n FROM daily_costs GROUP BY team, service) AS x WHERE n <= 3

SELECT DISTINCT ON (team) team, service, effective_cost FROM daily_costs ORDER BY team, effective_cost DESC

SELECT count(*) FROM resources WHERE last_seen < now() - interval '30 days'

SELECT resource_type, instance_type, count(*) AS n, avg(monthly_cost)::numeric(12,2) FROM resources GROUP BY 1, 2 ORDER BY n DESC

SELECT s.team, sum(s.realized_monthly_savings) AS real, sum(s.expected_monthly_savings) AS expected FROM savings s WHERE s.status = 'verified' GROUP BY s.team

SELECT playbook, state, count(*) FROM remediations WHERE requested_at > current_date - 30 GROUP BY playbook, state

SELECT requested_by, approved_by, count(*) FROM remediations GROUP BY 1, 2 ORDER BY 3 DESC

SELECT avg(finished_at - requested_at) FROM remediations WHERE finished_at IS NOT NULL

SELECT extract(epoch FROM avg(finished_at - requested_at)) / 3600 AS hours FROM remediations

SELECT scope, forecast_date, expected_cost, low_80, high_80 FROM forecasts WHERE made_on = (SELECT max(made_on) FROM forecasts) AND scope_kind = 'team'

SELECT f.scope, sum(f.expected_cost) AS forecast, sum(d.cost) AS actual FROM forecasts f JOIN (SELECT usage_date, team, sum(effective_cost) AS cost FROM daily_costs GROUP BY 1, 2) d ON d.team = f.scope AND d.usage_date = f.forecast_date GROUP BY f.scope

SELECT instance_type, hourly_price, hourly_price / nullif(vcpus, 0) AS per_cpu FROM prices WHERE provider = 'aws' AND region = 'eu-west-1' ORDER BY per_cpu

SELECT r.instance_type, p.hourly_price * 730 AS monthly, r.monthly_cost FROM resources r JOIN prices p ON p.instance_type = r.instance_type AND p.region = r.region

SELECT service_category, sum(effective_cost) FROM daily_costs GROUP BY service_category HAVING sum(effective_cost) > (SELECT avg(effective_cost) FROM daily_costs) ORDER BY 2 DESC

SELECT team FROM daily_costs GROUP BY team EXCEPT SELECT scope FROM budgets WHERE scope_kind = 'team'

SELECT team FROM daily_costs INTERSECT SELECT team FROM resources

SELECT 'actual' AS kind, sum(effective_cost) FROM daily_costs UNION ALL SELECT 'forecast', sum(expected_cost) FROM forecasts

SELECT usage_date, service, effective_cost FROM daily_costs WHERE (usage_date, service) IN (SELECT max(usage_date), service FROM daily_costs GROUP BY service)

SELECT greatest(sum(list_cost), sum(billed_cost)) FROM daily_costs

SELECT date_part('month', usage_date) AS m, date_part('year', usage_date) AS y, sum(billed_cost) FROM daily_costs GROUP BY y, m ORDER BY y, m

SELECT left(service, 10) AS s, upper(region), sum(effective_cost) FROM daily_costs GROUP BY 1, 2

SELECT split_part(resource_id, '/', 1) AS prefix, count(*) FROM resources GROUP BY 1

SELECT regexp_replace(resource_name, '[0-9]+$', '') AS family, sum(effective_cost) FROM resource_costs GROUP BY 1 ORDER BY 2 DESC LIMIT 20

SELECT service FROM daily_costs WHERE service ~* '^amazon' GROUP BY 1

SELECT service, sum(effective_cost) FROM daily_costs WHERE service NOT LIKE 'AWS%' AND region IN ('eu-west-1', 'us-east-1') GROUP BY service

SELECT corr(a.cost, b.cost) FROM (SELECT usage_date, sum(effective_cost) AS cost FROM daily_costs WHERE service = 'Amazon EC2' GROUP BY 1) a JOIN (SELECT usage_date, sum(effective_cost) AS cost FROM daily_costs WHERE service = 'BigQuery' GROUP BY 1) b USING (usage_date)

SELECT regr_slope(cost, extract(epoch FROM usage_date)) * 86400 AS per_day FROM (SELECT usage_date, sum(effective_cost) AS cost FROM daily_costs GROUP BY 1) x

SELECT stddev(cost) / avg(cost) AS cv, team FROM (SELECT team, usage_date, sum(effective_cost) AS cost FROM daily_costs GROUP BY 1, 2) AS q GROUP BY team

SELECT team, first_value(service) OVER (PARTITION BY team ORDER BY effective_cost DESC) FROM daily_costs

SELECT ntile(4) OVER (ORDER BY monthly_cost) AS quartile, resource_id FROM resources

SELECT quartile, count(*), sum(monthly_cost) FROM (SELECT ntile(4) OVER (ORDER BY monthly_cost) AS quartile, monthly_cost FROM resources) q GROUP BY quartile

SELECT width_bucket(monthly_cost, 0, 1000, 10) AS bucket, count(*) FROM resources GROUP BY bucket ORDER BY bucket

SELECT sum(effective_cost) AS total, min(usage_date) AS first, max(usage_date) AS last FROM daily_costs

SELECT usage_date, sum(sum(effective_cost)) OVER (PARTITION BY date_trunc('month', usage_date) ORDER BY usage_date) AS month_to_date FROM daily_costs GROUP BY usage_date

SELECT now()::date - max(usage_date) AS days_behind, provider FROM daily_costs GROUP BY provider

WITH this AS (SELECT service, sum(effective_cost) c FROM daily_costs WHERE usage_date >= date_trunc('month', now()) GROUP BY service), last AS (SELECT service, sum(effective_cost) c FROM daily_costs WHERE usage_date >= date_trunc('month', now()) - interval '1 month' AND usage_date < date_trunc('month', now()) GROUP BY service) SELECT coalesce(this.service, last.service) AS service, this.c AS now, last.c AS before, (this.c - last.c) / nullif(last.c, 0) * 100 AS pct FROM this FULL OUTER JOIN last ON this.service = last.service ORDER BY 4 DESC NULLS LAST

SELECT team, environment, grouping(team), sum(effective_cost) FROM daily_costs GROUP BY CUBE (team, environment)

SELECT count(*) FILTER (WHERE state = 'running') AS running, count(*) FILTER (WHERE state = 'stopped') AS stopped FROM resources

SELECT bool_or(severity = 'critical') FROM insights WHERE closed_at IS NULL

SELECT title, impact_amount FROM insights ORDER BY impact_amount DESC NULLS LAST FETCH FIRST 5 ROWS ONLY

SELECT age(current_date, min(detected_at)::date) FROM insights WHERE status = 'open'

SELECT date_trunc('day', detected_at AT TIME ZONE 'Europe/Berlin') AS day, count(*) FROM insights GROUP BY 1

SELECT title FROM insights WHERE detected_at >= timestamp '2026-10-01 00:00:00' AND detected_at < timestamp '2026-11-01'

SELECT resource_id FROM resource_costs GROUP BY resource_id HAVING sum(effective_cost) > 10 AND max(usage_date) >= current_date - 3

SELECT u.resource_id, max(u.maximum) FROM utilization u WHERE u.usage_date > (now() - interval '14 days')::date GROUP BY u.resource_id HAVING max(u.maximum) < 10

SELECT rc.resource_id, sum(rc.effective_cost) / count(DISTINCT rc.usage_date) AS per_day FROM resource_costs rc GROUP BY rc.resource_id ORDER BY per_day DESC LIMIT 50

SELECT d.team, d.cost, r.n FROM (SELECT team, sum(effective_cost) cost FROM daily_costs GROUP BY team) d LEFT JOIN (SELECT team, count(*) n FROM resources GROUP BY team) r USING (team)

SELECT x.team, l.service, l.cost FROM (SELECT DISTINCT team FROM daily_costs) x CROSS JOIN LATERAL (SELECT service, sum(effective_cost) AS cost FROM daily_costs d WHERE d.team = x.team GROUP BY service ORDER BY cost DESC LIMIT 3) l

SELECT sum(effective_cost)::money FROM daily_costs

SELECT round(sum(effective_cost)::numeric, 2)::text || ' USD' AS cost FROM daily_costs

SELECT concat(round(sum(effective_cost), 2), ' ', currency) FROM daily_costs GROUP BY currency

SELECT to_char(sum(effective_cost), 'FM999,999,990.00') AS cost FROM daily_costs

SELECT usage_date + 1 AS next_day FROM daily_costs GROUP BY 1

SELECT make_date(extract(year FROM usage_date)::int, extract(month FROM usage_date)::int, 1) AS m, sum(effective_cost) FROM daily_costs GROUP BY 1

SELECT (date_trunc('month', usage_date) + interval '1 month' - interval '1 day')::date AS month_end, sum(effective_cost) FROM daily_costs GROUP BY 1

SELECT CASE WHEN effective_cost < 1 THEN 'small' WHEN effective_cost < 100 THEN 'medium' ELSE 'large' END AS size, count(*) FROM daily_costs GROUP BY 1

SELECT sum(usage_quantity), usage_unit FROM daily_costs WHERE usage_unit = 'GB-Month' GROUP BY usage_unit

SELECT sum(effective_cost) / nullif(sum(usage_quantity), 0) AS unit_cost, service FROM daily_costs WHERE usage_unit = 'Hours' GROUP BY service

SELECT charge_category, sum(billed_cost) FROM daily_costs WHERE charge_category IN ('Tax', 'Credit') GROUP BY 1

SELECT service, sum(billed_cost) FROM daily_costs WHERE charge_category = 'Usage' AND billed_cost < 0 GROUP BY service

SELECT account, environment, sum(effective_cost) FROM daily_costs WHERE (account, environment) = ('prod', 'prod') GROUP BY 1, 2

SELECT * FROM daily_costs LIMIT 5

SELECT * FROM daily_costs ORDER BY usage_date DESC LIMIT 20 OFFSET 40

TABLE budgets

SELECT b.* FROM budgets b WHERE b.percent_used > 80

SELECT array_agg(DISTINCT region) AS regions, team FROM daily_costs GROUP BY team

SELECT usage_date, team, sum(effective_cost) AS cost, sum(effective_cost) > 2 * avg(sum(effective_cost)) OVER (PARTITION BY team ORDER BY usage_date ROWS BETWEEN 7 PRECEDING AND 1 PRECEDING) AS jumped FROM daily_costs GROUP BY usage_date, team

WITH daily AS (SELECT usage_date, sum(effective_cost) AS c FROM daily_costs GROUP BY 1), stats AS (SELECT avg(c) AS m, stddev_samp(c) AS s FROM daily) SELECT d.usage_date, d.c, (d.c - stats.m) / nullif(stats.s, 0) AS z FROM daily d, stats WHERE abs(d.c - stats.m) > 3 * stats.s

WITH daily AS (SELECT usage_date, sum(effective_cost) AS c FROM daily_costs GROUP BY 1) SELECT usage_date, c, (SELECT avg(c) FROM daily) AS mean FROM daily

SELECT a.usage_date, a.cost, b.cost AS week_before FROM (SELECT usage_date, sum(effective_cost) AS cost FROM daily_costs GROUP BY 1) a LEFT JOIN (SELECT usage_date, sum(effective_cost) AS cost FROM daily_costs GROUP BY 1) b ON b.usage_date = a.usage_date - 7

SELECT service, sum(effective_cost) FROM daily_costs WHERE usage_date >= '2026-10-01'::date AND usage_date < '2026-11-01'::date AND team = 'checkout' AND environment = 'prod' GROUP BY service

SELECT sum(effective_cost) FROM daily_costs WHERE usage_date = CURRENT_DATE - INTERVAL '1' DAY

SELECT sum(effective_cost) FROM daily_costs WHERE usage_date >= CURRENT_DATE - INTERVAL '7 days'

SELECT sum(effective_cost) FROM daily_costs WHERE extract(isodow FROM usage_date) IN (6, 7)

SELECT extract(quarter FROM usage_date) AS q, sum(effective_cost) FROM daily_costs WHERE date_part('year', usage_date) = 2026 GROUP BY q

SELECT sum(effective_cost) FROM daily_costs WHERE team IS DISTINCT FROM 'checkout'

SELECT sum(effective_cost) FROM daily_costs WHERE team = ANY(ARRAY['checkout', 'search'])

SELECT sum(effective_cost) FROM daily_costs WHERE team = ANY('{checkout,search}')

SELECT team, sum(effective_cost) FROM daily_costs WHERE lower(service) SIMILAR TO '%(ec2|s3)%' GROUP BY team

SELECT position('/' IN resource_id), substring(resource_id FROM 1 FOR 8) FROM resources

SELECT trim(both '/' FROM resource_id) FROM resources

SELECT overlay(resource_id placing 'x' from 1 for 2) FROM resources

SELECT nullif(region, '') FROM daily_costs GROUP BY 1

SELECT mode() WITHIN GROUP (ORDER BY instance_type) FROM resources

SELECT lead(usage_date, 1) OVER w, sum(effective_cost) OVER w FROM daily_costs WINDOW w AS (PARTITION BY team ORDER BY usage_date)

SELECT team, sum(effective_cost) OVER (PARTITION BY team ORDER BY usage_date RANGE BETWEEN INTERVAL '7 days' PRECEDING AND CURRENT ROW) FROM daily_costs

SELECT cume_dist() OVER (ORDER BY monthly_cost DESC) AS pareto, resource_id FROM resources

WITH t AS (SELECT team, sum(effective_cost) AS c FROM daily_costs GROUP BY team), p AS (SELECT team, c, sum(c) OVER (ORDER BY c DESC) / sum(c) OVER () AS running FROM t) SELECT * FROM p WHERE running <= 0.8

SELECT r.resource_id FROM resources r LEFT JOIN remediations m ON m.resource_id = r.resource_id WHERE m.resource_id IS NULL

SELECT i.title, r.state FROM insights i LEFT JOIN resources r ON r.resource_id = i.resource_id WHERE i.kind = 'idle'

SELECT account, sum(effective_cost) AS "Total Cost" FROM daily_costs GROUP BY account ORDER BY "Total Cost" DESC

SELECT d."team", sum(d."effective_cost") FROM "reporting"."daily_costs" AS d GROUP BY d."team"

select TEAM, SUM(Effective_Cost) from Reporting.Daily_Costs group by Team;

SELECT /* all */ team, sum(effective_cost) FROM daily_costs GROUP BY team -- done

SELECT invoice_id, sum(billed_cost) FROM invoices GROUP BY invoice_id

SELECT team, shared_cost, sum(cost) FROM showback GROUP BY 1, 2

SELECT type, sum(cost) FROM contract_commitments GROUP BY type

SELECT resource_id, metric, avg(average) FROM hourly_utilization GROUP BY 1, 2

SELECT (SELECT sum(effective_cost) FROM daily_costs WHERE environment = 'prod') / nullif((SELECT sum(effective_cost) FROM daily_costs), 0) AS prod_share

SELECT d.usage_date, d.service, d.cost FROM (SELECT usage_date, service, sum(effective_cost) AS cost, dense_rank() OVER (PARTITION BY usage_date ORDER BY sum(effective_cost) DESC) AS r FROM daily_costs GROUP BY 1, 2) AS d WHERE d.r = 1

SELECT provider, account, sum(effective_cost) AS c FROM daily_costs GROUP BY provider, account HAVING count(DISTINCT usage_date) >= 10

SELECT sum(effective_cost) FROM daily_costs WHERE NOT (team = 'search' OR team IS NULL)

SELECT (date '2026-10-31' - date '2026-10-01') + 1 AS days, sum(effective_cost) FROM daily_costs

SELECT team, max(usage_date) FILTER (WHERE effective_cost > 0) AS last_spend FROM daily_costs GROUP BY team HAVING max(usage_date) < current_date - 7

SELECT currency, sum(billed_cost) OVER (PARTITION BY currency) FROM daily_costs LIMIT 1

SELECT account_id, account, sum(effective_cost) FROM daily_costs WHERE account_id ~ '^[0-9]{12}$' GROUP BY 1, 2

SELECT coalesce(environment, '(none)') AS env, to_char(date_trunc('month', usage_date), 'Mon YYYY') AS month, sum(effective_cost) FROM daily_costs GROUP BY 1, 2

SELECT abs(sum(billed_cost) - sum(effective_cost)) AS amortisation FROM daily_costs WHERE usage_date >= date_trunc('year', current_date)

SELECT sum(effective_cost) * 1.19 AS gross FROM daily_costs

SELECT sum(effective_cost) / 30 * 365 AS annual FROM daily_costs WHERE usage_date >= current_date - 30

SELECT sum(effective_cost) / extract(day FROM max(usage_date)) * extract(day FROM (date_trunc('month', max(usage_date)) + interval '1 month - 1 day')) AS projected FROM daily_costs WHERE usage_date >= date_trunc('month', current_date)

SELECT resource_name, rc.team, sum(effective_cost) FROM resource_costs rc WHERE resource_name ILIKE '%test%' OR resource_name ILIKE '%tmp%' GROUP BY 1, 2 ORDER BY 3 DESC

SELECT generate_series(1, 12) AS month

SELECT m.month, sum(d.effective_cost) FROM (VALUES (1), (2), (3)) AS m(month) JOIN daily_costs d ON extract(month FROM d.usage_date) = m.month GROUP BY m.month

SELECT percent_used::int, lpad(budget, 20) FROM budgets

SELECT repeat('#', (percent_used / 5)::int) AS bar, budget FROM budgets

SELECT count(*) AS days_over FROM (SELECT usage_date FROM daily_costs GROUP BY usage_date HAVING sum(effective_cost) > 50) AS over_days

SELECT team, sum(effective_cost) AS cost FROM daily_costs WHERE usage_date BETWEEN SYMMETRIC '2026-10-31' AND '2026-10-01' GROUP BY team

SELECT s.*, r.resource_name FROM savings s NATURAL JOIN resources r

SELECT team, cost, cost - avg(cost) OVER () AS above FROM (SELECT team, sum(effective_cost) AS cost FROM daily_costs GROUP BY team) AS t ORDER BY above DESC

SELECT nth_value(team, 2) OVER (ORDER BY monthly_cost DESC) FROM resources

SELECT date_bin('7 days', usage_hour, timestamp '2026-01-05') AS week, sum(effective_cost) FROM hourly_costs GROUP BY 1

SELECT every(status = 'done') FROM recommendations

SELECT proposed_state, current_state FROM recommendations WHERE created_at::date = current_date
