"""Dump and restore: one file that holds everything of ours, tables by PostgreSQL's own programs and line items as their
files, restored whole or not at all.
"""

import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Protocol

import sqlalchemy as sa

from config.errors import UserError
from db.database import Database
from db.embedded.postgres_files import binaries
from db.maintenance import upgrade

_SCHEMAS = ("finops", "reporting")
_TABLES, _LAKE = "tables.dump", "lake"  # what a dump holds


class Lake(Protocol):
    """Where line items are."""

    def fetch(self, paths: Sequence[str]) -> list[str]:
        """Bring files to this machine; those that are gone."""

    def full(self, path: str) -> Path:
        """Where a file lies on this machine."""

    def keep(self, path: str) -> None:
        """Let a file that was written here be where all processes see it."""


def dump(database: Database, file: Path, lake: Lake) -> tuple[str, ...]:
    """Write everything into a new file, as of one moment and while the bot runs: a tar of pg_dump's custom format and
    of the files with line items. The line items that are gone from the lake, by their path. Raises `UserError`.
    """
    if file.exists():
        raise UserError(f"{file} is there already. Name a new file; a dump never overwrites one.")
    partial, tables = (file.with_name(f"{file.name}.{end}") for end in ("part", "tables.part"))
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        for one in (partial, tables):
            one.unlink(missing_ok=True)
            one.touch(mode=0o600)  # it holds bills, people's questions and the audit log
        _run(
            "pg_dump",
            database,
            [
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                *(f"--schema={name}" for name in _SCHEMAS),
                f"--file={tables}",
            ],
        )
        missing = []
        with tarfile.open(partial, "w") as whole:
            whole.add(tables, _TABLES)
            for path, stands in _line_items(database):
                if not lake.fetch([path]):
                    whole.add(lake.full(path), f"{_LAKE}/{path}")
                elif stands:
                    missing.append(path)
        partial.rename(file)
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror or error}.") from error
    finally:
        partial.unlink(missing_ok=True)
        tables.unlink(missing_ok=True)
    return tuple(missing)


def _line_items(database: Database) -> list[tuple[str, bool]]:
    """The files of the lake, also those that were replaced while the tables were dumped, and whether each stands."""
    with database.owner.connect() as connection:
        if connection.scalar(sa.text("SELECT to_regclass('finops.lake_files')")) is None:
            return []  # of an earlier release
        rows = connection.execute(sa.text("SELECT path, retired_at IS NULL FROM finops.lake_files ORDER BY path"))
        return [(str(path), bool(stands)) for path, stands in rows]


def restore(database: Database, file: Path, lake: Lake) -> None:
    """Fill an empty database and its lake from a dump of this release or an earlier one,
    then bring it to this release. Raises `UserError`.

    The tables come in one transaction: a dump that is cut off leaves the database as it was.
    """
    if not file.is_file():
        raise UserError(f"{file} is not there.")
    with database.owner.connect() as connection:
        if connection.scalar(sa.text("SELECT to_regclass('finops.loads')")) is not None and connection.scalar(
            sa.text("SELECT EXISTS (SELECT FROM finops.loads) OR EXISTS (SELECT FROM finops.audit_log)")
        ):
            raise UserError(
                "The database holds bills or an audit log already. Restore into an empty one: another FINOPS_HOME "
                "or database."
            )
    with tempfile.TemporaryDirectory(prefix="finops-") as folder:
        tables = _unpacked(file, Path(folder), lake)
        with database.owner.begin() as connection:
            for name in _SCHEMAS:
                connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {name} CASCADE")
        try:
            _run(
                "pg_restore",
                database,
                [
                    "--no-owner",
                    "--no-privileges",
                    "--exit-on-error",
                    "--single-transaction",
                    f"--dbname={_plain(database)[0]}",
                    str(tables),
                ],
            )
        finally:
            upgrade.upgrade(database)


def _unpacked(file: Path, folder: Path, lake: Lake) -> Path:
    """The dump of the tables, after the line items went to the lake; an earlier release dumped tables alone."""
    with file.open("rb") as start:
        if start.read(5) == b"PGDMP":
            return file
    try:
        with tarfile.open(file) as whole:
            for member in whole:
                top, *below = PurePosixPath(member.name).parts or ("",)
                content = whole.extractfile(member) if member.isfile() else None
                if content is None or ".." in below or (top != _LAKE and member.name != _TABLES):
                    raise UserError(f"{file} is no dump of ours: it holds {member.name!r}; nothing was changed.")
                target = lake.full("/".join(below)) if top == _LAKE else folder / _TABLES
                target.parent.mkdir(parents=True, exist_ok=True)
                with content, target.open("wb") as out:
                    shutil.copyfileobj(content, out)
                if top == _LAKE:
                    lake.keep("/".join(below))
    except (tarfile.TarError, OSError) as error:
        raise UserError(f"{file} is cut off or no dump; nothing was changed: {error}") from error
    if not (folder / _TABLES).is_file():
        raise UserError(f"{file} holds no tables; nothing was changed.")
    return folder / _TABLES


def _plain(database: Database) -> tuple[str, str]:
    """The owner's address as PostgreSQL's programs take it, without its
    password, and the password, which no process list may show.
    """
    url = sa.make_url(database.owner_url).set(drivername="postgresql")
    return url.set(password=None).render_as_string(hide_password=False), str(url.password or "")


def _run(program: str, database: Database, arguments: list[str]) -> None:
    address, password = _plain(database)
    embedded = binaries() / program
    command = str(embedded) if embedded.exists() else shutil.which(program)
    if command is None:
        raise UserError(f"{program} is missing: install PostgreSQL's client programs.")
    if program == "pg_dump":
        arguments = [*arguments, f"--dbname={address}"]
    done = subprocess.run(
        [command, *arguments],
        env={**os.environ, "PGPASSWORD": password},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise UserError(f"{program} failed; nothing was changed: {done.stderr.strip()[-500:]}")
