SELECT * FROM finops.charges

SELECT * FROM finops.daily_costs

SELECT * FROM finops.audit_log

SELECT * FROM loads

SELECT * FROM pg_class

SELECT * FROM pg_catalog.pg_class

SELECT * FROM "pg_catalog"."pg_authid"

SELECT * FROM information_schema.tables

SELECT * FROM INFORMATION_SCHEMA.COLUMNS

SELECT * FROM pg_user

SELECT * FROM pg_shadow

SELECT * FROM pg_settings

SELECT * FROM pg_stat_activity

SELECT * FROM pg_stat_statements

SELECT * FROM pg_proc

SELECT * FROM pg_file_settings

SELECT * FROM pg_hba_file_rules

SELECT * FROM pg_largeobject

SELECT * FROM public.daily_costs

SELECT * FROM pg_temp.daily_costs

SELECT * FROM pg_toast.daily_costs

SELECT * FROM other.reporting.daily_costs

SELECT * FROM finops.reporting.daily_costs

SELECT * FROM "reporting.daily_costs"

SELECT * FROM "Daily_Costs"

SELECT * FROM "REPORTING".daily_costs

SELECT * FROM "reporting ".daily_costs

SELECT * FROM reporting.pg_class

SELECT * FROM reporting.loads

SELECT * FROM daily_costs, pg_user

SELECT * FROM daily_costs d JOIN pg_user u ON true

SELECT * FROM daily_costs d LEFT JOIN finops.charges c ON c.x = d.team

SELECT * FROM daily_costs NATURAL JOIN finops.charges

SELECT * FROM daily_costs JOIN LATERAL (SELECT * FROM pg_class LIMIT 1) x ON true

SELECT * FROM (SELECT * FROM (SELECT * FROM finops.charges) a) b

WITH x AS (SELECT * FROM pg_class) SELECT * FROM x

WITH pg_class AS (SELECT 1 AS x) SELECT * FROM pg_catalog.pg_class

WITH pg_user AS (SELECT 1 AS x) SELECT * FROM pg_user, (SELECT * FROM pg_shadow) s

WITH charges AS (SELECT 1 AS a) SELECT * FROM finops.charges

WITH x AS (SELECT * FROM loads), loads AS (SELECT 1 AS a) SELECT * FROM x

WITH loads AS (SELECT * FROM loads) SELECT * FROM loads

SELECT * FROM (WITH loads AS (SELECT 1 AS a) SELECT * FROM loads) x, loads

SELECT (WITH pg_user AS (SELECT 1 AS a) SELECT a FROM pg_user), usename FROM pg_user

SELECT * FROM daily_costs WHERE EXISTS (WITH pg_user AS (SELECT 1 AS a) SELECT 1 FROM pg_user) AND EXISTS (SELECT 1 FROM pg_user)

WITH t AS (SELECT 1 AS a) SELECT * FROM reporting.t

SELECT service FROM daily_costs UNION SELECT usename FROM pg_user

SELECT service FROM daily_costs UNION ALL (SELECT rolname FROM pg_roles ORDER BY 1)

SELECT service FROM daily_costs EXCEPT SELECT datname FROM pg_database

SELECT service FROM daily_costs INTERSECT TABLE pg_user

TABLE pg_class

TABLE finops.charges

SELECT * FROM daily_costs WHERE service IN (SELECT rolname FROM pg_roles)

SELECT * FROM daily_costs WHERE service = ANY (SELECT relname FROM pg_class)

SELECT * FROM daily_costs ORDER BY (SELECT 1 FROM pg_class LIMIT 1)

SELECT * FROM daily_costs LIMIT (SELECT count(*) FROM pg_class)

SELECT * FROM daily_costs OFFSET (SELECT count(*) FROM finops.charges)

SELECT count(*) FILTER (WHERE EXISTS (SELECT 1 FROM pg_class)) FROM daily_costs

SELECT * FROM pg_ls_dir('/')

SELECT * FROM pg_read_file('/etc/passwd') AS t(line)

SELECT * FROM pg_show_all_settings()

SELECT * FROM pg_sleep(1)

SELECT * FROM daily_costs, pg_sleep(1)

SELECT * FROM daily_costs, LATERAL pg_sleep(effective_cost::float)

SELECT * FROM daily_costs CROSS JOIN LATERAL pg_ls_dir('/') AS x

SELECT * FROM ROWS FROM (pg_ls_dir('/'), generate_series(1, 2)) AS t(a, b)

SELECT * FROM dblink('host=x', 'SELECT 1') AS t(a int)

SELECT * FROM json_each('{}')

SELECT * FROM json_populate_record(NULL::reporting.daily_costs, '{}')

SELECT * FROM XMLTABLE('/a' PASSING '<a/>' COLUMNS b int PATH 'b')

SELECT * FROM JSON_TABLE('[1]', '$[*]' COLUMNS (a int PATH '$'))

SELECT * FROM ts_stat('SELECT 1')

SELECT * FROM aclexplode(NULL)

SELECT * FROM current_user

SELECT * FROM current_date

SELECT * FROM coalesce(1, 2)

SELECT * FROM ONLY daily_costs

SELECT * FROM daily_costs TABLESAMPLE BERNOULLI (1)

SELECT * FROM daily_costs FOR UPDATE

SELECT * FROM daily_costs FOR NO KEY UPDATE

SELECT * FROM daily_costs FOR SHARE SKIP LOCKED

SELECT * FROM daily_costs d FOR KEY SHARE OF d NOWAIT

SELECT * INTO x FROM daily_costs

SELECT * INTO TEMP x FROM daily_costs

SELECT service INTO TABLE x FROM daily_costs

WITH x AS (DELETE FROM budgets RETURNING *) SELECT * FROM x

WITH x AS (UPDATE budgets SET amount = 0 RETURNING *) SELECT * FROM x

WITH x AS (INSERT INTO budgets VALUES (1) RETURNING *) SELECT * FROM daily_costs

WITH x AS (MERGE INTO budgets USING resources ON true WHEN MATCHED THEN DELETE RETURNING *) SELECT * FROM x

WITH x AS (SELECT 1) DELETE FROM budgets

WITH x AS (SELECT 1) INSERT INTO budgets SELECT * FROM x

WITH x AS (SELECT 1) UPDATE budgets SET amount = 1

WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT * FROM r

WITH RECURSIVE r AS (SELECT 1 AS n) SELECT * FROM r

WITH x AS (SELECT * FROM y), y AS (SELECT 1 AS a) SELECT * FROM x

SELECT * FROM daily_costs AS d(ctid2), pg_class

SELECT * FROM daily_costs@remote

SELECT * FROM read_csv('/etc/passwd')

SELECT * FROM daily_costs d, d.tags t

SELECT * FROM daily_costs PIVOT (sum(effective_cost) FOR team IN ('a'))

SELECT * FROM daily_costs FOR SYSTEM_TIME AS OF '2026-01-01'

SELECT * FROM daily_costs d MATCH_RECOGNIZE (PATTERN (a) DEFINE a AS true)

SELECT * EXCEPT (team) FROM daily_costs

SELECT service FROM daily_costs QUALIFY row_number() OVER () = 1

SELECT TOP 5 * FROM daily_costs

SELECT * FROM daily_costs WINDOW w AS (PARTITION BY pg_sleep(1))

SELECT row_to_json FROM daily_costs

SELECT daily_costs FROM daily_costs

SELECT x FROM (SELECT 1 AS y) x

SELECT x.x FROM (SELECT 1 AS y) AS x

SELECT t.t FROM (SELECT d FROM daily_costs d) t

SELECT s.pg_sleep FROM (SELECT 1.0 AS n) s

SELECT s.set_config FROM (SELECT 'a', 'b', false) s

SELECT v.upper FROM (VALUES ('a')) AS v(x)

SELECT g.version FROM generate_series(1, 2) AS g(n)

SELECT user FROM (SELECT 1 AS x) t

SELECT current_role FROM daily_costs
