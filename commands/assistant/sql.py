"""The SQL guard, without the database behind it."""

import sys

from commands.printing import print_json


def check() -> None:
    """Read JSON lines {"sql"} from stdin; write one line each: allowed, the reason, and the SQL that would be run."""
    from nl2sql.execution.sql_check import check_lines

    for result in check_lines(sys.stdin):
        print_json(result)
        sys.stdout.flush()
