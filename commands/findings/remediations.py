"""Proposed and executed changes, and the decisions on them."""

from typing import Annotated, Any

import typer

from commands.acting import AsOption, connect, permitted, read_organisation, read_settings, who_acts
from commands.printing import TableFormat, TableFormatOption, print_json, print_rows


def list_newest(person: AsOption = None, format: TableFormatOption = TableFormat.TEXT) -> None:
    """The newest remediations and their state."""
    from config.access import may_see_team
    from playbooks.approval.decisions import listed

    settings = read_settings()
    actor = permitted(settings, read_organisation(settings), person, "read")
    rows = [row for row in listed(connect(settings)) if may_see_team(actor, row["team"])]
    columns = ("id", "state", "playbook", "account", "team", "savings_a_month", "requested_by")
    print_rows(rows, columns, [list(row.values()) for row in rows], format)


def show(
    number: Annotated[int, typer.Argument(metavar="ID", help="Number of the remediation")],
    person: AsOption = None,
) -> None:
    """One remediation as JSON: plan, steps, approvals."""
    from config.access import may_see_team
    from config.errors import UserError
    from playbooks.approval.decisions import shown

    settings = read_settings()
    actor = permitted(settings, read_organisation(settings), person, "read")
    remediation = shown(connect(settings), number)
    if not may_see_team(actor, remediation["team"]):
        raise UserError(f"There is no remediation {number} of a team whose costs you may see.")
    print_json(remediation)


def approve(
    number: Annotated[int, typer.Argument(metavar="ID", help="Number of the remediation")],
    person: AsOption = None,
    confirm: Annotated[str | None, typer.Option(help="Number of resources, where something is deleted")] = None,
) -> None:
    """Approve a proposal; its flow starts with the next sweep, or at once when Prefect is up."""
    from playbooks.approval.decisions import decide

    settings = read_settings()
    organisation = read_organisation(settings)
    _say_decision(decide(connect(settings), number, who_acts(settings, organisation, person), "approve", confirm))


def reject(
    number: Annotated[int, typer.Argument(metavar="ID", help="Number of the remediation")],
    reason: Annotated[str, typer.Option(help="Why")] = "",
    person: AsOption = None,
) -> None:
    """Reject a proposal."""
    from playbooks.approval.decisions import decide

    settings = read_settings()
    organisation = read_organisation(settings)
    _say_decision(decide(connect(settings), number, who_acts(settings, organisation, person), "reject", reason))


def _say_decision(denied_or_text: Any) -> None:
    from config.access import Denied

    if isinstance(denied_or_text, Denied):
        typer.echo(f"finops: {denied_or_text.reason}", err=True)
        raise typer.Exit(1)
    typer.echo(denied_or_text)
