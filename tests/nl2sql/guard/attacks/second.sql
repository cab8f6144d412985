INSERT INTO daily_costs VALUES (1)

UPDATE daily_costs SET team = 'x'

TRUNCATE finops.charges

SELECT 1; DROP TABLE x

SELECT 1;SELECT 2

SELECT * FROM postgres.reporting.daily_costs

WITH pg_class AS (SELECT 1) SELECT * FROM pg_catalog.pg_class

WITH charges AS (SELECT * FROM finops.charges) SELECT * FROM charges

WITH x AS (SELECT 1) SELECT * FROM x, (WITH x AS (SELECT * FROM pg_user) SELECT * FROM x) y

WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a

WITH x AS (DELETE FROM finops.charges RETURNING *) SELECT * FROM x

WITH x AS (INSERT INTO finops.charges VALUES (1) RETURNING *) SELECT * FROM x

SELECT pg_sleep(10)

SELECT pg_sleep(10) FROM daily_costs

SELECT sum(effective_cost) FROM daily_costs WHERE pg_sleep(1) IS NULL

SELECT sum(effective_cost) FROM daily_costs ORDER BY pg_sleep(5)

SELECT sum(effective_cost) FROM daily_costs LIMIT (SELECT pg_sleep(5)::text::int)

SELECT sum(effective_cost) FROM daily_costs OFFSET (SELECT length(current_setting('x')))

SELECT sum(effective_cost) FILTER (WHERE pg_sleep(1) IS NULL) FROM daily_costs

SELECT sum(effective_cost) OVER (ORDER BY pg_sleep(1)) FROM daily_costs

SELECT sum(effective_cost) OVER (PARTITION BY set_config('a','b',false)) FROM daily_costs

SELECT sum(effective_cost) OVER w FROM daily_costs WINDOW w AS (ORDER BY version())

SELECT team FROM daily_costs GROUP BY team, version()

SELECT team FROM daily_costs GROUP BY team HAVING length(version()) > 1

SELECT string_agg(team, version()) FROM daily_costs

SELECT string_agg(team, ',' ORDER BY pg_backend_pid()) FROM daily_costs

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY pg_backend_pid()) FROM daily_costs

SELECT CASE WHEN length(version()) > 1 THEN 1 END

SELECT coalesce(version(), 'x')

SELECT upper(lower(version()))

SELECT * FROM daily_costs d JOIN LATERAL (SELECT version()) v ON true

SELECT * FROM daily_costs d JOIN resources r ON length(version()) > 0

VALUES (version())

SELECT * FROM (VALUES (current_setting('data_directory'))) v(x)

SELECT version()

SELECT pg_catalog.version()

SELECT "version"()

SELECT inet_server_addr(), inet_server_port(), inet_client_addr()

SELECT current_setting('data_directory')

SELECT set_config('statement_timeout', '0', false)

SELECT current_user

SELECT session_user, user, current_role, current_catalog, current_schema, current_database()

SELECT current_schemas(true)

SELECT pg_backend_pid(), pg_postmaster_start_time()

SELECT pg_terminate_backend(1)

SELECT pg_cancel_backend(1)

SELECT pg_reload_conf()

SELECT pg_advisory_lock(1)

SELECT pg_try_advisory_xact_lock(1)

SELECT pg_notify('a', 'b')

NOTIFY a

LISTEN a

SELECT pg_read_file('/etc/passwd')

SELECT pg_read_binary_file('/etc/passwd')

SELECT pg_ls_dir('.')

SELECT * FROM pg_ls_dir('.')

SELECT pg_stat_file('x')

SELECT lo_import('/etc/passwd')

SELECT lo_create(0)

SELECT lo_export(1, '/tmp/x')

SELECT lo_get(1)

SELECT dblink('host=x', 'select 1')

SELECT query_to_xml('select * from pg_shadow', true, true, '')

SELECT table_to_xml('finops.charges', true, true, '')

SELECT database_to_xml(true, true, '')

SELECT schema_to_xml('finops', true, true, '')

SELECT xmlelement(name a, 'b')

SELECT xmlparse(document '<a/>')

SELECT xpath('/a', '<a/>'::xml)

SELECT XMLTABLE('/a' PASSING '<a/>' COLUMNS b text)

SELECT * FROM XMLTABLE('/a' PASSING '<a/>'::xml COLUMNS b text)

SELECT * FROM JSON_TABLE('{}', '$' COLUMNS (a int PATH '$.a'))

SELECT to_json(d) FROM daily_costs d

SELECT row_to_json(d) FROM daily_costs d

SELECT d.row_to_json FROM daily_costs d

SELECT d.to_json FROM daily_costs d

SELECT (d).team FROM daily_costs d

SELECT (d).* FROM daily_costs d

SELECT d FROM daily_costs d

SELECT d::text FROM daily_costs d

SELECT count(d) FROM daily_costs d

SELECT array_agg(d) FROM daily_costs d

SELECT d.version FROM daily_costs d

SELECT d.pg_sleep FROM daily_costs d

SELECT d.ctid, d.xmin, d.tableoid FROM daily_costs d

SELECT ctid FROM daily_costs

SELECT xmin, cmin, xmax, cmax FROM daily_costs

SELECT tableoid::regclass FROM daily_costs

SELECT 'pg_shadow'::regclass

SELECT CAST('pg_sleep' AS regproc)

SELECT 'finops.charges'::regclass::oid

SELECT '<a/>'::xml

SELECT '{}'::json

SELECT '{}'::jsonb

SELECT 'x'::bytea

SELECT '127.0.0.1'::inet

SELECT 1::oid

SELECT 'a'::name

SELECT 'x'::pg_lsn

SELECT 'select 1'::tsquery

SELECT 'finops'::regnamespace

SELECT 'postgres'::regrole

SELECT 'd'::daily_costs

SELECT CAST(NULL AS finops.charges)

SELECT to_regclass('finops.charges')

SELECT pg_typeof(team) FROM daily_costs

SELECT has_table_privilege('finops.charges', 'select')

SELECT obj_description('reporting.daily_costs'::regclass)

SELECT col_description(1, 1)

SELECT pg_get_viewdef('reporting.daily_costs')

SELECT pg_get_functiondef(1)

SELECT txid_current()

SELECT pg_current_xact_id()

SELECT nextval('finops.questions_id_seq')

SELECT setval('finops.questions_id_seq', 1)

SELECT lastval()

SELECT * FROM daily_costs FOR SHARE

SELECT * FROM daily_costs FOR NO KEY UPDATE NOWAIT

SELECT * FROM daily_costs FOR KEY SHARE SKIP LOCKED

SELECT * FROM (SELECT * FROM daily_costs FOR UPDATE) x

SELECT 1 INTO TEMP x

COPY daily_costs TO STDOUT

COPY x FROM PROGRAM 'id'

FETCH ALL FROM answer

CLOSE answer

SET ROLE postgres

SAVEPOINT a

EXPLAIN ANALYZE SELECT pg_sleep(10)

LOCK TABLE x

GRANT ALL ON x TO y

ALTER ROLE x SUPERUSER

REINDEX DATABASE postgres

COMMENT ON TABLE x IS 'a'

MERGE INTO daily_costs USING resources ON true WHEN MATCHED THEN DELETE

TABLE pg_shadow

SELECT U&"\0070g_sleep"(1)

SELECT * FROM U&"pg_sh\0061dow"

SELECT U&'\0041'

SELECT $$a$$ || $x$ b $x$

SELECT 1 /* ; */ ; DROP TABLE x --

SELECT/**/pg_sleep(1)

SELECT pg_sleep/**/(1)

SELECT '\'; DROP TABLE x; --'

SELECT E'\'; DROP TABLE x; --'

SELECT '' ; DELETE FROM x

/* a /* nested */ DROP TABLE x */ SELECT pg_sleep(1)

--

SELECT repeat('a', 1000000000)

SELECT lpad('a', 1000000000, 'b')

SELECT rpad(team, 500000000) FROM daily_costs

SELECT sum(g) FROM generate_series(1, 1000000000) g

SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b

SELECT count(*) FROM generate_series(DATE '0001-01-01', DATE '9999-12-31', INTERVAL '1 second') g

SELECT array_agg(g) FROM generate_series(1, 100000000) g

SELECT string_agg(repeat('x', 100000), '') FROM daily_costs

SELECT count(*) FROM daily_costs a, daily_costs b, daily_costs c

SELECT count(*) FROM daily_costs a JOIN daily_costs b ON a.team <> b.team

SELECT repeat(repeat(repeat('a', 1000), 1000), 1000)

SELECT replace(repeat('a', 10000), 'a', repeat('b', 100000))

SELECT 10 ^ 1000000000000

SELECT power(10::numeric, 100000)

SELECT factorial(100000)

SELECT 100000 !

WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r

WITH RECURSIVE r(s) AS (SELECT 'a'::text UNION ALL SELECT s || s FROM r) SELECT * FROM r

SELECT 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' ~ '(a+)+(a+)+(a+)+$b'

SELECT repeat('a', 5000) ~ '^(((a+)*)+)+b$'

SELECT regexp_replace(repeat('a', 9999), '(.*)(.*)(.*)(.*)(.*)x', '\1')

SELECT service SIMILAR TO '((((a*)*)*)*)*b' FROM daily_costs

SELECT count(*) FROM regexp_split_to_table(repeat('a,', 9000000), ',')

SELECT array_fill(1, ARRAY[100000, 10000])

SELECT cast(team AS int) FROM daily_costs WHERE (SELECT rolpassword FROM pg_authid LIMIT 1) IS NOT NULL

SELECT 1 / (SELECT count(*) FROM pg_user)

SELECT CAST((SELECT string_agg(question, ',') FROM finops.questions) AS int)

SELECT CAST(version() AS int)

SELECT 1 WHERE EXISTS (SELECT 1 FROM finops.api_tokens)

SELECT 1 IN (SELECT id FROM finops.questions)

SELECT ARRAY(SELECT question FROM finops.questions)

SELECT (SELECT digest FROM finops.api_tokens LIMIT 1)

SELECT team FROM daily_costs UNION SELECT usename FROM pg_user

SELECT team FROM daily_costs UNION ALL SELECT digest FROM finops.api_tokens

(SELECT 1) UNION (SELECT oid FROM pg_proc)

SELECT * FROM daily_costs NATURAL JOIN pg_class

SELECT * FROM daily_costs d, pg_stat_activity

SELECT * FROM daily_costs d LEFT JOIN finops.charges c USING (team)

SELECT * FROM "finops"."charges"

SELECT * FROM "FINOPS".charges

SELECT * FROM "pg_catalog"."pg_class"

SELECT * FROM pg_stat_get_activity(NULL)

SELECT * FROM ROWS FROM (pg_ls_dir('.'), generate_series(1, 2)) AS t

SELECT * FROM ts_stat('select x from finops.charges')

SELECT ts_rewrite('a'::tsquery, 'select 1')

SELECT cursor_to_xml('c', 1, true, true, '')

SELECT plainto_tsquery('x')

SELECT crosstab('select 1')

SELECT * FROM crosstab('select * from finops.charges') AS t(a text)

SELECT pg_relation_size('finops.charges')

SELECT pg_database_size('postgres')

SELECT currval('x')

SELECT gen_random_uuid()

SELECT encode('a'::bytea, 'hex')

SELECT convert_from('a', 'utf8')

SELECT decode('YQ==', 'base64')

SELECT sha256('a')

SELECT OPERATOR(pg_catalog.+) 1

SELECT 1 OPERATOR(pg_catalog.+) 1

SELECT team COLLATE "C" FROM daily_costs WHERE team COLLATE pg_catalog."x" = 'a'

SELECT jsonb_path_query('{}', '$')

SELECT json_populate_record(NULL::finops.charges, '{}')

SELECT * FROM json_to_recordset('[]') AS x(a int)

SELECT team -> 'a' FROM daily_costs

SELECT '{"a":1}' ->> 'a'

SELECT :x

SELECT $1

SELECT @@version

SELECT %s

SELECT `a` FROM daily_costs

SELECT TOP 5 team FROM daily_costs

SELECT team FROM daily_costs INTO OUTFILE '/tmp/x'

SELECT LOAD_FILE('/etc/passwd')

SELECT read_csv('/etc/passwd')

SELECT * FROM '/etc/passwd'

SELECT * FROM read_csv_auto('/etc/passwd')

ATTACH 'x' AS y

PRAGMA version

USE x

HANDLER x OPEN

EXEC xp_cmdshell 'id'

WAITFOR DELAY '0:0:5'

SELECT * FROM OPENROWSET('x')

SELECT unknown_column FROM daily_costs

SELECT x.team FROM daily_costs d

SELECT digest FROM daily_costs

SELECT secret FROM (SELECT team FROM daily_costs) t

SELECT t.ctid FROM (SELECT team FROM daily_costs) t

SELECT generate_series(1, 100000000)

SELECT n FROM generate_series(1, 9223372036854775807) n LIMIT 1

SELECT unnest(array_agg(effective_cost)) FROM daily_costs, generate_series(1, 10000)

SELECT pg_sleep_for('1 minute')

SELECT pg_sleep_until(now() + interval '1 hour')

SELECT d.* FROM daily_costs AS d(team, secret) WHERE secret = version()

SELECT pg_​sleep(1)

SELECT ｐｇ_ｓｌｅｅｐ(1)

SELECT ‮1

SELECT setseed(0.5)

SELECT trim(version())

SELECT extract(epoch FROM pg_postmaster_start_time())

SELECT position(version() IN 'x')

SELECT substring(version() FROM 1 FOR 5)

SELECT overlay(version() placing 'a' from 1)

SELECT ARRAY[version()]

SELECT (version())

SELECT ROW(version())

SELECT ROW(d.*) FROM daily_costs d

SELECT version() BETWEEN 'a' AND 'b'

SELECT version() LIKE 'P%'

SELECT 'a' IN (version())

SELECT 'a' = ANY(ARRAY[version()])

SELECT NOT (version() IS NULL)

SELECT make_interval(days => pg_backend_pid())

SELECT greatest(pg_backend_pid(), 1)

SELECT 1 AS "a"; SELECT 2 AS "b"

SELECT DISTINCT ON (version()) team FROM daily_costs

SELECT team FROM daily_costs GROUP BY GROUPING SETS ((team, version()))

SELECT * FROM generate_series(1, pg_backend_pid())

SELECT sum(effective_cost) OVER (ORDER BY usage_date ROWS BETWEEN pg_backend_pid() PRECEDING AND CURRENT ROW) FROM daily_costs

SELECT * FROM daily_costs TABLESAMPLE SYSTEM (pg_backend_pid())

SELECT current_timestamp AT TIME ZONE current_setting('TimeZone')

SELECT service ~ '(a|b+){2,}' FROM daily_costs

SELECT regexp_match(service, '(.)\1') FROM daily_costs

SELECT service ~ ('(x*' || ')*') FROM daily_costs

SELECT service ~ 'x{1,200}' FROM daily_costs