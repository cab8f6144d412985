"""Writes the line items of a load: typed frames into new files, which nobody sees until they are published."""

import errno
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from config.errors import UserError
from lake.catalogue import LakeFile
from lake.columns import with_dictionaries, with_texts
from lake.footer import forget_frame
from lake.place import Place
from lake.rows import fetch

if TYPE_CHECKING:
    import polars as pl

_ROWS_A_FILE = 250_000  # kept in memory until then; a file of these takes about 10 MB
_FULL = os.strerror(errno.ENOSPC)
_ACCOUNT = "billing_account_id"
_TAG_KEYS = 1_000  # kept a team and file
_FILES_OF_THEIR_OWN = 20  # accounts of a load and period that get a file each; thousands share one
Key = tuple[int, str, int, datetime, datetime]  # source, month, load, period


@dataclass
class Writer:
    """Collects rows by source, month, load and period, and writes a file an account whenever there are enough."""

    place: Place
    files: list[LakeFile] = field(default_factory=list)
    _waiting: "dict[Key, list[pl.DataFrame]]" = field(default_factory=dict)
    _rows: int = 0

    def add(self, source: int, month: str, load: int, rows: "pl.DataFrame") -> None:
        """Rows of one source and month, in the columns of a file. Raises `UserError` when the disk is full."""
        for start, end, part in _by_period(rows):
            self._waiting.setdefault((source, month, load, start, end), []).append(part)
            self._rows += part.height
        if self._rows >= _ROWS_A_FILE:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        import polars as pl  # noqa: PLC0415 - polars is loaded where bills are read: it takes Ctrl-C to itself

        for key, parts in self._waiting.items():
            rows = pl.concat(parts)
            accounts = rows.get_column(_ACCOUNT).n_unique()
            together = [rows] if accounts == 1 or accounts > _FILES_OF_THEIR_OWN else rows.partition_by(_ACCOUNT)
            self.files += [self._write(key, part) for part in together]
        self._waiting.clear()
        self._rows = 0

    def without(self, file: LakeFile, accounts: Collection[str]) -> LakeFile:
        """A new file with the rows of a file but those of some of its accounts; raises `UserError` where it is gone."""
        import polars as pl  # noqa: PLC0415 - polars is loaded where bills are read: it takes Ctrl-C to itself

        rows = read(self.place, file).filter(~pl.col(_ACCOUNT).is_in(list(accounts)))
        new = self._write((file.source_id, file.month, file.load_id, file.start, file.end), rows)
        self.files.append(new)
        return new

    def drop(self, file: LakeFile) -> None:
        """Delete a file of this load that will not stand."""
        if file in self.files:
            self.files.remove(file)
            self.place.delete(file.path)

    def discard(self) -> None:
        """Delete every file that was written: the load came to nothing."""
        for file in self.files:
            self.place.delete(file.path)

    def _write(self, key: Key, rows: "pl.DataFrame") -> LakeFile:
        import polars as pl  # noqa: PLC0415 - polars is loaded where bills are read: it takes Ctrl-C to itself

        source, month, load, start, end = key
        path = self.place.new_path(source, month, load)
        full = self.place.full(path)
        try:
            full.parent.mkdir(parents=True, exist_ok=True)
            with_dictionaries(rows).write_parquet(full, compression="zstd", statistics=True, row_group_size=128_000)
            forget_frame(full)
            self.place.keep(path)
        except UserError:
            self.place.delete(path)
            raise
        except (OSError, pl.exceptions.PolarsError) as error:
            self.place.delete(path)
            raise UserError(
                f"The lake's disk is full; nothing was changed. Free some space in {self.place.folder} and load again."
                if _FULL in str(error)
                else f"Line items cannot be written to {self.place.name} ({error}); nothing was changed. Let this "
                "user write there, and load again."
            ) from error
        days = rows.get_column("usage_date")
        return LakeFile(
            path=path,
            source_id=source,
            load_id=load,
            accounts=tuple(sorted(rows.get_column(_ACCOUNT).unique())),
            start=start,
            end=end,
            rows=rows.height,
            bytes=full.stat().st_size,
            first_day=days.min(),  # type: ignore[arg-type]  # a date column holds dates, and every row has one
            last_day=days.max(),  # type: ignore[arg-type]  # as the first day
            tag_keys=_tag_keys(rows),
        )


def read(place: Place, file: LakeFile) -> "pl.DataFrame":
    """The rows of a file; raises `UserError` where it is gone."""
    import polars as pl  # noqa: PLC0415 - polars is loaded where bills are read: it takes Ctrl-C to itself

    fetch(place, [file])
    return with_texts(pl.read_parquet(place.full(file.path), glob=False))


def _by_period(rows: "pl.DataFrame") -> "Iterator[tuple[datetime, datetime, pl.DataFrame]]":
    names = ["billing_period_start", "billing_period_end"]
    periods = rows.select(names).unique()
    if periods.height == 1:  # as nearly always; a partition would copy every row
        yield *periods.row(0), rows
        return
    for (start, end), part in rows.partition_by(names, as_dict=True).items():
        yield start, end, part


def _tag_keys(rows: "pl.DataFrame") -> dict[str, list[str]]:
    """The keys of each team's tags, sorted, of very many the first; under "" those of rows without a team."""
    import polars as pl  # noqa: PLC0415 - polars is loaded where bills are read: it takes Ctrl-C to itself

    keys_by_team: dict[str, list[str]] = {}
    for (team,), part in rows.select("team", "tags").drop_nulls("tags").partition_by("team", as_dict=True).items():
        keys = part.get_column("tags").unique().to_frame().select(pl.col("tags").map.keys()).to_series().to_list()
        if named := sorted({key for one in keys for key in one}):
            keys_by_team[str(team or "")] = named[:_TAG_KEYS]
    return keys_by_team
