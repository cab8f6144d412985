"""The database of this process: where it is, and one engine a role."""

import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import sqlalchemy as sa

from db import postgres
from db.roles import APP, READER
from settings import Settings, UserError

if TYPE_CHECKING:
    from collections.abc import Mapping


_ATTEMPTS = 3


@dataclass(frozen=True)
class Database:
    """Addresses of the one database under its three roles; engines connect on first use."""

    owner_url: str = field(repr=False)  # they hold passwords
    app_url: str = field(repr=False)
    reader_url: str = field(repr=False)
    embedded: bool

    @cached_property
    def owner(self) -> sa.Engine:
        """Owner of the schemas: migrations and loads, which create partitions."""
        return _engine(self.owner_url, "owner")

    @cached_property
    def app(self) -> sa.Engine:
        """Reads and writes rows, appends to the audit log."""
        return _engine(self.app_url, "app")

    @cached_property
    def reader(self) -> sa.Engine:
        """SELECT on the reporting views and nothing else; every transaction is read-only."""
        return _engine(self.reader_url, "reader")

    def dispose(self) -> None:
        """Close pooled connections."""
        for name in ("owner", "app", "reader"):
            if name in self.__dict__:
                self.__dict__[name].dispose()


def _engine(url: str, name: str) -> sa.Engine:
    parsed = sa.make_url(url)
    connect_args: Mapping[str, object] = {"application_name": f"finops-{name}", "connect_timeout": 10}
    return sa.create_engine(parsed, pool_pre_ping=True, pool_size=5, max_overflow=15, connect_args=dict(connect_args))


def _with_role(url: str, role: str) -> str:
    return sa.make_url(url).update_query_dict({"options": f"-c role={role}"}).render_as_string(hide_password=False)


def locate(settings: Settings) -> Database:
    """Where the database is, starting the embedded server when no outside one is named; does not migrate. Raises `UserError`."""
    if settings.database_url is None:
        server = postgres.start(settings.home)
        owner, app, reader = (server.url(role) for role in postgres.ROLES[1:])
        return Database(owner, app, reader, embedded=True)
    owner = settings.database_url.get_secret_value()
    try:
        owner = sa.make_url(owner).set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)
    except sa.exc.ArgumentError as error:
        raise UserError("FINOPS_DATABASE_URL is not a database address; write postgresql://user:password@host:5432/name.") from error
    app = settings.app_database_url.get_secret_value() if settings.app_database_url else _with_role(owner, APP)
    reader = settings.reader_database_url.get_secret_value() if settings.reader_database_url else _with_role(owner, READER)
    return Database(owner, app, reader, embedded=False)


def connect(settings: Settings) -> Database:
    """The database, migrated when it is the embedded one; an outside one must be upgraded first. Raises `UserError`."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return _connect(settings)
        except sa.exc.OperationalError:
            time.sleep(0.3)  # an embedded server that was killed a moment ago still looks alive
    try:
        return _connect(settings)
    except sa.exc.OperationalError as error:
        raise UserError(
            f"The database cannot be reached: {str(error.orig).strip()}. Check FINOPS_DATABASE_URL and that the server runs."
        ) from error


def _connect(settings: Settings) -> Database:
    from db import upgrade

    database = locate(settings)
    if database.embedded:
        upgrade.embedded(database, postgres.start(settings.home))
    elif not upgrade.is_current(database):
        raise UserError("The database is not at this release's schema. Run `finops db upgrade`.")
    return database
