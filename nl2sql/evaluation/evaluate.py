"""Execution match over a file of questions: how many are answered right, how
many wrongly, how fast, and for how many tokens.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import sqlalchemy as sa

from config.access import SYSTEM, Actor
from config.errors import UserError
from config.settings import Settings
from db.tables import Question
from nl2sql.answers.outcomes import Answer, Outcome
from nl2sql.ask import ask, connect_deps
from nl2sql.deps import Deps
from nl2sql.evaluation.focus_to_views import over_views
from nl2sql.evaluation.headline_truth import untruths
from nl2sql.evaluation.row_match import MatchRule, matches
from nl2sql.execution.run import AnswerRows, run_checked
from nl2sql.history.conversation import new_reference
from nl2sql.llm.prompt import version

SHORT = {"rules": {"llm_use": "never"}, "model": {"llm_use": "first"}, "both": {"llm_use": "when_needed"}}
_NO_BUDGET = {
    "llm_remember": False,
    "llm_daily_tokens_per_person": 10**12,
    "llm_daily_seconds_per_person": 1e9,
    "llm_daily_cost_per_person": 1e9,
}


@dataclass(frozen=True)
class QuestionResult:
    """One question: what came of it and whether that is right."""

    question: str
    kind: str
    expected: str
    outcome: str
    right: bool
    elapsed_ms: int
    translator: str
    tokens: int = 0
    follow_up: bool = False
    untrue: tuple[str, ...] = ()  # what its headline says and the rows do not; of answers only


@dataclass(frozen=True)
class Report:
    """The results of a file; `wrong` are answers with outcome `answer` that are not the right ones."""

    results: tuple[QuestionResult, ...]
    name: str = ""
    prompt: str | None = None  # the version of the prompt, where a model was asked

    @property
    def right(self) -> int:
        """How many are right."""
        return sum(result.right for result in self.results)

    @property
    def wrong(self) -> int:
        """How many were answered, and wrongly: worse than declined."""
        return sum(not result.right and result.outcome == "answer" for result in self.results)

    @property
    def tokens(self) -> int:
        """What the model used over all questions."""
        return sum(result.tokens for result in self.results)

    @property
    def headlines(self) -> tuple[int, int]:
        """How many answers have a headline in which nothing is untrue, of how many."""
        answered = [result for result in self.results if result.outcome == "answer"]
        return sum(not result.untrue for result in answered), len(answered)

    @property
    def follow_ups(self) -> tuple[int, int]:
        """How many questions that amend an answer came out right, of how many."""
        asked = [result for result in self.results if result.follow_up]
        return sum(result.right for result in asked), len(asked)

    def to_json(self) -> dict[str, Any]:
        """Counts, latency in milliseconds, tokens, and each question."""
        times = sorted(result.elapsed_ms for result in self.results)
        return {
            "setting": self.name,
            "questions": len(self.results),
            "right": self.right,
            "wrong_answers": self.wrong,
            "by_kind": {kind: list(counted) for kind, counted in self._by_kind().items()},
            "headlines": list(self.headlines),
            "follow_ups": list(self.follow_ups),
            "prompt": self.prompt,
            "latency_ms": {"p50": median(times), "p95": quantiles(times, n=20)[-1] if len(times) > 1 else times[0]}
            if times
            else None,
            "tokens": self.tokens,
            "translators": dict(Counter(result.translator for result in self.results)),
            "results": [result.__dict__ for result in self.results],
        }

    def to_text(self) -> str:
        """For people: the failures, then the counts."""
        failed = [
            f"{r.kind:<11} expected {r.expected}, got {r.outcome}: {r.question}" for r in self.results if not r.right
        ]
        failed += [f"{r.kind:<11} headline {'; '.join(r.untrue)}: {r.question}" for r in self.results if r.untrue]
        kinds = [f"{kind:<11} {right}/{asked}" for kind, (right, asked) in self._by_kind().items()]
        true, answered = self.headlines
        right, asked = self.follow_ups
        counted = [f"headlines   {true}/{answered} true", *([f"follow-ups  {right}/{asked} right"] if asked else [])]
        return "\n".join([*failed, *kinds, *counted, self.summary()])

    def summary(self) -> str:
        """One line: how many right, how many wrong, how fast, for how many tokens."""
        content = self.to_json()
        share = 100 * self.right / len(self.results) if self.results else 0.0
        timed = (
            f", p50 {content['latency_ms']['p50']:.0f} ms, p95 {content['latency_ms']['p95']:.0f} ms"
            if content["latency_ms"]
            else ""
        )
        spent = f", {self.tokens:,} tokens" if self.tokens else ""
        spent += f", prompt {self.prompt}" if self.prompt else ""
        lead = f"{self.name}: " if self.name else ""
        return (
            f"{lead}{self.right}/{len(self.results)} right ({share:.1f} %), {self.wrong} answered wrongly{timed}{spent}"
        )

    def _by_kind(self) -> dict[str, tuple[int, int]]:
        asked = Counter(result.kind for result in self.results)
        right = Counter(result.kind for result in self.results if result.right)
        return {kind: (right[kind], asked[kind]) for kind in asked}


@dataclass(frozen=True)
class SettingComparison:
    """The same questions under two settings."""

    one: Report
    other: Report

    def to_json(self) -> dict[str, Any]:
        """Both reports, and the questions that came out differently."""
        return {"with": self.one.to_json(), "against": self.other.to_json(), "differences": self._differences()}

    def to_text(self) -> str:
        """For people: what differs, then a line for each setting."""
        lines = [f"{d['with']:<7} {d['against']:<7} {d['kind']:<11} {d['question']}" for d in self._differences()]
        head = [f"{'with':<7} against"] if lines else ["No question came out differently."]
        return "\n".join([*head, *lines, self.one.summary(), self.other.summary()])

    def _differences(self) -> list[dict[str, str]]:
        return [
            {"question": a.question, "kind": a.kind, "with": _verdict(a), "against": _verdict(b)}
            for a, b in zip(self.one.results, self.other.results, strict=True)
            if a.right != b.right
        ]


def _verdict(result: QuestionResult) -> str:
    return "right" if result.right else "wrong" if result.outcome == "answer" else "none"


def with_setting(deps: Deps, setting: str) -> Deps:
    """The dependencies under `rules`, `model`, `both`, or fields of the
    settings as `llm_model=…,llm_use=first`. Raises `UserError`.
    """
    changes: dict[str, Any] = dict(SHORT.get(setting, {}))
    for part in [] if setting in SHORT else setting.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or name not in Settings.model_fields:
            raise UserError(
                f"{setting!r} is no setting to compare: use {', '.join(SHORT)}, or NAME=VALUE with a name such as "
                "llm_model."
            )
        changes[name] = value
    present = {name: getattr(deps.settings, name) for name in Settings.model_fields}
    try:
        settings = Settings(_env_file=None, **{**present, **_NO_BUDGET, **changes})
    except ValueError as error:
        raise UserError(f"{setting!r} is not valid: {error}") from error
    if (
        settings.llm_use != "never"
        and settings.openai_api_key is None
        and settings.openai_base_url is None
        and setting != "both"
    ):
        raise UserError(
            "No language model is configured: set OPENAI_API_KEY or OPENAI_BASE_URL, or compare rules only."
        )
    return connect_deps(settings, deps.organisation, deps.database, today=deps.today)


def compare_file(path: Path, deps: Deps, one: str, other: str) -> SettingComparison:
    """Ask the file's questions under two settings, one after the other. Raises `UserError`."""
    first, second = with_setting(deps, one), with_setting(deps, other)
    return SettingComparison(
        replace(evaluate_file(path, first), name=one), replace(evaluate_file(path, second), name=other)
    )


def evaluate_file(path: Path, deps: Deps, asker: Actor | None = None) -> Report:
    """Ask every question of a JSON-lines file (`question`, `thread`, `expect_outcome`,
    `rows` or SQL over the views or over a FOCUS table) and compare.
    """
    asker = asker or replace(SYSTEM, id="eval", name="finops eval")
    run = new_reference()
    results, begun = [], set[str]()
    for line in _lines(path):
        outcome = ask(line["question"], asker, _thread(line, run), deps)
        result = replace(_result(line, outcome, asker, deps), follow_up=line.get("thread") in begun)
        results.append((result, outcome.reference))
        begun |= {line["thread"]} if line.get("thread") else set()
    with deps.database.app.connect() as connection:
        statement = sa.select(Question.reference, Question.tokens).where(
            Question.reference.in_([reference for _, reference in results])
        )
        tokens = {row.reference: row.tokens for row in connection.execute(statement)}
    counted = tuple(replace(result, tokens=tokens.get(reference, 0)) for result, reference in results)
    return Report(counted, prompt=version() if deps.translator else None)


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


def _result(line: dict[str, Any], outcome: Outcome, asker: Actor, deps: Deps) -> QuestionResult:
    expected = line.get("expect_outcome", "answer")
    right = outcome.outcome in (expected, *line.get("also_ok", []))
    if right and outcome.outcome == "answer" == expected:
        right = _same_rows(line, outcome, asker, deps)
    return QuestionResult(
        line["question"],
        line.get("kind", "question"),
        expected,
        outcome.outcome,
        right,
        outcome.elapsed_ms,
        outcome.translator,
        untrue=tuple(untruths(outcome, line, deps.day())) if isinstance(outcome, Answer) else (),
    )


def _same_rows(line: dict[str, Any], outcome: Outcome, asker: Actor, deps: Deps) -> bool:
    percents = frozenset(line.get("pct", ()))
    rule = MatchRule(
        line.get("match", "labels+numbers") == "labels+numbers",
        percents,
        bool(line.get("abs")),
        bool(line.get("first_row")),
    )
    answered = outcome.to_json()["rows"]
    return any(matches(gold, answered, rule) for gold in _golds(line, asker, deps))


def _golds(line: dict[str, Any], asker: Actor, deps: Deps) -> Iterator[list[list[Any]]]:
    if "rows" in line:
        yield line["rows"]
    for sql in (line.get("gold_sql"), *line.get("alt_gold_sql", ())):
        written = over_views(sql) if sql and "focus" in sql.casefold() else sql
        ran = run_checked(written, asker, deps) if written else None
        if isinstance(ran, AnswerRows):
            yield [list(row) for row in ran.rows]
