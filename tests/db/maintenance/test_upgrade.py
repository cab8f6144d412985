"""Whether a database is at this release is one short question."""

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from config.errors import UserError
from config.settings import Settings
from db import engines
from db.database import Database
from db.maintenance import upgrade
from db.reporting import views


def test_the_head_is_the_newest_migration(database: Database) -> None:
    with database.owner.connect() as connection:
        assert ScriptDirectory.from_config(upgrade.alembic_config(connection)).get_current_head() == upgrade.HEAD


def test_upgrading_again_changes_nothing(database: Database) -> None:
    """An upgrade may be run at any time."""
    upgrade.upgrade(database)
    assert upgrade.is_current(database)


@pytest.mark.parametrize(
    ("revision", "digest"), [("0001", None), (None, "views of another release")], ids=["migration", "views"]
)
def test_another_releases_schema_is_not_current(
    clean_database: Database, revision: str | None, digest: str | None
) -> None:
    """An older migration, or the same one with other views; after an upgrade it is current again."""
    with clean_database.owner.begin() as connection:
        connection.execute(
            sa.text("UPDATE finops.schema_state SET revision = :revision, views_digest = :digest"),
            {"revision": revision or upgrade.HEAD, "digest": digest or views.digest()},
        )
    try:
        assert not upgrade.is_current(clean_database)
    finally:
        upgrade.upgrade(clean_database)
    assert upgrade.is_current(clean_database)


def test_an_outside_database_of_another_release_is_not_touched(
    clean_database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever runs it upgrades it; a bot that starts only says so."""
    address = clean_database.owner_url
    outside = Settings.model_validate({"database_url": address, "home": settings.home})
    monkeypatch.setattr(upgrade, "HEAD", "9999")
    with pytest.raises(UserError, match="Run `finops db upgrade`"):
        engines.connect(outside)
