"""Bills in."""

import sys
from typing import Annotated, Any

import typer

from commands.acting import AsOption, connect, permitted, read_organisation, read_settings
from commands.printing import Format, FormatOption, print_json


def ingest(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Files, globs, folders or s3:// addresses of FOCUS exports (CSV, gzip, Parquet)")
    ],
    source: Annotated[str | None, typer.Option(help="Name of the source; default: provider and billing account")] = None,
    person: AsOption = None,
    format: FormatOption = Format.TEXT,  # noqa: A002 - the contract's name
) -> None:
    """Load bills. Files given together are one delivery: it replaces its billing periods, and the same delivery twice changes nothing."""
    from flows.loading.delivery import ingest as ingest_delivery

    settings = read_settings()
    organisation = read_organisation(settings)
    permitted(settings, organisation, person, "run_flow")
    with _progress(format is Format.TEXT) as progress:
        result = ingest_delivery(paths, connect(settings), organisation, source=source, progress=progress)
    if format is Format.JSON:
        print_json(result.to_json())
    else:
        typer.echo(result.to_text())
    if any(load["status"] == "failed" for load in result.to_json()["loads"]):
        raise typer.Exit(1)


def _progress(shown: bool) -> Any:
    from flows.progress import bar, silent

    return bar() if shown and sys.stderr.isatty() else silent()
