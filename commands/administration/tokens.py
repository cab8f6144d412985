"""Bearer tokens of the API."""

from typing import Annotated

import typer

from commands.acting import AsOption, connect, read_organisation, read_settings, who_acts


def issue(
    owner: Annotated[
        str,
        typer.Argument(
            metavar="PERSON", help="Id of a person of finops.yaml; the token has this person's roles and teams"
        ),
    ],
    scope: Annotated[list[str] | None, typer.Option(help="read, ask, write; default: read and ask")] = None,
    days: Annotated[int, typer.Option(min=1, max=365, help="Lifetime")] = 90,
    person: AsOption = None,
) -> None:
    """Make a token and print it; it is stored as a digest and cannot be read again."""
    from bot.api.auth.tokens import issue_for

    settings = read_settings()
    organisation = read_organisation(settings)
    actor = who_acts(settings, organisation, person)
    typer.echo(issue_for(connect(settings), organisation, actor, owner, tuple(scope or ("read", "ask")), days))


def revoke(
    owner: Annotated[str, typer.Argument(metavar="PERSON", help="Id of a person of finops.yaml")],
    person: AsOption = None,
) -> None:
    """End all tokens of a person."""
    from bot.api.auth.tokens import revoke_for

    settings = read_settings()
    organisation = read_organisation(settings)
    typer.echo(f"{revoke_for(connect(settings), who_acts(settings, organisation, person), owner)} tokens are revoked.")
