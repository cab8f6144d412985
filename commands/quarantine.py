"""What was set aside, because each attempt at it ended a bot."""

from typing import Annotated

import typer

from commands.acting import AsOption, connect, permitted, read_organisation, read_settings
from commands.printing import Format, FormatOption, print_json, print_table

EventArgument = Annotated[str, typer.Argument(metavar="ID", help="The id that `finops quarantine list` shows")]


def list_all(person: AsOption = None, format: FormatOption = Format.TEXT) -> None:  # noqa: A002 - the contract's name
    """What waits in quarantine, the newest first."""
    from sqlalchemy.orm import Session

    from bot.slack import inbox

    settings = read_settings()
    permitted(settings, read_organisation(settings), person, "run_flow")
    with Session(connect(settings).app) as session:
        rows = [
            {
                "id": event.event_id,
                "seen_at": f"{event.seen_at:%Y-%m-%d %H:%M}",
                "attempts": event.attempts,
                "text": str(event.body.get("text", ""))[:200],
            }
            for event in inbox.quarantined(session)
        ]
    if format is Format.JSON:
        print_json(rows)
    else:
        print_table(("id", "seen_at", "attempts", "text"), [list(row.values()) for row in rows])


def retry(event_id: EventArgument, person: AsOption = None) -> None:
    """Give it to the bots once more."""
    _change(event_id, person, "quarantine.retry")


def drop(event_id: EventArgument, person: AsOption = None) -> None:
    """Take it as done; its text is forgotten."""
    _change(event_id, person, "quarantine.drop")


def _change(event_id: str, person: str | None, action: str) -> None:
    from datetime import UTC, datetime

    from sqlalchemy.orm import Session

    from bot.slack import inbox
    from config.errors import UserError
    from db import audit

    settings = read_settings()
    actor = permitted(settings, read_organisation(settings), person, "run_flow")
    with Session(connect(settings).app) as session, session.begin():
        if event_id not in {event.event_id for event in inbox.quarantined(session)}:
            raise UserError(f"{event_id} is not in quarantine. See `finops quarantine list`.")
        if action == "quarantine.retry":
            inbox.retry(session, event_id)
        else:
            inbox.done(session, event_id, datetime.now(UTC))
        audit.append(session, actor.id, action, event_id, {})
    typer.echo("It is tried again." if action == "quarantine.retry" else "It is dropped.")
