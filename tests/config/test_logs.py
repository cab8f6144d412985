"""The log: JSON lines with fixed keys and the request they belong to, and nothing that is secret."""

import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.orm import Session

from config import logs
from db import audit
from db.database import Database

SECRET = "planted-hunter2"


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """What was logged since the last look, as objects."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    logs.configure("INFO")
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    root.handlers[:] = before
    root.setLevel(level)


def test_a_line_is_an_object_with_fixed_keys(lines: Any) -> None:
    """Timestamp in UTC, level, logger, event, request id; what was said besides follows."""
    logging.getLogger("a.b").warning("%s is late", "AWS", extra={"days": 3})
    [line] = lines()
    assert list(line) == ["timestamp", "level", "logger", "event", "request_id", "days"]
    assert line["timestamp"].endswith("Z")
    assert (line["level"], line["logger"], line["event"], line["request_id"], line["days"]) == (
        "warning",
        "a.b",
        "AWS is late",
        None,
        3,
    )


def test_a_request_is_followed_into_pools_and_ends_with_its_block(lines: Any) -> None:
    """Whoever works for it, in whichever thread; other threads do not belong to it."""
    log = logging.getLogger("x")
    with logs.CarryingPool(2) as pool:
        with logs.request("r-1"):
            future = pool.submit(log.info, "in the pool")
            assert logs.tags() == ["request:r-1"]
        future.result()
        other = threading.Thread(target=log.info, args=("elsewhere",))
        other.start()
        other.join()
        log.info("after")
    assert {line["event"]: line["request_id"] for line in lines()} == {
        "in the pool": "r-1",
        "elsewhere": None,
        "after": None,
    }
    assert logs.tagged(["nightly", "request:r-1"]) == "r-1"
    assert logs.tagged(["nightly"]) is None
    assert logs.request_of("Ev1") == logs.request_of("Ev1") != logs.request_of("Ev2")


def test_secrets_are_masked_wherever_they_stand(lines: Any) -> None:
    """In messages, in what is said besides, in exceptions; known ones and what looks like one."""
    logs.hide([SECRET, "n"])
    log = logging.getLogger("x")
    log.info("connect %s", f"postgresql://finops:{SECRET}x@db/finops", extra={"deep": {"a": [SECRET]}, "n": 7})
    shapes = [
        "xoxb-123456789012-abcdefghijkl",
        "xapp-1-A012345-0123456789abcdef",
        "fops_0123456789abcdefghij",
        "hvs.CAESIJ0123456789abcdef",
        "sk-0123456789abcdefghij",
        "AKIAIOSFODNN7EXAMPLE",
        "postgres://u:p4ss@h/d",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    ]
    for shape in shapes:
        log.info("got %s", shape)
    try:
        raise ValueError(f"broken with {SECRET}")
    except ValueError:
        log.exception("it failed")
    text = json.dumps(lines())
    assert SECRET not in text
    assert [shape for shape in shapes if shape in text] == []
    assert "ValueError: broken with [hidden]" in text
    assert '"n": 7' in text


def test_what_people_ask_is_masked_while_it_is_worked_on(lines: Any) -> None:
    """Whoever logs it."""
    log = logging.getLogger("x")
    with logs.hiding("what does project falcon cost"):
        log.info("cannot parse: what does project falcon cost")
    log.info("falcon is a bird")
    assert [line["event"] for line in lines()] == ["cannot parse: [hidden]", "falcon is a bird"]


def test_libraries_that_write_bodies_are_kept_quiet(lines: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where everything else is told."""
    logs.configure("DEBUG")
    for name in ("slack_sdk.web.base_client", "slack_bolt.App", "httpx", "openai._base_client", "botocore.endpoint"):
        monkeypatch.setattr(logging.getLogger(name), "level", logging.DEBUG)
        logging.getLogger(name).info("body: canary")
        logging.getLogger(name).debug("body: canary")
    assert lines() == []


def test_the_audit_log_is_told_once_it_is_committed_and_without_details(lines: Any, clean_database: Database) -> None:
    """What was rolled back did not happen."""
    with logs.request("r-2"), Session(clean_database.app) as session, session.begin():
        audit.append(session, "U1", "question.answer", "7F3K", {"question": "what does project falcon cost"})
    with Session(clean_database.app) as session:
        audit.append(session, "U1", "budget.changed", "undone", {})
        session.rollback()
    with Session(clean_database.app) as session, session.begin():
        audit.append(session, "U2", "budget.changed", "done", {})
    told = [line for line in lines() if line["logger"] == "audit"]
    assert [(line["event"], line["actor"], line["subject"]) for line in told] == [
        ("question.answer", "U1", "7F3K"),
        ("budget.changed", "U2", "done"),
    ]
    assert (told[0]["request_id"], told[0]["audit_id"]) == ("r-2", 1)
    assert "falcon" not in json.dumps(told)
