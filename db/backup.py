"""Dump and restore with PostgreSQL's own programs: one file that holds
everything of ours, restored whole or not at all.
"""

import os
import shutil
import subprocess
from pathlib import Path

import sqlalchemy as sa

from config.errors import UserError
from db import upgrade
from db.database import Database
from db.embedded.postgres_files import binaries

_SCHEMAS = ("finops", "reporting")


def dump(database: Database, file: Path) -> None:
    """Write everything into a new file (pg_dump's custom format), as of one
    moment and while the bot runs. Raises `UserError`.
    """
    if file.exists():
        raise UserError(f"{file} is there already. Name a new file; a dump never overwrites one.")
    partial = file.with_name(file.name + ".part")
    file.parent.mkdir(parents=True, exist_ok=True)
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)  # it holds bills, people's questions and the audit log
    try:
        _run(
            "pg_dump",
            database,
            [
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                *(f"--schema={name}" for name in _SCHEMAS),
                f"--file={partial}",
            ],
        )
        partial.rename(file)
    finally:
        partial.unlink(missing_ok=True)


def restore(database: Database, file: Path) -> None:
    """Fill an empty database from a dump of this release or an earlier one,
    then bring it to this release. Raises `UserError`.

    All in one transaction: a dump that is cut off leaves the database as it was.
    """
    if not file.is_file():
        raise UserError(f"{file} is not there.")
    with database.owner.begin() as connection:
        if connection.scalar(sa.text("SELECT to_regclass('finops.loads')")) is not None:
            if connection.scalar(
                sa.text("SELECT EXISTS (SELECT FROM finops.loads) OR EXISTS (SELECT FROM finops.audit_log)")
            ):
                raise UserError(
                    "The database holds bills or an audit log already. Restore into an empty one: another FINOPS_HOME "
                    "or database."
                )
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
                str(file),
            ],
        )
    finally:
        upgrade.upgrade(database)


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
