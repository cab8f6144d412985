SELECT team, sum(effective_cost) AS cost, sum(sum(effective_cost)) OVER () AS total, 100 * sum(effective_cost) / sum(sum(effective_cost)) OVER () AS pct FROM daily_costs GROUP BY team

SELECT date_trunc('month', usage_date)::date AS month, SUM(effective_cost) FILTER (WHERE service = 'Amazon EC2') AS "EC2" FROM reporting.daily_costs WHERE usage_date >= (CURRENT_DATE - INTERVAL '6 months') GROUP BY 1 ORDER BY 1

SELECT service, SUM(CASE WHEN usage_date >= '2026-11-01' THEN effective_cost END) AS cur, SUM(CASE WHEN usage_date < '2026-11-01' THEN effective_cost END) AS prev FROM daily_costs GROUP BY service HAVING SUM(effective_cost) > 0 ORDER BY cur DESC NULLS LAST LIMIT 20

SELECT r.team, COUNT(*) AS idle FROM resources r WHERE r.state = 'running' AND r.resource_id IN (SELECT resource_id FROM utilization WHERE metric = 'cpu' GROUP BY resource_id HAVING max(maximum) < 5) GROUP BY r.team

SELECT date_trunc('day', detected_at) AS d, count(*) FROM insights GROUP BY d ORDER BY d

SELECT usage_date, effective_cost, effective_cost - LAG(effective_cost) OVER (PARTITION BY service ORDER BY usage_date) AS delta FROM (SELECT usage_date, service, SUM(effective_cost) AS effective_cost FROM daily_costs GROUP BY usage_date, service) t

SELECT team, round((sum(effective_cost))::numeric, 2) FROM daily_costs GROUP BY team

SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY average) FROM utilization WHERE metric = 'cpu'

SELECT to_char(date_trunc('month', usage_date), 'Mon YYYY') m, sum(effective_cost)::money FROM daily_costs GROUP BY date_trunc('month', usage_date) ORDER BY date_trunc('month', usage_date)

SELECT team, environment, sum(effective_cost) FROM daily_costs GROUP BY GROUPING SETS ((team), (environment))

SELECT team, environment, sum(effective_cost) FROM daily_costs GROUP BY ROLLUP((team, environment), service)

SELECT a.team FROM daily_costs a WHERE a.effective_cost > (SELECT avg(b.effective_cost) * 2 FROM daily_costs b WHERE b.service = a.service)

WITH spend AS (SELECT usage_date, sum(effective_cost) c FROM daily_costs GROUP BY 1), stats AS (SELECT avg(c) m, stddev_samp(c) s FROM spend) SELECT usage_date, c, (c - m) / NULLIF(s, 0) z FROM spend, stats WHERE abs((c - m) / NULLIF(s, 0)) > 2 ORDER BY usage_date

SELECT usage_date::date, sum(billed_cost) FROM daily_costs WHERE usage_date >= date '2026-01-01' AND charge_category IN ('Usage', 'Purchase') GROUP BY usage_date::date

SELECT 1 FROM daily_costs LIMIT 0

SELECT * FROM daily_costs LIMIT ALL

SELECT * FROM daily_costs LIMIT 5 OFFSET 10

SELECT count(1), count(team), count(DISTINCT team) FROM daily_costs

SELECT sum(effective_cost) total FROM daily_costs WHERE NOT EXISTS (SELECT 1 FROM budgets b WHERE b.scope = daily_costs.team)

SELECT regr_slope(c, n) FROM (SELECT row_number() OVER (ORDER BY usage_date) n, sum(effective_cost) c FROM daily_costs GROUP BY usage_date) x

SELECT regr_slope(c, extract(epoch FROM usage_date)) FROM (SELECT usage_date, sum(effective_cost) c FROM daily_costs GROUP BY usage_date) x

SELECT service, array_agg(DISTINCT team) FILTER (WHERE team IS NOT NULL) FROM daily_costs GROUP BY service

SELECT string_agg(team, ', ') FROM (SELECT DISTINCT team FROM daily_costs ORDER BY team) t

SELECT string_agg(team || ': ' || c::text, E'\n' ORDER BY c DESC) FROM (SELECT team, sum(effective_cost) c FROM daily_costs GROUP BY team) t

SELECT extract(month from usage_date)::int AS mon, extract(year from usage_date)::int AS yr FROM daily_costs GROUP BY yr, mon ORDER BY yr, mon

SELECT date_part('day', age(current_date, first_seen)) FROM resources

SELECT (SELECT count(*) FROM resources WHERE team = t.team) n, t.team FROM (VALUES ('a'), ('b')) AS t(team)

SELECT COALESCE(SUM(effective_cost), 0)::float8 FROM daily_costs WHERE usage_date BETWEEN '2026-10-01'::date AND ('2026-10-01'::date + INTERVAL '1 month' - INTERVAL '1 day')::date

SELECT current_date - date_trunc('month', current_date)::date + 1 AS day_of_month

SELECT sum(effective_cost) / GREATEST(count(DISTINCT usage_date), 1) FROM daily_costs

SELECT service, rank() OVER (PARTITION BY provider ORDER BY sum(effective_cost) DESC NULLS LAST) FROM daily_costs GROUP BY provider, service

SELECT * FROM (SELECT *, rank() OVER (PARTITION BY team ORDER BY effective_cost DESC) AS r FROM resource_costs) t WHERE r <= 5

SELECT t.*, t.cost * 12 AS yearly FROM (SELECT team, sum(effective_cost) AS cost FROM daily_costs GROUP BY team) t

SELECT team FROM daily_costs WHERE lower(team) LIKE lower('%CHECK%') GROUP BY team

SELECT team FROM daily_costs WHERE team ~~ 'a%'

SELECT min(usage_date) FILTER (WHERE effective_cost > 0), max(usage_date) FROM daily_costs

SELECT team, sum(effective_cost) FROM daily_costs WHERE usage_date >= '2026-10-01' GROUP BY team UNION ALL SELECT 'TOTAL', sum(effective_cost) FROM daily_costs WHERE usage_date >= '2026-10-01'

SELECT b.budget, b.amount - b.spent AS left FROM budgets b

SELECT b.budget, 100.0 * b.spent / b.amount AS "percent used", b.status FROM budgets AS b WHERE b.period_start <= current_date AND current_date < b.period_end

SELECT p.instance_type, min(p.hourly_price) * 730 AS monthly FROM prices p WHERE p.vcpus >= 2 AND p.memory_gib >= 8 GROUP BY p.instance_type

SELECT playbook, count(*) FILTER (WHERE state = 'succeeded')::float / count(*) FROM remediations GROUP BY playbook

SELECT extract(epoch FROM (finished_at - requested_at)) / 60.0 AS minutes FROM remediations

SELECT usage_hour::date, extract(hour from usage_hour), effective_cost FROM hourly_costs WHERE usage_hour >= timestamptz '2026-11-01 00:00:00+00'

SELECT usage_hour::timestamp AT TIME ZONE 'UTC' FROM hourly_costs

SELECT max(usage_date) OVER () AS last, * FROM daily_costs

SELECT d.*, r.instance_type FROM resource_costs d LEFT JOIN resources r USING (resource_id, team)

SELECT a.x, b.y FROM (SELECT 1 AS x) AS a FULL JOIN (SELECT 1 AS y) AS b ON a.x = b.y

SELECT CASE WHEN EXISTS (SELECT 1 FROM daily_costs WHERE team IS NULL) THEN 'yes' ELSE 'no' END

SELECT NULLIF(team, '') IS NULL AS none, count(*) FROM daily_costs GROUP BY NULLIF(team, '') IS NULL

SELECT ROUND(AVG(daily), 2), ROUND(MAX(daily), 2) FROM (SELECT usage_date, SUM(effective_cost) daily FROM daily_costs GROUP BY usage_date) AS x WHERE EXTRACT(DOW FROM usage_date) NOT IN (0, 6)

SELECT generate_series(1, 12) AS m

SELECT m, (date '2026-01-01' + (m - 1) * interval '1 month')::date FROM generate_series(1, 12) m

SELECT d FROM generate_series('2026-01-01'::date, '2026-01-31', '1 day'::interval) d

SELECT d FROM generate_series(current_date - 30, current_date, '1 day') d

SELECT d.day, c.cost FROM (SELECT generate_series(min(usage_date), max(usage_date), interval '1 day')::date AS day FROM daily_costs) d LEFT JOIN (SELECT usage_date, sum(effective_cost) AS cost FROM daily_costs GROUP BY 1) c ON c.usage_date = d.day

SELECT unnest(array_agg(DISTINCT team)) FROM daily_costs

SELECT x.key, x.val FROM daily_costs d CROSS JOIN LATERAL unnest(ARRAY['a','b'], ARRAY[d.billed_cost, d.list_cost]) AS x(key, val)

SELECT team, bool_and(environment = 'prod') FROM daily_costs GROUP BY team

SELECT provider || '/' || service AS path, sum(effective_cost) c FROM daily_costs GROUP BY provider || '/' || service

SELECT team, sum(effective_cost) FROM daily_costs GROUP BY team ORDER BY CASE WHEN team IS NULL THEN 1 ELSE 0 END, sum(effective_cost) DESC

SELECT split_part(resource_id, '/', -1) FROM resources

SELECT substring(resource_id from '[^/]+$') FROM resources

SELECT regexp_split_to_table('a,b', ',')

SELECT service FROM daily_costs WHERE (service, region) = ('a', 'b')

SELECT count(*) FROM (SELECT 1 FROM daily_costs GROUP BY team, service) x

SELECT sum(effective_cost)::numeric(20,4) FROM daily_costs d WHERE d.usage_date = (SELECT max(usage_date) FROM daily_costs WHERE provider = d.provider)

SELECT first_value(usage_date) OVER w, last_value(usage_date) OVER w FROM daily_costs WINDOW w AS (PARTITION BY team ORDER BY usage_date ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)

SELECT sum(x) OVER w1, avg(x) OVER (w1 ORDER BY usage_date) FROM (SELECT usage_date, team, effective_cost x FROM daily_costs) s WINDOW w1 AS (PARTITION BY team), w2 AS (w1)

SELECT team, sum(effective_cost) AS "sum" FROM daily_costs GROUP BY team ORDER BY "sum" DESC

SELECT sum(effective_cost) AS sum FROM daily_costs

SELECT count(*) AS count, team AS value, service AS key, region AS name, currency AS type FROM daily_costs GROUP BY value, key, name, type

SELECT usage_date AS day, sum(effective_cost) AS cost FROM daily_costs GROUP BY day ORDER BY day

SELECT date_trunc('month', usage_date) AS year, sum(effective_cost) AS month FROM daily_costs GROUP BY year

SELECT "d"."team" AS "team", sum("d"."effective_cost") AS "c" FROM "reporting"."daily_costs" AS "d" GROUP BY "d"."team"

SELECT avg(u.average)::numeric(6,2) || ' %' FROM utilization u

SELECT date '2026-02-01' - date '2026-01-01' AS days

SELECT team, (sum(effective_cost) - lag(sum(effective_cost)) OVER (ORDER BY team)) / NULLIF(lag(sum(effective_cost)) OVER (ORDER BY team), 0) FROM daily_costs GROUP BY team

SELECT x FROM (SELECT team AS x FROM daily_costs INTERSECT ALL SELECT team FROM resources) q ORDER BY x COLLATE "C"

SELECT sum(effective_cost) FROM daily_costs WHERE service IN ('a', 'b', 'c') AND team = 'x' OR region = ANY(ARRAY['a']) AND usage_date > '2026-01-01'

SELECT DISTINCT ON (resource_id) resource_id, usage_date, average FROM utilization WHERE metric='cpu' ORDER BY resource_id, usage_date DESC

SELECT ntile(10) OVER (ORDER BY monthly_cost) AS decile, resource_id FROM resources

SELECT cume_dist() OVER (ORDER BY monthly_cost) FROM resources

SELECT rank(100) WITHIN GROUP (ORDER BY monthly_cost) FROM resources

SELECT avg(effective_cost) FILTER (WHERE environment = 'prod') / NULLIF(avg(effective_cost) FILTER (WHERE environment = 'dev'), 0) FROM daily_costs

SELECT greatest(date '2026-01-01', max(usage_date)) FROM daily_costs

SELECT * FROM daily_costs WHERE region IS NULL AND team IS NOT NULL OR (environment) IS NULL

SELECT NOT bool_or(effective_cost < 0) FROM daily_costs

SELECT a.team, b.team FROM (SELECT DISTINCT team FROM daily_costs) a, (SELECT DISTINCT team FROM daily_costs) b WHERE a.team < b.team

SELECT resource_id, monthly_cost FROM resources ORDER BY monthly_cost DESC NULLS LAST FETCH FIRST ROW ONLY

SELECT interval '1 day' * avg(5), make_interval(0, 0, 0, 3), make_interval(weeks => 2)

SELECT sum(effective_cost) FROM daily_costs WHERE usage_date >= '2026-10-01' and usage_date < '2026-10-01'::date + 31

SELECT EXTRACT(QUARTER FROM usage_date) q, sum(effective_cost) FROM daily_costs GROUP BY q

SELECT team IS NOT NULL AS t, count(*) FROM daily_costs GROUP BY 1 HAVING count(*) > 0 ORDER BY 1

SELECT team, NULL::numeric AS budget FROM daily_costs GROUP BY team

SELECT sum(effective_cost) FROM daily_costs WHERE service LIKE 'Amazon\_%' ESCAPE '\'

SELECT DATE_TRUNC('MONTH', usage_date) FROM daily_costs GROUP BY DATE_TRUNC('MONTH', usage_date)

SELECT count(*) FROM daily_costs WHERE (team, environment) IS DISTINCT FROM ('a', 'b')

SELECT * FROM daily_costs AS d (day, p) LIMIT 1

SELECT max(usage_date) - interval '1 day' FROM daily_costs WHERE usage_date < 'today'

SELECT variance(DISTINCT effective_cost), sum(ALL effective_cost) FROM daily_costs

SELECT team FROM daily_costs GROUP BY DISTINCT ROLLUP (team), ROLLUP (team)

SELECT array_agg(effective_cost ORDER BY usage_date DESC) FROM daily_costs

SELECT (array_agg(effective_cost ORDER BY usage_date DESC))[1:3] FROM daily_costs

SELECT lag(sum(effective_cost), 1) OVER (ORDER BY date_trunc('month', usage_date)) FROM daily_costs GROUP BY date_trunc('month', usage_date)

SELECT EVERY(team IS NOT NULL), max(array_length(string_to_array(resource_id, '-'), 1)) FROM resource_costs

SELECT timestamp with time zone '2026-01-01 00:00+00', time '10:00', timestamp without time zone '2026-01-01'

SELECT histogram.bucket, count(*) FROM (SELECT width_bucket(effective_cost, ARRAY[0, 10, 100]) bucket FROM daily_costs) histogram GROUP BY 1

SELECT "lower"('A') AS a, "count"(*) AS n FROM daily_costs

SELECT d.usage_date, sum(d.effective_cost) FROM daily_costs d JOIN budgets b ON d.usage_date BETWEEN b.period_start AND b.period_end GROUP BY 1 ORDER BY 1

SELECT r1.resource_id, count(*) FROM resources r1 JOIN resources r2 ON r1.monthly_cost < r2.monthly_cost GROUP BY 1 ORDER BY 1

SELECT i.title, sum(d.effective_cost) FROM insights i JOIN daily_costs d ON d.service = i.service AND d.usage_date BETWEEN i.detected_at::date - 7 AND i.detected_at::date GROUP BY 1 ORDER BY 1
