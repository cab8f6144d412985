"""A whole bot process with planted secrets: none of them, and nothing that
anybody asked, is in its log, its errors or the audit log.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import sqlalchemy as sa
import yaml
from sqlalchemy.orm import Session

from bot.api.auth import tokens
from db.database import Database
from db.tables import AuditEntry, Load
from standins.slack import Handle
from tests import openbao
from tests.bot.api.conftest import fill
from tests.bot.conftest import MAYA, TOMAS
from tests.bot.conftest import slack as slack
from tests.nl2sql.llm.endpoint import running_endpoint

BOT = "<@U0FINOPS01>"
ASKED = "kindly opine on the fiscal disposition of project falcon"
PLANTED = {
    "OPENAI_API_KEY": "planted-model-key",
    "AWS_SECRET_ACCESS_KEY": "planted-cloud-key",
    "AWS_ACCESS_KEY_ID": "PLANTEDCLOUDID",
}


@dataclass
class Process:
    """A running `finops run`: its log as it grows, the API's address, and what must not be seen."""

    popen: subprocess.Popen[bytes]
    log: Path
    api: str
    secrets: list[str]

    def lines(self) -> list[dict[str, Any]]:
        """What it logged; anything that is no JSON fails."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@pytest.fixture
def process(slack: Handle, clean_database: Database, tmp_path: Path) -> Iterator[Process]:
    """Everything it needs comes from Vault; it logs all it can."""
    config = tmp_path / "finops.yaml"
    people = [
        {"id": MAYA, "name": "Maya", "teams": ["payments"]},
        {"id": TOMAS, "name": "Tomás", "roles": ["operator"], "teams": ["search"]},
    ]
    config.write_text(yaml.safe_dump({"visibility": "own_teams", "people": people}))
    port, log = openbao.free_port(), tmp_path / "log"
    folder = tmp_path / "bao"
    folder.mkdir()
    with openbao.running(folder) as vault, running_endpoint() as model, log.open("wb") as stderr:
        secrets = {
            **PLANTED,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "FINOPS_DATABASE_URL": clean_database.owner_url,
            "FINOPS_APP_DATABASE_URL": clean_database.app_url,
            "FINOPS_READER_DATABASE_URL": clean_database.reader_url,
        }
        vault.write(**secrets)
        environment = {
            "PATH": os.environ["PATH"],
            "VAULT_ADDR": vault.address,
            "VAULT_TOKEN": vault.root_token,
            "FINOPS_HOME": str(tmp_path / "home"),
            "FINOPS_CONFIG": str(config),
            "FINOPS_LOG_LEVEL": "DEBUG",
            "FINOPS_API_PORT": str(port),
            "SLACK_API_URL": slack.api_url,
            "OPENAI_BASE_URL": model.url,
        }
        popen = subprocess.Popen(
            [sys.executable, "-m", "cli", "run"],
            stderr=stderr,
            stdout=stderr,
            env=environment,
            cwd=Path(__file__).parents[1],
        )
        passwords = [str(urlsplit(url).password) for name, url in secrets.items() if name.endswith("URL")]
        yield Process(popen, log, f"http://127.0.0.1:{port}", [*secrets.values(), *passwords, vault.root_token])
        popen.kill()
        popen.wait()


def test_nothing_secret_and_nothing_asked_is_written_anywhere(
    process: Process, slack: Handle, clean_database: Database
) -> None:
    """After questions, refused SQL, errors of the database and of the model, forged requests and wrong tokens."""
    fill(clean_database)
    with Session(clean_database.app) as session, session.begin():
        session.add(
            Load(
                delivery="d",
                path="/bill.csv",
                status="loaded",
                started_at=datetime.now(UTC),
                finished_at=datetime.now(UTC),
            )
        )
    slack.wait_for_socket(180)
    said = [
        str(slack.wait_for_reply(slack.post_as(MAYA, "#finops", f"{BOT} {words}")["ts"], 120)["text"])
        for words in (
            ASKED,
            f"select '{ASKED}' from nowhere",
            f"select cast('{ASKED}' as int) from daily_costs",
            f"drop table charges -- {ASKED}",
        )
    ]
    with Session(clean_database.app) as session, session.begin():
        token = tokens.issue(session, TOMAS, ("ask", "read"), datetime.now(UTC), timedelta(days=1), "test")
    with httpx.Client(base_url=process.api, trust_env=False, timeout=120) as client:
        good = {"Authorization": f"Bearer {token}"}
        answers = [
            client.post("/api/v1/ai/query", json={"question": ASKED}, headers=good),
            client.post("/api/v1/ai/query", json={"question": ASKED, "today": ASKED}, headers=good),
            client.get("/api/v1/insights", headers={"Authorization": f"Bearer {token}x"}),
            client.get("/api/v1/insights", params={"team": ASKED}, headers=good),
            client.post(
                "/slack/events", content=ASKED, headers={"X-Slack-Signature": "v0=00", "X-Slack-Request-Timestamp": "1"}
            ),
            client.get("/metrics"),
            client.get("/readyz"),
        ]
    slack.faults.fail("chat.postMessage", 500)
    slack.slash(TOMAS, "/finops", "refresh")
    slack.wait_until(lambda: any("waits for Prefect" in line["event"] for line in process.lines()), 120)
    process.popen.send_signal(signal.SIGTERM)
    process.popen.wait(180)

    assert [answer.status_code for answer in answers] == [200, 422, 401, 200, 401, 200, 200]
    with Session(clean_database.app) as session:
        audited = json.dumps([[row.action, row.subject, row.details] for row in session.scalars(sa.select(AuditEntry))])
    written = process.log.read_text()
    everywhere = {
        "the log": written,
        "the audit log": audited,
        "Slack": json.dumps(said),
        "the API": " ".join(answer.text for answer in answers),
    }
    assert "question.cannot_answer" in audited
    assert "question.blocked" in audited
    hidden = [*process.secrets, token]
    assert [(place, secret) for place, text in everywhere.items() for secret in hidden if secret in text] == []
    assert ASKED not in written
    assert "falcon" not in written


def test_one_request_is_followed_from_the_event_to_the_message(process: Process, slack: Handle) -> None:
    """The audited question, the delivered answer, and the API's line bear the same id each."""
    slack.wait_for_socket(180)
    slack.wait_for_reply(slack.post_as(MAYA, "#finops", f"{BOT} what did we spend last month?")["ts"], 120)
    httpx.get(f"{process.api}/api/v1/kpis", headers={"X-Request-Id": "mine-7"}, trust_env=False)
    slack.wait_until(lambda: {"a message was delivered", "request"} <= {line["event"] for line in process.lines()})
    lines = process.lines()
    asked = [line for line in lines if line["logger"] == "audit" and line["event"].startswith("question.")]
    delivered = [line for line in lines if line["event"] == "a message was delivered"]
    assert asked[0]["request_id"]
    assert [line["request_id"] for line in delivered] == [asked[0]["request_id"]]
    assert [(line["request_id"], line["route"], line["status"]) for line in lines if line["logger"] == "api"] == [
        ("mine-7", "/api/v1/kpis", 401)
    ]
    assert {"timestamp", "level", "logger", "event", "request_id"} <= set.intersection(*(set(line) for line in lines))
