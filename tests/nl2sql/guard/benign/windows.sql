SELECT usage_date, cost, sum(cost) OVER (ORDER BY usage_date) AS running FROM (SELECT usage_date, sum(effective_cost) AS cost FROM daily_costs GROUP BY usage_date) d ORDER BY usage_date

SELECT usage_date, avg(cost) OVER (ORDER BY usage_date ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS moving FROM (SELECT usage_date, sum(effective_cost) AS cost FROM daily_costs GROUP BY usage_date) d ORDER BY usage_date

SELECT usage_date, avg(cost) over (order by usage_date rows between 3 preceding and 3 following exclude current row) AS around FROM (SELECT usage_date, sum(effective_cost) AS cost FROM daily_costs GROUP BY usage_date) d ORDER BY usage_date

SELECT usage_date, sum(sum(effective_cost)) OVER (ORDER BY usage_date RANGE BETWEEN INTERVAL '6 days' PRECEDING AND CURRENT ROW) AS week FROM daily_costs GROUP BY usage_date ORDER BY usage_date

SELECT team, sum(effective_cost) AS cost, rank() OVER (ORDER BY sum(effective_cost) DESC) AS place, dense_rank() OVER (ORDER BY sum(effective_cost) DESC), percent_rank() OVER (ORDER BY sum(effective_cost)), cume_dist() OVER (ORDER BY sum(effective_cost)) FROM daily_costs GROUP BY team ORDER BY place, team

SELECT team, service, sum(effective_cost) AS cost, sum(effective_cost) / sum(sum(effective_cost)) OVER (PARTITION BY team) AS share FROM daily_costs GROUP BY team, service ORDER BY team, service

SELECT usage_date, cost, lag(cost) OVER w AS before, lead(cost, 1, 0::numeric) OVER w AS after, cost - lag(cost, 7) OVER w AS week_change FROM (SELECT usage_date, sum(effective_cost) AS cost FROM daily_costs GROUP BY 1) d WINDOW w AS (ORDER BY usage_date) ORDER BY usage_date

SELECT team, ntile(4) OVER (ORDER BY sum(effective_cost), team) AS quartile FROM daily_costs GROUP BY team ORDER BY team

SELECT DISTINCT team, first_value(service) OVER (PARTITION BY team ORDER BY effective_cost DESC, service) AS top, last_value(service) OVER (PARTITION BY team ORDER BY effective_cost DESC, service ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS bottom, nth_value(service, 2) OVER (PARTITION BY team ORDER BY effective_cost DESC, service RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM daily_costs ORDER BY team

SELECT team, count(*) FILTER (WHERE environment = 'prod') OVER (PARTITION BY team) AS prod_rows FROM daily_costs ORDER BY team LIMIT 5

SELECT usage_date, sum(cost) OVER (w ROWS UNBOUNDED PRECEDING), max(cost) OVER w FROM (SELECT usage_date, sum(effective_cost) AS cost FROM daily_costs GROUP BY 1) d WINDOW w AS (ORDER BY usage_date) ORDER BY 1

SELECT team, sum(effective_cost), row_number() OVER () > 0 AS numbered FROM daily_costs GROUP BY team ORDER BY team

SELECT usage_date, sum(cost) OVER (ORDER BY usage_date GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE TIES) FROM (SELECT usage_date, sum(effective_cost) AS cost FROM daily_costs GROUP BY 1) d ORDER BY 1

SELECT * FROM (SELECT team, usage_date, sum(effective_cost) AS cost, row_number() OVER (PARTITION BY team ORDER BY sum(effective_cost) DESC, usage_date) AS rn FROM daily_costs GROUP BY team, usage_date) x WHERE rn = 1 ORDER BY team

SELECT usage_date, cost, (cost - avg(cost) OVER ()) / nullif(stddev(cost) OVER (), 0) AS z FROM (SELECT usage_date, sum(effective_cost) AS cost FROM daily_costs GROUP BY usage_date) s ORDER BY abs(cost) DESC, usage_date LIMIT 5
