"""Bring a database to this release: roles, migrations, reporting views, grants."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from config.errors import UserError
from db import locks
from db.database import Database
from db.embedded import postgres
from db.locks import Lock
from db.maintenance import roles
from db.reporting import views

HEAD = "0005"  # the newest migration; a test holds it against alembic's own head


def is_current(database: Database) -> bool:
    """Whether migrations and views are those of this release; one short query."""
    with database.owner.connect() as connection:
        if connection.scalar(sa.text("SELECT to_regclass('finops.schema_state')")) is None:
            return False
        row = connection.execute(sa.text("SELECT revision, views_digest FROM finops.schema_state")).one_or_none()
        return row is not None and tuple(row) == (HEAD, views.digest())


def embedded(database: Database, server: postgres.Server) -> None:
    """Make the embedded server's roles and databases when they are missing, then upgrade."""
    superuser = sa.create_engine(
        server.url("postgres", "postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    with superuser.connect() as connection:
        if connection.scalar(sa.text("SELECT 1 FROM pg_database WHERE datname = 'finops'")) and is_current(database):
            return
        with locks.hold(connection, Lock.EMBEDDED_SERVER):
            roles.create_roles(connection, server.passwords)
            for name in ("finops", "prefect"):
                if (
                    connection.scalar(sa.text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name})
                    is None
                ):
                    connection.exec_driver_sql(f"CREATE DATABASE {name} OWNER {roles.OWNER}")
            connection.exec_driver_sql("REVOKE CONNECT, TEMPORARY ON DATABASE finops FROM PUBLIC")
            connection.exec_driver_sql(f"GRANT CONNECT ON DATABASE finops TO {roles.APP}, {roles.READER}")
            connection.exec_driver_sql("REVOKE CONNECT, TEMPORARY ON DATABASE prefect, postgres FROM PUBLIC")
            inside = sa.create_engine(server.url("postgres"), poolclass=sa.NullPool)
            with inside.begin() as connection_inside:  # still under the lock: two processes may start together
                roles.forbid_functions(connection_inside)
                connection_inside.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            inside.dispose()
    superuser.dispose()
    upgrade(database)


def upgrade(database: Database, revision: str = "head") -> None:
    """Apply migrations, rebuild the reporting views and set the grants; safe to
    run again and from several processes.
    """
    from alembic import command  # noqa: PLC0415 - slow to load, and only migrations need it

    with database.owner.connect() as connection, locks.hold(connection, Lock.UPGRADE):
        if not database.embedded:
            _make_roles(connection)
            roles.forbid_functions(connection)
            connection.commit()
        connection.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS finops")
        connection.commit()
        command.upgrade(alembic_config(connection), revision)
        connection.commit()
        if revision == "head":
            views.install(connection)
            roles.grant(connection)
            connection.execute(sa.text("DELETE FROM finops.schema_state"))
            connection.execute(
                sa.text("INSERT INTO finops.schema_state (revision, views_digest) VALUES (:revision, :digest)"),
                {"revision": HEAD, "digest": views.digest()},
            )
        connection.commit()


def _make_roles(connection: sa.Connection) -> None:
    """The two lesser roles, which an owner who is no superuser may make or take
    on only where it was allowed to. Raises `UserError`.
    """
    try:
        roles.create_roles(connection, None)
    except sa.exc.ProgrammingError as error:
        raise UserError(
            f"This login may not make or take on the roles {roles.APP} and {roles.READER}: "
            f"{str(error.orig).splitlines()[0]}. "
            f"Let an administrator of the database run: CREATE ROLE {roles.APP}; CREATE ROLE {roles.READER}; "
            f'GRANT {roles.APP}, {roles.READER} TO "{connection.engine.url.username}" WITH ADMIN OPTION; ALTER ROLE '
            f'"{connection.engine.url.username}" CREATEROLE'
        ) from error


def downgrade(database: Database, revision: str) -> None:
    """Go back to an earlier migration; the views are dropped and come back with the next upgrade."""
    from alembic import command  # noqa: PLC0415 - slow to load, and only migrations need it

    with database.owner.connect() as connection:
        connection.exec_driver_sql("DROP SCHEMA IF EXISTS reporting CASCADE")
        connection.exec_driver_sql("DELETE FROM finops.schema_state")  # no process may take it for its own release's
        connection.commit()
        command.downgrade(alembic_config(connection), revision)
        connection.commit()


def alembic_config(connection: sa.Connection) -> Any:
    """Alembic's settings, bound to an open connection."""
    from alembic.config import Config  # noqa: PLC0415 - slow to load, and only migrations need it

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations"))
    config.attributes["connection"] = connection
    return config
