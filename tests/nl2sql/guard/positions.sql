SELECT {it} FROM daily_costs d

SELECT service, {it} AS x FROM reporting.daily_costs AS d

SELECT service FROM daily_costs d WHERE {it} IS NOT NULL

SELECT service FROM daily_costs d WHERE service = 'x' OR ({it})::text = 'y'

SELECT team, count(*) FROM daily_costs d GROUP BY team, {it}

SELECT team, count(*) FROM daily_costs d GROUP BY team HAVING max(({it})::text) > ''

SELECT service FROM daily_costs d ORDER BY {it}

SELECT DISTINCT ON ({it}) service FROM daily_costs d

SELECT r.service FROM resources r JOIN daily_costs d ON r.team = d.team AND ({it})::text = r.service

WITH x AS (SELECT {it} AS v FROM daily_costs d) SELECT * FROM x

WITH a AS (SELECT 1 AS n), b AS (SELECT n FROM a WHERE EXISTS (SELECT {it} FROM daily_costs d)) SELECT * FROM b

SELECT * FROM (SELECT {it} AS v FROM daily_costs d) AS s

SELECT (SELECT {it} FROM daily_costs d LIMIT 1) AS v

SELECT service FROM resources WHERE resource_id IN (SELECT ({it})::text FROM daily_costs d)

SELECT service FROM resources r WHERE EXISTS (SELECT 1 FROM daily_costs d WHERE ({it}) IS NULL)

SELECT CASE WHEN service = 'x' THEN ({it})::text ELSE 'y' END FROM daily_costs d

SELECT CASE WHEN {it} IS NULL THEN 1 END FROM daily_costs d

SELECT sum(effective_cost) OVER (PARTITION BY {it}) FROM daily_costs d

SELECT sum(effective_cost) OVER w FROM daily_costs d WINDOW w AS (ORDER BY {it})

SELECT sum(effective_cost) FILTER (WHERE ({it})::text <> '') FROM daily_costs d

SELECT string_agg(service, ',' ORDER BY {it}) FROM daily_costs d

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY length(({it})::text)) FROM daily_costs d

SELECT service FROM daily_costs UNION ALL SELECT ({it})::text FROM daily_costs d

(SELECT ({it})::text FROM daily_costs d) EXCEPT (SELECT team FROM resources)

SELECT coalesce(service, upper(({it})::text)) FROM daily_costs d

SELECT service FROM daily_costs d CROSS JOIN LATERAL (SELECT {it} AS v LIMIT 1) AS l

SELECT v.x FROM daily_costs d, LATERAL (VALUES ({it})) AS v(x)

SELECT ARRAY[({it})::text] FROM daily_costs d

SELECT service FROM daily_costs d WHERE service BETWEEN ({it})::text AND 'z'

SELECT service FROM daily_costs d WHERE service LIKE ANY (ARRAY[({it})::text])
