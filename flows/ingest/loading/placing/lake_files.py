"""Files of the lake: kept, rewritten without some accounts, published with the load that brought them."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg2
import sqlalchemy as sa

from config.errors import UserError
from flows.ingest.loading.placing.staging import Leaf
from flows.ingest.loading.placing.standing import Part
from lake import catalogue
from lake.catalogue import LakeFile
from lake.place import Place, place_of
from lake.writer import Writer

if TYPE_CHECKING:
    from db.database import Database

LOST = (
    psycopg2.OperationalError,
    psycopg2.InterfaceError,
    sa.exc.OperationalError,
    sa.exc.InterfaceError,
)
_MONTHS = sa.text(
    "SELECT DISTINCT source_id, jsonb_array_elements_text(billing_periods) AS month FROM finops.loads "
    "WHERE delivery = :delivery AND status = 'loaded'"
)


@contextmanager
def written_or_nothing(database: "Database") -> "Iterator[Writer]":
    """A writer whose files are deleted again where the load comes to nothing. Where the database was lost nobody knows
    whether it had committed: they stay, and a sweep finds those that do not stand.
    """
    writer = Writer(place_of(database))
    try:
        yield writer
    except LOST:
        raise
    except BaseException:
        writer.discard()
        raise


def keep_standing(connection: sa.Connection, writer: Writer, leaf: Leaf, parts: Sequence[Part]) -> None:
    """Carry the stored files of the delivered accounts and periods over into the leaf; raises `UserError` where their
    files are incomplete.
    """
    delivered = {(part.account, part.start, part.end) for part in parts}
    rows = 0
    for file in catalogue.standing(connection, source=leaf.source_id, months=leaf.days):
        mine = file.holds() & delivered
        if mine:
            gone = {account for account, _, _ in file.holds() - mine}
            one = writer.without(file, gone) if gone else file
            leaf.files.append(one)
            rows += one.rows
    _check_whole(leaf, rows, parts)


def keep_but_loads(
    connection: sa.Connection, writer: Writer, leaf: Leaf, parts: Sequence[Part], loads: Collection[int]
) -> None:
    """Let all that stands in the leaf's source and month go on with it, but what came with some loads; `parts` is all
    that stands. Raises `UserError` where its files are not whole.
    """
    standing = catalogue.standing(connection, source=leaf.source_id, months=leaf.days)
    _check_whole(leaf, sum(file.rows for file in standing), parts)
    leaf.files.extend(file for file in standing if file.load_id not in loads)


def _check_whole(leaf: Leaf, rows: int, parts: Sequence[Part]) -> None:
    if rows != sum(part.rows for part in parts):
        raise UserError(
            f"The lake does not hold all line items of {leaf.month} that stand; nothing was changed. Run "
            "`finops lake fill`, which names the bills to load again, all accounts of a month together."
        )


def take_out(writer: Writer, leaf: Leaf, file: LakeFile, accounts: Collection[str]) -> None:
    """Let the rows of some accounts in a file of the leaf not stand."""
    left = set(file.accounts) - set(accounts)
    if len(left) == len(file.accounts):
        return
    leaf.files.remove(file)
    if left:
        leaf.files.append(writer.without(file, accounts))
    writer.drop(file)


def without_parts(connection: sa.Connection, writer: Writer, leaf: Leaf, parts: Sequence[Part]) -> Leaf:
    """The leaf as it stands but for some accounts' periods."""
    leaf = replace(leaf, files=catalogue.standing(connection, source=leaf.source_id, months=leaf.days))
    for file in list(leaf.files):
        gone = {part.account for part in parts if (part.start, part.end) == (file.start, file.end)}
        take_out(writer, leaf, file, gone)
    return leaf


def publish(connection: sa.Connection, leaf: Leaf) -> None:
    """Let the leaf's files stand in place of all others of its source and month."""
    standing = {file.path for file in catalogue.standing(connection, source=leaf.source_id, months=leaf.days)}
    mine = {file.path for file in leaf.files}
    catalogue.retire(connection, sorted(standing - mine))
    catalogue.publish(connection, [file for file in leaf.files if file.path not in standing])


def are_whole(connection: sa.Connection, database: "Database", delivery: str) -> bool:
    """Whether the line items of a delivery's months are all there."""
    months = connection.execute(_MONTHS, {"delivery": delivery}).all()
    if not months:
        return True
    lost = set(without_files(connection, place_of(database)))
    return lost.isdisjoint((row.source_id, row.month) for row in months)


def without_files(connection: sa.Connection, place: Place) -> list[tuple[int, str]]:
    """Sources' months (`YYYY-MM`) of which some line item that stands is in no file."""
    files = catalogue.standing(connection)
    missing = set(place.missing([file.path for file in files]))
    lost = {(file.source_id, file.month) for file in files if file.path in missing}
    return sorted(lost | set(catalogue.incomplete(connection)))
