"""Everyday questions against generated bills in a real Postgres: the right rows, a question back, or a refusal."""

from datetime import date
from pathlib import Path

from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from flows.ingest.ingest_costs import ingest
from nl2sql.ask import connect_deps
from nl2sql.evaluation.evaluate import evaluate_file
from tests.nl2sql import bills

QUESTIONS = Path(__file__).parent / "questions"


def test_everyday_questions_are_answered_right(
    clean_database: Database, settings: Settings, organisation: Organisation, tmp_path: Path
) -> None:
    """At least 97 of 100, and at most one of 100 answered wrongly; the right
    rows come from SQL that was written by hand for each question.
    """
    paths = bills.write(tmp_path, 7)
    ingest([str(path) for path in paths], clean_database, organisation)
    deps = connect_deps(settings, organisation, clean_database, today=date(2026, 11, 15))
    reports = [evaluate_file(file, deps) for file in sorted(QUESTIONS.glob("*.jsonl"))]
    for report in reports:
        assert report.right >= 0.97 * len(report.results), report.to_text()
        assert report.wrong <= 0.01 * len(report.results), report.to_text()
        assert all(result.outcome != "answer" for result in report.results if result.kind == "unsafe")
