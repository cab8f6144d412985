"""The command as a program: exit codes, and nothing but JSON on stdout when JSON is asked for."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import audit
from db.database import Database
from db.tables import Question
from tests import exports

FINOPS = [sys.executable, "-m", "cli"]


def run(home: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "FINOPS_HOME": str(home), "FINOPS_CONFIG": os.devnull}
    return subprocess.run(
        [*FINOPS, *arguments], input=stdin, capture_output=True, text=True, env=environment, check=False
    )


@pytest.mark.parametrize(
    "command",
    [[], ["ask"], ["ingest"], ["sql", "check"], ["analyze", "anomalies"], ["playbooks", "plan"], ["db", "upgrade"]],
)
def test_help_helps(finops_home: Path, command: list[str]) -> None:
    """Every command explains itself and exits 0."""
    done = run(finops_home, *command, "--help")
    assert done.returncode == 0
    assert "Usage" in done.stdout


def test_the_release_is_told(finops_home: Path) -> None:
    """Whoever asks for help is asked for it."""
    done = run(finops_home, "--version")
    assert done.returncode == 0
    assert re.fullmatch(r"finops-bot \d+\.\d+\.\d+\S*\n", done.stdout)


def test_revoking_tokens_of_nobody_is_an_error(finops_home: Path, database: object) -> None:
    """A mistyped id must not look as if somebody had been shut out."""
    done = run(finops_home, "tokens", "revoke", "U-NOBODY")
    assert done.returncode == 1
    assert done.stderr == (
        "finops: U-NOBODY holds no token and no session that could be revoked; they are held by ids of finops.yaml.\n"
    )


def test_wrong_use_is_two(finops_home: Path) -> None:
    """An unknown command or option."""
    assert run(finops_home, "dance").returncode == 2
    assert run(finops_home, "ask", "total", "--today", "tomorrow").returncode == 2


def test_ingest_twice_and_ask(database: object, finops_home: Path, tmp_path: Path) -> None:
    """A FOCUS 1.0 bill loads, is unchanged the second time, and its total is answered."""
    sample = str(tmp_path / "focus.csv")
    total = sum(exports.focus_1_0(Path(sample)).values())
    first, second = (json.loads(run(finops_home, "ingest", sample, "--format", "json").stdout) for _ in range(2))
    assert (first["rows"], first["rejected"]) == (1000, 0)
    assert [load["status"] for load in second["loads"]] == ["unchanged"]
    done = run(finops_home, "ask", "total billed cost in September 2024", "--today", "2024-10-15", "--format", "json")
    answer = json.loads(done.stdout)
    assert answer["outcome"] == "answer"
    assert round(answer["rows"][0][-1], 2) == round(float(total), 2)


def test_a_missing_file_is_one_sentence(finops_home: Path, database: object) -> None:
    """No traceback, exit 1, nothing on stdout."""
    done = run(finops_home, "ingest", "/nowhere/bill.csv", "--format", "json")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "/nowhere/bill.csv" in done.stderr


def test_a_bad_line_of_questions_does_not_stop_the_rest(finops_home: Path, database: object) -> None:
    """Each line has its answer line."""
    done = run(
        finops_home,
        "ask",
        "-",
        "--today",
        "2026-11-15",
        "--format",
        "json",
        stdin='nonsense\n{"question": "drop table charges"}\n',
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert "error" in lines[0]
    assert lines[1]["outcome"] == "blocked"


def test_playbooks_validate_names_file_and_line(finops_home: Path, tmp_path: Path) -> None:
    """A folder of one's own with a mistake in it."""
    (tmp_path / "mine.yaml").write_text(
        "name: mine-one\ntitle: Mine\ntrigger: {kind: x}\nsteps:\n  - {action: ec2.explode}\n"
    )
    done = run(finops_home, "playbooks", "validate", str(tmp_path))
    assert done.returncode == 1
    assert "mine.yaml:5" in done.stderr
    assert "ec2.explode" in done.stderr


def test_a_playbook_says_what_it_would_have_saved_and_what_recurs(clean_database: Database, finops_home: Path) -> None:
    """JSON and text; none of the built-in playbooks recurs by itself."""
    shown = run(finops_home, "playbooks", "show", "ec2-stop-idle", "--format", "json")
    assert json.loads(shown.stdout)["history"]["says"] == "Nothing that it answers was found in the last 8 weeks."
    text = run(finops_home, "playbooks", "show", "ec2-stop-idle").stdout.splitlines()
    assert text[0] == "Stop idle EC2 instances (ec2-stop-idle, mode approve, does not recur)"
    assert text[-1] == "Nothing that it answers was found in the last 8 weeks."
    assert json.loads(run(finops_home, "playbooks", "recurring", "--format", "json").stdout) == []
    assert run(finops_home, "playbooks", "show", "no-such").returncode == 1


def test_the_audit_log_verifies_until_one_byte_is_changed(clean_database: Database, finops_home: Path) -> None:
    """Exit 0 and the head; after an edit under the owner's hands exit 1 and the entry."""
    with Session(clean_database.app) as session, session.begin():
        audit.append(session, "ann", "question.asked", "q", {"text": "how much"})
    whole = run(finops_home, "audit", "verify")
    assert (whole.returncode, "unbroken; head" in whole.stdout) == (0, True), whole.stderr
    with clean_database.owner.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE finops.audit_log DISABLE TRIGGER USER")
        connection.exec_driver_sql(
            "UPDATE finops.audit_log SET details = jsonb_set(details, '{text}', '\"hoW much\"') WHERE subject = 'q'"
        )
    broken = run(finops_home, "audit", "verify")
    assert (broken.returncode, "was changed" in broken.stderr) == (1, True)
    with clean_database.owner.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE finops.audit_log SET details = jsonb_set(details, '{text}', '\"how much\"') WHERE subject = 'q'"
        )
        connection.exec_driver_sql("ALTER TABLE finops.audit_log ENABLE TRIGGER USER")
    assert run(finops_home, "audit", "verify").returncode == 0


def test_questions_are_listed_approved_and_compared(
    finops_home: Path, clean_database: Database, tmp_path: Path
) -> None:
    """What somebody called unhelpful is found again, an answer becomes an
    example by an admin's word, and a file is asked under two settings.
    """
    total = sum(exports.focus_1_0(tmp_path / "focus.csv").values())
    run(finops_home, "ingest", str(tmp_path / "focus.csv"))
    run(finops_home, "ask", "total billed cost in September 2024", "--today", "2024-10-15")
    (asked,) = json.loads(run(finops_home, "questions", "--format", "json").stdout)
    assert json.loads(run(finops_home, "questions", "--unhelpful", "--format", "json").stdout) == []
    with Session(clean_database.app) as session, session.begin():
        session.execute(sa.update(Question).values(feedback="unhelpful"))
    (unhelpful,) = json.loads(run(finops_home, "questions", "--unhelpful", "--format", "json").stdout)
    assert (unhelpful["reference"], unhelpful["question"]) == (
        asked["reference"],
        "total billed cost in September 2024",
    )
    assert run(finops_home, "questions", "--as", "U0STRANGER").returncode == 1
    assert "golden question now" in run(finops_home, "questions", "--promote", asked["reference"]).stdout
    assert json.loads(run(finops_home, "questions", "--golden", "--format", "json").stdout)[0]["golden"] is True
    again = run(finops_home, "ask", "Total billed cost in September 2024?", "--today", "2024-10-15")
    assert f"({asked['reference']})" in next(line for line in again.stdout.splitlines() if line.startswith("Certified"))
    assert "none stands there twice" in run(finops_home, "questions", "--check").stdout
    with Session(clean_database.app) as session, session.begin():
        golden = sa.update(Question).where(Question.reference == asked["reference"])
        session.execute(golden.values(query=None, sql="SELECT sum(gone) AS cost FROM daily_costs"))
    checked = run(finops_home, "questions", "--check", "--format", "json")
    assert (checked.returncode, [one["kind"] for one in json.loads(checked.stdout)]) == (1, ["broken"])
    assert "no golden question any more" in run(finops_home, "questions", "--withdraw", asked["reference"]).stdout
    assert json.loads(run(finops_home, "questions", "--golden", "--format", "json").stdout) == []
    file = tmp_path / "questions.jsonl"
    line = {"question": "total billed cost in September 2024", "rows": [[float(total)]], "match": "numbers"}
    file.write_text(json.dumps(line))
    done = run(
        finops_home,
        "eval",
        str(file),
        "--today",
        "2024-10-15",
        "--with",
        "rules",
        "--against",
        "both",
        "--format",
        "json",
    )
    compared = json.loads(done.stdout)
    assert (compared["with"]["right"], compared["against"]["right"], compared["differences"]) == (1, 1, [])
    assert "No language model is configured" in run(finops_home, "eval", str(file), "--with", "model").stderr
