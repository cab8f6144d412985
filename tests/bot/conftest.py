"""A bot before the stand-in for Slack, over real sockets and a real database;
its answer side counts what it was asked.
"""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import pytest
from pydantic import SecretStr
from sqlalchemy.orm import Session

from bot.assistant import Answers
from bot.process.run import serving
from bot.process.runtime import Runtime
from config.access import Actor, Role
from config.organisation import Organisation
from config.sections.people import Person
from config.settings import Settings
from db.database import Database
from db.tables import Question
from domain.flows.flow_requests import PrefectDown
from nl2sql.deps import StepProgress
from standins.slack import Handle, Limits, Setup, running_workspace

SERVICES = {"columns": ["service", "cost"], "rows": [[f"s{at}", 1.5] for at in range(5)]}
STEPS = ("Total", "By service", "Forecast")
MAYA, TOMAS, PRIYA = "U0MAYA0001", "U0TOMAS001", "U0PRIYA001"


@dataclass
class Rules:
    """An answer side of fixed rules that stores its questions as the real one does; `hold` keeps it waiting."""

    database: Database
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(
        self,
        question: str,
        asker: Actor,
        thread: str | None,
        channel: str | None,
        say: Any,
        watch: Any,
        after: str | None = None,
    ) -> tuple[dict[str, Any], str]:
        with self.lock:
            self.asked.append((question, asker.id, thread))
            number = len(self.asked)
        if question.startswith("slow"):
            say("asking the database")
            self.hold.wait(20)
        if question.startswith("steps"):
            for step, title in enumerate(STEPS):
                watch(StepProgress("Monthly review", STEPS, step, "in_progress"))
                if step:
                    self.hold.wait(20)
                watch(StepProgress("Monthly review", STEPS, step, "complete", f"{title} is $1,200 & <b>"))
            if question.endswith("explode"):
                raise RuntimeError("planted fault after the steps")
        if question.startswith("explode"):
            raise RuntimeError("planted fault with a secret: hunter2")
        return self._store(
            self._result(question), question, asker, thread, channel, f"R{number:03d}{id(self) % 997:03d}"
        )

    def run_sql(
        self, sql: str, asker: Actor, thread: str | None, channel: str | None, question: str | None
    ) -> tuple[dict[str, Any], str]:
        result = {**self._result("edited"), "sql": sql, "translator": "edited"}
        return self._store(result, question or sql, asker, thread, channel, f"E{len(sql):05d}")

    def check_sql(self, sql: str, asker: Actor) -> str | None:
        return None if sql.lower().startswith("select") else "Only a SELECT is run."

    def _result(self, question: str) -> dict[str, Any]:
        base = {
            "metric": "effective",
            "currency": "USD",
            "as_of": datetime.now(UTC).date().isoformat(),
            "translator": "offline",
            "elapsed_ms": 3,
        }
        if question.startswith("ambiguous"):
            return {
                **base,
                "outcome": "clarify",
                "text": '"commerce" fits two accounts.',
                "choices": ["commerce-prod", "commerce-nonprod"],
            }
        if question.startswith("nonsense"):
            return {
                **base,
                "outcome": "cannot_answer",
                "text": "The bills hold cost and usage, not that.",
                "choices": [],
            }
        if question.startswith("review"):
            base |= {"sections": [{"title": "Services", "text": "s0 leads.", "sql": "SELECT 1", **SERVICES}]}
        as_of = "2024-01-01" if question.startswith("late") else base["as_of"]
        rows = [["Amazon EC2", 7204.11], ["Amazon S3", 12.5]]
        return {
            **base,
            "as_of": as_of,
            "outcome": "answer",
            "text": "Review, payments. $7.2k." if "sections" in base else f"$7.2k: {question}",
            "columns": ["service", "cost"],
            "rows": rows,
            "sql": "SELECT 1",
            "export": question.startswith("export"),
        }

    def _store(
        self,
        result: dict[str, Any],
        question: str,
        asker: Actor,
        thread: str | None,
        channel: str | None,
        reference: str,
    ) -> tuple[dict[str, Any], str]:
        with Session(self.database.app) as session, session.begin():
            row = Question(
                reference=reference,
                asker=asker.id,
                question=question,
                thread=thread,
                channel=channel,
                outcome=result["outcome"],
                answer=result,
            )
            session.add(row)
        return result, reference

    def side(self) -> Answers:
        return Answers(self.ask, self.run_sql, self.check_sql)


@dataclass
class Prefect:
    """Takes runs by idempotency key, or is down."""

    down: bool = False
    runs: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)

    def start(self, deployment: str, parameters: dict[str, Any], key: str) -> str:
        if self.down:
            raise PrefectDown("nobody answers")
        self.runs.setdefault(key, (deployment, parameters))
        return f"run-of-{key}"


class StartBot(Protocol):
    """Starts a bot for a block."""

    def __call__(self, slack: Handle) -> AbstractContextManager[Runtime]: ...


@pytest.fixture
def staff() -> Organisation:
    """Maya asks, Tomás operates, Priya approves."""
    people = (
        Person(id=MAYA, name="Maya", roles=(Role.MEMBER,), teams=("checkout",)),
        Person(id=TOMAS, name="Tomás", roles=(Role.OPERATOR,)),
        Person(id=PRIYA, name="Priya", roles=(Role.APPROVER,), approves_teams=("*",)),
    )
    return Organisation(people=people)


@pytest.fixture
def slack() -> Iterator[Handle]:
    """A workspace whose pace does not slow tests down."""
    with running_workspace(
        Setup(
            limits=Limits(
                messages_per_second=200, burst=200, tiers=False, retry_after=(0.2, 0.5, 1.0), trigger_seconds=30
            )
        )
    ) as handle:
        yield handle


def connected(settings: Settings, slack: Handle) -> Settings:
    """Settings that point to the workspace."""
    secrets = {
        "slack_bot_token": SecretStr(slack.bot_token),
        "slack_app_token": SecretStr(slack.app_token),
        "slack_signing_secret": SecretStr(slack.signing_secret),
        "slack_api_url": slack.api_url,
    }
    return settings.model_copy(update=secrets)


@pytest.fixture
def rules(clean_database: Database) -> Rules:
    """The answer side."""
    return Rules(clean_database)


@pytest.fixture
def prefect() -> Prefect:
    """Prefect, up."""
    return Prefect()


@pytest.fixture
def start_bot(
    settings: Settings, staff: Organisation, clean_database: Database, rules: Rules, prefect: Prefect
) -> StartBot:
    """Starts bots on the one database."""

    @contextmanager
    def start(slack: Handle) -> Iterator[Runtime]:
        before = slack.sockets
        with serving(connected(settings, slack), staff, clean_database, rules.side(), prefect.start) as runtime:
            slack.wait_until(lambda: slack.sockets > before)
            yield runtime

    return start


@pytest.fixture
def bot(start_bot: StartBot, slack: Handle) -> Iterator[Runtime]:
    """One connected bot."""
    with start_bot(slack) as runtime:
        yield runtime
