"""Requests of Kubernetes workloads that could be lower, from allocation exports of OpenCost or Kubecost."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.acting import AsOption, connect, permitted, read_organisation, read_settings
from commands.printing import TableFormat, TableFormatOption, print_rows

if TYPE_CHECKING:
    from analysis.waste.kubernetes.requests import ContainerWindow

_LARGEST = 200_000_000


def requests(
    files: Annotated[
        list[Path], typer.Argument(help="JSON of the allocation API, a window a day: /allocation?window=14d&step=1d")
    ],
    least: Annotated[float, typer.Option(help="Changes worth less a month are left out, in the export's currency")] = 1,
    patches: Annotated[
        Path | None, typer.Option(help="Write the changes into this folder, a patch a controller, for a pull request")
    ] = None,
    ticket: Annotated[
        bool, typer.Option("--ticket", help="Open a ticket by the first of remediation.tickets for kubernetes-requests")
    ] = False,
    person: AsOption = None,
    format: TableFormatOption = TableFormat.TEXT,
) -> None:
    """Which containers ask for much more than they use, and what they could ask for."""
    from dataclasses import asdict

    from analysis.waste.kubernetes.patches import patches as patches_of
    from analysis.waste.kubernetes.requests import propose

    settings = read_settings()
    organisation = read_organisation(settings)
    actor = permitted(settings, organisation, person, "request_remediation" if ticket else "read")
    windows = [window for file in files for window in _windows(file)]
    changes = propose(windows, least)
    shown = [
        (
            f"{one.namespace}/{one.controller}",
            one.container,
            _change(one.cpu_before, one.cpu_after, "m"),
            _change(one.memory_before, one.memory_after, "Mi"),
            round(one.monthly_savings, 2),
            "; ".join(one.caveats),
        )
        for one in changes
    ]
    titles = ("workload", "container", "cpu", "memory", "saves a month", "mind")
    print_rows([asdict(one) for one in changes], titles, shown, format)
    if patches is not None:
        patches.mkdir(parents=True, exist_ok=True)
        for name, text in patches_of(changes).items():
            (patches / name).write_text(text, encoding="utf-8")
    if ticket:
        from playbooks.tickets.requests import open_ticket

        tickets = organisation.remediation.tickets
        opened = open_ticket(settings, tickets, changes, actor, lambda: connect(settings).app)
        typer.echo(f"Ticket {opened.key}: {opened.url}", err=True)


def _windows(file: Path) -> "list[ContainerWindow]":
    import json

    from analysis.waste.kubernetes.allocations import container_windows
    from config.errors import UserError

    try:
        if file.stat().st_size > _LARGEST:
            raise UserError(f"{file} is larger than {_LARGEST // 1_000_000} MB; export fewer days a file.")
        return container_windows(json.loads(file.read_bytes()))
    except UserError as error:
        raise UserError(f"{file}: {error}") from error
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{file} cannot be read as JSON: {error}") from error


def _change(before: int, after: int | None, unit: str) -> str:
    return f"{before}{unit}" if after is None else f"{before}{unit} → {after}{unit}"
