"""Fails when a Python file is longer than a reader holds in mind: 300 lines, but for lists (tables, migrations)."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 300
LISTS = ("db/tables.py", "db/migrations/")
SKIPPED = {".venv", "site", "node_modules"}


def main() -> int:
    """0 when no file is too long."""
    long = 0
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT)
        if SKIPPED & set(name.parts) or name.as_posix().startswith(LISTS):
            continue
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > LONGEST:
            print(f"{name}: {lines} lines; split it by subject (at most {LONGEST})")
            long += 1
    return min(long, 1)


if __name__ == "__main__":
    sys.exit(main())
