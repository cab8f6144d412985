"""The reporting views as the database has them."""

from pathlib import Path

import sqlalchemy as sa

from db.database import Database
from db.maintenance import upgrade
from db.reporting import views


def test_views_columns_and_comments_are_those_of_the_list(database: Database) -> None:
    """What the catalogue says of a view is what the view is."""
    for view in views.VIEWS:
        with database.reader.connect() as connection:
            rows = connection.execute(
                sa.text(
                    "SELECT attname, col_description(attrelid, attnum) FROM pg_attribute "
                    "WHERE attrelid = to_regclass(:name) AND attnum > 0 ORDER BY attnum"
                ),
                {"name": f"reporting.{view.name}"},
            ).all()
        assert [tuple(row) for row in rows] == [(column.name, column.comment) for column in view.columns]


def test_every_view_can_be_read_by_the_reader(database: Database) -> None:
    """Every view's SQL runs under the role that answers questions."""
    for view in views.VIEWS:
        with database.reader.connect() as connection:
            connection.execute(sa.text(f"SELECT * FROM reporting.{view.name} LIMIT 1")).all()


def test_the_reader_sees_no_table(database: Database) -> None:
    """No relation of the schema with the tables can be selected from."""
    with database.reader.connect() as connection:
        readable = connection.scalars(
            sa.text(
                "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE n.nspname = 'finops' AND has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE') "
                "AND has_schema_privilege(n.oid, 'USAGE')"
            )
        ).all()
    assert readable == []


def test_the_migrations_make_the_tables_of_the_models(database: Database) -> None:
    """A migrated database has nothing that the models lack, and lacks nothing that they have."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from db.tables import Base

    def ours(_object: object, name: str | None, kind: str, reflected: bool, _to: object) -> bool:
        return not (
            kind == "table" and reflected and ((name or "").startswith("charges_") or name == "alembic_version")
        )

    def schemas(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "schema" or name == "finops"

    with database.owner.connect() as connection:
        options = {
            "include_schemas": True,
            "include_object": ours,
            "include_name": schemas,
            "version_table_schema": "finops",
        }
        assert compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata) == []


def test_down_and_up_again(tmp_path: Path) -> None:
    """A release can be taken back to nothing and put on again."""
    from config.settings import Settings
    from db import engines
    from db.embedded import postgres

    fresh = engines.connect(Settings(home=tmp_path, _env_file=None, database_url=None))
    upgrade.downgrade(fresh, "base")
    assert not upgrade.is_current(fresh)
    upgrade.upgrade(fresh)
    assert upgrade.is_current(fresh)
    fresh.dispose()
    postgres.stop(tmp_path)
