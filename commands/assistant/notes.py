"""Notes that teams teach: looked through, decided about, taken back."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.acting import AsOption, connect, read_organisation, read_settings, who_acts
from commands.printing import Format, FormatOption, print_json, print_table
from config.errors import UserError

if TYPE_CHECKING:
    from db.tables import TaughtNote

_COLUMNS = ("id", "state", "text", "means", "teams", "valid_through", "taught_by", "decided_by")


def browse(
    approve: Annotated[int | None, typer.Option(metavar="ID", help="Use a note in answers; an admin may")] = None,
    reject: Annotated[int | None, typer.Option(metavar="ID", help="Decline a note that waits; an admin may")] = None,
    withdraw: Annotated[
        int | None, typer.Option(metavar="ID", help="Take a note back; its author and an admin may")
    ] = None,
    person: AsOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """What teams taught with /finops teach, newest first: other words for names in the bills, and sentences."""
    from sqlalchemy.orm import Session

    from config.access import Denied
    from domain.messages import taught_notes
    from nl2sql.history import notes

    settings = read_settings()
    organisation = read_organisation(settings)
    actor, now = who_acts(settings, organisation, person), datetime.now(UTC)
    decided: TaughtNote | Denied | None = None
    with Session(connect(settings).app) as session, session.begin():
        if approve is not None or reject is not None:
            number = approve if approve is not None else reject
            decided = notes.decide(session, number or 0, actor, now, approve=approve is not None)
        elif withdraw is not None:
            decided = notes.withdraw(session, withdraw, actor, now)
        if isinstance(decided, Denied):
            raise UserError(decided.reason)
        if decided is not None:
            taught_notes.tell(session, decided, taught_notes.names_of(organisation))
            typer.echo(f"Note {decided.id} is {decided.state}: “{decided.text}”")
            return
        rows = [_shown(row) for row in notes.listed(session, actor)]
    if format is Format.JSON:
        print_json(rows)
    elif rows:
        print_table(_COLUMNS, [[str(row[name] or "") for name in _COLUMNS] for row in rows])
    else:
        typer.echo("Nothing is taught yet. In Slack: /finops teach phoenix = account 12 until May")


def _shown(row: "TaughtNote") -> dict[str, Any]:
    return {
        "id": row.id,
        "state": row.state,
        "text": row.text,
        "means": f"{row.dimension} {row.label}" if row.dimension else None,
        "teams": ", ".join(row.teams),
        "valid_through": row.valid_through.isoformat(),
        "taught_by": row.taught_by,
        "decided_by": row.decided_by,
    }
