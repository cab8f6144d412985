"""Execution match over a file of questions: how many are answered right, how many wrongly, and how fast."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from access import SYSTEM, Actor
from nl2sql.answer import ask
from nl2sql.conversation import new_reference
from nl2sql.deps import Deps
from nl2sql.focus_sql import over_views
from nl2sql.matching import Rule, matches
from nl2sql.outcomes import Outcome
from nl2sql.run import Rows, run_checked
from settings import UserError


@dataclass(frozen=True)
class Result:
    """One question: what came of it and whether that is right."""

    question: str
    kind: str
    expected: str
    outcome: str
    right: bool
    elapsed_ms: int
    translator: str


@dataclass(frozen=True)
class Report:
    """The results of a file; `wrong` are answers with outcome `answer` that are not the right ones."""

    results: tuple[Result, ...]

    @property
    def right(self) -> int:
        """How many are right."""
        return sum(result.right for result in self.results)

    @property
    def wrong(self) -> int:
        """How many were answered, and wrongly: worse than declined."""
        return sum(not result.right and result.outcome == "answer" for result in self.results)

    def to_json(self) -> dict[str, Any]:
        """Counts, latency in milliseconds, and each question."""
        times = sorted(result.elapsed_ms for result in self.results)
        return {
            "questions": len(self.results), "right": self.right, "wrong_answers": self.wrong,
            "by_kind": {kind: list(counted) for kind, counted in self._by_kind().items()},
            "latency_ms": {"p50": median(times), "p95": quantiles(times, n=20)[-1] if len(times) > 1 else times[0]} if times else None,
            "translators": dict(Counter(result.translator for result in self.results)),
            "results": [result.__dict__ for result in self.results],
        }  # fmt: skip

    def to_text(self) -> str:
        """For people: the failures, then the counts."""
        failed = [f"{r.kind:<11} expected {r.expected}, got {r.outcome}: {r.question}" for r in self.results if not r.right]
        kinds = [f"{kind:<11} {right}/{asked}" for kind, (right, asked) in self._by_kind().items()]
        share = 100 * self.right / len(self.results) if self.results else 0.0
        content = self.to_json()
        timed = f", p50 {content['latency_ms']['p50']:.0f} ms, p95 {content['latency_ms']['p95']:.0f} ms" if content["latency_ms"] else ""
        return "\n".join([*failed, *kinds, f"{self.right}/{len(self.results)} right ({share:.1f} %), {self.wrong} answered wrongly{timed}"])

    def _by_kind(self) -> dict[str, tuple[int, int]]:
        asked = Counter(result.kind for result in self.results)
        right = Counter(result.kind for result in self.results if result.right)
        return {kind: (right[kind], asked[kind]) for kind in asked}


def evaluate_file(path: Path, deps: Deps, asker: Actor | None = None) -> Report:
    """Ask every question of a JSON-lines file (`question`, `thread`, `expect_outcome`, `rows` or SQL over the views or over a FOCUS table) and compare."""
    asker = asker or replace(SYSTEM, id="eval", name="finops eval")
    run = new_reference()
    return Report(tuple(_result(line, ask(line["question"], asker, _thread(line, run), deps), asker, deps) for line in _lines(path)))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        texts = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
    for number, text in enumerate(texts, 1):
        if not text.strip():
            continue
        try:
            line = json.loads(text)
        except ValueError as error:
            raise UserError(f'{path}:{number}: not JSON. A line is {{"question": "…", "gold_sql": "…"}}.') from error
        if not isinstance(line, dict) or not isinstance(line.get("question"), str):
            raise UserError(f'{path}:{number}: a line is {{"question": "…", "gold_sql": "…"}}.')
        yield line


def _thread(line: dict[str, Any], run: str) -> str | None:
    return f"eval:{run}:{line['thread']}" if line.get("thread") else None


def _result(line: dict[str, Any], outcome: Outcome, asker: Actor, deps: Deps) -> Result:
    expected = line.get("expect_outcome", "answer")
    right = outcome.outcome in (expected, *line.get("also_ok", []))
    if right and outcome.outcome == "answer" == expected:
        right = _same_rows(line, outcome, asker, deps)
    return Result(line["question"], line.get("kind", "question"), expected, outcome.outcome, right, outcome.elapsed_ms, outcome.translator)


def _same_rows(line: dict[str, Any], outcome: Outcome, asker: Actor, deps: Deps) -> bool:
    percents = frozenset(line.get("pct", ()))
    rule = Rule(line.get("match", "labels+numbers") == "labels+numbers", percents, bool(line.get("abs")), bool(line.get("first_row")))
    answered = outcome.to_json()["rows"]
    return any(matches(gold, answered, rule) for gold in _golds(line, asker, deps))


def _golds(line: dict[str, Any], asker: Actor, deps: Deps) -> Iterator[list[list[Any]]]:
    if "rows" in line:
        yield line["rows"]
    for sql in (line.get("gold_sql"), *line.get("alt_gold_sql", ())):
        written = over_views(sql) if sql and "focus" in sql.casefold() else sql
        ran = run_checked(written, asker, deps) if written else None
        if isinstance(ran, Rows):
            yield [list(row) for row in ran.rows]
