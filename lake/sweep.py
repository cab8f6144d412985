"""Deletes files that nobody can see: what a load that died has left, and what was replaced a while ago."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from lake import catalogue
from lake.place import Place

READ_ON = timedelta(hours=1)  # how long a reader may go on with files that were replaced
ORPHANED = timedelta(days=1)  # from which age on a file that no load has published will never be


def sweep(engine: sa.Engine, place: Place, now: datetime | None = None) -> int:
    """Delete retired files and orphans; returns how many files were deleted."""
    now = now or datetime.now(UTC)
    with engine.begin() as connection:
        retired = catalogue.retired_before(connection, now - READ_ON)
        for path in retired:
            place.delete(path)
        catalogue.forget(connection, retired)
        catalogued = catalogue.all_paths(connection)
    latest = (now - ORPHANED).timestamp()
    orphans = [path for path, changed in place.every() if path not in catalogued and changed < latest]
    for path in orphans:
        place.delete(path)
    place.tidy()
    return len(retired) + len(orphans)
