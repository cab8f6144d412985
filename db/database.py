"""The database of this process: its addresses, and one engine a role."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from config.errors import UserError
from config.settings import Settings
from db.embedded import postgres
from db.maintenance.roles import APP, READER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True)
class Database:
    """Addresses of the one database under its three roles; engines connect on
    first use, with the newest password where it is rotated.
    """

    owner_url: str = field(repr=False)  # they hold passwords
    app_url: str = field(repr=False)
    reader_url: str = field(repr=False)
    embedded: bool
    settings: Settings | None = field(default=None, repr=False)
    """Where newer addresses come from; None where they do not change."""
    home: Path | None = None
    """The home of an embedded server, which may come up on another port."""
    lake: str = ""
    """The address of the lake that holds the line items of this database."""
    lake_cache: str = ""
    """The folder for copies of a lake in a bucket."""

    @cached_property
    def owner(self) -> sa.Engine:
        """Owner of the schemas: migrations and loads, which create partitions."""
        return self._engine("owner", self.owner_url)

    @cached_property
    def app(self) -> sa.Engine:
        """Reads and writes rows, appends to the audit log."""
        return self._engine("app", self.app_url)

    @cached_property
    def reader(self) -> sa.Engine:
        """SELECT on the reporting views and nothing else; every transaction is read-only."""
        return self._engine("reader", self.reader_url)

    def dispose(self) -> None:
        """Close pooled connections."""
        for name in ("owner", "app", "reader"):
            if name in self.__dict__:
                self.__dict__[name].dispose()

    def _engine(self, role: str, url: str) -> sa.Engine:
        connect_args: Mapping[str, object] = {"application_name": f"finops-{role}", "connect_timeout": 10}
        engine = sa.create_engine(
            sa.make_url(url),
            pool_pre_ping=True,
            pool_size=5,
            max_overflow=15,
            connect_args=dict(connect_args),
            hide_parameters=True,  # they hold what people asked, and errors are logged
        )
        if self.settings is not None and not self.embedded:
            sa.event.listen(engine, "do_connect", _connecting(self.settings, role, connect_args))
        if self.home is not None:
            sa.event.listen(engine, "do_connect", _following(self.home))
        return engine


def _connecting(settings: Settings, role: str, connect_args: "Mapping[str, object]") -> "Callable[..., Any]":
    """Connects with the newest address; where that is refused, once more with what Vault holds by now."""

    def connect(dialect: Any, _record: Any, _args: Any, _parameters: Any) -> Any:
        latest = settings.latest()
        try:
            return attempt(dialect, latest)
        except dialect.dbapi.OperationalError:
            if not latest.refresh_after_refusal():
                raise
        return attempt(dialect, settings.latest())

    def attempt(dialect: Any, current: Settings) -> Any:
        args, parameters = dialect.create_connect_args(sa.make_url(getattr(outside(current), f"{role}_url")))
        return dialect.connect(*args, **{**parameters, **connect_args})

    return connect


def _following(home: Path) -> "Callable[..., Any]":
    """Connects to the home's server at the port it had, or has by now."""
    moved: dict[str, int] = {}

    def connect(dialect: Any, _record: Any, args: Any, parameters: Any) -> Any:
        parameters = {**parameters, **moved}
        try:
            return dialect.connect(*args, **parameters)
        except dialect.dbapi.OperationalError:
            port = postgres.running_port(home)
            if port is None or port == parameters.get("port"):
                raise
            moved["port"] = port
            return dialect.connect(*args, **{**parameters, "port": port})

    return connect


def _with_role(url: str, role: str) -> str:
    return sa.make_url(url).update_query_dict({"options": f"-c role={role}"}).render_as_string(hide_password=False)


def outside(settings: Settings) -> Database:
    """The addresses of an outside server; raises `UserError`."""
    assert settings.database_url is not None
    owner = settings.database_url.get_secret_value()
    try:
        owner = sa.make_url(owner).set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)
    except sa.exc.ArgumentError as error:
        raise UserError(
            "FINOPS_DATABASE_URL is not a database address; write postgresql://user:password@host:5432/name."
        ) from error
    app = settings.app_database_url.get_secret_value() if settings.app_database_url else _with_role(owner, APP)
    reader = (
        settings.reader_database_url.get_secret_value() if settings.reader_database_url else _with_role(owner, READER)
    )
    lake, copies = settings.lake_beside(settings.home), settings.lake_cache_beside(settings.home)
    return Database(owner, app, reader, embedded=False, settings=settings, lake=lake, lake_cache=copies)
