"""Files that nobody can see are deleted, and no others."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from db.database import Database
from lake import catalogue
from lake.place import Place
from lake.sweep import sweep
from lake.writer import Writer
from tests.lake.conftest import END, START, frame


def _written(place: Place, count: int) -> Writer:
    writer = Writer(place)
    for number in range(count):
        writer.add(1, "2026-09", number, frame(2))
    writer.flush()
    return writer


def _source(database: Database) -> None:
    with database.owner.begin() as connection:
        connection.exec_driver_sql("INSERT INTO finops.sources (id, name) VALUES (1, 'aws')")


def test_replaced_files_and_orphans_go_when_nobody_reads_them(clean_database: Database, place: Place) -> None:
    """A reader may go on for an hour with what was replaced; a load may take a day to publish what it writes."""
    _source(clean_database)
    standing, replaced, orphan = _written(place, 3).files
    now = datetime.now(UTC)
    with clean_database.owner.begin() as connection:
        catalogue.publish(connection, [standing, replaced])
        catalogue.retire(connection, [replaced.path])
    assert sweep(clean_database.owner, place, now) == 0
    assert sweep(clean_database.owner, place, now + timedelta(hours=2)) == 1
    assert {path for path, _ in place.every()} == {standing.path, orphan.path}
    assert sweep(clean_database.owner, place, now + timedelta(days=2)) == 1
    assert {path for path, _ in place.every()} == {standing.path}
    with clean_database.owner.connect() as connection:
        assert catalogue.all_paths(connection) == {standing.path}


def test_files_are_seen_with_the_commit_that_publishes_them(clean_database: Database, place: Place) -> None:
    """Before it, and after a rollback, there are none."""
    _source(clean_database)
    files = _written(place, 1).files
    with clean_database.owner.connect() as writing, clean_database.owner.connect() as reading:
        catalogue.publish(writing, files)
        assert catalogue.standing(reading) == []
        writing.rollback()
        assert catalogue.standing(reading) == []
        catalogue.publish(writing, files)
        writing.commit()
        reading.rollback()
        assert catalogue.standing(reading) == files


def test_files_are_found_by_source_month_and_day(clean_database: Database, place: Place) -> None:
    """So that a question opens no more files than it needs."""
    _source(clean_database)
    files = _written(place, 1).files
    with clean_database.owner.connect() as connection:
        catalogue.publish(connection, files)
        connection.execute(sa.text("SET LOCAL timezone = 'America/New_York'"))
        month, next_month = (START.date(), END.date()), (END.date(), END.date() + timedelta(days=31))
        assert catalogue.standing(connection, source=1, months=month, days=month) == files
        assert catalogue.standing(connection, source=2) == []
        assert catalogue.standing(connection, months=next_month) == []
        assert catalogue.standing(connection, days=next_month) == []
        connection.rollback()
