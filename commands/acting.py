"""What a command starts from: the settings, the organisation, the database, and who acts. Imported when asked for: they are heavy."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from access import Actor
    from db.engines import Database
    from settings import Organisation, Settings

AsOption = Annotated[str | None, typer.Option("--as", metavar="USER", help="Act as this person of finops.yaml (id or e-mail)")]


def read_settings() -> "Settings":
    """The settings of the environment; raises `UserError` where they are wrong."""
    import settings

    return settings.read_settings()


def read_organisation(settings: "Settings") -> "Organisation":
    """What finops.yaml says; raises `UserError` where it is wrong."""
    from settings import read_organisation as read

    return read(settings.config)


def connect(settings: "Settings") -> "Database":
    """The database, at this release; the embedded one is started where it is not running."""
    from db import engines

    return engines.connect(settings)


def who_acts(settings: "Settings", organisation: "Organisation", person: str | None) -> "Actor":
    """The person of `--as`, or else whoever sits at the machine."""
    if person is None:
        from settings import operator

        return operator(settings)
    if not organisation.groups:
        return organisation.actor(person)
    from bot.people import actor_of  # Slack knows who is in a group

    return actor_of(settings, organisation, person)


def permitted(settings: "Settings", organisation: "Organisation", person: str | None, action: str) -> "Actor":
    """Who acts; raises `UserError` with the reason where they may not."""
    from access import Action, Denied, check
    from errors import UserError

    actor = who_acts(settings, organisation, person)
    decision = check(actor, Action(action))
    if isinstance(decision, Denied):
        raise UserError(decision.reason)
    return actor
