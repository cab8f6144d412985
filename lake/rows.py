"""The rows of files, for sums of our own: DuckDB in this process, which no statement of anybody else reaches."""

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from config.errors import UserError
from lake.catalogue import LakeFile
from lake.columns import Kind, duckdb_columns
from lake.place import Place

if TYPE_CHECKING:
    import duckdb

_MEMORY = "512MB"  # what does not fit goes to a temporary folder


@contextmanager
def opened(
    place: Place, files: Sequence[LakeFile], columns: Sequence[tuple[str, Kind]]
) -> "Iterator[duckdb.DuckDBPyConnection]":
    """DuckDB in UTC with the view `line_items`: the columns of the files and `load_id`. Raises `UserError` for files
    that are gone.
    """
    import duckdb  # noqa: PLC0415 - slow to load, and only bills need it in this process

    fetch(place, files)
    loads: dict[int, list[str]] = defaultdict(list)
    for file in files:
        loads[file.load_id].append(str(place.full(file.path)))
    parts = [
        f"SELECT *, CAST({load:d} AS BIGINT) AS load_id FROM read_parquet({_literal(paths)})"  # noqa: S608 - paths of ours, as literals
        for load, paths in loads.items()
    ]
    with tempfile.TemporaryDirectory(prefix="finops-") as folder, duckdb.connect(":memory:") as connection:
        for setting in (
            f"memory_limit = '{_MEMORY}'",
            f"temp_directory = {_literal(folder)}",
            "TimeZone = 'UTC'",
            "preserve_insertion_order = false",
            "autoinstall_known_extensions = false",
        ):
            connection.execute(f"SET {setting}")
        if parts:
            connection.execute(f"CREATE VIEW line_items AS {' UNION ALL '.join(parts)}")
        else:
            connection.execute(f"CREATE TABLE line_items ({duckdb_columns(columns)}, load_id BIGINT)")
        try:
            yield connection
        except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
            raise UserError(
                f"Line items cannot be added up: {str(error).splitlines()[0]}. Nothing was changed. See that "
                f"{place.name} can be read and that {tempfile.gettempdir()} has space, and try again."
            ) from error


def fetch(place: Place, files: Sequence[LakeFile]) -> None:
    """Bring files here, to be read; raises `UserError` that names the months of those that are gone."""
    gone = set(place.fetch([file.path for file in files]))
    if gone:
        months = ", ".join(sorted({file.month for file in files if file.path in gone})[:12])
        raise UserError(
            f"Line items of {months} are gone from the lake ({min(gone)} is missing). Load the bills of these months "
            "again, all accounts of a month together; `finops lake fill` names their files."
        )


def _literal(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return "'" + str(value).replace("'", "''") + "'"
