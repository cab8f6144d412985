"""Playbooks: what may be done about waste."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.acting import AsOption, connect, day_of, permitted, read_organisation, read_settings, who_acts
from commands.printing import Format, FormatOption, print_json, print_table

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from config.access import Actor
    from config.organisation import Organisation
    from playbooks.schema import Playbook


def list_all(format: FormatOption = Format.TEXT) -> None:
    """The playbooks, what they do and how they are approved."""
    from playbooks.schema import mistakes, read_playbooks

    books = read_playbooks().values()
    for mistake in mistakes():
        typer.echo(f"not used: {mistake}", err=True)
    if format is Format.JSON:
        print_json([playbook.model_dump(mode="json") for playbook in books])
    else:
        rows = [(p.name, p.title, p.mode, ", ".join(step.action for step in p.steps)) for p in books]
        print_table(("playbook", "title", "mode", "actions"), rows)


def validate(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder of *.yaml; default: the built-in ones and FINOPS_PLAYBOOKS")
    ] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema for editors instead")] = False,
) -> None:
    """Check playbooks; a mistake is named with file and line."""
    from config.errors import UserError
    from playbooks.schema import Playbook, mistakes, read_playbooks

    if schema:
        print_json(Playbook.model_json_schema())
        return
    playbooks = read_playbooks(folder)
    if folder is None and (wrong := mistakes()):
        raise UserError("\n".join(wrong))
    typer.echo(f"{len(playbooks)} playbooks are right.")


def plan(
    name: Annotated[str, typer.Argument(help="Name of the playbook")],
    person: AsOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """Print exactly what a playbook would do now, and with which permissions; changes nothing."""
    from playbooks.proposals.planning import plan_json, plan_text, plans_now

    settings = read_settings()
    organisation = read_organisation(settings)
    permitted(settings, organisation, person, "request_remediation")
    plans = plans_now(connect(settings), settings, organisation, name)
    if format is Format.JSON:
        print_json(plan_json(plans))
    else:
        typer.echo(plan_text(plans))


def show(
    name: Annotated[str, typer.Argument(help="Name of the playbook")],
    person: AsOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """One playbook, and what it would have saved in the last eight weeks, had it been switched on."""
    from dataclasses import asdict
    from datetime import UTC, datetime
    from functools import partial

    from sqlalchemy.orm import Session

    from config.access import may_see_team
    from playbooks.recurring.history import sentence, would_have_saved
    from playbooks.recurring.timetable import SAYS
    from playbooks.schema import chosen

    settings = read_settings()
    organisation = read_organisation(settings)
    actor = permitted(settings, organisation, person, "read")
    [playbook] = chosen([name])
    with Session(connect(settings).app) as session:
        visible = partial(may_see_team, actor)
        history = would_have_saved(session, playbook, organisation.remediation, datetime.now(UTC), visible=visible)
    if format is Format.JSON:
        print_json({**playbook.model_dump(mode="json"), "history": {**asdict(history), "says": sentence(history)}})
        return
    recurs = SAYS[playbook.recurring.every] if playbook.recurring else "does not recur"
    typer.echo(f"{playbook.title} ({playbook.name}, mode {playbook.mode}, {recurs})")
    for line in (playbook.description, f"Steps: {', '.join(step.action for step in playbook.steps) or 'none'}"):
        typer.echo(line)
    typer.echo(sentence(history))


def recurring(person: AsOption = None, format: FormatOption = Format.TEXT) -> None:
    """The playbooks that recur: when the next run is due, its caps, and what came of the last."""
    from dataclasses import asdict
    from datetime import UTC, datetime

    from sqlalchemy.orm import Session

    from playbooks.recurring.overview import timetables
    from playbooks.schema import read_playbooks

    settings = read_settings()
    organisation = read_organisation(settings)
    permitted(settings, organisation, person, "read")
    with Session(connect(settings).app) as session:
        rows = timetables(session, read_playbooks(), organisation, datetime.now(UTC))
    if format is Format.JSON:
        print_json([asdict(row) for row in rows])
        return
    titles = ("playbook", "mode", "on", "every", "next run", "most a run", "a month", "left", "approved by", "last")
    shown = (
        {
            **asdict(row),
            "on": "on" if row.on else "off",
            "next_due": f"{row.next_due:%Y-%m-%d %H:%M %Z}",
            "standing": ", ".join(row.standing) or "each run",
        }
        for row in rows
    )
    print_table(titles, [list(row.values()) for row in shown])


NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name of the recurring playbook")]


def switch_on(name: NameArgument, person: AsOption = None) -> None:
    """Let a recurring playbook propose at its dates, from the next one on."""
    _switch(name, person, on=True)


def switch_off(name: NameArgument, person: AsOption = None) -> None:
    """Keep a recurring playbook from proposing until it is switched on again."""
    _switch(name, person, on=False)


def approve(
    name: NameArgument,
    until: Annotated[str, typer.Option(help="Last day on which the approval counts, like 2027-01-31")],
    person: AsOption = None,
    confirm: Annotated[
        str | None, typer.Option(help="How many resources a run may touch, where something is deleted")
    ] = None,
) -> None:
    """Approve the next runs of a recurring playbook until a day; its file, scope and caps have to stay as they are."""
    from datetime import UTC, datetime

    from config.access import Denied
    from playbooks.recurring import standing

    last = day_of(until, "--until")
    assert last is not None  # `day_of` ends the command where it is no day
    with _playbook_of(name, person) as (session, playbook, actor, organisation):
        request = standing.ApprovalRequest(last, confirm)
        made = standing.give(session, playbook, actor, organisation, request, datetime.now(UTC))
    notice = f"The runs of {name} are approved until {last}. `finops playbooks withdraw {name}` ends it."
    _say(made if isinstance(made, Denied) else notice)


def withdraw(name: NameArgument, person: AsOption = None) -> None:
    """End the approvals of a recurring playbook's next runs; each run is approved on its own again."""
    from datetime import UTC, datetime

    from playbooks.recurring import standing

    with _playbook_of(name, person) as (session, playbook, actor, _):
        ended = standing.withdraw(session, playbook, actor, datetime.now(UTC))
    _say(f"{ended} withdrawn." if isinstance(ended, int) else ended)


def _switch(name: str, person: str | None, *, on: bool) -> None:
    from datetime import UTC, datetime

    from config.access import Denied
    from playbooks.recurring.switch import set_switch

    with _playbook_of(name, person) as (session, playbook, actor, _):
        done = set_switch(session, playbook, actor, datetime.now(UTC), on=on)
    _say(done if isinstance(done, Denied) else f"{name} is switched {'on' if on else 'off'}.")


@contextmanager
def _playbook_of(name: str, person: str | None) -> "Iterator[tuple[Session, Playbook, Actor, Organisation]]":
    """A transaction about one playbook, which keeps a refusal in the audit log too."""
    from datetime import UTC, datetime

    from sqlalchemy.orm import Session

    from playbooks.recurring.overview import redraw
    from playbooks.schema import chosen

    settings = read_settings()
    organisation = read_organisation(settings)
    [playbook] = chosen([name])
    with Session(connect(settings).app) as session, session.begin():
        yield session, playbook, who_acts(settings, organisation, person), organisation
        if playbook.recurring is not None:
            redraw(session, playbook, organisation, datetime.now(UTC))


def _say(denied_or_text: Any) -> None:
    from config.access import Denied

    if isinstance(denied_or_text, Denied):
        typer.echo(f"finops: {denied_or_text.reason}", err=True)
        raise typer.Exit(1)
    typer.echo(denied_or_text)


def policy(
    names: Annotated[list[str] | None, typer.Argument(help="Playbooks; default: all")] = None,
    observer: Annotated[
        bool, typer.Option("--observer", help="Of the role that only looks, instead of the one that acts")
    ] = False,
) -> None:
    """Print the least-privilege IAM policy of the actor role, generated from
    the actions; it denies what protected tags protect. Of a playbook for Azure or Google the custom role.
    """
    from playbooks.actions import ACTIONS
    from playbooks.actions.policy import actor_policy, observer_policy, role_of
    from playbooks.schema import chosen

    steps = [(step.action, step.parameters) for playbook in chosen(names) for step in playbook.steps]
    clouds = {ACTIONS[action].cloud for action, _ in steps}
    if len(clouds) == 1 and (other := clouds.pop()) != "aws":
        print_json(role_of(other, [action for action, _ in steps]))
        return
    protected = read_organisation(read_settings()).remediation.protected_tags
    print_json(observer_policy(steps) if observer else actor_policy(steps, protected))
