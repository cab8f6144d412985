"""Forged, replayed and misdirected clicks over HTTP, and Slack failing around
an approval: at most one run, and the truth in the thread.
"""

import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlalchemy.orm import Session

from bot.listeners.clicks import Click
from bot.listeners.remediation import proposals
from bot.process.http import served, slack_router
from bot.process.runtime import Runtime
from bot.slack.app import build_app
from db import audit
from db.tables import AuditEntry, Remediation
from standins.slack import Handle
from standins.slack.transport.http_events import signature
from tests.bot.builders import CHANNEL, proposed, remediations
from tests.bot.conftest import MAYA, PRIYA, Prefect

SECONDS_OLD = 60 * 6


@pytest.fixture
def address(bot: Runtime) -> Iterator[str]:
    """The bot's endpoint for Slack's requests."""
    api = FastAPI()
    api.include_router(slack_router(build_app(bot), bot.settings))
    with served(api, "127.0.0.1", 0) as where:
        yield f"{where}/slack/events"


def click(user: str, value: str, action: str = "remediation_approve", ts: str = "1.0") -> str:
    """The body of a press as Slack sends it."""
    payload = {
        "type": "block_actions",
        "team": {"id": "T1"},
        "user": {"id": user},
        "channel": {"id": CHANNEL},
        "message": {"ts": ts},
        "container": {"type": "message", "message_ts": ts, "channel_id": CHANNEL},
        "trigger_id": "1.2.3",
        "actions": [{"action_id": action, "block_id": "b", "value": value, "type": "button", "action_ts": "1.1"}],
    }
    return urlencode({"payload": json.dumps(payload)})


def send(address: str, body: str, secret: str, *, age: int = 0) -> int:
    stamp = str(int(time.time()) - age)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature(secret, stamp, body),
    }
    return httpx.post(address, content=body, headers=headers).status_code


def audited(bot: Runtime, action: str) -> int:
    with Session(bot.database.app) as session:
        return int(session.scalar(sa.select(sa.func.count()).where(AuditEntry.action == action)) or 0)


@pytest.mark.parametrize(("forged", "age"), [(True, 0), (False, SECONDS_OLD), (False, -SECONDS_OLD)])
def test_a_forged_or_an_old_request_decides_nothing(
    bot: Runtime, slack: Handle, address: str, prefect: Prefect, forged: bool, age: int
) -> None:
    """Signed with another secret, or older or younger than five minutes, as after a capture or with a skewed clock."""
    proposed(bot, slack, 2)
    number = str(remediations(bot)[0].id)
    secret = "another secret" if forged else slack.signing_secret
    assert send(address, click(PRIYA, number), secret, age=age) == 401
    assert [row.state for row in remediations(bot)] == ["proposed"]
    assert (audited(bot, "remediation.approved"), prefect.runs) == (0, {})


@pytest.mark.parametrize(
    ("stamp", "signed"),
    [(b"abc", b"v0=0"), (b"nan", b"v0=0"), (b"1e9", b""), (b"", b"v0=0"), (b"9" * 400, b"v0=0"), (None, b"v0=\xe9")],
)
def test_a_malformed_signature_is_refused_like_a_wrong_one(address: str, stamp: bytes | None, signed: bytes) -> None:
    """Anybody on the internet can send it, so it is no fault of ours."""
    now = str(int(time.time())).encode()
    headers = {b"X-Slack-Request-Timestamp": now if stamp is None else stamp, b"X-Slack-Signature": signed}
    assert httpx.post(address, content=b"{}", headers=headers).status_code == 401
    assert httpx.post(address, content=b"\xff", headers={**headers, b"X-Slack-Signature": b"v0=0"}).status_code == 401


def test_a_replayed_request_is_one_approval(bot: Runtime, slack: Handle, address: str, prefect: Prefect) -> None:
    """The very bytes again, eight times at once: one counts, the others are told who decided."""
    proposed(bot, slack, 2)
    body, together = click(PRIYA, str(remediations(bot)[0].id)), threading.Barrier(8)

    def replay() -> None:
        together.wait()
        assert send(address, body, slack.signing_secret) == 200

    threads = [threading.Thread(target=replay) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    slack.wait_until(lambda: audited(bot, "remediation.denied") == 7, timeout=60)
    assert audited(bot, "remediation.approved") == 1
    slack.wait_until(lambda: prefect.runs)
    assert len(prefect.runs) == 1
    assert "Too late: Priya approved it" in slack.ephemerals(PRIYA)[0]["text"]


def test_a_button_that_names_nothing_is_answered_with_one_sentence(
    bot: Runtime, slack: Handle, prefect: Prefect
) -> None:
    """What is in a button is an id or nothing: no error, no reference, no decision."""
    handlers = (proposals.on_approve, proposals.on_undo, proposals.show_plan, proposals.recheck_run)
    for value in ("999999", "0", "-1", "1; DROP TABLE", "", "9" * 40, "\u0661", '{"remediation": 1}'):
        for handler in handlers:
            before = len(slack.ephemerals(PRIYA))
            handler(bot, Click(PRIYA, CHANNEL, "1.0", None, "", value, "", "", "1.0"))
            said = slack.ephemerals(PRIYA)[before:]
            assert len(said) == 1
            assert "no remediation" in said[0]["text"] or "no longer kept" in said[0]["text"]
    assert prefect.runs == {}


def test_a_click_under_somebody_elses_name_needs_slacks_signature(
    bot: Runtime, slack: Handle, address: str, prefect: Prefect
) -> None:
    """The body says Priya; without Slack's secret that is worth nothing, and
    with it the requester's own press is refused.
    """
    proposed(bot, slack, 2)
    number = str(remediations(bot)[0].id)
    assert send(address, click(PRIYA, number), "guessed") == 401
    assert send(address, click(MAYA, number), slack.signing_secret) == 200
    slack.wait_until(lambda: audited(bot, "remediation.denied") == 1)
    assert [row.state for row in remediations(bot)] == ["proposed"]
    with Session(bot.database.app) as session:
        assert isinstance(audit.verify(session), audit.Intact)


@pytest.mark.parametrize("method", ["chat.update", "chat.postMessage"])
@pytest.mark.parametrize("outcome", [500, 429])
def test_slack_failing_around_an_approval_loses_and_doubles_nothing(
    bot: Runtime, slack: Handle, prefect: Prefect, method: str, outcome: int
) -> None:
    """The decision stands, one run is started, and when Slack answers again the card and its thread say so once."""
    proposal = proposed(bot, slack, 2)
    slack.faults.fail(method, outcome, times=3)
    slack.click(PRIYA, proposal["ts"], "remediation_approve")
    slack.wait_until(lambda: len(prefect.runs) == 1)
    slack.wait_until(lambda: "Approved by" in str(slack.thread(proposal["ts"])[0]["blocks"]), timeout=60)
    slack.wait_until(lambda: len(slack.thread(proposal["ts"])) == 2, timeout=60)
    assert "approved by Priya" in slack.thread(proposal["ts"])[1]["text"]
    assert [row.state for row in remediations(bot)] == ["approved"]


def test_slack_down_while_the_proposal_is_made_shows_it_once_later(
    bot: Runtime, slack: Handle, prefect: Prefect
) -> None:
    """Three refusals, then one card with working buttons."""
    slack.faults.fail("chat.postMessage", 500, times=3)
    card = proposed_later(bot, slack)
    slack.click(PRIYA, card["ts"], "remediation_approve")
    slack.wait_until(lambda: prefect.runs)
    cards = [message for message in slack.messages(CHANNEL) if "remediation_plan" in str(message.get("blocks"))]
    assert len(cards) == 1


def proposed_later(bot: Runtime, slack: Handle) -> dict[str, Any]:
    from datetime import UTC, datetime

    from playbooks.approval.lifecycle import propose
    from playbooks.schema import read_playbooks
    from tests.bot.builders import plan_of

    with bot.session() as session:
        plan = replace(plan_of("ec2-stop-idle", 2), account="sandbox")
        propose(session, plan, read_playbooks()["ec2-stop-idle"], MAYA, datetime.now(UTC), channel=CHANNEL)
    return slack.wait_for_message(lambda message: "remediation_approve" in str(message.get("blocks")), timeout=60)


def test_an_approval_after_a_rejection_is_refused(bot: Runtime, slack: Handle, prefect: Prefect) -> None:
    """From the button of the card as it was, as a client that has not heard shows it."""
    card = proposed(bot, slack, 2)
    slack.click(PRIYA, card["ts"], "remediation_reject")
    slack.wait_for_view(PRIYA)
    slack.submit(PRIYA, {"reason": "the launch is near"})
    slack.wait_until(lambda: [row.state for row in remediations(bot)] == ["rejected"])
    proposals.on_approve(
        bot, Click(PRIYA, CHANNEL, card["ts"], None, "remediation_approve", str(remediations(bot)[0].id), "", "", "1.0")
    )
    slack.wait_until(lambda: slack.ephemerals(PRIYA))
    assert "Too late: it is rejected (Priya: the launch is near)" in slack.ephemerals(PRIYA)[0]["text"]
    assert prefect.runs == {}
    with Session(bot.database.app) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Remediation)) == 1


@pytest.mark.parametrize(
    ("length", "status"), [(b"abc", 400), (b"-1", 400), (b"1e3", 400), (b"2000000", 413), (b"9" * 400, 413)]
)
def test_a_length_that_is_none_is_refused(address: str, length: bytes, status: int) -> None:
    """By whatever looks at it first; nobody is told of a fault of ours, and the next request is served."""
    host, port = address.removeprefix("http://").split("/")[0].split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + b"\r\n\r\n{}")
        assert connection.recv(12).decode().split(" ")[1] in (str(status), "400")
    assert httpx.post(address, content=b"{}").status_code == 401


def test_a_secret_in_a_question_is_kept_nowhere(bot: Runtime, slack: Handle) -> None:
    """Neither in the event, nor with the question, nor in the answer's message."""
    slack.say_to_app(MAYA, "what did xoxb-123456789012-abcdefghijkl cost")
    slack.wait_until(lambda: slack.messages(slack.workspace.store.im_of(MAYA))[1:])
    with bot.database.owner.connect() as connection:
        for table in ("slack_events", "questions", "outbox", "audit_log"):
            held = connection.scalar(sa.text(f"SELECT string_agg(t::text, ' ') FROM finops.{table} t")) or ""
            assert "xoxb-1234" not in held
        assert "[hidden]" in (connection.scalar(sa.text("SELECT question FROM finops.questions")) or "")
