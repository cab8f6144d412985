"""Lines of questions, each with its answer."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

import cli
from config.settings import Settings
from db.database import Database
from nl2sql.answers.outcomes import CannotAnswer


@pytest.fixture
def home(settings: Settings, clean_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command works on the session's home."""
    monkeypatch.setenv("FINOPS_HOME", str(settings.home))


def test_a_fault_of_one_question_costs_no_other_its_answer(home: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not expected is one line with a reference; the questions behind it are answered."""

    def ask(question: str, *_: Any) -> CannotAnswer:
        if question == "odd":
            raise KeyError("nobody thought of this")
        return CannotAnswer(text=f"asked {question}")

    monkeypatch.setattr("nl2sql.ask.ask", ask)
    lines = ['{"question": "odd"}', '{"question": 7}', "", '{"question": "even", "thread": 3}', '{"question": "even"}']
    done = CliRunner().invoke(cli.app, ["ask", "-"], input="\n".join(lines))
    odd, seven, thread, even = map(json.loads, done.stdout.splitlines())
    assert "Reference" in odd["error"]
    assert "nobody thought" not in odd["error"]
    assert seven["error"] == thread["error"] == 'a line is {"question": "…", "thread"?: "…", "as"?: "…"}'
    assert (done.exit_code, even["text"]) == (0, "asked even")
