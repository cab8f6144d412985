"""What is known of the contents of objects in buckets, so that those that are the same are not fetched again."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from db.tables import FetchedObject
from flows.ingest.roads.buckets import BucketObject
from flows.ingest.roads.pieces import BillFile

if TYPE_CHECKING:
    from db.database import Database


def digests(database: "Database", found: Sequence[BillFile]) -> dict[str, str]:
    """The digests by address, where all are objects whose content is known; else nothing."""
    objects = [one for one in found if isinstance(one, BucketObject)]
    if not objects or len(objects) < len(found):
        return {}
    statement = sa.select(FetchedObject).where(FetchedObject.address.in_([one.label for one in objects]))
    with database.owner.connect() as connection:
        known = {row.address: row for row in connection.execute(statement)}
    told = {
        one.label: str(row.digest)
        for one in objects
        if (row := known.get(one.label)) and (row.version, row.bytes) == (one.version, one.size)
    }
    return told if len(told) == len(objects) else {}


def remember(
    database: "Database", found: Sequence[BillFile], read: Sequence[BillFile], told: Mapping[str, str]
) -> None:
    """Keep the digests of objects that were fetched and are read as they are; archives hold files of their own."""
    as_they_are = {one.path for one in read}
    rows = [
        {"address": one.label, "version": one.version, "bytes": one.size, "digest": told[one.label]}
        for one in found
        if isinstance(one, BucketObject) and one.path in as_they_are
    ]
    if not rows:
        return
    statement = insert(FetchedObject).values(rows)
    newest = {name: statement.excluded[name] for name in ("version", "bytes", "digest")}
    with database.owner.begin() as connection:
        connection.execute(
            statement.on_conflict_do_update(index_elements=["address"], set_={**newest, "fetched_at": sa.func.now()})
        )
