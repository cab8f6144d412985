"""finops.yaml, and who may do what."""

from typing import Annotated

import typer

from commands.acting import read_organisation, read_settings
from commands.printing import print_json


def roles() -> None:
    """Print who may do what, and where, as Markdown: what the code checks."""
    from config.access import matrix

    typer.echo(matrix())


def check(
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of finops.yaml instead")] = False,
) -> None:
    """Check finops.yaml; a mistake is named with file, line and fix."""
    from config.organisation import Organisation

    if schema:
        print_json(Organisation.model_json_schema())
        return
    settings = read_settings()
    organisation = read_organisation(settings)
    if not settings.config.exists():
        typer.echo(f"No {settings.config}: the defaults are used.")
        return
    counts = {
        "people": organisation.people,
        "channels": organisation.channels,
        "budgets": organisation.budgets,
        "sources": organisation.sources,
    }
    typer.echo(
        f"{settings.config} is right: " + ", ".join(f"{len(items)} {name}" for name, items in counts.items()) + "."
    )
