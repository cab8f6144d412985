"""Questions: asked one by one, measured by the file, looked through."""

import json
import logging
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.acting import AsOption, connect, day_of, read_organisation, read_settings, who_acts
from commands.printing import Format, FormatOption, TableFormat, TableFormatOption, print_answer, print_json, print_rows
from config.errors import UserError

if TYPE_CHECKING:
    from config.access import Actor
    from config.organisation import Organisation
    from config.settings import Settings
    from nl2sql.deps import Deps


def ask(
    question: Annotated[
        str,
        typer.Argument(
            help='The question, or "-" to read JSON lines {"question", "thread"?, "as"?} from stdin and write a JSON '
            "line for each"
        ),
    ],
    person: AsOption = None,
    today: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Answer as if it were this day")] = None,
    thread: Annotated[str | None, typer.Option(help="Thread id: a follow-up amends the thread's last question")] = None,
    format: TableFormatOption = TableFormat.TEXT,
) -> None:
    """Ask a cost question in plain words."""
    from nl2sql.ask import ask as ask_question
    from nl2sql.ask import connect_deps

    settings = read_settings()
    organisation = read_organisation(settings)
    deps = connect_deps(settings, organisation, connect(settings), today=day_of(today))
    if question != "-":
        outcome = ask_question(question, who_acts(settings, organisation, person), thread, deps)
        print_answer(outcome.to_json(), format)
        raise typer.Exit(0 if outcome.to_json()["outcome"] in {"answer", "clarify", "cannot_answer", "blocked"} else 1)
    for line in filter(str.strip, sys.stdin):
        print_json(_answer_line(line, person, thread, settings, organisation, deps))
        sys.stdout.flush()


def _answer_line(
    line: str, person: str | None, thread: str | None, settings: "Settings", organisation: "Organisation", deps: "Deps"
) -> dict[str, Any]:
    """What one line of stdin is answered with; a fault of one question costs no other its answer."""
    from nl2sql.ask import ask as ask_question

    asked = _asked(line)
    if isinstance(asked, str):
        return {"error": asked}
    try:
        actor = who_acts(settings, organisation, asked.get("as") or person)
        return ask_question(asked["question"], actor, asked.get("thread") or thread, deps).to_json()
    except UserError as error:
        return {"error": str(error)}
    except Exception:  # an edge: the lines that follow are still to be answered
        reference = secrets.token_hex(3).upper()
        logging.getLogger(__name__).exception("a question failed, reference %s", reference)
        return {
            "error": f"Something went wrong that I had not expected. Reference {reference}: its cause is on stderr."
        }


def _asked(line: str) -> dict[str, Any] | str:
    try:
        asked = json.loads(line)
    except ValueError as error:
        return f"not JSON: {error}"
    has_question = isinstance(asked, dict) and isinstance(asked.get("question"), str)
    if not has_question or any(not isinstance(asked.get(name) or "", str) for name in ("thread", "as")):
        return 'a line is {"question": "…", "thread"?: "…", "as"?: "…"}'
    return dict(asked)


def evaluate(
    file: Annotated[Path, typer.Argument(help="JSON lines of questions with the right SQL or rows")],
    setting: Annotated[
        str | None,
        typer.Option(
            "--with", metavar="SETTING", help="rules, model, both, or settings as llm_model=NAME,llm_use=first"
        ),
    ] = None,
    against: Annotated[
        str | None, typer.Option(metavar="SETTING", help="Ask a second time under this setting and compare")
    ] = None,
    today: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Ask as if it were this day")] = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """Ask a file of questions and count the right answers (execution match), with latency and tokens."""
    from nl2sql.ask import connect_deps
    from nl2sql.evaluation.evaluate import Report, SettingComparison, compare_file, evaluate_file, with_setting

    settings = read_settings()
    organisation = read_organisation(settings)
    deps = connect_deps(settings, organisation, connect(settings), today=day_of(today))
    report: Report | SettingComparison
    if against:
        report = compare_file(file, deps, setting or "rules", against)
    else:
        report = evaluate_file(file, with_setting(deps, setting) if setting else deps)
    if format is Format.JSON:
        print_json(report.to_json())
    else:
        typer.echo(report.to_text())


def browse(
    unhelpful: Annotated[bool, typer.Option("--unhelpful", help="Only those that somebody called not helpful")] = False,
    helpful: Annotated[bool, typer.Option("--helpful", help="Only those that somebody called helpful")] = False,
    golden: Annotated[bool, typer.Option("--golden", help="Only those that an admin approved as examples")] = False,
    unanswered: Annotated[bool, typer.Option("--unanswered", help="Only those that were declined")] = False,
    promote: Annotated[
        str | None, typer.Option(metavar="REFERENCE", help="Approve an answer as an example; an admin may")
    ] = None,
    withdraw: Annotated[
        str | None, typer.Option(metavar="REFERENCE", help="Take an approval back; an admin may")
    ] = None,
    checking: Annotated[
        bool,
        typer.Option(
            "--check", help="Golden questions that no longer run (exit 1), are never given again, or stand there twice"
        ),
    ] = False,
    person: AsOption = None,
    format: TableFormatOption = TableFormat.TEXT,
) -> None:
    """What was asked, newest first: what wants looking after, and what may serve as an example."""
    from sqlalchemy.orm import Session

    from config.access import Denied, Permission, check
    from config.errors import UserError
    from nl2sql.history import feedback
    from nl2sql.history.golden import promote as promote_question
    from nl2sql.history.golden import withdraw as withdraw_question

    settings = read_settings()
    organisation = read_organisation(settings)
    actor = who_acts(settings, organisation, person)
    with Session(connect(settings).app) as session, session.begin():
        if promote:
            typer.echo(promote_question(session, promote, actor))
        if withdraw:
            typer.echo(withdraw_question(session, withdraw, actor))
        if promote or withdraw:
            return
        if isinstance(denied := check(actor, Permission.READ_AUDIT), Denied):
            raise UserError(denied.reason)
        if checking:
            _check_golden(settings, organisation, actor, format)
            return
        which: feedback.Which = (
            "unhelpful"
            if unhelpful
            else "helpful"
            if helpful
            else "golden"
            if golden
            else "unanswered"
            if unanswered
            else "all"
        )
        rows = feedback.listed(session, which)
    shown = [
        (r["reference"], str(r["asked_at"])[:16], r["asker"], r["question"], r["outcome"], r["feedback"] or "")
        for r in rows
    ]
    print_rows(rows, ("reference", "asked", "by", "question", "outcome", "feedback"), shown, format)


def _check_golden(settings: "Settings", organisation: "Organisation", actor: "Actor", format: TableFormat) -> None:
    from nl2sql.answers.context import AnswerContext
    from nl2sql.ask import connect_deps
    from nl2sql.catalog.known_values import Facts
    from nl2sql.history.golden_check import checked
    from nl2sql.history.notes import facts_for

    deps = connect_deps(settings, organisation, connect(settings))
    data = facts_for(deps.database, organisation.synonyms, actor, deps.day())
    if not isinstance(data, Facts):
        raise UserError("No bills are loaded yet, so that no golden question can be run.")
    findings = checked(AnswerContext(actor, deps, data))
    rows = [(one.kind, one.reference, one.question, one.reason, one.other or "") for one in findings]
    if rows or format is not TableFormat.TEXT:
        value = [one.to_json() for one in findings]
        print_rows(value, ("kind", "reference", "question", "reason", "other"), rows, format)
    else:
        typer.echo("Every golden question runs, and none stands there twice.")
    if any(one.kind == "broken" for one in findings):
        raise typer.Exit(1)
