"""The database: its release, its dumps, its process."""

from pathlib import Path
from typing import Annotated

import typer

from commands.acting import connect, read_settings
from commands.costs import lake


def upgrade() -> None:
    """Bring the database to this release: migrations, reporting views, roles."""
    from db import engines
    from db.maintenance import upgrade as migrations

    database = engines.locate(read_settings())
    if database.embedded:
        engines.connect(read_settings())
    else:
        migrations.upgrade(database)
    typer.echo(f"The database is at revision {migrations.HEAD}.")
    lake.move(database)


def downgrade(
    revision: Annotated[
        str, typer.Argument(help="The earlier release's revision, as its `finops db upgrade` prints it")
    ],
) -> None:
    """Take the database back to an earlier release's schema, before that
    release is installed again. Stop bot and flows first.
    """
    from db import engines
    from db.maintenance import upgrade as migrations

    migrations.downgrade(engines.locate(read_settings()), revision)
    typer.echo(f"The database is at revision {revision}. Install that release now; this one would upgrade it again.")


def dump(file: Annotated[Path, typer.Argument(help="A new file")]) -> None:
    """Write bills with their line items, questions, approvals and the audit log into one file, as of
    one moment; everything may go on running.
    """
    from db.maintenance import backup
    from lake.place import place_of

    database = connect(read_settings())
    missing = backup.dump(database, file, place_of(database))
    typer.echo(f"Wrote {file}, {file.stat().st_size / 1e6:.1f} MB.")
    if missing:
        typer.echo(
            f"{len(missing):,} files of line items are gone from the lake and not in it; see `finops lake fill`."
        )


def restore(
    file: Annotated[Path, typer.Argument(help="A file of `finops db dump`, of this release or an earlier one")],
) -> None:
    """Fill an empty database from a dump, and bring it to this release."""
    from db import engines
    from db.maintenance import backup
    from lake.place import place_of

    settings = read_settings()
    database = engines.connect(settings) if settings.database_url is None else engines.locate(settings)
    backup.restore(database, file, place_of(database))
    lake.move(database)
    typer.echo("Restored. Check it with `finops audit verify`.")


def stop() -> None:
    """Stop the embedded Postgres of FINOPS_HOME; it starts again when it is needed."""
    from db.embedded import postgres

    typer.echo("Stopped." if postgres.stop(read_settings().home) else "It was not running.")
