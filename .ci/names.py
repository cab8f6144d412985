"""Fails when two classes of the product have one name: whoever reads it must know which is meant."""

import ast
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("analysis", "aws", "bot", "commands", "config", "db", "domain", "flows", "lake", "nl2sql", "playbooks")


def main() -> int:
    """Print each name of more than one public class with its files; 1 if there is one."""
    places: dict[str, list[str]] = defaultdict(list)
    for path in sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(path.relative_to(ROOT).as_posix())
    faults = [f"{name}: {', '.join(files)}" for name, files in sorted(places.items()) if len(files) > 1]
    print(*faults, sep="\n", end="\n" if faults else "")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
