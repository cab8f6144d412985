"""No regular expression of the product can be held by what it is given."""

import ast
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nl2sql.answers import presentation
from nl2sql.guard.text.characters import MAX_CHARACTERS

ROOT = Path(__file__).parent.parent
ROOMS = ("analysis", "aws", "bot", "commands", "config", "db", "domain", "flows", "nl2sql", "playbooks")
DYNAMIC = {  # where a pattern is made while the product runs: of what, and how it is covered
    ("config/sections/bills.py", "self.resource"),  # a pattern of finops.yaml, the admins' own
    ("nl2sql/guard/duckdb/formats.py", "f"),  # of the names of formats: collected from the module
    ("nl2sql/answers/presentation.py", "f"),  # of word lists: collected from the module
    ("nl2sql/evaluation/headline_truth.py", "f"),  # of its own parts: collected from the module, as are the next
    ("nl2sql/what_if/recognise.py", "f"),
    ("nl2sql/answers/forecast_accuracy.py", "f"),
    ("nl2sql/glossary/define.py", "one"),
    ("flows/ingest/loading/placing/identity.py", "ACCOUNT_PATH"),
    ("nl2sql/what_if/recognise.py", "_AMOUNT + _HOURLY"),
}
QUESTION = 2_000  # characters of a question, and of whatever else people say
LONGER = {  # places that may be given more
    "flows/ingest/formats/tags.py": 65_536,
    "nl2sql/guard/rules/patterns.py": QUESTION,  # a pattern of a statement, of 300 at most
    "nl2sql/guard/duckdb/texts.py": QUESTION,  # the same, once the rules have passed it
    "nl2sql/guard/": MAX_CHARACTERS,
}
Found = tuple[str, str, int]


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every use of `re` with a pattern, and where."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                function = node.func if isinstance(node, ast.Call) else None
                if not (isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name)):
                    continue
                if function.value.id == "re" and function.attr != "escape":
                    assert isinstance(node, ast.Call)
                    yield path.relative_to(ROOT).as_posix(), node


def written() -> Iterator[Found]:
    """Patterns that stand in the code as they are, with the flags beside them."""
    for place, node in calls():
        if isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
            names = {name.attr for part in [*node.args[1:], *node.keywords] for name in ast.walk(part) if is_flag(name)}
            flags = 0
            for name in names:
                flags |= int(getattr(re, name))
            yield place, node.args[0].value, flags


def is_flag(node: ast.AST) -> Any:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "re"


def composed() -> Iterator[Found]:
    """Patterns that modules put together when they are loaded, wherever in their values they stand."""
    for place in sorted({place for place, node in calls() if not isinstance(node.args[0], ast.Constant)}):
        module = importlib.import_module(place.removesuffix(".py").replace("/", "."))
        for pattern in within(vars(module).values()):
            yield place, pattern.pattern, pattern.flags
    for pattern in within(presentation._currency_patterns().values()):
        yield "nl2sql/answers/presentation.py", pattern.pattern, pattern.flags


def within(values: Iterable[Any]) -> Iterator["re.Pattern[str]"]:
    for value in values:
        if isinstance(value, re.Pattern):
            yield value
        elif isinstance(value, dict):
            yield from within(value.values())
        elif isinstance(value, list | tuple | set | frozenset):
            yield from within(value)


def tried(patterns: Iterable[Found]) -> tuple[list[str], list[str]]:
    """What was tried, and what had no end."""
    program = [sys.executable, str(ROOT / "tests" / "adversary.py")]
    given = [(*one, longest(one[0])) for one in patterns]
    done = subprocess.run(program, input=json.dumps(given), capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    all_tried = [str(line[2]) for line in lines if line[0] == "tried"]
    return all_tried, [f"{line[1]}: {line[2]}" for line in lines if line[0] == "endless"]


def longest(place: str) -> int:
    """How many characters the patterns of a place may be given."""
    return next((length for start, length in LONGER.items() if place.startswith(start)), QUESTION)


def test_no_pattern_of_the_product_can_be_held() -> None:
    """Over strings made of what each pattern repeats, as long as what it may be given."""
    patterns = sorted({*written(), *composed()})
    assert len(patterns) > 80
    all_tried, endless = tried(patterns)
    assert endless == []
    assert set(all_tried) == {pattern for _, pattern, _ in patterns}


def test_no_pattern_is_made_where_it_is_not_looked_at() -> None:
    """A pattern that is composed at run time is named in this file."""
    dynamic = {
        (place, "f" if isinstance(node.args[0], ast.JoinedStr) else ast.unparse(node.args[0]))
        for place, node in calls()
        if not isinstance(node.args[0], ast.Constant)
    }
    assert dynamic == DYNAMIC


@pytest.mark.parametrize("pattern", [r"(\w+\s*)*!", r"\s*\s*\s*\s*!"])
def test_a_pattern_without_an_end_is_found(pattern: str) -> None:
    """Exponential ones, and those of a high power."""
    _, endless = tried([("here", pattern, 0)])
    assert len(endless) == 1
