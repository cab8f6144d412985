SELECT sum(effective_cost) FROM reporting.daily_costs

SELECT sum(d.effective_cost) AS "Total" FROM reporting.daily_costs AS d

SELECT service, sum(effective_cost) AS cost FROM daily_costs GROUP BY service ORDER BY cost DESC LIMIT 10

SELECT service, sum(effective_cost) AS cost FROM daily_costs GROUP BY 1 ORDER BY 2 DESC NULLS LAST FETCH FIRST 5 ROWS ONLY

SELECT service, sum(effective_cost) AS cost FROM daily_costs GROUP BY 1 ORDER BY 2 DESC OFFSET 5 LIMIT 5

SELECT DISTINCT team FROM daily_costs WHERE team IS NOT NULL ORDER BY team

SELECT DISTINCT ON (team) team, service, effective_cost FROM daily_costs ORDER BY team, effective_cost DESC

SELECT date_trunc('week', usage_date)::date AS week, sum(billed_cost) FROM daily_costs GROUP BY 1

SELECT extract(year FROM usage_date) AS y, extract(month FROM usage_date) AS m, sum(effective_cost) FROM daily_costs GROUP BY 1, 2

SELECT date_part('dow', usage_date) AS dow, avg(effective_cost) FROM daily_costs GROUP BY 1

SELECT to_char(usage_date, 'YYYY-MM') AS month, sum(effective_cost) FROM daily_costs GROUP BY 1

SELECT to_char(usage_date, 'Day') AS d, sum(effective_cost) FROM daily_costs GROUP BY to_char(usage_date, 'Day')

SELECT * FROM daily_costs LIMIT 10

SELECT d.* FROM daily_costs d LIMIT 3

SELECT count(*) FROM resources

SELECT count(DISTINCT account_id) FROM daily_costs

SELECT count(*) FILTER (WHERE team IS NULL) AS untagged, count(*) AS everything FROM daily_costs

SELECT provider, account, sum(effective_cost) FROM daily_costs GROUP BY ROLLUP (provider, account)

SELECT provider, team, sum(effective_cost) FROM daily_costs GROUP BY CUBE (provider, team)

SELECT provider, team, sum(effective_cost), grouping(provider, team) FROM daily_costs GROUP BY GROUPING SETS ((provider), (team), ())

SELECT service, sum(effective_cost) AS c FROM daily_costs GROUP BY service HAVING sum(effective_cost) > 1000

SELECT usage_date, sum(effective_cost) AS c, sum(sum(effective_cost)) OVER (ORDER BY usage_date) AS running FROM daily_costs GROUP BY usage_date

SELECT usage_date, sum(effective_cost) AS c, avg(sum(effective_cost)) OVER (ORDER BY usage_date ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS avg7 FROM daily_costs GROUP BY usage_date ORDER BY 1

SELECT month, cost, lag(cost) OVER (ORDER BY month) AS previous, cost - lag(cost) OVER (ORDER BY month) AS change FROM (SELECT date_trunc('month', usage_date) AS month, sum(effective_cost) AS cost FROM daily_costs GROUP BY 1) m

SELECT team, service, cost, rank() OVER (PARTITION BY team ORDER BY cost DESC) AS r FROM (SELECT team, service, sum(effective_cost) AS cost FROM daily_costs GROUP BY team, service) x

WITH c AS (SELECT team, service, sum(effective_cost) AS cost, row_number() OVER (PARTITION BY team ORDER BY sum(effective_cost) DESC) AS n FROM daily_costs GROUP BY 1, 2) SELECT team, service, cost FROM c WHERE n <= 3 ORDER BY team, n

SELECT team, first_value(service) OVER w, last_value(service) OVER w, nth_value(service, 2) OVER w FROM daily_costs WINDOW w AS (PARTITION BY team ORDER BY effective_cost DESC)

SELECT team, ntile(4) OVER (ORDER BY sum(effective_cost)) FROM daily_costs GROUP BY team

SELECT team, percent_rank() OVER (ORDER BY sum(effective_cost)), cume_dist() OVER (ORDER BY sum(effective_cost)), dense_rank() OVER (ORDER BY sum(effective_cost)) FROM daily_costs GROUP BY team

SELECT lead(usage_date, 1) OVER (ORDER BY usage_date) FROM daily_costs

SELECT lag(effective_cost, 7, 0) OVER (PARTITION BY service ORDER BY usage_date) FROM daily_costs

SELECT sum(effective_cost) OVER (PARTITION BY team ORDER BY usage_date RANGE BETWEEN INTERVAL '7 days' PRECEDING AND CURRENT ROW) FROM daily_costs

SELECT sum(effective_cost) OVER (ORDER BY usage_date GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) FROM daily_costs

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY effective_cost) FROM daily_costs

SELECT percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY effective_cost) FROM daily_costs

SELECT percentile_disc(0.9) WITHIN GROUP (ORDER BY effective_cost DESC) FROM daily_costs WHERE team = 'payments'

SELECT mode() WITHIN GROUP (ORDER BY region) FROM daily_costs

SELECT regr_slope(c, n) AS slope, regr_intercept(c, n), regr_r2(c, n) FROM (SELECT sum(effective_cost) AS c, row_number() OVER (ORDER BY usage_date) AS n FROM daily_costs GROUP BY usage_date) t

SELECT corr(usage_quantity, effective_cost) FROM daily_costs WHERE usage_quantity > 0

SELECT stddev(effective_cost), stddev_pop(effective_cost), variance(effective_cost), var_samp(effective_cost) FROM daily_costs

SELECT width_bucket(effective_cost, 0, 1000, 10) AS bucket, count(*) FROM daily_costs GROUP BY 1 ORDER BY 1

SELECT string_agg(DISTINCT team, ', ') FROM daily_costs

SELECT account, string_agg(service, ', ' ORDER BY service) FROM (SELECT DISTINCT account, service FROM daily_costs) s GROUP BY account

SELECT array_agg(DISTINCT region ORDER BY region) FROM daily_costs

SELECT array_to_string(array_agg(team), '|') FROM (SELECT DISTINCT team FROM daily_costs) t

SELECT coalesce(team, 'unallocated'), sum(effective_cost) FROM daily_costs GROUP BY coalesce(team, 'unallocated')

SELECT sum(effective_cost) / nullif(sum(usage_quantity), 0) AS unit_cost FROM daily_costs

SELECT greatest(sum(effective_cost), 0), least(sum(billed_cost), 100) FROM daily_costs

SELECT CASE WHEN environment = 'prod' THEN 'prod' WHEN environment IS NULL THEN 'none' ELSE 'non-prod' END AS env, sum(effective_cost) FROM daily_costs GROUP BY 1

SELECT CASE environment WHEN 'prod' THEN 1 ELSE 0 END FROM daily_costs

SELECT sum(CASE WHEN provider = 'AWS' THEN effective_cost ELSE 0 END) AS aws FROM daily_costs

SELECT CAST(sum(effective_cost) AS numeric(12,2)) FROM daily_costs

SELECT sum(effective_cost)::numeric(12, 2), sum(effective_cost)::float8, sum(effective_cost)::text, sum(effective_cost)::int, sum(effective_cost)::bigint FROM daily_costs

SELECT round(sum(effective_cost), 2), ceil(sum(effective_cost)), floor(sum(effective_cost)), abs(sum(effective_cost)), trunc(sum(effective_cost), 1) FROM daily_costs

SELECT usage_date + INTERVAL '1 day', usage_date - INTERVAL '2 weeks' FROM daily_costs LIMIT 1

SELECT usage_date - 7 FROM daily_costs LIMIT 1

SELECT sum(effective_cost) FROM daily_costs WHERE usage_date >= current_date - 30

SELECT sum(effective_cost) FROM daily_costs WHERE usage_date >= current_date - INTERVAL '30 days' AND usage_date < CURRENT_DATE

SELECT sum(effective_cost) FROM daily_costs WHERE usage_date >= date_trunc('month', now()) - interval '1 month' AND usage_date < date_trunc('month', now())

SELECT sum(effective_cost) FROM daily_costs WHERE usage_date >= date_trunc('month', current_timestamp AT TIME ZONE 'UTC')

SELECT usage_hour AT TIME ZONE 'Europe/Berlin' AS local, sum(effective_cost) FROM hourly_costs GROUP BY 1

SELECT extract(hour FROM usage_hour) AS h, sum(effective_cost) FROM hourly_costs GROUP BY 1 ORDER BY 1

SELECT date_bin('6 hours', usage_hour, TIMESTAMP '2024-01-01') AS b, sum(effective_cost) FROM hourly_costs GROUP BY 1

SELECT usage_date FROM daily_costs WHERE usage_date BETWEEN DATE '2026-10-01' AND DATE '2026-10-31'

SELECT usage_date FROM daily_costs WHERE usage_date NOT BETWEEN '2026-10-01' AND '2026-10-31'

SELECT * FROM daily_costs WHERE usage_date BETWEEN SYMMETRIC '2026-10-31' AND '2026-10-01' LIMIT 5

SELECT sum(effective_cost) FROM daily_costs WHERE team IS DISTINCT FROM 'payments'

SELECT sum(effective_cost) FROM daily_costs WHERE team IS NOT DISTINCT FROM NULL

SELECT sum(effective_cost) FROM daily_costs WHERE service ILIKE '%compute%'

SELECT sum(effective_cost) FROM daily_costs WHERE service NOT LIKE 'Amazon%'

SELECT sum(effective_cost) FROM daily_costs WHERE service LIKE '100\%' ESCAPE '\'

SELECT sum(effective_cost) FROM daily_costs WHERE service SIMILAR TO '%(Compute|Lambda)%'

SELECT sum(effective_cost) FROM daily_costs WHERE service ~ '^Amazon'

SELECT sum(effective_cost) FROM daily_costs WHERE service ~* 'ec2|rds' AND service !~ 'foo' AND service !~* 'bar'

SELECT sum(effective_cost) FROM daily_costs WHERE team IN ('payments', 'checkout')

SELECT sum(effective_cost) FROM daily_costs WHERE team NOT IN ('payments') OR team IS NULL

SELECT sum(effective_cost) FROM daily_costs WHERE team = ANY(ARRAY['payments', 'checkout'])

SELECT sum(effective_cost) FROM daily_costs WHERE team <> ALL(ARRAY['payments', 'checkout'])

SELECT sum(effective_cost) FROM daily_costs WHERE (team, environment) = ('payments', 'prod')

SELECT sum(effective_cost) FROM daily_costs WHERE (team, environment) IN (('payments', 'prod'), ('checkout', 'dev'))

SELECT sum(effective_cost) FROM daily_costs WHERE (usage_date, provider) > (DATE '2026-10-01', 'AWS')

SELECT r.resource_name FROM resources r WHERE EXISTS (SELECT 1 FROM resource_costs c WHERE c.resource_id = r.resource_id AND c.effective_cost > 10)

SELECT r.resource_name FROM resources r WHERE NOT EXISTS (SELECT 1 FROM resource_costs c WHERE c.resource_id = r.resource_id)

SELECT resource_name, (SELECT max(c.effective_cost) FROM resource_costs c WHERE c.resource_id = r.resource_id) AS top FROM resources r

SELECT resource_id FROM resources WHERE resource_id IN (SELECT resource_id FROM recommendations WHERE status = 'open')

SELECT d.usage_date FROM daily_costs d WHERE d.effective_cost > (SELECT avg(effective_cost) FROM daily_costs)

SELECT d.usage_date FROM daily_costs d WHERE d.effective_cost >= ALL (SELECT effective_cost FROM daily_costs)

SELECT d.service FROM daily_costs d WHERE d.effective_cost > SOME (SELECT monthly_cost FROM resources)

SELECT r.resource_id, c.cost FROM resources r JOIN (SELECT resource_id, sum(effective_cost) AS cost FROM resource_costs GROUP BY 1) c USING (resource_id)

SELECT r.resource_id, u.average FROM resources r LEFT JOIN utilization u ON u.resource_id = r.resource_id AND u.metric = 'cpu'

SELECT resource_id, average FROM resources NATURAL JOIN utilization

SELECT r.resource_id FROM resources r RIGHT JOIN recommendations n ON n.resource_id = r.resource_id

SELECT coalesce(a.team, b.team) FROM (SELECT DISTINCT team FROM daily_costs) a FULL OUTER JOIN (SELECT DISTINCT team FROM recommendations) b ON a.team = b.team

SELECT a.team, b.environment FROM (SELECT DISTINCT team FROM daily_costs) a CROSS JOIN (SELECT DISTINCT environment FROM daily_costs) b

SELECT t.team, x.service, x.cost FROM (SELECT DISTINCT team FROM daily_costs) t CROSS JOIN LATERAL (SELECT service, sum(effective_cost) AS cost FROM daily_costs d WHERE d.team = t.team GROUP BY service ORDER BY 2 DESC LIMIT 3) x

SELECT t.team, x.cost FROM (SELECT DISTINCT team FROM daily_costs) t LEFT JOIN LATERAL (SELECT sum(effective_cost) AS cost FROM daily_costs d WHERE d.team = t.team) x ON true

SELECT t.team, x.cost FROM (SELECT DISTINCT team FROM daily_costs) t, LATERAL (SELECT sum(effective_cost) AS cost FROM daily_costs d WHERE d.team = t.team) x

SELECT v.name, sum(d.effective_cost) FROM (VALUES ('payments', 'Payments team'), ('checkout', 'Checkout')) AS v(team, name) JOIN daily_costs d ON d.team = v.team GROUP BY v.name

VALUES (1, 'a'), (2, 'b')

WITH v(team, budget) AS (VALUES ('payments', 100), ('checkout', 200)) SELECT v.team, v.budget - sum(d.effective_cost) AS left_over FROM v JOIN daily_costs d USING (team) GROUP BY v.team, v.budget

WITH a AS (SELECT usage_date, sum(effective_cost) AS cost FROM daily_costs GROUP BY 1), b AS (SELECT avg(cost) AS mean, stddev(cost) AS sd FROM a) SELECT a.usage_date, a.cost, (a.cost - b.mean) / nullif(b.sd, 0) AS z FROM a CROSS JOIN b WHERE a.cost > b.mean + 2 * b.sd

WITH a AS MATERIALIZED (SELECT team, sum(effective_cost) AS c FROM daily_costs GROUP BY team) SELECT * FROM a

WITH a AS NOT MATERIALIZED (SELECT team, sum(effective_cost) AS c FROM daily_costs GROUP BY team) SELECT * FROM a

SELECT team FROM daily_costs UNION SELECT team FROM recommendations

SELECT 'oct' AS m, sum(effective_cost) FROM daily_costs WHERE usage_date >= '2026-10-01' AND usage_date < '2026-11-01' UNION ALL SELECT 'sep', sum(effective_cost) FROM daily_costs WHERE usage_date >= '2026-09-01' AND usage_date < '2026-10-01'

SELECT team FROM daily_costs EXCEPT SELECT team FROM budgets b JOIN daily_costs d ON d.team = b.scope

SELECT account FROM daily_costs INTERSECT SELECT account FROM resources

(SELECT team, 1 AS n FROM daily_costs LIMIT 1) UNION ALL (SELECT team, 2 FROM daily_costs LIMIT 1) ORDER BY n

SELECT day::date, coalesce(sum(d.effective_cost), 0) FROM generate_series(DATE '2026-10-01', DATE '2026-10-31', INTERVAL '1 day') AS day LEFT JOIN daily_costs d ON d.usage_date = day::date GROUP BY 1 ORDER BY 1

SELECT g.d::date AS day FROM generate_series('2026-10-01'::timestamp, '2026-10-31', '1 day') AS g(d)

SELECT n FROM generate_series(1, 12) n

SELECT generate_series(1, 3)

SELECT * FROM generate_series(1, 5) WITH ORDINALITY AS t(v, i)

SELECT unnest(ARRAY['payments', 'checkout']) AS team

SELECT t.team FROM unnest(ARRAY['payments', 'checkout']) AS t(team)

SELECT upper(team), lower(service), initcap(region), length(account) FROM daily_costs LIMIT 1

SELECT left(service, 10), right(service, 5), substring(service FROM 1 FOR 5), substr(service, 2, 3), trim(service), ltrim(service), rtrim(service, 'x') FROM daily_costs LIMIT 1

SELECT split_part(region, '-', 1) AS continent, sum(effective_cost) FROM daily_costs GROUP BY 1

SELECT replace(service, 'Amazon ', '') AS s FROM daily_costs GROUP BY 1

SELECT regexp_replace(service, '^(Amazon|AWS) ', '') AS s, count(*) FROM daily_costs GROUP BY 1

SELECT substring(resource_name from '^[a-z]+') AS prefix, sum(effective_cost) FROM resource_costs GROUP BY 1

SELECT position('EC2' IN service) FROM daily_costs LIMIT 1

SELECT concat(team, '/', environment) AS k, concat_ws('-', team, environment), team || ':' || environment FROM daily_costs GROUP BY 1, 2, 3

SELECT format('%s in %s', team, region) FROM daily_costs LIMIT 1

SELECT lpad(extract(month from usage_date)::text, 2, '0') FROM daily_costs LIMIT 1

SELECT service AS "Service name", sum(effective_cost) AS "Cost (USD)" FROM daily_costs GROUP BY "service" ORDER BY "Cost (USD)" DESC

SELECT "effective_cost" FROM "reporting"."daily_costs" LIMIT 1

SELECT effective_cost AS billed_cost FROM daily_costs ORDER BY billed_cost LIMIT 1

SELECT service AS team, sum(effective_cost) FROM daily_costs GROUP BY service

select sum( effective_cost ) from daily_costs where provider='AWS' ;

SELECT sum(effective_cost) FROM daily_costs -- total

SELECT /* the sum */ sum(effective_cost) FROM daily_costs

SELECT budget, amount, spent, percent_used, status FROM budgets WHERE period_start <= current_date AND period_end > current_date

SELECT scope, sum(expected_cost), sum(low_80), sum(high_80) FROM forecasts WHERE scope_kind = 'team' AND forecast_date < DATE '2027-01-01' GROUP BY scope

SELECT kind, severity, count(*), sum(impact_amount) FROM insights WHERE status = 'open' GROUP BY kind, severity

SELECT date_trunc('day', detected_at) AS day, count(*) FROM insights GROUP BY 1

SELECT kind, sum(monthly_savings) FROM recommendations WHERE status = 'open' GROUP BY kind ORDER BY 2 DESC

SELECT state, count(*), avg(finished_at - requested_at) FROM remediations GROUP BY state

SELECT extract(epoch FROM finished_at - requested_at) / 3600 AS hours FROM remediations

SELECT team, sum(expected_monthly_savings), sum(realized_monthly_savings) FROM savings GROUP BY team

SELECT s.remediation_id, r.playbook, s.realized_monthly_savings FROM savings s JOIN remediations r ON r.remediation_id = s.remediation_id

SELECT instance_type, min(hourly_price) FROM prices WHERE region = 'eu-west-1' AND vcpus >= 4 GROUP BY instance_type

SELECT p.instance_type, p.hourly_price * 730 AS monthly FROM prices p WHERE p.memory_gib / nullif(p.vcpus, 0) >= 4

SELECT resource_id, max(maximum) FROM utilization WHERE metric = 'cpu' AND usage_date > current_date - 14 GROUP BY resource_id HAVING max(maximum) < 5

SELECT age(now(), first_seen) FROM resources

SELECT resource_id, last_seen - first_seen AS lived FROM resources ORDER BY 2 DESC

SELECT sum(effective_cost) / count(DISTINCT usage_date) AS per_day FROM daily_costs

SELECT 100.0 * sum(effective_cost) FILTER (WHERE commitment_status = 'Used') / nullif(sum(effective_cost), 0) FROM daily_costs

SELECT sum(list_cost) - sum(effective_cost) AS saved, 1 - sum(effective_cost) / nullif(sum(list_cost), 0) AS rate FROM daily_costs

SELECT power(2, 3), sqrt(4), exp(1), ln(2), log(10), mod(7, 3), sign(-1), cbrt(8), pi()

SELECT bool_and(effective_cost >= 0), bool_or(team IS NULL), every(currency = 'USD') FROM daily_costs

SELECT sum(effective_cost) FROM daily_costs WHERE team IS NULL AND NOT (provider = 'AWS' OR provider = 'Microsoft')

SELECT sum(effective_cost) FROM daily_costs WHERE (effective_cost > 0) IS TRUE AND (team = 'x') IS NOT TRUE AND (team IS NULL) IS NOT FALSE AND (team = 'y') IS UNKNOWN

SELECT sum(effective_cost) FROM daily_costs WHERE true

SELECT sum(effective_cost) FROM daily_costs WHERE usage_date = '2026-10-01'::date OR usage_date = DATE '2026-10-02' OR usage_date = CAST('2026-10-03' AS date)

SELECT sum(effective_cost) FROM daily_costs WHERE usage_date >= make_date(2026, 10, 1) AND usage_date < to_date('2026-11-01', 'YYYY-MM-DD')

SELECT sum(effective_cost) FROM daily_costs WHERE usage_date >= (SELECT max(usage_date) - 6 FROM daily_costs)

SELECT (date_trunc('month', usage_date) + interval '1 month - 1 day')::date AS month_end FROM daily_costs GROUP BY 1

SELECT date '2026-10-31' - date '2026-10-01' AS days

SELECT extract(isodow FROM usage_date) IN (6, 7) AS weekend, avg(effective_cost) FROM daily_costs GROUP BY 1

SELECT extract(quarter FROM usage_date), extract(week FROM usage_date), extract(doy FROM usage_date), extract(epoch FROM usage_date) FROM daily_costs LIMIT 1

SELECT overlay(service placing 'X' from 1 for 2) FROM daily_costs LIMIT 1

WITH this AS (SELECT service, sum(effective_cost) c FROM daily_costs WHERE usage_date >= '2026-10-01' AND usage_date < '2026-11-01' GROUP BY 1), last AS (SELECT service, sum(effective_cost) c FROM daily_costs WHERE usage_date >= '2026-09-01' AND usage_date < '2026-10-01' GROUP BY 1) SELECT coalesce(this.service, last.service) AS service, coalesce(this.c, 0) - coalesce(last.c, 0) AS change, round(100 * (this.c / nullif(last.c, 0) - 1), 1) AS pct FROM this FULL JOIN last ON this.service = last.service ORDER BY abs(coalesce(this.c, 0) - coalesce(last.c, 0)) DESC LIMIT 10

SELECT a.usage_date, a.c, b.c FROM (SELECT usage_date, sum(effective_cost) c FROM daily_costs GROUP BY 1) a JOIN (SELECT usage_date, sum(effective_cost) c FROM daily_costs GROUP BY 1) b ON b.usage_date = a.usage_date - 7

SELECT max(usage_date) FROM daily_costs

SELECT min(effective_cost), max(effective_cost), avg(effective_cost)::numeric(10,2) FROM daily_costs

SELECT team, sum(effective_cost) AS cost, round(100 * sum(effective_cost) / sum(sum(effective_cost)) OVER (), 1) AS share FROM daily_costs GROUP BY team ORDER BY cost DESC

SELECT team, max(cost) FILTER (WHERE m = 10) AS oct, max(cost) FILTER (WHERE m = 9) AS sep FROM (SELECT team, extract(month FROM usage_date) AS m, sum(effective_cost) AS cost FROM daily_costs GROUP BY 1, 2) x GROUP BY team

SELECT ARRAY(SELECT DISTINCT team FROM daily_costs)

SELECT (ARRAY[1,2,3])[1]

SELECT array_length(ARRAY[1,2,3], 1), cardinality(ARRAY[1,2])

SELECT team FROM daily_costs GROUP BY team HAVING count(DISTINCT environment) > 1 AND bool_or(environment = 'prod')

SELECT service, sum(effective_cost) FROM daily_costs WHERE lower(service) LIKE '%s3%' OR lower(service) LIKE '%storage%' GROUP BY service

SELECT sum(effective_cost) AS "sum", count(*) AS "select" FROM daily_costs

SELECT region, account, sum(effective_cost) FROM daily_costs GROUP BY region, account ORDER BY region ASC, sum(effective_cost) DESC

SELECT 'O''Reilly' AS name, E'tab\there' AS t

SELECT sum(effective_cost) FROM daily_costs WHERE 'prod' = environment

SELECT count(*) FROM (SELECT 1 FROM daily_costs GROUP BY usage_date HAVING sum(effective_cost) > 100) t

SELECT DISTINCT date_trunc('quarter', usage_date)::date FROM daily_costs

SELECT round((sum(effective_cost) / extract(day FROM max(usage_date)) * 30)::numeric, 2) AS run_rate FROM daily_costs WHERE usage_date >= date_trunc('month', current_date)

SELECT bit_and(1), num_nulls(team, region), num_nonnulls(team) FROM daily_costs GROUP BY team, region

SELECT sum(effective_cost) FROM daily_costs WHERE usage_date::text LIKE '2026-10%'

SELECT sum(effective_cost) FROM daily_costs WHERE date(usage_date) = '2026-10-01'

SELECT sum(effective_cost) FROM daily_costs WHERE usage_date >= '2026-10-01'::timestamptz

SELECT sum(effective_cost) FROM daily_costs WHERE usage_date >= timestamp with time zone '2026-10-01 00:00:00+00'

SELECT sum(effective_cost) FROM daily_costs WHERE (usage_date, usage_date) OVERLAPS (DATE '2026-10-01', DATE '2026-10-31')

SELECT isfinite(usage_date), justify_days(interval '40 days') FROM daily_costs LIMIT 1

SELECT t.* FROM (SELECT team, sum(effective_cost) FROM daily_costs GROUP BY team) AS t(team, cost) WHERE t.cost > 5

SELECT starts_with(service, 'Amazon'), strpos(service, 'EC2'), reverse(service), md5(service) FROM daily_costs LIMIT 1

SELECT sum(effective_cost) FROM daily_costs WHERE usage_date >= 'yesterday'::date

SELECT CASE WHEN sum(effective_cost) > 0 THEN 'yes' END FROM daily_costs

SELECT avg(effective_cost) FILTER (WHERE extract(dow from usage_date) BETWEEN 1 AND 5) FROM daily_costs

SELECT team, array_agg(service ORDER BY c DESC) FILTER (WHERE c > 10) FROM (SELECT team, service, sum(effective_cost) AS c FROM daily_costs GROUP BY 1,2) q GROUP BY team

SELECT (SELECT sum(effective_cost) FROM daily_costs WHERE environment = 'prod') - (SELECT sum(effective_cost) FROM daily_costs WHERE environment = 'dev') AS diff

SELECT sum(effective_cost) FROM daily_costs d WHERE d.account_id IN (SELECT account_id FROM resources WHERE resource_type = 'instance' GROUP BY account_id ORDER BY count(*) DESC LIMIT 3)

SELECT "d"."team" FROM "daily_costs" "d" GROUP BY "d"."team"

SELECT reporting.daily_costs.team FROM reporting.daily_costs GROUP BY reporting.daily_costs.team

SELECT daily_costs.team FROM reporting.daily_costs

SELECT 1 WHERE EXISTS (TABLE reporting.budgets)

TABLE reporting.budgets

SELECT a.team, a.c, b.amount, CASE WHEN b.amount IS NULL THEN 'no budget' WHEN a.c > b.amount THEN 'over' ELSE 'ok' END FROM (SELECT team, sum(effective_cost) c FROM daily_costs GROUP BY 1) a LEFT JOIN budgets b ON b.scope = a.team AND b.scope_kind = 'team'

SELECT to_timestamp(1700000000), to_number('12,454.8', '99G999D9')

SELECT to_char(sum(effective_cost), 'FM$999,999,990.00') FROM daily_costs

SELECT usage_date, effective_cost FROM daily_costs ORDER BY usage_date DESC, 2 ASC NULLS FIRST LIMIT 5 OFFSET 10

SELECT count(*) OVER () AS n, team FROM daily_costs GROUP BY team

SELECT sum(effective_cost) FROM daily_costs WHERE region LIKE ANY (ARRAY['eu-%', 'us-%'])

SELECT max(c) - min(c) AS spread FROM (SELECT sum(effective_cost) AS c FROM daily_costs GROUP BY date_trunc('month', usage_date)) s

SELECT exp(sum(ln(1 + x))) FROM (VALUES (0.1::float8), (0.2)) v(x)

SELECT row_number() OVER () AS n, service FROM (SELECT DISTINCT service FROM daily_costs ORDER BY service) s

SELECT sum(c) FROM (SELECT sum(effective_cost) c FROM daily_costs GROUP BY service ORDER BY c DESC LIMIT 5) top5

SELECT EXTRACT(DAY FROM (date_trunc('month', DATE '2026-02-01') + INTERVAL '1 month' - INTERVAL '1 day'))

SELECT service FROM daily_costs WHERE service !~ '^(AWS|Amazon) [A-Za-z0-9]+$' ORDER BY 1

SELECT regexp_replace(region, '-?\d{1,2}$', '') FROM daily_costs ORDER BY 1

SELECT 1.05 ^ 12, power(2, 0.5)

SELECT team FROM daily_costs WHERE team = ALL(ARRAY['checkout']) ORDER BY 1

(SELECT 1) UNION ALL (SELECT 2) ORDER BY 1
