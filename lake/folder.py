"""A lake in a folder."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

SUFFIX = ".parquet"


@dataclass(frozen=True)
class Place:
    """A lake in a folder, which is made when it is first written to."""

    folder: Path

    @property
    def name(self) -> str:
        """How people know it."""
        return str(self.folder)

    def new_path(self, source: int, month: str, load: int) -> str:
        """A name that no file has had, relative to the lake: source, billing month (`YYYY-MM`), load."""
        return f"source={source:d}/month={month}/load={load:d}-{token_hex(6)}{SUFFIX}"

    def full(self, path: str) -> Path:
        """Where a file lies on this machine, once it is written or fetched."""
        return self.folder / path

    def address(self, path: str, base: str | None = None) -> str:
        """Where another machine finds a file: under `base`, what that machine calls the lake, or under its own name."""
        return f"{base.rstrip('/')}/{path}" if base else self.full(path).as_uri()

    def keep(self, path: str) -> None:
        """Let a file that was written here be where all processes see it; raises `UserError`."""

    def fetch(self, paths: Sequence[str]) -> list[str]:
        """Bring files to this machine, to be read; those that are gone. Raises `UserError` for a lake that is away."""
        return self.missing(paths)

    def tidy(self) -> None:
        """Drop copies that are no longer used."""

    def missing(self, paths: Sequence[str]) -> list[str]:
        """Which of the files are not there."""
        return [path for path in paths if not self.full(path).is_file()]

    def every(self) -> Iterator[tuple[str, float]]:
        """Every file in the lake, whatever the catalogue says, with the time of its last change."""
        for root, _, names in os.walk(self.folder):
            for name in names:
                full = Path(root) / name
                try:
                    yield full.relative_to(self.folder).as_posix(), full.stat().st_mtime
                except FileNotFoundError:
                    continue  # another sweep was quicker

    def delete(self, path: str) -> None:
        """Remove a file, and the folders that it leaves empty; one that is gone already is no fault."""
        full = self.full(path)
        with suppress(FileNotFoundError, NotADirectoryError):
            full.unlink()
        for parent in full.parents:
            if parent == self.folder or self.folder not in parent.parents:
                return
            try:
                parent.rmdir()
            except OSError:
                return  # another load writes here, or it is not empty
