"""The roof: the command `finops`. Every command imports its room when it runs, so that `finops --help` is instant."""

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from access import Actor
    from db.engines import Database
    from settings import Organisation, Settings

app = typer.Typer(
    help="Cloud cost in Slack: bills in, questions answered, anomalies alerted, changes approved.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
flows_app = typer.Typer(help="Prefect flows.", no_args_is_help=True)
db_app = typer.Typer(help="The database.", no_args_is_help=True)
config_app = typer.Typer(help="finops.yaml.", no_args_is_help=True)
tokens_app = typer.Typer(help="Bearer tokens of the API.", no_args_is_help=True)
audit_app = typer.Typer(help="The audit log.", no_args_is_help=True)
sql_app = typer.Typer(help="The SQL guard.", no_args_is_help=True)
playbooks_app = typer.Typer(help="Playbooks: what may be done about waste.", no_args_is_help=True)
remediations_app = typer.Typer(help="Proposed and executed changes.", no_args_is_help=True)
analyze_app = typer.Typer(help="Detection and forecasts on series of your own, without a database.", no_args_is_help=True)
_GROUPS = {
    "playbooks": playbooks_app,
    "remediations": remediations_app,
    "analyze": analyze_app,
    "sql": sql_app,
    "flows": flows_app,
    "db": db_app,
    "config": config_app,
    "audit": audit_app,
    "tokens": tokens_app,
}
for _name, _group in _GROUPS.items():
    app.add_typer(_group, name=_name)


class Format(StrEnum):
    """How results are written."""

    TEXT = "text"
    JSON = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="text for people, json for programs (nothing else on stdout)")]
AsOption = Annotated[str | None, typer.Option("--as", metavar="USER", help="Act as this person of finops.yaml (id or e-mail)")]


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


# ------------------------------------------------------------------ what every command needs


def _settings() -> "Settings":
    from settings import read_settings

    return read_settings()


def _organisation(settings: "Settings") -> "Organisation":
    from settings import read_organisation

    return read_organisation(settings.config)


def _database(settings: "Settings") -> "Database":
    from db import engines

    return engines.connect(settings)


def _actor(settings: "Settings", organisation: "Organisation", person: str | None) -> "Actor":
    if person is None:
        from settings import operator

        return operator(settings)
    if not organisation.groups:
        return organisation.actor(person)
    from bot.people import actor_of  # Slack knows who is in a group

    return actor_of(settings, organisation, person)


def _permitted(settings: "Settings", organisation: "Organisation", person: str | None, action: str) -> "Actor":
    """Who acts; raises `UserError` with the reason where they may not."""
    from access import Action, Denied, check
    from errors import UserError

    actor = _actor(settings, organisation, person)
    decision = check(actor, Action(action))
    if isinstance(decision, Denied):
        raise UserError(decision.reason)
    return actor


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


def _print_table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    listed = [list(row) for row in rows]
    for index, column in enumerate(columns):
        numeric = any(isinstance(row[index], int | float) for row in listed)
        table.add_column(column.replace("_", " "), justify="right" if numeric else "left", overflow="fold")
    for row in listed:
        table.add_row(*("" if cell is None else f"{cell:,.2f}" if isinstance(cell, float) else str(cell) for cell in row))
    Console(highlight=False, markup=False).print(table)


def _wrong_use(message: str) -> NoReturn:
    typer.echo(f"finops: {message}", err=True)
    raise typer.Exit(2)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        _wrong_use(f"--today takes a date like 2026-11-15, not {text!r}.")


# ------------------------------------------------------------------ bills in


@app.command()
def ingest(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Files, globs, folders or s3:// addresses of FOCUS exports (CSV, gzip, Parquet)")
    ],
    source: Annotated[str | None, typer.Option(help="Name of the source; default: provider and billing account")] = None,
    person: AsOption = None,
    format: FormatOption = Format.TEXT,  # noqa: A002 - the contract's name
) -> None:
    """Load bills. Files given together are one delivery: it replaces its billing periods, and the same delivery twice changes nothing."""
    from flows.loading.delivery import ingest as ingest_delivery

    settings = _settings()
    organisation = _organisation(settings)
    _permitted(settings, organisation, person, "run_flow")
    with _progress(format is Format.TEXT) as progress:
        result = ingest_delivery(paths, _database(settings), organisation, source=source, progress=progress)
    if format is Format.JSON:
        _print_json(result.to_json())
    else:
        typer.echo(result.to_text())
    if any(load["status"] == "failed" for load in result.to_json()["loads"]):
        raise typer.Exit(1)


def _progress(shown: bool) -> Any:
    from flows.progress import bar, silent

    return bar() if shown and sys.stderr.isatty() else silent()


# ------------------------------------------------------------------ questions


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help='The question, or "-" to read JSON lines {"question", "thread"?, "as"?} from stdin')],
    person: AsOption = None,
    today: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Answer as if it were this day")] = None,
    thread: Annotated[str | None, typer.Option(help="Thread id: a follow-up amends the thread's last question")] = None,
    format: FormatOption = Format.TEXT,  # noqa: A002
) -> None:
    """Ask a cost question in plain words."""
    from nl2sql.answer import ask as ask_question
    from nl2sql.answer import connect_deps

    settings = _settings()
    organisation = _organisation(settings)
    deps = connect_deps(settings, organisation, _database(settings), today=_day(today))
    if question != "-":
        outcome = ask_question(question, _actor(settings, organisation, person), thread, deps)
        _print_answer(outcome.to_json(), format)
        raise typer.Exit(0 if outcome.to_json()["outcome"] in {"answer", "clarify", "cannot_answer", "blocked"} else 1)
    for line in sys.stdin:
        if not line.strip():
            continue
        asked = _asked(line)
        if isinstance(asked, str):
            _print_json({"error": asked})
            continue
        actor = _actor(settings, organisation, asked.get("as") or person)
        _print_answer(ask_question(str(asked["question"]), actor, asked.get("thread") or thread, deps).to_json(), format)
        sys.stdout.flush()


def _asked(line: str) -> dict[str, Any] | str:
    try:
        asked = json.loads(line)
    except ValueError as error:
        return f"not JSON: {error}"
    if not isinstance(asked, dict) or not isinstance(asked.get("question"), str):
        return 'a line is {"question": "…", "thread"?: "…", "as"?: "…"}'
    return asked


def _print_answer(answer: dict[str, Any], format: Format) -> None:  # noqa: A002
    if format is Format.JSON:
        _print_json(answer)
        return
    typer.echo(answer["text"])
    for choice in answer.get("choices") or []:
        typer.echo(f"  - {choice if isinstance(choice, str) else choice.get('label', choice)}")
    if answer.get("rows"):
        _print_table(answer["columns"], answer["rows"])
    if answer.get("as_of"):
        metric = str(answer.get("metric") or "").replace("_", " ")
        parts = [metric and f"{metric}, {answer['currency']}", f"bills through {answer['as_of']}"]
        by = {"offline": "rules", "llm": "the model, checked", "sql": "your SQL, checked"}.get(answer["translator"], answer["translator"])
        typer.echo(f"{' · '.join(part for part in parts if part)} · answered by {by} in {answer['elapsed_ms']} ms")


@app.command(name="eval")
def evaluate(
    file: Annotated[Path, typer.Argument(help="JSON lines of questions with the right SQL or rows")],
    setting: Annotated[
        str | None, typer.Option("--with", metavar="SETTING", help="rules, model, both, or settings as llm_model=NAME,llm_use=first")
    ] = None,
    against: Annotated[str | None, typer.Option(metavar="SETTING", help="Ask a second time under this setting and compare")] = None,
    today: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Ask as if it were this day")] = None,
    format: FormatOption = Format.TEXT,  # noqa: A002
) -> None:
    """Ask a file of questions and count the right answers (execution match), with latency and tokens."""
    from nl2sql.answer import connect_deps
    from nl2sql.evaluate import Comparison, Report, compare_file, evaluate_file, with_setting

    settings = _settings()
    organisation = _organisation(settings)
    deps = connect_deps(settings, organisation, _database(settings), today=_day(today))
    report: Report | Comparison
    if against:
        report = compare_file(file, deps, setting or "rules", against)
    else:
        report = evaluate_file(file, with_setting(deps, setting) if setting else deps)
    if format is Format.JSON:
        _print_json(report.to_json())
    else:
        typer.echo(report.to_text())


@app.command()
def questions(
    unhelpful: Annotated[bool, typer.Option("--unhelpful", help="Only those that somebody called not helpful")] = False,
    helpful: Annotated[bool, typer.Option("--helpful", help="Only those that somebody called helpful")] = False,
    golden: Annotated[bool, typer.Option("--golden", help="Only those that an admin approved as examples")] = False,
    unanswered: Annotated[bool, typer.Option("--unanswered", help="Only those that were declined")] = False,
    promote: Annotated[str | None, typer.Option(metavar="REFERENCE", help="Approve an answer as an example; an admin may")] = None,
    person: AsOption = None,
    format: FormatOption = Format.TEXT,  # noqa: A002
) -> None:
    """What was asked, newest first: what wants looking after, and what may serve as an example."""
    from sqlalchemy.orm import Session

    from access import Action, Denied, check
    from errors import UserError
    from nl2sql import feedback
    from nl2sql.golden import promote as promote_question

    settings = _settings()
    actor = _actor(settings, _organisation(settings), person)
    with Session(_database(settings).app) as session, session.begin():
        if promote:
            typer.echo(promote_question(session, promote, actor))
            return
        if isinstance(denied := check(actor, Action.READ_AUDIT), Denied):
            raise UserError(denied.reason)
        which: feedback.Which = (
            "unhelpful" if unhelpful else "helpful" if helpful else "golden" if golden else "unanswered" if unanswered else "all"
        )
        rows = feedback.listed(session, which)
    if format is Format.JSON:
        _print_json(rows)
    else:
        shown = [(r["reference"], str(r["asked_at"])[:16], r["asker"], r["question"], r["outcome"], r["feedback"] or "") for r in rows]
        _print_table(("reference", "asked", "by", "question", "outcome", "feedback"), shown)


@sql_app.command("check")
def sql_check() -> None:
    """Read JSON lines {"sql"} from stdin; write one line each: allowed, the reason, and the SQL that would be run."""
    from nl2sql.sql_check import check_lines

    for result in check_lines(sys.stdin):
        _print_json(result)
        sys.stdout.flush()


# ------------------------------------------------------------------ analysis without a database


@analyze_app.command("anomalies")
def analyze_anomalies(file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Columns series, timestamp, value")]) -> None:
    """Replay series day by day and write what would have been alerted, one JSON line each; never looks ahead."""
    from analysis.replay import replay_csv

    _print_lines(replay_csv(file))


@analyze_app.command("forecast")
def analyze_forecast(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Columns series, timestamp, value")],
    days: Annotated[int, typer.Option(min=1, max=730, help="Days ahead")] = 180,
    model: Annotated[
        str, typer.Option(help="ensemble, or one of its models alone: structural, arima, theta, ets, sma, year …")
    ] = "ensemble",
) -> None:
    """Forecast every series, one JSON line a day: mean, 80 % and 95 % bands, model."""
    from analysis.forecast_csv import forecast_csv

    _print_lines(forecast_csv(file, days, model))


def _print_lines(lines: Iterator[dict[str, Any]]) -> None:
    for line in lines:
        _print_json(line)


# ------------------------------------------------------------------ what was found


@app.command()
def insights(
    everything: Annotated[bool, typer.Option("--all", help="Closed ones too")] = False,
    person: AsOption = None,
    format: FormatOption = Format.TEXT,  # noqa: A002
) -> None:
    """What is open: anomalies, budgets, idle resources, savings."""
    from nl2sql.run import rows_of

    settings = _settings()
    organisation = _organisation(settings)
    where = "" if everything else "WHERE status IN ('open', 'acknowledged')"
    columns = "insight_id, detected_at, kind, severity, status, title, team, impact_amount, currency"
    sql = f"SELECT {columns} FROM insights {where} ORDER BY insight_id DESC LIMIT 200"
    rows = rows_of(sql, _actor(settings, organisation, person), _database(settings), settings)
    if format is Format.JSON:
        _print_json(rows)
    else:
        _print_table(
            ("id", "severity", "title", "team", "since"),
            [(r["insight_id"], r["severity"], r["title"], r["team"], str(r["detected_at"])[:16]) for r in rows],
        )


@app.command()
def digest(
    channel: Annotated[str, typer.Argument(help="A channel of finops.yaml, as #payments")],
    person: AsOption = None,
) -> None:
    """Print a channel's digest as it would be posted now."""
    from datetime import UTC, datetime

    from access import may_see_team
    from errors import UserError
    from flows.send_digests import text_for

    settings = _settings()
    organisation = _organisation(settings)
    actor = _permitted(settings, organisation, person, "read")
    known = organisation.channel_named(channel)
    if known is not None and not actor.sees_all and not may_see_team(actor, known.team):
        raise UserError(f"You may not see the costs that are told in {channel}.")
    typer.echo(text_for(_database(settings), organisation, channel, datetime.now(UTC).date()))


@app.command()
def kpis(person: AsOption = None, format: FormatOption = Format.TEXT) -> None:  # noqa: A002
    """How well the product does its job: each measure with its target."""
    from dataclasses import asdict

    from db.kpis import read

    settings = _settings()
    organisation = _organisation(settings)
    _permitted(settings, organisation, person, "read")
    with _database(settings).app.connect() as connection:
        measures = read(connection, len(organisation.people))
    if format is Format.JSON:
        _print_json([{**asdict(kpi), "good": kpi.good} for kpi in measures])
        return
    words = {True: "yes", False: "no", None: "not yet known"}
    rows = [
        (
            k.says,
            "" if k.value is None else f"{k.value:g} {k.unit}",
            f"{'≥' if k.higher_is_better else '≤'} {k.target:g} {k.unit}",
            words[k.good],
        )
        for k in measures
    ]
    _print_table(("measure", "now", "target", "met"), rows)


# ------------------------------------------------------------------ remediation


@playbooks_app.command("list")
def playbooks_list(format: FormatOption = Format.TEXT) -> None:  # noqa: A002
    """The playbooks, what they do and how they are approved."""
    from playbooks.schema import read_playbooks

    books = read_playbooks().values()
    if format is Format.JSON:
        _print_json([playbook.model_dump(mode="json") for playbook in books])
    else:
        rows = [(p.name, p.title, p.mode, ", ".join(step.action for step in p.steps)) for p in books]
        _print_table(("playbook", "title", "mode", "actions"), rows)


@playbooks_app.command("validate")
def playbooks_validate(
    folder: Annotated[Path | None, typer.Argument(help="Folder of *.yaml; default: the built-in ones")] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema for editors instead")] = False,
) -> None:
    """Check playbooks; a mistake is named with file and line."""
    from playbooks.schema import Playbook, read_playbooks

    if schema:
        _print_json(Playbook.model_json_schema())
    else:
        typer.echo(f"{len(read_playbooks(folder))} playbooks are right.")


@playbooks_app.command("plan")
def playbooks_plan(
    name: Annotated[str, typer.Argument(help="Name of the playbook")],
    person: AsOption = None,
    format: FormatOption = Format.TEXT,  # noqa: A002
) -> None:
    """Print exactly what a playbook would do now, and with which permissions; changes nothing."""
    from playbooks.planning import plan_json, plan_text, plans_now

    settings = _settings()
    organisation = _organisation(settings)
    _permitted(settings, organisation, person, "request_remediation")
    plans = plans_now(_database(settings), settings, organisation, name)
    if format is Format.JSON:
        _print_json(plan_json(plans))
    else:
        typer.echo(plan_text(plans))


@playbooks_app.command("policy")
def playbooks_policy(
    names: Annotated[list[str] | None, typer.Argument(help="Playbooks; default: all")] = None,
    observer: Annotated[bool, typer.Option("--observer", help="Of the role that only looks, instead of the one that acts")] = False,
) -> None:
    """Print the least-privilege IAM policy of the actor role, generated from the actions; it denies what protected tags protect."""
    from playbooks.actions.policy import actor_policy, observer_policy
    from playbooks.schema import chosen

    steps = [(step.action, step.parameters) for playbook in chosen(names) for step in playbook.steps]
    protected = _organisation(_settings()).remediation.protected_tags
    _print_json(observer_policy(steps) if observer else actor_policy(steps, protected))


@remediations_app.command("list")
def remediations_list(person: AsOption = None, format: FormatOption = Format.TEXT) -> None:  # noqa: A002
    """The newest remediations and their state."""
    from access import may_see_team
    from playbooks.decisions import listed

    settings = _settings()
    actor = _permitted(settings, _organisation(settings), person, "read")
    rows = [row for row in listed(_database(settings)) if may_see_team(actor, row["team"])]
    if format is Format.JSON:
        _print_json(rows)
    else:
        _print_table(
            ("id", "state", "playbook", "account", "team", "savings_a_month", "requested_by"), [list(row.values()) for row in rows]
        )


@remediations_app.command("show")
def remediations_show(
    number: Annotated[int, typer.Argument(metavar="ID", help="Number of the remediation")],
    person: AsOption = None,
) -> None:
    """One remediation as JSON: plan, steps, approvals."""
    from access import may_see_team
    from errors import UserError
    from playbooks.decisions import shown

    settings = _settings()
    actor = _permitted(settings, _organisation(settings), person, "read")
    found = shown(_database(settings), number)
    if not may_see_team(actor, found["plan"].get("team")):
        raise UserError(f"There is no remediation {number} of a team whose costs you may see.")
    _print_json(found)


@remediations_app.command("approve")
def remediations_approve(
    number: Annotated[int, typer.Argument(metavar="ID", help="Number of the remediation")],
    person: AsOption = None,
    confirm: Annotated[str | None, typer.Option(help="Number of resources, where something is deleted")] = None,
) -> None:
    """Approve a proposal; its flow starts with the next sweep, or at once when Prefect is up."""
    from playbooks.decisions import decide

    settings = _settings()
    organisation = _organisation(settings)
    _say_decision(decide(_database(settings), number, _actor(settings, organisation, person), "approve", confirm))


@remediations_app.command("reject")
def remediations_reject(
    number: Annotated[int, typer.Argument(metavar="ID", help="Number of the remediation")],
    reason: Annotated[str, typer.Option(help="Why")] = "",
    person: AsOption = None,
) -> None:
    """Reject a proposal."""
    from playbooks.decisions import decide

    settings = _settings()
    organisation = _organisation(settings)
    _say_decision(decide(_database(settings), number, _actor(settings, organisation, person), "reject", reason))


def _say_decision(denied_or_text: Any) -> None:
    from access import Denied

    if isinstance(denied_or_text, Denied):
        typer.echo(f"finops: {denied_or_text.reason}", err=True)
        raise typer.Exit(1)
    typer.echo(denied_or_text)


# ------------------------------------------------------------------ running it


@app.command()
def run() -> None:
    """Run the bot: Slack, the HTTP API and the delivery of messages, until Ctrl-C."""
    from bot.run import run as run_bot

    settings = _settings()
    run_bot(settings, _organisation(settings), _database(settings))


@flows_app.command("serve")
def flows_serve() -> None:
    """Serve all flows to the Prefect server at PREFECT_API_URL, with their schedules."""
    from flows.deployments import serve

    serve(_settings())


@flows_app.command("stop")
def flows_stop() -> None:
    """Stop the Prefect server of FINOPS_HOME, which `finops flows serve` started and left running."""
    from flows import prefect_local

    typer.echo("Stopped." if prefect_local.stop(_settings().home) else "It was not running.")


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to this release: migrations, reporting views, roles."""
    from db import engines, upgrade

    database = engines.locate(_settings())
    if database.embedded:
        engines.connect(_settings())
    else:
        upgrade.upgrade(database)
    typer.echo(f"The database is at revision {upgrade.HEAD}.")


@db_app.command("downgrade")
def db_downgrade(
    revision: Annotated[str, typer.Argument(help="The earlier release's revision, as its `finops db upgrade` prints it")],
) -> None:
    """Take the database back to an earlier release's schema, before that release is installed again. Stop bot and flows first."""
    from db import engines, upgrade

    upgrade.downgrade(engines.locate(_settings()), revision)
    typer.echo(f"The database is at revision {revision}. Install that release now; this one would upgrade it again.")


@db_app.command("dump")
def db_dump(file: Annotated[Path, typer.Argument(help="A new file")]) -> None:
    """Write bills, questions, approvals and the audit log into one file, as of one moment; everything may go on running."""
    from db import backup

    backup.dump(_database(_settings()), file)
    typer.echo(f"Wrote {file}, {file.stat().st_size / 1e6:.1f} MB.")


@db_app.command("restore")
def db_restore(file: Annotated[Path, typer.Argument(help="A file of `finops db dump`, of this release or an earlier one")]) -> None:
    """Fill an empty database from a dump, and bring it to this release."""
    from db import backup, engines

    settings = _settings()
    database = engines.connect(settings) if settings.database_url is None else engines.locate(settings)
    backup.restore(database, file)
    typer.echo("Restored. Check it with `finops audit verify`.")


@db_app.command("stop")
def db_stop() -> None:
    """Stop the embedded Postgres of FINOPS_HOME; it starts again when it is needed."""
    from db import postgres

    typer.echo("Stopped." if postgres.stop(_settings().home) else "It was not running.")


@config_app.command("roles")
def config_roles() -> None:
    """Print who may do what, and where, as Markdown: what the code checks."""
    from access import matrix

    typer.echo(matrix())


@config_app.command("check")
def config_check(schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of finops.yaml instead")] = False) -> None:
    """Check finops.yaml; a mistake is named with file, line and fix."""
    from settings import Organisation

    if schema:
        _print_json(Organisation.model_json_schema())
        return
    settings = _settings()
    organisation = _organisation(settings)
    if not settings.config.exists():
        typer.echo(f"No {settings.config}: the defaults are used.")
        return
    counts = {
        "people": organisation.people,
        "channels": organisation.channels,
        "budgets": organisation.budgets,
        "sources": organisation.sources,
    }
    typer.echo(f"{settings.config} is right: " + ", ".join(f"{len(found)} {name}" for name, found in counts.items()) + ".")


@tokens_app.command("issue")
def tokens_issue(
    owner: Annotated[
        str, typer.Argument(metavar="PERSON", help="Id of a person of finops.yaml; the token has this person's roles and teams")
    ],
    scope: Annotated[list[str] | None, typer.Option(help="read, ask, write; default: read and ask")] = None,
    days: Annotated[int, typer.Option(min=1, max=365, help="Lifetime")] = 90,
    person: AsOption = None,
) -> None:
    """Make a token and print it; it is stored as a digest and cannot be read again."""
    from bot.api.tokens import issue_for

    settings = _settings()
    organisation = _organisation(settings)
    actor = _actor(settings, organisation, person)
    typer.echo(issue_for(_database(settings), organisation, actor, owner, tuple(scope or ("read", "ask")), days))


@tokens_app.command("revoke")
def tokens_revoke(
    owner: Annotated[str, typer.Argument(metavar="PERSON", help="Id of a person of finops.yaml")], person: AsOption = None
) -> None:
    """End all tokens of a person."""
    from bot.api.tokens import revoke_for

    settings = _settings()
    organisation = _organisation(settings)
    typer.echo(f"{revoke_for(_database(settings), _actor(settings, organisation, person), owner)} tokens are revoked.")


@audit_app.command("verify")
def audit_verify(person: AsOption = None) -> None:
    """Walk the audit log's hash chain; fails when an entry was edited, deleted or is missing, at the end too."""
    from sqlalchemy.orm import Session

    from db import audit

    settings = _settings()
    if person is not None:  # without, it is the machine that looks after itself
        _permitted(settings, _organisation(settings), person, "read_audit")
    with Session(_database(settings).app) as session:
        result = audit.verify(session, audit.kept_in(settings.home))
    if isinstance(result, audit.Broken):
        typer.echo(f"The audit log is broken: {result.reason}.", err=True)
        raise typer.Exit(1)
    audit.keep(settings.home, result)
    typer.echo(f"{result.entries} entries, unbroken; head {result.head}.")


if __name__ == "__main__":
    main()
