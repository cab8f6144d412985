"""Dump and restore: whole, into an empty database, of this release and of the one before."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.errors import UserError
from config.settings import Settings
from db import audit, engines
from db.database import Database
from db.embedded import postgres
from db.maintenance import backup, upgrade
from lake.place import Place, place_of

_ROWS = (
    "INSERT INTO finops.sources (name) VALUES ('aws')",
    (
        "INSERT INTO finops.loads (source_id, delivery, path, status, started_at) VALUES (1, 'd', 'bill.csv', "
        "'loaded', "
        "now())"
    ),
    (
        "INSERT INTO finops.daily_costs (usage_date, source_id, billing_period_start, service, effective_cost, "
        "currency)"
        " VALUES ('2026-09-02', 1, '2026-09-01+00', 'EC2', 2, 'USD')"
    ),
    (
        "INSERT INTO finops.lake_files (path, source_id, load_id, billing_accounts, billing_period_start, "
        "billing_period_end, rows, bytes, first_day, last_day) VALUES ('source=1/month=2026-09/load=1-a.parquet', 1, "
        "1, '[\"a\"]', '2026-09-01+00', '2026-10-01+00', 1, 5, '2026-09-02', '2026-09-02')"
    ),
)
_LINE_ITEMS = "source=1/month=2026-09/load=1-a.parquet"
_CHARGES = (  # as releases before the lake kept them
    (
        "CREATE TABLE finops.charges_202609 PARTITION OF finops.charges FOR VALUES "
        "FROM ('2026-09-01+00') TO ('2026-10-01+00')"
    ),
    (
        "INSERT INTO finops.charges (source_id, load_id, billed_cost, effective_cost, billing_account_id, "
        "billing_currency, billing_period_start,"
        " billing_period_end, charge_category, charge_period_start, charge_period_end, service_name) VALUES (1, 1, "
        "1.000000000000000001, 2, 'a', 'USD',"
        " '2026-09-01+00', '2026-10-01+00', 'Usage', '2026-09-02+00', '2026-09-03+00', 'EC2')"
    ),
)


@pytest.fixture
def homes(tmp_path: Path) -> Iterator[list[Path]]:
    """Two empty homes, whose servers are stopped at the end."""
    tmp_path.chmod(0o755)
    found = [tmp_path / "home", tmp_path / "other home"]
    yield found
    for home in found:
        postgres.stop(home)


def _connect(home: Path) -> Database:
    return engines.connect(Settings(home=home, _env_file=None, database_url=None))


def _filled(home: Path) -> Database:
    database = _connect(home)
    with database.owner.begin() as connection:
        for statement in _ROWS:
            connection.exec_driver_sql(statement)
    file = Path(database.lake) / _LINE_ITEMS
    file.parent.mkdir(parents=True)
    file.write_bytes(b"items")
    with Session(database.app) as session, session.begin():
        audit.append(session, "maya", "tested", "a restored log")
    return database


def _check(database: Database) -> None:
    """Line items, the audit log, the views, and what the reader may not."""
    assert (Path(database.lake) / _LINE_ITEMS).read_bytes() == b"items"
    _check_tables(database)


def _check_tables(database: Database) -> None:
    with Session(database.app) as session:
        assert isinstance(audit.verify(session), audit.Intact)
        audit.append(session, "maya", "tested", "the log goes on")
        session.commit()
    with database.reader.connect() as connection:
        assert connection.execute(sa.text("SELECT service, effective_cost FROM reporting.daily_costs")).all() == [
            ("EC2", 2)
        ]
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            connection.execute(sa.text("SELECT * FROM finops.lake_files"))
    with database.app.connect() as connection, pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        connection.execute(sa.text("DELETE FROM finops.audit_log"))


def test_a_dump_is_restored_into_an_empty_home(homes: list[Path], tmp_path: Path) -> None:
    """The server runs while it is dumped; the file is whole or not there."""
    database = _filled(homes[0])
    backup.dump(database, tmp_path / "backups" / "monday.dump", place_of(database))
    assert (tmp_path / "backups" / "monday.dump").stat().st_mode & 0o077 == 0
    with pytest.raises(UserError, match="is there already"):
        backup.dump(database, tmp_path / "backups" / "monday.dump", place_of(database))
    with pytest.raises(UserError, match="holds bills or an audit log already"):
        backup.restore(database, tmp_path / "backups" / "monday.dump", place_of(database))
    database.dispose()
    other = _connect(homes[1])
    kept: list[str] = []

    class Sending(Place):
        """As a lake in a bucket, to which files are sent."""

        def keep(self, path: str) -> None:
            kept.append(path)

    backup.restore(other, tmp_path / "backups" / "monday.dump", Sending(Path(other.lake)))
    assert kept == [_LINE_ITEMS]
    _check(other)
    other.dispose()


def test_a_dump_that_is_cut_off_changes_nothing(homes: list[Path], tmp_path: Path) -> None:
    """The database stays empty and usable, and takes the whole dump afterwards."""
    database = _filled(homes[0])
    whole, cut = tmp_path / "whole.dump", tmp_path / "cut.dump"
    backup.dump(database, whole, place_of(database))
    database.dispose()
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    other = _connect(homes[1])
    with pytest.raises(UserError, match="nothing was changed"):
        backup.restore(other, cut, place_of(other))
    assert upgrade.is_current(other)
    backup.restore(other, whole, place_of(other))
    _check(other)
    other.dispose()


def test_files_that_are_gone_are_named(homes: list[Path], tmp_path: Path) -> None:
    """The rest is dumped."""
    database = _filled(homes[0])
    (Path(database.lake) / _LINE_ITEMS).unlink()
    assert backup.dump(database, tmp_path / "some.dump", place_of(database)) == (_LINE_ITEMS,)
    assert [path.name for path in tmp_path.glob("some.dump*")] == ["some.dump"]
    database.dispose()


def test_what_is_no_dump_of_ours_is_refused(homes: list[Path], tmp_path: Path) -> None:
    """Nothing is written beside the lake."""
    database = _connect(homes[0])
    with tarfile.open(tmp_path / "bad.tar", "w") as bad:
        bad.addfile(tarfile.TarInfo("lake/../../escaped"))
    with pytest.raises(UserError, match="nothing was changed"):
        backup.restore(database, tmp_path / "bad.tar", place_of(database))
    link = tarfile.TarInfo("lake/escaped")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    for member in (tarfile.TarInfo("postgres/escaped"), tarfile.TarInfo("/lake/escaped"), tarfile.TarInfo("."), link):
        with tarfile.open(tmp_path / "other.tar", "w") as other:
            other.addfile(member)
        with pytest.raises(UserError, match="no dump of ours"):
            backup.restore(database, tmp_path / "other.tar", place_of(database))
    assert list(tmp_path.rglob("escaped")) == []
    database.dispose()


def test_a_dump_of_the_first_release_is_brought_to_this_one(homes: list[Path], tmp_path: Path) -> None:
    """And so is a database that the first release filled: its line items keep every digit until they are moved."""
    database = _filled(homes[0])
    upgrade.downgrade(database, "0001")
    with database.owner.begin() as connection:
        for statement in _CHARGES:
            connection.exec_driver_sql(statement)
    assert not upgrade.is_current(database)
    backup.dump(database, tmp_path / "first.dump", place_of(database))
    upgrade.upgrade(database)
    _check_tables(database)
    assert _aside(database) == "1.000000000000000001"
    database.dispose()
    other = _connect(homes[1])
    backup.restore(other, tmp_path / "first.dump", place_of(other))
    assert upgrade.is_current(other)
    _check_tables(other)
    assert _aside(other) == "1.000000000000000001"
    other.dispose()


def _aside(database: Database) -> str:
    with database.owner.connect() as connection:
        return str(connection.scalar(sa.text("SELECT billed_cost FROM finops.charges_before_lake")))
