"""The lake: line items as files."""

import typer

from commands.acting import connect, read_settings


def fill() -> None:
    """Write the line items that stand but have no files: of bills that were loaded before the lake, and of files that
    were lost.
    """
    from flows.ingest.loading.lake_fill import fill as fill_lake

    filled = fill_lake(connect(read_settings()))
    for one in filled:
        typer.echo(f"{one.month}: {one.rows:,} line items written.")
    if not filled:
        typer.echo("Every line item has its file.")


def sweep() -> None:
    """Delete files that nobody can see; apply_retention does it every night."""
    from lake.place import open_place
    from lake.sweep import sweep as sweep_lake

    database = connect(read_settings())
    typer.echo(f"{sweep_lake(database.owner, open_place(database.lake)):,} files deleted.")
