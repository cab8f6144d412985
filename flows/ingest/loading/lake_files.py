"""Files of the lake, published with the load that brought them and retired when something takes their place."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from flows.ingest.loading.staging import Leaf
from flows.ingest.loading.standing import Part
from lake import catalogue
from lake.place import Place, open_place
from lake.writer import Writer

if TYPE_CHECKING:
    import sqlalchemy as sa

    from db.database import Database


@contextmanager
def written_or_nothing(database: "Database") -> "Iterator[Writer]":
    """A writer whose files are deleted again where the load comes to nothing."""
    writer = Writer(open_place(database.lake))
    try:
        yield writer
    except BaseException:
        writer.discard()
        raise


def publish(
    connection: "sa.Connection",
    leaf: Leaf,
    writer: Writer | None,
    kept: Collection[tuple[str, datetime, datetime]],
    copies: Collection[tuple[int, str, datetime]],
    appended: Sequence[int] | None,
) -> None:
    """Let the files of a leaf's loads stand in place of those of its source and month; what was left out as a copy
    never stands. Of the old files those of accounts and periods that are `kept` go on or, where the source's files add
    to a period, all but those of the loads in `appended`. A file of many accounts of which some do not stand stands not
    at all: `lake_fill.fill` writes the month anew.
    """
    gone = [
        file.path
        for file in catalogue.standing(connection, source=leaf.source_id, months=leaf.days)
        if (file.load_id in appended if appended is not None else not file.holds() <= set(kept))
    ]
    catalogue.retire(connection, gone)
    mine = [
        file
        for file in (writer.files if writer else ())
        if file.load_id in leaf.loads
        and (file.source_id, f"{file.start:%Y-%m}") == (leaf.source_id, leaf.month)
        and not any((file.load_id, account, file.start) in copies for account in file.accounts)
    ]
    catalogue.publish(connection, mine)


def months_without_files(connection: "sa.Connection", place: Place) -> list[tuple[int, str]]:
    """Sources' months (`YYYY-MM`) of which some line item that stands has no file."""
    files = catalogue.standing(connection)
    missing = set(place.missing([file.path for file in files]))
    lost = {(file.source_id, f"{file.start:%Y-%m}") for file in files if file.path in missing}
    return sorted(lost | set(catalogue.incomplete(connection)))


def retire(connection: "sa.Connection", parts: Sequence[Part]) -> None:
    """Let accounts' periods stand no more in the sources that had them."""
    for source in sorted({part.source_id for part in parts}):
        wanted = {(part.account, part.start, part.end) for part in parts if part.source_id == source}
        catalogue.retire(
            connection,
            [
                file.path
                for file in catalogue.standing(connection, source=source)
                if not file.holds().isdisjoint(wanted)
            ],
        )
