INSERT INTO reporting.budgets VALUES (1)

UPDATE daily_costs SET effective_cost = 0

DELETE FROM daily_costs

DELETE FROM daily_costs USING resources WHERE true RETURNING *

MERGE INTO budgets USING resources ON true WHEN MATCHED THEN DELETE

TRUNCATE daily_costs

DROP TABLE finops.charges

DROP VIEW reporting.daily_costs CASCADE

CREATE TABLE x AS SELECT * FROM daily_costs

CREATE VIEW x AS SELECT 1

CREATE FUNCTION f() RETURNS int AS 'SELECT 1' LANGUAGE sql

CREATE EXTENSION dblink

CREATE ROLE x SUPERUSER

CREATE TEMP TABLE x (a int)

ALTER TABLE finops.charges ADD x int

ALTER ROLE finops_reader SET search_path = finops

ALTER SYSTEM SET shared_buffers = '1GB'

GRANT ALL ON SCHEMA finops TO finops_reader

REVOKE ALL ON SCHEMA finops FROM finops_reader

COMMENT ON TABLE x IS 'y'

SECURITY LABEL ON TABLE x IS 'y'

COPY daily_costs TO '/tmp/x'

COPY (SELECT 1) TO PROGRAM 'id'

COPY x FROM '/etc/passwd'

EXPLAIN SELECT 1

EXPLAIN ANALYZE DELETE FROM budgets

EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM daily_costs

SHOW ALL

SHOW data_directory

SET statement_timeout = 0

SET ROLE finops_owner

SET SESSION AUTHORIZATION postgres

SET TRANSACTION READ WRITE

SET LOCAL search_path = finops

RESET ALL

RESET ROLE

BEGIN

START TRANSACTION READ WRITE

COMMIT

ROLLBACK

END

SAVEPOINT x

RELEASE SAVEPOINT x

PREPARE TRANSACTION 'x'

COMMIT PREPARED 'x'

DO $$ BEGIN PERFORM pg_sleep(10); END $$

DO LANGUAGE plpgsql 'BEGIN END'

CALL f()

EXECUTE p

PREPARE p AS SELECT 1

DEALLOCATE ALL

DECLARE c CURSOR FOR SELECT 1

FETCH ALL FROM c

MOVE c

CLOSE c

LISTEN x

NOTIFY x, 'y'

UNLISTEN *

LOCK TABLE daily_costs

VACUUM

VACUUM FULL finops.charges

ANALYZE

CLUSTER

REINDEX DATABASE finops

REFRESH MATERIALIZED VIEW x

CHECKPOINT

LOAD 'x'

DISCARD ALL

REASSIGN OWNED BY a TO b

IMPORT FOREIGN SCHEMA x FROM SERVER y INTO z

\copy daily_costs to '/tmp/x'

\! id

SELECT 1; DROP TABLE finops.charges

SELECT 1; SELECT 2

SELECT 1;; SELECT 2

SELECT 1; -- ok
DELETE FROM budgets

SELECT 1 /* ; */ ; DELETE FROM budgets

; DELETE FROM budgets

;

-- only a comment

/* only a comment */

/* nested /* comment */ */

SELECT

SELECT FROM daily_costs

SELECT * FROM

SELECT *

SELEC * FROM daily_costs

hello

DROP DATABASE finops -- SELECT

/* SELECT */ DELETE FROM budgets

/*! SELECT 1 */ DELETE FROM budgets

-- SELECT
DELETE FROM budgets

SELECT 'unclosed

SELECT "unclosed FROM daily_costs

SELECT 1 /* unclosed

SELECT $$unclosed

SELECT (1

SELECT 1)

USE finops

PRAGMA x

ATTACH 'x'

KILL 1

DESCRIBE daily_costs

REPLACE INTO budgets VALUES (1)

INSTALL httpfs

SUMMARIZE daily_costs

FROM pg_class
