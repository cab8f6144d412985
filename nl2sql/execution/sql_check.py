"""The guard on JSON lines, for `finops sql check`: without a database."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from config.access import SYSTEM, Actor
from nl2sql.execution.guard_pool import check
from nl2sql.guard.outcome import SqlRejected


def check_lines(lines: Iterable[str], asker: Actor = SYSTEM) -> Iterator[dict[str, Any]]:
    """For each line {"sql"} one dict {"allowed", "reason", "sql"}; for a line
    that is none, {"error"}. Blank lines are passed over.
    """
    for line in lines:
        if line.strip():
            yield _check_line(line, asker)


def _check_line(line: str, asker: Actor) -> dict[str, Any]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"error": f"not JSON: {error}"}
    if not isinstance(asked, dict) or not isinstance(asked.get("sql"), str):
        return {"error": 'a line is {"sql": "SELECT …"}'}
    result = check(asked["sql"], asker)
    if isinstance(result, SqlRejected):
        return {"allowed": False, "reason": result.reason, "sql": None}
    return {"allowed": True, "reason": None, "sql": result.sql}
