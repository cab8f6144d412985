"""A process that checks statements, one after another, for `nl2sql.execution.guard_pool`.

A job is a line of JSON on stdin, its answer a line of JSON on stdout. The kernel ends the process where one statement
takes more than `PROCESSOR_SECONDS` of processor time or `_MEGABYTES` of address space, whatever code it is in.
"""

import json
import resource
import signal
import sys
from dataclasses import asdict
from typing import Any, Final

from config.access import SYSTEM, Actor
from nl2sql.catalog.views import reporting
from nl2sql.guard import SqlRejected, check
from nl2sql.guard.lineage import invented
from nl2sql.guard.spark.translate import for_spark

PROCESSOR_SECONDS: Final = 0.5
_MEGABYTES = 1_024


def main() -> None:
    """Until stdin ends."""
    for kind, most in (
        (resource.RLIMIT_AS, _MEGABYTES << 20),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    check(
        "SELECT sum(effective_cost) FROM reporting.daily_costs", reporting(), SYSTEM
    )  # what is loaded late is loaded now
    for line in sys.stdin.buffer:
        job = json.loads(line)
        signal.setitimer(signal.ITIMER_PROF, PROCESSOR_SECONDS)
        answer = _checked(job)
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _checked(job: dict[str, Any]) -> dict[str, Any]:
    if "spark" in job:
        written = for_spark(job["spark"])
        return {"rejected": asdict(written)} if isinstance(written, SqlRejected) else {"spark": {"sql": written}}
    asker = Actor(id="", teams=frozenset(job["teams"]), sees_all=job["sees_all"])
    result = check(job["sql"], reporting(), asker, job["row_limit"])
    if isinstance(result, SqlRejected):
        return {"rejected": asdict(result)}
    if job["raw"] and (problem := invented(result.shown, reporting())):
        return {"rejected": asdict(SqlRejected(problem, "lineage"))}
    days = [day.isoformat() for day in result.days] if result.days else None
    return {"safe": {**asdict(result), "views": sorted(result.views), "days": days}}


if __name__ == "__main__":
    main()
