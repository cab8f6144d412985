"""Where the database is, and the way to it: started, upgraded, checked."""

import time

import sqlalchemy as sa

from config.errors import UserError
from config.settings import Settings
from db.database import Database, outside
from db.embedded import postgres
from db.embedded.postgres_files import ROLES
from db.maintenance import upgrade

_ATTEMPTS = 3


def locate(settings: Settings) -> Database:
    """Where the database is, starting the embedded server when no outside one
    is named; does not migrate. Raises `UserError`.
    """
    if settings.database_url is None:
        server = postgres.start(settings.home)
        owner, app, reader = (server.url(role) for role in ROLES[1:])
        lake, copies = settings.lake_beside(settings.home), settings.lake_cache_beside(settings.home)
        return Database(owner, app, reader, embedded=True, home=settings.home, lake=lake, lake_cache=copies)
    return outside(settings)


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
            f"The database cannot be reached: {str(error.orig).strip()}. Check FINOPS_DATABASE_URL and that the "
            "server runs."
        ) from error


def _connect(settings: Settings) -> Database:
    database = locate(settings)
    if database.embedded:
        upgrade.embedded(database, postgres.start(settings.home))
    elif not upgrade.is_current(database):
        raise UserError("The database is not at this release's schema. Run `finops db upgrade`.")
    return database
