"""Fails when a rule is set aside without a reason beside it: `# noqa: CODE - reason`, `# type: ignore[x]  # reason`."""

import re
import sys
import tokenize
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SKIPPED = {".venv", "site", "node_modules"}
_SUPPRESSION = re.compile(
    r"#\s*(?:(?:ruff|flake8):\s*noqa|noqa(?!\w)|type:\s*ignore|mypy:\s*\S|fmt:\s*(?:skip|off)|isort:\s*(?:skip|off)|"
    r"pragma:\s*no|nosec)",
    re.IGNORECASE,
)
_WITH_REASON = re.compile(r"#\s*(?:noqa:\s*[A-Z\d, ]+|type:\s*ignore\[[\w, -]+\]|fmt:\s*(?:skip|off)) +[-#] +\w")


def bare(path: Path) -> list[int]:
    """The lines of a Python file whose suppression names no code or no reason."""
    with path.open("rb") as file:
        comments = [token for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT]
    return [
        token.start[0]
        for token in comments
        if len(_SUPPRESSION.findall(token.string)) > len(_WITH_REASON.findall(token.string))
    ]


def main() -> int:
    """Print each suppression without a reason; 1 if there is one."""
    faults = [
        f"{path.relative_to(ROOT)}:{line}: say beside it why the rule is set aside"
        for path in sorted(ROOT.rglob("*.py"))
        if not SKIPPED & set(path.relative_to(ROOT).parts)
        for line in bare(path)
    ]
    print(*faults, sep="\n", end="\n" if faults else "")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
