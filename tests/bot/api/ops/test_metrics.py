"""`/metrics`: our names, the same from every bot, right after what happened, and without the database too."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.orm import Session

from bot.api.app import create_app
from bot.api.context import Context
from bot.api.ops.metrics import documented
from db.database import Database
from db.outgoing import outbox
from db.outgoing.messages import note
from db.tables import Load, ModelUse, OutboxMessage, Question

NOW = datetime.now(UTC)
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(client: TestClient) -> Samples:
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def fill_more(database: Database) -> None:
    with Session(database.app) as session, session.begin():
        for number, (outcome, translator, ms) in enumerate(
            (("answer", "offline", 40), ("answer", "llm", 700), ("blocked", None, 3))
        ):
            session.add(
                Question(
                    reference=f"R{number}",
                    asker="U",
                    question="canary question",
                    outcome=outcome,
                    translator=translator,
                    elapsed_ms=ms,
                )
            )
        session.add(
            Question(
                reference="old",
                asker="U",
                question="x",
                outcome="answer",
                asked_at=NOW - timedelta(days=40),
                elapsed_ms=1,
            )
        )
        session.add(ModelUse(person="U", day=NOW.date(), tokens=120))
        session.add(Load(delivery="d", path="/a", status="loaded", started_at=NOW))
        outbox.enqueue(session, "C1", note("canary message"), "one")


def test_metrics_count_what_the_database_knows(client: TestClient, clean_database: Database) -> None:
    """Questions by outcome and translator, durations, tokens, loads, the
    outbox, insights and remediations; nothing of what was said.
    """
    fill_more(clean_database)
    found = samples(client)
    expected = {
        ("finops_questions_total", (("outcome", "answer"), ("translator", "llm"))): 1,
        ("finops_questions_total", (("outcome", "blocked"), ("translator", "none"))): 1,
        ("finops_question_seconds_count", ()): 3,
        ("finops_question_seconds_bucket", (("le", "0.05"),)): 2,
        ("finops_question_seconds_bucket", (("le", "+Inf"),)): 3,
        ("finops_llm_tokens_total", ()): 120,
        ("finops_loads_total", (("status", "loaded"),)): 1,
        ("finops_outbox_depth", ()): 1,
        ("finops_insights_open", (("kind", "anomaly"), ("severity", "high"))): 2,
        ("finops_remediations", (("state", "proposed"),)): 2,
        ("finops_database_up", ()): 1,
    }
    assert {name: found.get(name) for name in expected} == expected
    assert 86_400 <= found["finops_data_age_seconds", ()] < 3 * 86_400
    assert "canary" not in client.get("/metrics").text


def test_a_message_that_is_tried_in_vain_grows_old(client: TestClient, clean_database: Database) -> None:
    """Each attempt puts it off a little; its age counts from when it was left
    all the same. One for later is not waiting yet.
    """
    with Session(clean_database.app) as session, session.begin():
        since = {"channel": "C1", "kind": "note", "payload": {}}
        session.add(
            OutboxMessage(
                key="tried",
                created_at=NOW - timedelta(hours=2),
                not_before=NOW + timedelta(minutes=1),
                attempts=9,
                **since,
            )
        )
        session.add(
            OutboxMessage(
                key="later", created_at=NOW - timedelta(hours=9), not_before=NOW + timedelta(hours=1), **since
            )
        )
    found = samples(client)
    assert found["finops_outbox_depth", ()] == 1
    assert 7_100 < found["finops_outbox_oldest_seconds", ()] < 8 * 3_600


def test_every_bot_says_the_same(client: TestClient, clean_database: Database, context: Context) -> None:
    """What is read from the database does not depend on which bot is asked."""
    fill_more(clean_database)
    with TestClient(create_app(replace(context))) as other:
        both = [samples(client), samples(other)]
    names = {name for name, *_ in documented()} - {"finops_slack_ack_seconds", "finops_api_request_seconds"}
    first, second = (
        {
            key: value
            for key, value in found.items()
            if _family(key[0]) in names and "age" not in key[0] and "oldest" not in key[0]
        }
        for found in both
    )
    assert first == second
    assert len(first) > 15


def _family(name: str) -> str:
    return re.sub(r"_(bucket|count|sum)$", "", name)


def test_each_documented_metric_is_there_and_no_other(client: TestClient, clean_database: Database) -> None:
    """With its kind, and words that say what it is."""
    import bot.slack.connection.bolt  # noqa: F401 - its histogram is there once a bot is

    fill_more(clean_database)
    client.get("/healthz")
    families = {
        family.name: family
        for family in text_string_to_metric_families(client.get("/metrics").text)
        if family.name.startswith("finops") and not family.name.endswith("_created")
    }
    known = {name.removesuffix("_total"): kind for name, kind, _, _ in documented()}
    known.pop("finops_detection_delay_seconds")  # there is none without an anomaly of the last day
    families.pop("finops_detection_delay_seconds", None)
    assert {name: family.type for name, family in families.items()} == known
    assert all(family.documentation for family in families.values())


def test_without_the_database_the_process_still_speaks(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """And says that it cannot read it."""
    away = Database("", "postgresql+psycopg2://x:x@127.0.0.1:9/x", "", embedded=False)
    with TestClient(create_app(replace(context, database=away))) as client:
        text = client.get("/metrics").text
        assert "finops_database_up 0.0" in text
        assert "process_cpu_seconds_total" in text
        assert client.get("/readyz").json()["parts"]["database"] == "cannot be reached"
        answer = client.get("/api/v1/kpis", headers={"Authorization": "Bearer fops_x"})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
