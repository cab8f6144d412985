SELECT count(*) FROM daily_costs a, daily_costs b

SELECT count(*) FROM daily_costs a CROSS JOIN daily_costs b

SELECT count(*) FROM daily_costs a JOIN daily_costs b ON true

SELECT count(*) FROM daily_costs a JOIN daily_costs b ON 1 = 1

SELECT count(*) FROM daily_costs a JOIN daily_costs b ON a.team = a.team

SELECT count(*) FROM daily_costs a JOIN daily_costs b ON a.team = 'x' AND b.team = 'y'

SELECT count(*) FROM daily_costs a JOIN daily_costs b ON a.team = b.team OR true

SELECT count(*) FROM daily_costs a JOIN daily_costs b ON a.team = b.team OR a.team IS NOT NULL

SELECT count(*) FROM daily_costs a, daily_costs b, daily_costs c, daily_costs d

SELECT count(*) FROM daily_costs a, hourly_costs b WHERE a.team = 'x'

SELECT count(*) FROM resources a, resources b, resources c

SELECT count(*) FROM daily_costs a LEFT JOIN LATERAL (SELECT * FROM daily_costs) b ON true

SELECT count(*) FROM (SELECT * FROM daily_costs) a, (SELECT * FROM daily_costs) b

WITH x AS (SELECT * FROM daily_costs) SELECT count(*) FROM x a, x b

SELECT count(*) FROM daily_costs a JOIN resources b USING (team), daily_costs c

SELECT * FROM generate_series(1, 1000000000)

SELECT * FROM generate_series(1, 1e9)

SELECT * FROM generate_series(1, 1000 * 1000 * 1000)

SELECT * FROM generate_series(1, 10 ^ 9)

SELECT * FROM generate_series(1, '1000000000'::int)

SELECT * FROM generate_series(1, 10, 0.0000001)

SELECT * FROM generate_series(-500000000, 500000000)

SELECT * FROM generate_series(1000000000, 1, -1)

SELECT * FROM generate_series('2000-01-01'::timestamp, '2030-01-01'::timestamp, '1 second')

SELECT * FROM generate_series(now() - interval '10 years', now(), interval '1 second')

SELECT * FROM generate_series(now(), now() + interval '1000000 years', interval '1 day')

SELECT * FROM generate_series(now(), now() + 1000000 * interval '1 year', interval '1 day')

SELECT * FROM generate_series(date '0001-01-01', date '9999-12-31', interval '1 day')

SELECT * FROM generate_series(date '2000-01-01', 'infinity'::date, interval '1 day')

SELECT * FROM generate_series(min_date, max_date, step) FROM daily_costs

SELECT * FROM generate_series(1, 100000) a, generate_series(1, 100000) b

SELECT * FROM generate_series(1, 1000) a, generate_series(1, 1000) b, generate_series(1, 1000) c, generate_series(1, 1000) d

SELECT generate_series(1, 1000000000)

SELECT generate_series(1, 100000) FROM daily_costs

SELECT generate_series(1, 100000) FROM generate_series(1, 100000)

SELECT repeat('x', 1000000000)

SELECT repeat('x', 10 * 1000 * 1000)

SELECT length(repeat(repeat('x', 1000), 1000))

SELECT lpad('x', 1000000000, 'y')

SELECT rpad(service, 2147483647) FROM daily_costs

SELECT replace(repeat('a', 1000), 'a', repeat('b', 1000))

SELECT string_agg(repeat('x', 1000), '') FROM daily_costs

SELECT format('%999999999s', 'x')

SELECT format('%*s', 999999999, 'x')

SELECT format(service, 'x') FROM daily_costs

SELECT regexp_replace(repeat('a', 900), 'a', repeat('b', 900), 'g')

WITH a AS (SELECT 1 AS x FROM (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10)) v), b AS (SELECT 1 AS x FROM a a1, a a2, a a3, a a4, a a5), c AS (SELECT 1 AS x FROM b b1, b b2) SELECT count(*) FROM c

SELECT 1e999999999

SELECT 99999999999999999999999999999999999999999999999999999999999999

SELECT count(*) FROM daily_costs a JOIN daily_costs b ON a.usage_date >= b.usage_date OR a.usage_date < b.usage_date

SELECT count(*) FROM daily_costs a JOIN daily_costs b ON a.effective_cost > b.effective_cost

SELECT count(*) FROM daily_costs a JOIN hourly_costs b ON a.team <> b.team
