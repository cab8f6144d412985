SELECT sum(effective_cost) FROM daily_costs

SELECT service, sum(effective_cost) AS cost FROM daily_costs WHERE usage_date >= DATE '2026-10-01' AND usage_date < DATE '2026-11-01' GROUP BY service ORDER BY cost DESC LIMIT 10

SELECT team, SUM(effective_cost) total FROM reporting.daily_costs WHERE charge_category <> 'Tax' GROUP BY team HAVING SUM(effective_cost) > 100 ORDER BY total DESC NULLS LAST;

SELECT coalesce(team, 'unallocated') AS team, count(*) AS n, count(DISTINCT service) AS services FROM daily_costs GROUP BY coalesce(team, 'unallocated') ORDER BY 1

SELECT provider, min(usage_date), max(usage_date), avg(effective_cost)::numeric(12, 2), stddev(effective_cost), variance(effective_cost) FROM daily_costs GROUP BY provider ORDER BY provider

SELECT service, percentile_cont(0.5) WITHIN GROUP (ORDER BY effective_cost) AS median, percentile_disc(0.9) WITHIN GROUP (ORDER BY effective_cost) AS p90 FROM daily_costs GROUP BY service ORDER BY service

SELECT percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY effective_cost::double precision) FROM daily_costs

SELECT team, mode() WITHIN GROUP (ORDER BY service) AS favourite FROM daily_costs GROUP BY team ORDER BY team

SELECT sum(effective_cost) FILTER (WHERE environment = 'prod') AS prod, sum(effective_cost) FILTER (WHERE environment <> 'prod') AS other FROM daily_costs

SELECT team, environment, sum(effective_cost) FROM daily_costs GROUP BY ROLLUP (team, environment) ORDER BY 1 NULLS LAST, 2 NULLS FIRST, 3

SELECT team, environment, grouping(team, environment) AS level, sum(billed_cost) FROM daily_costs GROUP BY CUBE (team, environment) ORDER BY level, team, environment, 4

SELECT provider, region, sum(effective_cost) AS c FROM daily_costs GROUP BY GROUPING SETS ((provider, region), (provider), ()) ORDER BY provider, region, c

SELECT team, string_agg(DISTINCT service, ', ' ORDER BY service) AS services FROM daily_costs GROUP BY team ORDER BY team

SELECT team, array_agg(DISTINCT region ORDER BY region) FROM daily_costs WHERE region IS NOT NULL GROUP BY team ORDER BY team

SELECT team, (array_agg(service ORDER BY effective_cost DESC, service))[1] AS top_service FROM daily_costs GROUP BY team ORDER BY team

SELECT corr(effective_cost::float8, usage_quantity::float8), regr_slope(effective_cost::float8, usage_quantity::float8), regr_intercept(effective_cost, usage_quantity), regr_r2(effective_cost, usage_quantity), covar_pop(effective_cost, usage_quantity) FROM daily_costs

SELECT bool_or(effective_cost > 100) AS any_big, bool_and(effective_cost > 0), every(effective_cost >= 0) FROM daily_costs

SELECT count(*) FILTER (WHERE team IS NULL)::numeric / nullif(count(*), 0) AS unallocated_share FROM daily_costs

SELECT round(100.0 * sum(CASE WHEN team IS NULL THEN effective_cost ELSE 0 END) / sum(effective_cost), 2) AS pct FROM daily_costs

SELECT stddev_pop(effective_cost), stddev_samp(effective_cost), var_pop(effective_cost), var_samp(effective_cost) FROM daily_costs

SELECT usage_date, sum(effective_cost) FROM daily_costs GROUP BY usage_date HAVING sum(effective_cost) > (SELECT avg(day_cost) FROM (SELECT sum(effective_cost) AS day_cost FROM daily_costs GROUP BY usage_date) AS days) ORDER BY 1

SELECT width_bucket(effective_cost, 0, 1000, 10) AS bucket, count(*) FROM daily_costs GROUP BY bucket ORDER BY bucket

SELECT sum(list_cost - effective_cost) AS saved, sum(list_cost - effective_cost) / NULLIF(sum(list_cost), 0) AS rate FROM daily_costs

SELECT currency, SUM("effective_cost") AS "Total Cost" FROM "reporting"."daily_costs" GROUP BY currency ORDER BY "Total Cost" DESC

SELECT count(DISTINCT (team, service)) FROM daily_costs

SELECT any_value(currency), sum(DISTINCT effective_cost), avg(DISTINCT effective_cost) FROM daily_costs

SELECT team FROM daily_costs GROUP BY team HAVING count(DISTINCT provider) > 1 AND bool_or(environment = 'prod') ORDER BY team

SELECT service, sum(effective_cost) AS cost FROM daily_costs GROUP BY 1 ORDER BY 2 DESC, 1 FETCH FIRST 5 ROWS ONLY

SELECT service, sum(effective_cost) AS cost FROM daily_costs GROUP BY 1 ORDER BY 2 DESC, 1 OFFSET 2 ROWS FETCH NEXT 3 ROWS ONLY

SELECT service, round(sum(effective_cost)) AS cost FROM daily_costs GROUP BY 1 ORDER BY cost DESC FETCH FIRST 3 ROWS WITH TIES

SELECT service, sum(effective_cost) FROM daily_costs GROUP BY service ORDER BY sum(effective_cost) DESC, service LIMIT 5 OFFSET 1

SELECT extract(year FROM usage_date) AS y, extract(month FROM usage_date) AS m, sum(effective_cost) FROM daily_costs GROUP BY 1, 2 ORDER BY 1, 2

SELECT team, environment, sum(effective_cost) FROM daily_costs GROUP BY (team, environment) ORDER BY 1, 2
