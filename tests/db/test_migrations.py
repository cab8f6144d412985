"""`make migrations`: every released schema, one step down and up again on a
database with rows of everything in it, and then all the way.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.settings import Settings
from db import audit, engines
from db.database import Database
from db.embedded import postgres
from db.maintenance import upgrade

ROWS = Path(__file__).parents[1] / "deploy" / "dashboard_rows.sql"


@pytest.fixture
def populated(tmp_path: Path) -> Iterator[Database]:
    """A database of its own with a row or more in most tables."""
    database = engines.connect(Settings(home=tmp_path, _env_file=None, database_url=None))
    with database.owner.begin() as connection:
        connection.exec_driver_sql(ROWS.read_text().replace("%", "%%"))
    with Session(database.app) as session, session.begin():
        for number in range(3):
            audit.append(session, "U1", "test.done", str(number))
    yield database
    database.dispose()
    postgres.stop(tmp_path)


def revisions(database: Database) -> list[str]:
    """All revisions, newest first."""
    from alembic.script import ScriptDirectory

    with database.owner.connect() as connection:
        return [
            script.revision
            for script in ScriptDirectory.from_config(upgrade.alembic_config(connection)).walk_revisions()
        ]


def counted(database: Database) -> dict[str, int]:
    """Rows by table, of the tables that hold any."""
    with database.owner.connect() as connection:
        tables = sa.inspect(connection).get_table_names(schema="finops")
        counts = {name: connection.scalar(sa.text(f"SELECT count(*) FROM finops.{name}")) or 0 for name in tables}
    return {
        name: count
        for name, count in counts.items()
        if count and name not in ("schema_state", "alembic_version", "audit_head")
    }


def test_each_release_down_and_up_again_keeps_the_rows(populated: Database) -> None:
    """Whatever release is taken back, what was stored in its tables is still
    there after the next upgrade, and the audit log is unbroken.
    """
    before = counted(populated)
    assert before["daily_costs"] > 600
    assert len(before) >= 10
    for earlier in revisions(populated)[1:]:
        upgrade.downgrade(populated, earlier)
        assert not upgrade.is_current(populated)
        upgrade.upgrade(populated)
        assert upgrade.is_current(populated)
        assert counted(populated) == before
        with Session(populated.app) as session:
            assert isinstance(audit.verify(session), audit.Intact)


def test_all_the_way_down_and_up(populated: Database) -> None:
    """To nothing and back: a full upgrade of an empty schema."""
    upgrade.downgrade(populated, "base")
    assert counted(populated) == {}
    upgrade.upgrade(populated)
    assert upgrade.is_current(populated)
