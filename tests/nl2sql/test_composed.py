"""Hundreds of composed questions against generated bills: none of them is answered
wrongly, and the right rows come from another engine over the raw files.
"""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from config.access import SYSTEM
from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from flows.ingest.ingest_costs import ingest
from nl2sql.answers.outcomes import Answer
from nl2sql.ask import ask, connect_deps
from nl2sql.evaluation.row_match import MatchRule, matches
from tests.nl2sql import bills
from tests.nl2sql.composed import ComposedQuestions

ASKED = 300


def _raw(paths: list[Path], columns: list[str]) -> duckdb.DuckDBPyConnection:
    """The files as they are, as one table in DuckDB; an empty field is NULL."""
    connection = duckdb.connect()
    typed = {"Cost": "DOUBLE", "Quantity": "DOUBLE", "UnitPrice": "DOUBLE"}
    casts = []
    for name in columns:
        kind = next((kind for suffix, kind in typed.items() if name.endswith(suffix)), None)
        if name.startswith(("ChargePeriod", "BillingPeriod")):
            casts.append(f"CAST(replace({name}, 'Z', '') AS TIMESTAMP) AS {name}")
        else:
            casts.append(
                f"CAST({name} AS {kind}) AS {name}"
                if kind
                else f"CAST({name} AS JSON) AS {name}"
                if name == "Tags"
                else name
            )
    listed = ", ".join(f"'{path}'" for path in paths)
    connection.execute(
        f"CREATE TABLE focus AS SELECT {', '.join(casts)} FROM read_csv([{listed}], all_varchar = true, header = "
        "true, delim = ',', nullstr = '')"
    )
    return connection


def _right(question: dict[str, Any], answer: Answer, raw: duckdb.DuckDBPyConnection) -> bool:
    gold = [
        tuple(cell.isoformat() if isinstance(cell, date) else cell for cell in row)
        for row in raw.execute(question["gold_sql"]).fetchall()
    ]
    if not any(cell for row in gold for cell in row if not isinstance(cell, str)):
        return not any(row[0] for row in answer.rows if not isinstance(row[0], str))
    percents, unsigned = frozenset(question.get("pct", ())), bool(question.get("abs"))
    rule = MatchRule(question["match"] != "numbers", percents, unsigned, bool(question.get("first_row")))
    return matches(gold, answer.rows, rule)


def test_no_composed_question_is_answered_wrongly(
    clean_database: Database, settings: Settings, organisation: Organisation, tmp_path: Path
) -> None:
    """What is answered is right; at most one of a hundred is declined."""
    paths = bills.write(tmp_path, 23)
    ingest([str(path) for path in paths], clean_database, organisation)
    deps = connect_deps(settings, organisation, clean_database, today=date(2026, 11, 15))
    raw = _raw(paths, bills.COLUMNS)
    wrong, declined = [], []
    for question in ComposedQuestions(11).questions(ASKED):
        answer = ask(question["question"], SYSTEM, None, deps)
        if not isinstance(answer, Answer):
            declined.append((question["question"], answer.text))
        elif not _right(question, answer, raw):
            wrong.append((question["question"], answer.text))
    assert not wrong
    assert len(declined) <= ASKED / 100, declined
