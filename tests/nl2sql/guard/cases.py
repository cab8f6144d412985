"""Case files: statements apart by blank lines, a file a class; in attack files
`{attack}` stands for each line of fragments before `---`.
"""

import re
from pathlib import Path
from typing import Any

from config.access import Actor
from db.database import Database

FOLDER = Path(__file__).parent
EVERYTHING = Actor("lead", sees_all=True)
CHECKOUT = Actor("dev", teams=frozenset({"checkout"}))


def statements(kind: str) -> list[tuple[str, str]]:
    """(class, statement) of every case of a kind: benign or attacks."""
    found = []
    for path in sorted((FOLDER / kind).glob("*.sql")):
        parts = (part.strip("\n") for part in re.split(r"\n[ \t]*\n", path.read_text(encoding="utf-8")))
        found += [(path.stem, part) for part in parts if part.strip()]
    return found


def ids(cases: list[tuple[str, str]]) -> list[str]:
    """Readable test ids."""
    return [f"{name}-{number}" for number, (name, _) in enumerate(cases)]


def fetch(database: Database, sql: str) -> tuple[list[str], list[Any]]:
    """Columns and rows of a statement under the reader role; % is no placeholder."""
    connection = database.reader.raw_connection()
    cursor = connection.cursor()
    try:
        cursor.execute(sql)
        return [str(column[0]) for column in cursor.description or ()], list(cursor.fetchall())
    finally:
        cursor.close()
        connection.rollback()
        connection.close()
