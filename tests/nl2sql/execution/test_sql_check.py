"""The guard on JSON lines."""

import json
import subprocess
import sys

from nl2sql.execution.sql_check import check_lines


def test_each_line_gets_one_line() -> None:
    """Allowed, refused, wrong: in order, and a wrong line does not stop the rest."""
    lines = [
        '{"sql": "SELECT team FROM daily_costs"}',
        '{"sql": "DROP TABLE x"}',
        "nonsense",
        "",
        '{"sql": 1}',
        "[]",
        '{"sql": "SELECT 1"}',
    ]
    allowed, refused, *wrong, last = check_lines(lines)
    assert allowed == {
        "allowed": True,
        "reason": None,
        "sql": "SELECT * FROM (SELECT team FROM reporting.daily_costs) AS answer LIMIT 1001",
    }
    assert refused == {"allowed": False, "reason": "Only SELECT may be run; this starts with DROP.", "sql": None}
    assert [list(line) for line in wrong] == [["error"]] * 3
    assert last["allowed"] is True


def test_deeply_nested_json_is_an_error_line() -> None:
    """Nothing in a line makes the command fall over."""
    [line] = check_lines(["[" * 100_000])
    assert list(line) == ["error"]


def test_lone_surrogates_are_refused() -> None:
    """JSON can spell text that is no text."""
    [line] = check_lines(['{"sql": "SELECT \'\\ud800\'"}'])
    assert line["allowed"] is False
    json.dumps(line).encode()


def test_the_guard_starts_without_the_database_and_its_libraries() -> None:
    """`finops sql check` must start at once: no driver, no dataframe, no flow engine."""
    heavy = "{'psycopg2', 'polars', 'prefect', 'pydantic', 'slack_bolt', 'openai', 'boto3', 'alembic'}"
    code = (
        f'import sys, nl2sql.execution.sql_check as c; list(c.check_lines([\'{{"sql": "SELECT 1"}}\'])); '
        f"print({heavy} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
    assert done.stderr == ""
