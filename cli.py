"""The entry point: the command `finops`, and what its commands are called."""

import sys
from collections.abc import Callable
from importlib import metadata
from typing import Annotated

import typer

from commands.administration import audit, configuration, database, quarantine, running, tokens
from commands.analyze import commands as analyze
from commands.assistant import assistants, notes, query, questions, sql
from commands.costs import allocation, bills, lake
from commands.examples import epilog, summary
from commands.findings import insights, kpis, kubernetes, playbooks, remediations

Commands = dict[str, Callable[..., None]]

_COMMANDS: Commands = {
    "ingest": bills.ingest,
    "loads": bills.loads,
    "reconcile": bills.reconcile,
    "tags": bills.tags,
    "allocate": allocation.allocate,
    "ask": questions.ask,
    "eval": questions.evaluate,
    "questions": questions.browse,
    "notes": notes.browse,
    "insights": insights.list_insights,
    "digest": insights.digest,
    "kpis": kpis.show,
    "run": running.run,
    "mcp": assistants.serve,
}
_GROUPS: dict[str, tuple[str, Commands]] = {
    "playbooks": (
        "Playbooks: what may be done about waste.",
        {
            "list": playbooks.list_all,
            "validate": playbooks.validate,
            "show": playbooks.show,
            "plan": playbooks.plan,
            "policy": playbooks.policy,
            "recurring": playbooks.recurring,
            "on": playbooks.switch_on,
            "off": playbooks.switch_off,
            "approve": playbooks.approve,
            "withdraw": playbooks.withdraw,
        },
    ),
    "remediations": (
        "Proposed and executed changes.",
        {
            "list": remediations.list_newest,
            "show": remediations.show,
            "approve": remediations.approve,
            "reject": remediations.reject,
        },
    ),
    "kubernetes": ("Kubernetes workloads, from allocation exports.", {"requests": kubernetes.requests}),
    "analyze": (
        "Detection and forecasts on series of your own, without a database.",
        {"anomalies": analyze.anomalies, "forecast": analyze.forecast},
    ),
    "sql": ("The SQL guard.", {"check": sql.check}),
    "query": (
        "Questions as JSON: what words, models and other programs are turned into.",
        {"schema": query.schema, "run": query.run},
    ),
    "flows": ("Prefect flows.", {"serve": running.serve_flows, "stop": running.stop_prefect}),
    "db": (
        "The database.",
        {
            "upgrade": database.upgrade,
            "downgrade": database.downgrade,
            "dump": database.dump,
            "restore": database.restore,
            "stop": database.stop,
        },
    ),
    "lake": ("Line items, as files.", {"fill": lake.fill, "sweep": lake.sweep}),
    "quarantine": (
        "What was set aside, because each attempt at it failed or ended a process.",
        {"list": quarantine.list_all, "retry": quarantine.retry, "drop": quarantine.drop},
    ),
    "config": ("finops.yaml.", {"roles": configuration.roles, "check": configuration.check}),
    "audit": ("The audit log.", {"verify": audit.verify}),
    "tokens": ("Bearer tokens of the API.", {"issue": tokens.issue, "revoke": tokens.revoke}),
}


def _made(says: str, commands: Commands, group: str = "") -> typer.Typer:
    made = typer.Typer(help=says, no_args_is_help=True, rich_markup_mode=None)
    for name, command in commands.items():
        whole = f"{group} {name}".strip()
        made.command(name, epilog=epilog(whole), short_help=summary(command.__doc__ or ""))(command)
    return made


app = _made("Cloud cost in Slack: bills in, questions answered, anomalies alerted, changes approved.", _COMMANDS)
for _name, (_says, _commands) in _GROUPS.items():
    app.add_typer(_made(_says, _commands, _name), name=_name, short_help=summary(_says))


def _say_version(requested: bool) -> None:
    if requested:
        typer.echo(f"finops-bot {metadata.version('finops-bot')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the release and exit", callback=_say_version, is_eager=True)
    ] = False,
) -> None: ...


def main() -> None:
    """Run the command; what a person can mend is one sentence and exit 1, never a traceback."""
    from config.errors import UserError

    try:
        app(prog_name="finops")
    except UserError as error:
        typer.echo(f"finops: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)


if __name__ == "__main__":
    main()
