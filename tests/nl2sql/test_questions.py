"""Everyday questions against generated bills in a real Postgres: the right rows, a question back, or a refusal."""

import runpy
from datetime import date
from pathlib import Path

import pytest

from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from flows.ingest.ingest_costs import ingest
from nl2sql.ask import connect_deps
from nl2sql.evaluation.evaluate import evaluate_file

QUESTIONS = Path(__file__).parent / "questions"


def test_everyday_questions_are_answered_right(
    clean_database: Database, settings: Settings, organisation: Organisation, shared_data: Path, tmp_path: Path
) -> None:
    """At least 97 of 100, and at most one of 100 answered wrongly; the right
    rows come from SQL that was written by hand for each question.
    """
    generator = shared_data.parent / "check" / "answers" / "gen_focus.py"
    if not generator.exists():
        pytest.skip("the generator of bills is not beside the checkout")
    paths, _ = runpy.run_path(str(generator))["write"](tmp_path, 7)
    ingest([str(path) for path in paths], clean_database, organisation)
    deps = connect_deps(settings, organisation, clean_database, today=date(2026, 11, 15))
    reports = [evaluate_file(file, deps) for file in sorted(QUESTIONS.glob("*.jsonl"))]
    for report in reports:
        assert report.right >= 0.97 * len(report.results), report.to_text()
        assert report.wrong <= 0.01 * len(report.results), report.to_text()
        assert all(result.outcome != "answer" for result in report.results if result.kind == "unsafe")
