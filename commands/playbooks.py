"""Playbooks: what may be done about waste."""

from pathlib import Path
from typing import Annotated

import typer

from commands.acting import AsOption, connect, permitted, read_organisation, read_settings
from commands.printing import Format, FormatOption, print_json, print_table


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
        seen = partial(may_see_team, actor)
        history = would_have_saved(session, playbook, organisation.remediation, datetime.now(UTC), visible=seen)
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

    from playbooks.recurring.runs import timetables
    from playbooks.schema import read_playbooks

    settings = read_settings()
    permitted(settings, read_organisation(settings), person, "read")
    with Session(connect(settings).app) as session:
        rows = timetables(session, read_playbooks(), datetime.now(UTC))
    if format is Format.JSON:
        print_json([asdict(row) for row in rows])
        return
    titles = ("playbook", "mode", "every", "next run", "most a run", "a month", "left this month", "last")
    shown = ({**asdict(row), "next_due": f"{row.next_due:%Y-%m-%d %H:%M %Z}"} for row in rows)
    print_table(titles, [list(row.values()) for row in shown])


def policy(
    names: Annotated[list[str] | None, typer.Argument(help="Playbooks; default: all")] = None,
    observer: Annotated[
        bool, typer.Option("--observer", help="Of the role that only looks, instead of the one that acts")
    ] = False,
) -> None:
    """Print the least-privilege IAM policy of the actor role, generated from
    the actions; it denies what protected tags protect.
    """
    from playbooks.actions.policy import actor_policy, observer_policy
    from playbooks.schema import chosen

    steps = [(step.action, step.parameters) for playbook in chosen(names) for step in playbook.steps]
    protected = read_organisation(read_settings()).remediation.protected_tags
    print_json(observer_policy(steps) if observer else actor_policy(steps, protected))
