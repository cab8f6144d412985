"""What was set aside, because each attempt at it failed or ended a process."""

from typing import Annotated

import typer

from commands.acting import AsOption, connect, permitted, read_organisation, read_settings
from commands.printing import TableFormat, TableFormatOption, print_rows

ItemArgument = Annotated[str, typer.Argument(metavar="ID", help="The id that `finops quarantine list` shows")]


def list_all(person: AsOption = None, format: TableFormatOption = TableFormat.TEXT) -> None:
    """What waits in quarantine, the newest first."""
    from sqlalchemy.orm import Session

    from domain import quarantine

    settings = read_settings()
    permitted(settings, read_organisation(settings), person, "run_flow")
    with Session(connect(settings).app) as session:
        rows = [
            {
                "id": one.id,
                "since": f"{one.since:%Y-%m-%d %H:%M}",
                "attempts": one.attempts,
                "text": one.text,
                "reason": one.reason,
            }
            for one in quarantine.waiting(session)
        ]
    print_rows(rows, ("id", "since", "attempts", "text", "reason"), [list(row.values()) for row in rows], format)


def retry(item: ItemArgument, person: AsOption = None) -> None:
    """Try it again as if it were new: the event, message, request or schedule."""
    _change(item, person, "quarantine.retry")


def drop(item: ItemArgument, person: AsOption = None) -> None:
    """Give it up: an event's text is forgotten, a schedule ends."""
    _change(item, person, "quarantine.drop")


def _change(item: str, person: str | None, action: str) -> None:
    from datetime import UTC, datetime

    from sqlalchemy.orm import Session

    from config.errors import UserError
    from db import audit
    from domain import quarantine

    settings = read_settings()
    actor = permitted(settings, read_organisation(settings), person, "run_flow")
    with Session(connect(settings).app) as session, session.begin():
        decide = quarantine.retry if action == "quarantine.retry" else quarantine.drop
        if not decide(session, item, datetime.now(UTC)):
            raise UserError(f"{item} is not in quarantine. See `finops quarantine list`.")
        audit.append(session, actor.id, action, item, {})
    typer.echo("It is tried again." if action == "quarantine.retry" else "It is dropped.")
