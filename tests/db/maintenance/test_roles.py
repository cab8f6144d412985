"""What the reader role cannot do even when the guard is not there."""

from pathlib import Path

import psycopg2
import pytest
from pydantic import SecretStr

from config.settings import Settings
from db import database as connections
from db.database import Database
from db.embedded import postgres
from db.maintenance.roles import FORBIDDEN_FUNCTIONS, READER
from nl2sql.catalog.views import reporting

_DENIED = "42501"  # insufficient_privilege
_READ_ONLY = "25006"  # read_only_sql_transaction


def attempt(database: Database, sql: str) -> str:
    """The SQLSTATE with which the reader's attempt ends, empty when it succeeds."""
    connection = database.reader.raw_connection()
    try:
        connection.cursor().execute(sql)
        return ""
    except psycopg2.Error as error:
        return error.pgcode or "?"
    finally:
        connection.rollback()
        connection.close()


FUNCTIONS = [
    "set_config('statement_timeout', '0', false)",
    "set_config('transaction_read_only', 'off', false)",
    "pg_notify('c', 'x')",
    "pg_sleep(0)",
    "pg_sleep_for('0 s')",
    "pg_sleep_until(now())",
    "pg_terminate_backend(pg_backend_pid())",
    "pg_cancel_backend(pg_backend_pid())",
    "lo_create(0)",
    "lo_creat(1)",
    "lo_from_bytea(0, 'x')",
    "lo_put(1, 0, 'x')",
    "lo_get(1)",
    "lo_unlink(1)",
    "lo_open(1, 131072)",
    "lo_import('/etc/passwd')",
    "lo_export(1, '/tmp/x')",
    "pg_advisory_lock(1)",
    "pg_advisory_lock(1, 2)",
    "pg_advisory_xact_lock(1)",
    "pg_try_advisory_lock(1)",
    "pg_try_advisory_xact_lock_shared(1)",
    "pg_advisory_unlock_all()",
    "query_to_xml('SELECT 1', true, true, '')",
    "query_to_xmlschema('SELECT 1', true, true, '')",
    "table_to_xml('reporting.daily_costs', true, true, '')",
    "schema_to_xml('reporting', true, true, '')",
    "database_to_xml(true, true, '')",
    "database_to_xml_and_xmlschema(true, true, '')",
    "cursor_to_xml('c', 1, true, true, '')",
    "txid_current()",
    "txid_current_snapshot()",
    "txid_status(1)",
    "pg_current_xact_id()",
    "pg_current_snapshot()",
    "pg_export_snapshot()",
    "pg_logical_emit_message(false, 'a', 'b')",
    "pg_create_physical_replication_slot('x')",
    "pg_current_wal_lsn()",
    "pg_read_file('/etc/passwd')",
    "pg_read_binary_file('/etc/passwd')",
    "pg_ls_dir('/')",
    "pg_stat_file('/etc/passwd')",
    "pg_reload_conf()",
    "pg_stat_get_activity(NULL)",
    "pg_show_all_settings()",
    "ts_stat('SELECT 1')",
    "nextval('finops.sources_id_seq')",
    "setval('finops.sources_id_seq', 1)",
    "lastval()",
    "inet_server_addr()",
    "current_query()",
    "setseed(0.5)",
]


@pytest.mark.parametrize("call", FUNCTIONS)
def test_functions_that_write_wait_signal_or_tell_are_denied(database: Database, call: str) -> None:
    """EXECUTE is revoked from PUBLIC, so that not even a read-only transaction lets them through."""
    assert attempt(database, f"SELECT {call}") == _DENIED


def test_every_forbidden_function_is_denied(database: Database) -> None:
    """The list and the server agree: no signature of a forbidden name is left to the reader."""
    connection = database.reader.raw_connection()
    cursor = connection.cursor()
    cursor.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
        "WHERE n.nspname = 'pg_catalog' AND p.proname = ANY(%s) AND has_function_privilege(p.oid, 'EXECUTE')",
        (list(FORBIDDEN_FUNCTIONS),),
    )
    left = cursor.fetchall()
    connection.rollback()
    connection.close()
    assert left == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM finops.lake_files",
        "SELECT * FROM finops.audit_log",
        "SELECT * FROM finops.daily_costs",
        "SELECT * FROM pg_authid",
        "SELECT * FROM pg_shadow",
        "SELECT lo_get(loid) FROM pg_largeobject",
        "SELECT * FROM pg_hba_file_rules",
        "SELECT * FROM pg_file_settings",
        "INSERT INTO finops.sources (name) VALUES ('x')",
        "UPDATE finops.budgets SET amount = 0",
        "DELETE FROM finops.lake_files",
        "TRUNCATE finops.lake_files",
        "COPY (SELECT 1) TO '/tmp/x'",
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "SET ROLE finops_owner",
        "SET SESSION AUTHORIZATION finops_owner",
        "SET TRANSACTION READ WRITE; CREATE TABLE reporting.x (a int)",
        "SET TRANSACTION READ WRITE; CREATE TABLE public.x (a int)",
        "SET TRANSACTION READ WRITE; CREATE TEMP TABLE x (a int)",
        "SET TRANSACTION READ WRITE; CREATE SCHEMA x",
        "SET TRANSACTION READ WRITE; CREATE FUNCTION reporting.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SET TRANSACTION READ WRITE; DELETE FROM reporting.daily_costs",
        "SET TRANSACTION READ WRITE; UPDATE reporting.prices SET hourly_price = 0",
        "SET TRANSACTION READ WRITE; DROP VIEW reporting.daily_costs",
        "SET TRANSACTION READ WRITE; ALTER ROLE finops_reader SUPERUSER",
        "SET TRANSACTION READ WRITE; GRANT finops_owner TO finops_reader",
        "SET log_statement = 'none'",
    ],
)
def test_nothing_but_the_views_can_be_read_and_nothing_written(database: Database, sql: str) -> None:
    """Also when the session turns its own read-only setting off, which Postgres cannot forbid."""
    assert attempt(database, sql) in {_DENIED, _READ_ONLY}


@pytest.mark.parametrize("name", sorted(reporting().relations.keys() - {"charges"}))
def test_every_view_can_be_read(database: Database, name: str) -> None:
    """The catalogue names what is there, with its columns."""
    columns = ", ".join(reporting().relations[name].columns)
    assert attempt(database, f"SELECT {columns} FROM reporting.{name}") == ""


def test_transactions_start_read_only(database: Database) -> None:
    """A write fails before its rights are looked at."""
    assert attempt(database, "CREATE TEMP TABLE x (a int)") in {_READ_ONLY, _DENIED}


def test_a_connection_that_forgets_everything_is_still_the_readers(database: Database, finops_home: Path) -> None:
    """On an outside server a login takes the reader's role by an option. Before every statement its session is reset;
    were the role lost with it, the login's own rights would be left (so in minor releases before CVE-2024-10978).
    """
    superuser = postgres.start(finops_home).url("postgres")
    outside = connections.outside(Settings(home=finops_home, _env_file=None, database_url=SecretStr(superuser)))
    connection = outside.reader.raw_connection()
    try:
        driver = connection.driver_connection
        assert isinstance(driver, psycopg2.extensions.connection)
        driver.autocommit = True
        with driver.cursor() as cursor:
            cursor.execute("SELECT session_user, current_user")
            before = cursor.fetchone()
            cursor.execute("DISCARD ALL")
            cursor.execute("SELECT session_user, current_user")
            assert cursor.fetchone() == before == ("postgres", READER)
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute("SELECT count(*) FROM finops.audit_log")
    finally:
        connection.invalidate()
        outside.dispose()
