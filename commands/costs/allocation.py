"""The allocation rules over what is loaded."""

import sys

import typer

from commands.acting import AsOption, connect, permitted, read_organisation, read_settings
from commands.printing import Format, FormatOption, print_json, print_table


def allocate(person: AsOption = None, format: FormatOption = Format.TEXT) -> None:
    """Apply the allocation rules of finops.yaml to all that is loaded, without fetching a bill again, and say what each
    team, environment and application has now. A run that is cut short is gone on with by the next one.
    """
    from analysis.wording.formatting import exact
    from flows.ingest.loading.reallocate import reallocate
    from flows.progress import bar, silent

    settings = read_settings()
    organisation = read_organisation(settings)
    permitted(settings, organisation, person, "run_flow")
    shown = format is Format.TEXT and sys.stderr.isatty()
    with bar() if shown else silent() as progress:
        done = reallocate(connect(settings), organisation.allocation, progress)
    if format is Format.JSON:
        print_json(
            {
                "months": done.months,
                "changed": list(done.changed),
                "rows": done.rows,
                "moved": [
                    {
                        "dimension": one.dimension,
                        "value": one.value,
                        "currency": one.currency,
                        "was": f"{one.was:f}",
                        "now": f"{one.now:f}",
                    }
                    for one in done.moved
                ],
            }
        )
        return
    typer.echo(done.sentence())
    if done.moved:
        rows = [
            (
                one.dimension,
                one.value or "unallocated",
                one.currency,
                exact(one.was, one.currency),
                exact(one.now, one.currency),
                exact(one.now - one.was, one.currency),
            )
            for one in done.moved
        ]
        print_table(("dimension", "value", "currency", "was", "now", "change"), rows)
