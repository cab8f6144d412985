"""The lake: line items as files."""

import sys
from typing import TYPE_CHECKING

import typer

from commands.acting import connect, read_settings

if TYPE_CHECKING:
    from db.database import Database


def fill() -> None:
    """Move the line items that an older release kept in the database into the lake, and name those that are lost with
    the bills to load again.
    """
    from flows.ingest.loading.placing import lake_fill

    database = connect(read_settings())
    moved = move(database)
    lost = lake_fill.lost(database)
    for gone in lost:
        paths = ", ".join(gone.paths) or "its bills"
        typer.echo(f"{gone.month} of {gone.source}: line items are lost. Load again: {paths}")
    if lost:
        raise typer.Exit(1)
    if not moved:
        typer.echo("Every line item has its file.")


def move(database: "Database") -> bool:
    """Move the line items that an older release left in the database, with a progress bar at a terminal; whether there
    were any.
    """
    from flows import progress
    from flows.ingest.loading.placing import lake_fill

    with progress.bar() if sys.stderr.isatty() else progress.silent() as report_progress:
        filled = lake_fill.fill(database, report_progress)
    for one in filled:
        typer.echo(f"{one.month}: {one.rows:,} line items moved.")
    return bool(filled)


def sweep() -> None:
    """Delete files that nobody can see; apply_retention does it every night."""
    from lake.place import place_of
    from lake.sweep import sweep as sweep_lake

    database = connect(read_settings())
    typer.echo(f"{sweep_lake(database.owner, place_of(database)):,} files deleted.")
