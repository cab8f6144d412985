SELECT date_trunc('month', usage_date) AS month, sum(effective_cost) FROM daily_costs GROUP BY 1 ORDER BY 1

SELECT date_trunc('week', usage_date)::date AS week, sum(effective_cost) FROM daily_costs GROUP BY 1 ORDER BY 1

SELECT to_char(usage_date, 'YYYY-MM') AS month, sum(effective_cost) FROM daily_costs GROUP BY to_char(usage_date, 'YYYY-MM') ORDER BY month

SELECT to_char(usage_date, 'FMMonth YYYY'), to_char(usage_date, 'Dy DD Mon'), to_char(usage_date, 'IYYY-"W"IW'), to_char(usage_date, 'YYYY"Q"Q') FROM daily_costs ORDER BY usage_date, 1 LIMIT 5

SELECT to_char(sum(effective_cost), 'FM999,999,990.00') AS formatted, to_char(0.123, '990.9%') FROM daily_costs

SELECT sum(effective_cost) FROM daily_costs WHERE usage_date >= current_date - INTERVAL '30 days'

SELECT sum(effective_cost) FROM daily_costs WHERE usage_date BETWEEN current_date - 7 AND current_date

SELECT sum(effective_cost) FROM daily_costs WHERE usage_date >= date_trunc('month', current_date) - INTERVAL '1 month' AND usage_date < date_trunc('month', current_date)

SELECT sum(effective_cost) FROM daily_costs WHERE usage_date >= (date_trunc('quarter', now()) - interval '3 months')::date

SELECT extract(dow FROM usage_date) AS weekday, extract(isodow from usage_date), extract(week from usage_date), extract(quarter from usage_date), extract(epoch from usage_date), extract(doy from usage_date) FROM daily_costs ORDER BY usage_date, 1 LIMIT 3

SELECT date_part('year', usage_date) AS year, date_part('month', usage_date) AS month, sum(effective_cost) FROM daily_costs GROUP BY 1, 2 ORDER BY 1, 2

SELECT usage_hour AT TIME ZONE 'Europe/Berlin' AS local_hour, sum(effective_cost) FROM hourly_costs GROUP BY 1 ORDER BY 1

SELECT date_trunc('day', usage_hour AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York') AS day, sum(effective_cost) FROM hourly_costs GROUP BY 1 ORDER BY 1

SELECT date_trunc('hour', usage_hour, 'Europe/Berlin') FROM hourly_costs ORDER BY 1 LIMIT 3

SELECT extract(hour FROM usage_hour) AS hour, avg(effective_cost) FROM hourly_costs GROUP BY hour ORDER BY hour

SELECT age(max(usage_date), min(usage_date)), max(usage_date) - min(usage_date) AS days FROM daily_costs

SELECT make_date(2026, 10, 1), make_date(2026, 10, 1) + 3, make_interval(days => 3), make_interval(months => 1, days => 2), make_timestamp(2026, 1, 2, 3, 4, 5.5)

SELECT sum(effective_cost) FROM daily_costs WHERE usage_date >= make_date(2026, 10, 1) AND usage_date < make_date(2026, 10, 1) + interval '1 month'

SELECT resource_id, last_seen, current_date - last_seen AS days_ago FROM resources WHERE last_seen < current_date - interval '1 week' ORDER BY resource_id

SELECT d::date AS day, coalesce(sum(c.effective_cost), 0) AS cost FROM generate_series(DATE '2026-10-01', DATE '2026-10-31', INTERVAL '1 day') AS d LEFT JOIN daily_costs c ON c.usage_date = d::date GROUP BY d ORDER BY d

WITH days AS (SELECT generate_series('2026-10-01'::date, '2026-10-31'::date, '1 day')::date AS day) SELECT day, sum(effective_cost) FROM days LEFT JOIN daily_costs ON usage_date = day GROUP BY day ORDER BY day

SELECT g.day::date FROM generate_series(date_trunc('month', timestamp '2026-10-15'), timestamp '2026-10-20', interval '1 day') AS g(day) ORDER BY 1

SELECT m::date AS month_start, (m + interval '1 month - 1 day')::date AS month_end FROM generate_series('2026-01-01'::timestamp, '2026-12-01'::timestamp, '1 month') m ORDER BY 1

SELECT day FROM generate_series((SELECT min(usage_date) FROM daily_costs), (SELECT max(usage_date) FROM daily_costs), interval '1 day') WITH ORDINALITY AS t(day, n) WHERE n <= 3 ORDER BY day

SELECT count(*) FROM generate_series(current_date - interval '29 days', current_date, interval '1 day') AS days(day)

SELECT n, current_date - n AS day FROM generate_series(0, 6) AS n ORDER BY n

SELECT usage_date, to_date('2026-10-01', 'YYYY-MM-DD') AS d, to_timestamp(1790000000), to_timestamp('2026-10-01 10:00', 'YYYY-MM-DD HH24:MI') FROM daily_costs ORDER BY 1 LIMIT 2

SELECT CASE WHEN extract(isodow FROM usage_date) IN (6, 7) THEN 'weekend' ELSE 'weekday' END AS kind, sum(effective_cost) FROM daily_costs GROUP BY 1 ORDER BY 1

SELECT (DATE '2026-10-01', DATE '2026-10-31') OVERLAPS (DATE '2026-10-15', DATE '2026-11-15') AS overlapping

SELECT date_bin('6 hours', usage_hour, TIMESTAMPTZ '2026-01-01') AS bin, sum(effective_cost) FROM hourly_costs GROUP BY bin ORDER BY bin

SELECT insight_id, detected_at::date, closed_at - detected_at AS open_for, extract(epoch FROM closed_at - detected_at) / 3600 AS hours FROM insights WHERE closed_at IS NOT NULL ORDER BY insight_id

SELECT usage_date + 1, usage_date - 1, usage_date + interval '1 month', usage_date::timestamp, usage_date::text AS written FROM daily_costs ORDER BY 1 LIMIT 2

SELECT current_date, current_timestamp::date = current_date, localtimestamp::date = current_date, now()::date = current_date

SELECT date(usage_hour) AS day, sum(effective_cost) FROM hourly_costs GROUP BY date(usage_hour) ORDER BY day

SELECT sum(effective_cost) / extract(day FROM (date_trunc('month', DATE '2026-10-01') + interval '1 month' - interval '1 day')) AS per_day FROM daily_costs WHERE usage_date >= '2026-10-01' AND usage_date < '2026-11-01'

SELECT interval '1 year 2 months 3 days', interval '90 minutes', '2 weeks'::interval, justify_days(interval '45 days'), interval '1 day' * 3, interval '1' month

SELECT usage_date FROM daily_costs WHERE usage_date > timestamp '2026-10-05 00:00:00' AND usage_date <= '2026-10-08'::date GROUP BY usage_date ORDER BY usage_date
