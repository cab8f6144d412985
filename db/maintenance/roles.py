"""The three roles of the database and what each may do, set anew at every upgrade."""

import sqlalchemy as sa

OWNER, APP, READER = "finops_owner", "finops_app", "finops_reader"

# What a reader of cost data never needs: these write, wait, signal, lock, lift limits or read the server (FACTS of
# Postgres, not of us).
FORBIDDEN_FUNCTIONS = (
    "set_config",
    "pg_notify",
    "pg_sleep",
    "pg_sleep_for",
    "pg_sleep_until",
    "pg_terminate_backend",
    "pg_cancel_backend",
    "pg_reload_conf",
    "lo_create",
    "lo_creat",
    "lo_open",
    "lo_put",
    "lo_get",
    "lo_from_bytea",
    "lo_unlink",
    "lo_import",
    "lo_export",
    "lowrite",
    "loread",
    "lo_truncate",
    "lo_truncate64",
    "lo_lseek",
    "lo_lseek64",
    "lo_tell",
    "lo_tell64",
    "lo_close",
    "pg_advisory_lock",
    "pg_advisory_lock_shared",
    "pg_advisory_unlock",
    "pg_advisory_unlock_shared",
    "pg_advisory_unlock_all",
    "pg_advisory_xact_lock",
    "pg_advisory_xact_lock_shared",
    "pg_try_advisory_lock",
    "pg_try_advisory_lock_shared",
    "pg_try_advisory_xact_lock",
    "pg_try_advisory_xact_lock_shared",
    "database_to_xml",
    "database_to_xmlschema",
    "database_to_xml_and_xmlschema",
    "schema_to_xml",
    "schema_to_xmlschema",
    "schema_to_xml_and_xmlschema",
    "table_to_xml",
    "table_to_xmlschema",
    "table_to_xml_and_xmlschema",
    "query_to_xml",
    "query_to_xmlschema",
    "query_to_xml_and_xmlschema",
    "cursor_to_xml",
    "cursor_to_xmlschema",
    "txid_current",
    "pg_current_xact_id",
    "pg_export_snapshot",
    "nextval",
    "setval",
    "currval",
    "lastval",
    "pg_stat_get_activity",
    "pg_show_all_settings",
    "pg_read_file",
    "pg_read_binary_file",
    "pg_ls_dir",
    "pg_stat_file",
    "txid_current_if_assigned",
    "txid_current_snapshot",
    "txid_status",
    "pg_current_xact_id_if_assigned",
    "pg_current_snapshot",
    "pg_xact_status",
    "pg_logical_emit_message",
    "pg_create_logical_replication_slot",
    "pg_create_physical_replication_slot",
    "pg_drop_replication_slot",
    "pg_logical_slot_get_changes",
    "pg_logical_slot_peek_changes",
    "pg_logical_slot_get_binary_changes",
    "pg_logical_slot_peek_binary_changes",
    "pg_current_wal_lsn",
    "pg_current_wal_insert_lsn",
    "pg_current_wal_flush_lsn",
    "pg_lock_status",
    "pg_blocking_pids",
    "pg_control_system",
    "pg_control_checkpoint",
    "pg_control_init",
    "pg_control_recovery",
    "pg_get_wait_events",
    "pg_prepared_xact",
    "brin_summarize_new_values",
    "brin_summarize_range",
    "brin_desummarize_range",
    "gin_clean_pending_list",
    "ts_stat",
    "ts_rewrite",
    "setseed",
    "current_query",
    "inet_server_addr",
    "inet_server_port",
    "inet_client_addr",
    "inet_client_port",
    "pg_database_size",
    "pg_tablespace_size",
)


def create_roles(connection: sa.Connection, passwords: dict[str, str] | None) -> None:
    """Make what is missing: with passwords as logins (embedded server), else as
    roles that the owner's login takes on.
    """
    for role in (OWNER, APP, READER) if passwords else (APP, READER):
        if connection.scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}) is None:
            connection.exec_driver_sql(f"CREATE ROLE {role}")
        if passwords:
            connection.exec_driver_sql(f"ALTER ROLE {role} LOGIN PASSWORD '{passwords[role]}'")
        else:
            connection.exec_driver_sql(f"GRANT {role} TO CURRENT_USER")
    connection.exec_driver_sql(f"ALTER ROLE {READER} SET default_transaction_read_only = on")
    connection.exec_driver_sql(f"ALTER ROLE {READER} SET search_path = reporting")


def forbid_functions(connection: sa.Connection) -> list[str]:
    """Take EXECUTE on the forbidden functions from PUBLIC, leaving it to owner
    and application; returns the names it could not change.
    """
    rows = connection.execute(
        sa.text(
            "SELECT p.oid::regprocedure::text AS signature FROM pg_proc p "
            "JOIN pg_namespace n ON n.oid = p.pronamespace "
            "WHERE n.nspname = 'pg_catalog' AND p.proname = ANY(:names)"
        ),
        {"names": list(FORBIDDEN_FUNCTIONS)},
    ).scalars()
    left = []
    owner = connection.scalar(
        sa.text(
            "SELECT CASE WHEN EXISTS (SELECT 1 FROM pg_roles WHERE rolname = :owner) THEN :owner ELSE current_user END"
        ),
        {"owner": OWNER},
    )
    for signature in rows.all():
        try:
            with connection.begin_nested():
                connection.exec_driver_sql(f"REVOKE EXECUTE ON FUNCTION pg_catalog.{signature} FROM PUBLIC")
                connection.exec_driver_sql(f'GRANT EXECUTE ON FUNCTION pg_catalog.{signature} TO "{owner}", {APP}')
        except sa.exc.ProgrammingError:
            left.append(signature)
    return left


def grant(connection: sa.Connection) -> None:
    """Give each role exactly its rights on our schemas: the application may
    append to the audit log but not change it.
    """
    for statement in (
        f"GRANT USAGE ON SCHEMA finops TO {APP}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA finops TO {APP}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA finops TO {APP}",
        f"REVOKE UPDATE, DELETE, TRUNCATE ON finops.audit_log FROM {APP}",
        f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON finops.audit_head FROM {APP}",
        f"REVOKE ALL ON SCHEMA finops FROM {READER}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA finops FROM {READER}",
        f"GRANT USAGE ON SCHEMA reporting TO {APP}, {READER}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO {APP}, {READER}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    ):
        connection.exec_driver_sql(statement)
