"""Fixtures of every room: a real Postgres once a session, each test in a
transaction that is rolled back, no socket that leaves the machine.
"""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import hypothesis
import psycopg2.errors
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.organisation import Organisation
from config.settings import Settings
from db import engines
from db.database import Database
from db.embedded import postgres
from tests.spark import PACKAGES, serving

# A change is judged by the same examples every time; `make explore` looks for new ones.
hypothesis.settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
hypothesis.settings.register_profile("explore", derandomize=False, deadline=None, print_blob=True)
hypothesis.settings.load_profile("repeatable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What asks for the database, by whatever fixture, is marked, so that `make quick` knows it."""
    for item in items:
        if "finops_home" in getattr(item, "fixturenames", ()):
            item.add_marker("postgres")


def pytest_runtest_setup() -> None:
    """Only this machine can be reached."""
    import pytest_socket

    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def finops_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home of the session's own; its server is stopped at the end."""
    home = tmp_path_factory.mktemp("home")
    yield home
    postgres.stop(home)


@pytest.fixture(scope="session")
def settings(finops_home: Path) -> Settings:
    """Settings that read no environment of the developer's."""
    return Settings(home=finops_home, _env_file=None, openai_api_key=None, slack_bot_token=None, database_url=None)


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an engine of Spark Connect; without its packages the tests of it are skipped."""
    if not all(map(find_spec, PACKAGES)):
        pytest.skip("no engine of Spark Connect is installed (pysail, pyspark-client)")
    with serving(tmp_path_factory.mktemp("spark") / "log") as address:
        yield address


@pytest.fixture(scope="session")
def database(settings: Settings) -> Iterator[Database]:
    """The migrated embedded database, shared by the session. Tests that commit clean up with `clean_database`."""
    database = engines.connect(settings)
    yield database
    database.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session under the application role; what it commits is a savepoint, and all of it is rolled back."""
    with database.app.connect() as connection:
        transaction = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield session
        transaction.rollback()


@pytest.fixture
def clean_database(database: Database, finops_home: Path) -> Iterator[Database]:
    """The database for tests that commit from several connections; every table is emptied afterwards, and before where
    a fixture of a longer life has left something, or rows that were rolled back have used up ids: the first row is 1.
    """
    with database.owner.connect() as connection:
        used = connection.scalar(
            sa.text(
                "SELECT EXISTS (SELECT FROM finops.audit_log) OR EXISTS "
                "(SELECT FROM pg_sequences WHERE schemaname = 'finops' AND last_value IS NOT NULL)"
            )
        )
    if used:
        _empty(database, finops_home)
    yield database
    _empty(database, finops_home)


def _empty(database: Database, finops_home: Path) -> None:
    """Again where a request that a closed page left behind still reads: Postgres ends one of two that wait for each
    other.
    """
    for left in reversed(range(5)):
        try:
            _truncate(database)
        except sa.exc.OperationalError as error:
            if not left or not isinstance(error.orig, psycopg2.errors.DeadlockDetected):
                raise
        else:
            break
    (finops_home / "audit-heads.jsonl").unlink(missing_ok=True)  # the log begins anew


def _truncate(database: Database) -> None:
    with database.owner.begin() as connection:
        tables = connection.scalars(
            sa.text(
                "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c "
                "JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE n.nspname = 'finops' AND c.relkind IN ('r', 'p') AND NOT c.relispartition "
                "AND c.relname NOT IN ('schema_state', 'alembic_version')"
            )
        ).all()
        connection.exec_driver_sql("ALTER TABLE finops.audit_log DISABLE TRIGGER USER")
        connection.exec_driver_sql(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
        connection.exec_driver_sql("ALTER TABLE finops.audit_log ENABLE TRIGGER USER")


@pytest.fixture
def organisation() -> Organisation:
    """An organisation with the defaults."""
    return Organisation()
