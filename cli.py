"""The roof: the command `finops`, and what its commands are called."""

import sys
from collections.abc import Callable

import typer

from commands import (
    analysis,
    audit,
    bills,
    configuration,
    database,
    insights,
    kpis,
    playbooks,
    questions,
    remediations,
    running,
    sql,
    tokens,
)

Commands = dict[str, Callable[..., None]]

_COMMANDS: Commands = {
    "ingest": bills.ingest,
    "ask": questions.ask,
    "eval": questions.evaluate,
    "questions": questions.browse,
    "insights": insights.list_insights,
    "digest": insights.digest,
    "kpis": kpis.show,
    "run": running.run,
}
_GROUPS: dict[str, tuple[str, Commands]] = {
    "playbooks": (
        "Playbooks: what may be done about waste.",
        {"list": playbooks.list_all, "validate": playbooks.validate, "plan": playbooks.plan, "policy": playbooks.policy},
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
    "analyze": (
        "Detection and forecasts on series of your own, without a database.",
        {"anomalies": analysis.anomalies, "forecast": analysis.forecast},
    ),
    "sql": ("The SQL guard.", {"check": sql.check}),
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
    "config": ("finops.yaml.", {"roles": configuration.roles, "check": configuration.check}),
    "audit": ("The audit log.", {"verify": audit.verify}),
    "tokens": ("Bearer tokens of the API.", {"issue": tokens.issue, "revoke": tokens.revoke}),
}


def _made(says: str, commands: Commands) -> typer.Typer:
    made = typer.Typer(help=says, no_args_is_help=True, rich_markup_mode=None)
    for name, command in commands.items():
        made.command(name)(command)
    return made


app = _made("Cloud cost in Slack: bills in, questions answered, anomalies alerted, changes approved.", _COMMANDS)
for _name, (_says, _commands) in _GROUPS.items():
    app.add_typer(_made(_says, _commands), name=_name)


def main() -> None:
    """Run the command; what a person can mend is one sentence and exit 1, never a traceback."""
    from errors import UserError

    try:
        app()
    except UserError as error:
        typer.echo(f"finops: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)


if __name__ == "__main__":
    main()
