"""The project's own suite: questions over the demo's bills, asked by `finops
eval` with rules and with a model, compared by execution match.
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from config.errors import UserError
from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from flows.ingest.ingest_costs import ingest
from nl2sql.ask import connect_deps
from nl2sql.deps import Deps
from nl2sql.evaluation.evaluate import compare_file, evaluate_file, with_setting
from nl2sql.llm.prompt import version
from standins.bills.world import World
from standins.bills.write import write
from tests.nl2sql.llm.endpoint import Endpoint, Recorded, running_endpoint

REPLIES = Path(__file__).parent / "suite" / "replies.jsonl"
SUITE = Path(__file__).parent / "suite" / "demo_bills.jsonl"
MONTHS = [date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)]


@pytest.fixture
def deps(clean_database: Database, settings: Settings, tmp_path: Path) -> Deps:
    """Three months of the demo's bills, as of 15 November 2026."""
    paths = write(tmp_path, World(anchor=date(2026, 11, 15)), only=MONTHS)
    result = ingest([str(path) for path in paths], clean_database, Organisation())
    assert not result.failed
    return connect_deps(settings, Organisation(), clean_database, today=date(2026, 11, 15))


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A fresh endpoint."""
    with running_endpoint() as endpoint:
        yield endpoint


def test_the_suite_is_answered_right_by_rules(deps: Deps) -> None:
    """Every one of it, and none wrongly; with latency, and no tokens."""
    report = evaluate_file(SUITE, deps)
    assert report.wrong == 0, report.to_text()
    assert report.right == len(report.results), report.to_text()
    content = report.to_json()
    assert content["tokens"] == 0
    assert content["latency_ms"]["p95"] >= content["latency_ms"]["p50"] > 0


def test_replies_of_a_model_are_replayed_through_prompt_and_plumbing(deps: Deps, endpoint: Endpoint) -> None:
    """Completions written down in the format of the endpoint, repairs, cut ones and an invented figure among them: what
    the rules cannot read is answered right, headlines are true, and follow-ups amend the answer before.
    """
    lines = [json.loads(line) for line in REPLIES.read_text(encoding="utf-8").splitlines()]
    endpoint.replies = [Recorded(reply) for line in lines for reply in line["replies"]]
    with_model = connect_deps(
        deps.settings.model_copy(update={"openai_base_url": endpoint.url}), Organisation(), deps.database, deps.today
    )
    report = evaluate_file(REPLIES, with_setting(with_model, "model"))
    assert report.right == len(lines), report.to_text()
    assert report.headlines == (13, 13), report.to_text()
    assert report.follow_ups == (2, 2)
    assert not endpoint.replies
    asked = [request["messages"] for request in endpoint.requests]
    assert len(asked) == sum(len(line["replies"]) for line in lines)
    assert len({messages[0]["content"] for messages in asked}) == 1  # what endpoints cache
    questions = iter(asked)
    for line in lines:
        for attempt, _ in enumerate(line["replies"]):
            messages = next(questions)
            assert json.dumps(line["question"], ensure_ascii=False)[1:-1] in messages[1]["content"]
            assert attempt == 0 or line["kind"] == "long" or "cannot be used" in messages[-1]["content"]
    content = report.to_json()
    assert content["prompt"] == version()
    assert version() in report.summary()
    assert evaluate_file(SUITE, deps).to_json()["prompt"] is None


def test_two_settings_are_compared(deps: Deps, endpoint: Endpoint, tmp_path: Path) -> None:
    """Rules against a model that is asked first: who is right where, how fast,
    and for how many tokens; nothing is remembered in between.
    """
    right = (
        "SELECT sum(effective_cost) AS cost FROM daily_costs WHERE usage_date >= DATE '2026-10-01' AND "
        "usage_date < DATE '2026-11-01' AND charge_category <> 'Tax'"
    )
    lines = [
        {"question": "what did we spend in october", "kind": "scalar", "gold_sql": right, "match": "numbers"},
        {
            "question": "kindly opine on the outlay of the tenth month",
            "kind": "odd",
            "gold_sql": right,
            "match": "numbers",
        },
    ]
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in lines))
    with_model = connect_deps(
        deps.settings.model_copy(update={"openai_base_url": endpoint.url}),
        Organisation(),
        deps.database,
        today=deps.today,
    )
    wrong = right.replace("2026-10-01", "2026-10-02")
    endpoint.replies = [
        json.dumps({"kind": "query", "sql": sql, "text": "", "choices": []}) for sql in (wrong, right, wrong, right)
    ]
    for _ in range(2):
        found = compare_file(file, with_model, "rules", "model").to_json()
        assert [found[side]["right"] for side in ("with", "against")] == [1, 1]
        assert [found[side]["wrong_answers"] for side in ("with", "against")] == [0, 1]
        assert [found[side]["tokens"] for side in ("with", "against")] == [0, 240]
        assert [(d["kind"], d["with"], d["against"]) for d in found["differences"]] == [
            ("scalar", "right", "wrong"),
            ("odd", "none", "right"),
        ]
    assert "rules: 1/2 right" in compare_file(file, with_model, "rules", "rules").to_text()


@pytest.mark.parametrize("setting", ["fast", "llm_wish=1", "llm_use=sometimes", "model"])
def test_a_setting_that_is_none_is_named(deps: Deps, setting: str) -> None:
    """With the ones that there are; a model that is not configured cannot be compared."""
    with pytest.raises(UserError, match=r"setting|valid|configured"):
        with_setting(deps, setting)
