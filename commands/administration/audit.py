"""The audit log."""

import typer

from commands.acting import AsOption, connect, permitted, read_organisation, read_settings


def verify(person: AsOption = None) -> None:
    """Walk the audit log's hash chain; fails when an entry was edited, deleted or is missing, at the end too."""
    from sqlalchemy.orm import Session

    from db import audit

    settings = read_settings()
    if person is not None:  # without, it is the machine that looks after itself
        permitted(settings, read_organisation(settings), person, "read_audit")
    with Session(connect(settings).app) as session:
        result = audit.verify(session, audit.heads_in(settings.home))
    if isinstance(result, audit.Broken):
        typer.echo(f"The audit log is broken: {result.reason}.", err=True)
        raise typer.Exit(1)
    audit.keep(settings.home, result)
    typer.echo(f"{result.entries} entries, unbroken; head {result.head}.")
