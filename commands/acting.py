"""What a command starts from: the settings, the organisation, the database, and
who acts. Imported when asked for: they are heavy.
"""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from config.access import Actor
    from config.organisation import Organisation
    from config.settings import Settings
    from db.database import Database

_NAMED = 10  # people of finops.yaml that an error lists

AsOption = Annotated[
    str | None, typer.Option("--as", metavar="USER", help="Act as this person of finops.yaml (id or e-mail)")
]


def read_settings() -> "Settings":
    """The settings of the environment; raises `UserError` where they are wrong."""
    from config import settings

    return settings.read_settings()


def read_organisation(settings: "Settings") -> "Organisation":
    """What finops.yaml says; raises `UserError` where it is wrong."""
    from config.organisation import read_organisation as read

    return read(settings.config)


def connect(settings: "Settings") -> "Database":
    """The database, at this release; the embedded one is started where it is not running."""
    from db import engines

    return engines.connect(settings)


def who_acts(settings: "Settings", organisation: "Organisation", person: str | None) -> "Actor":
    """The person of `--as`, or else whoever sits at the machine; raises `UserError` where nobody is called so."""
    if person is None:
        from config.settings import operator

        return operator(settings)
    _ensure_known(organisation, person)
    if not organisation.groups:
        return organisation.actor(person)
    return actor_of(settings, organisation, person)


def _ensure_known(organisation: "Organisation", identity: str) -> None:
    """Raises `UserError` where an id or e-mail is neither in `people` nor one that a Slack group may bring."""
    from config.access import is_slack_id
    from config.errors import UserError

    if organisation.knows(identity) or (organisation.groups and is_slack_id(identity)):
        return
    people = [f"{person.id} ({person.name})" for person in organisation.people]
    if not people:
        raise UserError(
            f"Nobody is {identity!r}: finops.yaml names no people. Add them there, or ask without naming anybody."
        )
    more = f" and {len(people) - _NAMED} more" if len(people) > _NAMED else ""
    raise UserError(
        f"Nobody in finops.yaml is {identity!r}. By id or e-mail it names {', '.join(people[:_NAMED])}{more}."
    )


def actor_of(settings: "Settings", organisation: "Organisation", identity: str) -> "Actor":
    """Who a person of `finops.yaml` is, outside of a running bot: Slack is asked for its
    user groups where `groups` names some, and for the id of who has none in the file.
    """
    from config.access import is_slack_id

    person = organisation.person(identity)
    if settings.slack_bot_token is None or not (organisation.groups or (person and not is_slack_id(person.id))):
        return organisation.actor(identity)
    from bot.process.runtime import web_client
    from bot.slack.people import People

    return People(web_client(settings, retry=True), organisation).person(identity)


def permitted(settings: "Settings", organisation: "Organisation", person: str | None, action: str) -> "Actor":
    """Who acts; raises `UserError` with the reason where they may not."""
    from config.access import Denied, Permission, check
    from config.errors import UserError

    actor = who_acts(settings, organisation, person)
    decision = check(actor, Permission(action))
    if isinstance(decision, Denied):
        raise UserError(decision.reason)
    return actor


def day_of(text: str | None, option: str = "--today") -> date | None:
    """The day of an option; exit 2 where it is none."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        typer.echo(f"finops: {option} takes a date like 2026-11-15, not {text!r}.", err=True)
        raise typer.Exit(2) from None
