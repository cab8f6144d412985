"""How easily detection alerts, tried on a scope's own history."""

from typing import Annotated

import typer

from commands.acting import AsOption, connect, permitted, read_organisation, read_settings
from commands.printing import TableFormat, TableFormatOption, print_rows


def replay(
    scope: Annotated[
        str, typer.Option("--scope", help="As team=payments or service=Amazon EC2,account=prod; empty: everything")
    ] = "",
    person: AsOption = None,
    format: TableFormatOption = TableFormat.TEXT,
) -> None:
    """What each sensitivity would have told: recall of planted events, precision, alerts a month. Changes nothing."""
    from dataclasses import asdict

    from sqlalchemy.orm import Session

    from config.access import may_see_scope
    from config.errors import UserError
    from flows.anomalies.replay import replay as measure

    asked = _scope(scope)
    settings = read_settings()
    organisation = read_organisation(settings)
    actor = permitted(settings, organisation, person, "read")
    if not may_see_scope(actor, asked):
        raise UserError("You may not see all costs of that scope; name one of your teams: --scope team=…")
    with Session(connect(settings).app) as session:
        found = measure(session, organisation, asked)
    rows = [
        (
            one.level,
            f"{one.sensitivity:g}",
            "now" if one.now else "",
            _share(one.precision),
            _share(one.recall),
            round(one.alerts_a_month, 2),
            one.planted,
        )
        for one in found
    ]
    columns = ("level", "sensitivity", "now", "precision", "recall", "alerts a month", "planted")
    print_rows([asdict(one) for one in found], columns, rows, format)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _scope(text: str) -> dict[str, str]:
    """`team=payments,account=prod` as a mapping; UserError names what is none."""
    from config.errors import UserError
    from config.organisation import Scope

    dimensions = tuple(Scope.model_fields)
    scope: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, value = part.partition("=")
        if not equals or name.strip() not in dimensions or not value.strip():
            raise UserError(f"{part!r} is no part of a scope; write {', '.join(dimensions)} as team=payments.")
        scope[name.strip()] = value.strip()
    return scope
