"""Change the guard, the narrowing and the approval rules in small ways, and see whether the tests notice:
python -m benchmarks.mutants [AREA ...] [--sample N] [--seed N]. Areas are approval, guard and narrowing; all when none
is given, 40 changes of each.

A mutant is one change of one expression: a comparison, `and` for `or`, a `not` left out, a number one off, `any` for
`all`, a reason that is not returned, an error that is not raised. Each is tried by the area's tests in a process of its
own, which stops at the first failure. What survives is listed: a rule that no test holds, or a change that means the
same. `tests` of narrowing need the database and take longer.
"""

import argparse
import ast
import importlib.abc
import importlib.machinery
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_PATIENCE = 240  # seconds of a mutant's tests; one that takes longer is caught
_SWAPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}


@dataclass(frozen=True)
class Area:
    """Files under test and the tests that hold them."""

    files: tuple[str, ...]
    tests: tuple[str, ...]


AREAS = {
    "approval": Area(("playbooks/approval/rules.py",), ("tests/playbooks/approval/test_rules.py",)),
    "guard": Area(
        tuple(
            f"nl2sql/guard/{name}.py"
            for name in (
                "check",
                "growth/bounds",
                "growth/gathers",
                "growth/growth",
                "names/expressions",
                "names/scope",
                "rules/functions",
                "rules/nodes",
                "rules/patterns",
                "rules/size",
                "rules/types",
                "text/characters",
                "text/parse",
            )
        ),
        (
            "tests/nl2sql/guard/growth",
            "tests/nl2sql/guard/rules",
            "tests/nl2sql/guard/text",
            "tests/nl2sql/guard/test_attacks.py",
            "tests/nl2sql/guard/test_benign.py",
        ),
    ),
    "narrowing": Area(("nl2sql/guard/narrow.py",), ("tests/nl2sql/guard/test_narrow.py",)),
}


@dataclass(frozen=True)
class Mutant:
    """One change: the text of the whole file with it, and what it is."""

    file: str
    line: int
    was: str
    becomes: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.was}  →  {self.becomes}"


def mutants(file: str, text: str) -> Iterator[Mutant]:
    """Every change of a file, one at a time."""
    for number, _ in enumerate(ast.walk(ast.parse(text))):
        for change in _CHANGES:
            tree = ast.parse(text)  # anew: a change is made in place
            node = next(node for place, node in enumerate(ast.walk(tree)) if place == number)
            if isinstance(node, ast.expr | ast.stmt):
                was = ast.unparse(node)
                if change(node) and ast.unparse(node) != was:
                    yield Mutant(file, node.lineno, _short(was), _short(ast.unparse(node)), ast.unparse(tree))


def _short(code: str) -> str:
    return " ".join(code.split())[:100]


def _comparison(node: ast.AST) -> bool:
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        return False
    swapped = _SWAPPED.get(type(node.ops[0]))
    if swapped is not None:
        node.ops = [swapped()]
    return swapped is not None


def _boolean(node: ast.AST) -> bool:
    if isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        return True
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        node.value = not node.value
        return True
    return False


def _number(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        node.value = node.value + 1  # type: ignore[operator]  # checked a line above
        return True
    return False


def _negation(node: ast.AST) -> bool:
    """`not x` in a condition becomes `x`."""
    for name in ("test", "value", "operand"):
        inner = getattr(node, name, None)
        if isinstance(inner, ast.UnaryOp) and isinstance(inner.op, ast.Not):
            setattr(node, name, inner.operand)
            return True
    return False


def _quantifier(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("any", "all"):
        node.func.id = "all" if node.func.id == "any" else "any"
        return True
    return False


def _reason(node: ast.AST) -> bool:
    """What is returned or raised in a branch is not."""
    if isinstance(node, ast.If) and isinstance(node.body[0], ast.Return | ast.Raise):
        node.body = [ast.Pass()]
        return True
    return False


_CHANGES: tuple[Callable[[ast.AST], bool], ...] = (_comparison, _boolean, _number, _negation, _quantifier, _reason)


class _Serves(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module its mutated text, all others their own."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant, self.module = mutant, mutant.file.removesuffix(".py").replace("/", ".")

    def find_spec(self, name: str, *_: Any) -> importlib.machinery.ModuleSpec | None:
        """Of that module alone."""
        return importlib.machinery.ModuleSpec(name, self) if name == self.module else None

    def exec_module(self, module: ModuleType) -> None:
        """Run the mutated text as the module."""
        module.__file__ = str(ROOT / self.mutant.file)
        exec(compile(self.mutant.text, module.__file__, "exec"), module.__dict__)


def _tested(tests: tuple[str, ...]) -> int:
    import pytest

    try:
        return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *tests]))
    except BaseException:  # noqa: BLE001 - whatever the change did, it ends in the process that has it
        return 1


def survives(mutant: Mutant | None, tests: tuple[str, ...]) -> bool:
    """Whether the tests pass with it, or as things are."""
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        if mutant is not None:
            sys.meta_path.insert(0, _Serves(mutant))
        os._exit(_tested(tests))
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status) == 0
        time.sleep(0.1)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def main() -> int:
    """Exit 0 when nothing survived."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants", description=__doc__)
    parser.add_argument("areas", nargs="*", choices=[*AREAS, []], default=[])
    parser.add_argument("--sample", type=int, default=40, help="changes of an area")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    import sqlalchemy  # noqa: F401 - loaded once for all that are forked
    import sqlglot  # noqa: F401 - as well

    left = 0
    for name in given.areas or AREAS:
        area = AREAS[name]
        if not survives(None, area.tests):
            print(f"{name}: its tests fail as things are")
            return 1
        known = [one for file in area.files for one in mutants(file, (ROOT / file).read_text(encoding="utf-8"))]
        tried = random.Random(given.seed).sample(known, min(given.sample, len(known)))
        alive = []
        for mutant in tried:
            if survives(mutant, area.tests):
                alive.append(mutant)
                print(f"survived  {mutant}", flush=True)
        left += len(alive)
        print(f"{name}: {len(tried)} of {len(known)} mutants tried, {len(alive)} survived", flush=True)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
