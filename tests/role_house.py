"""A house with everybody in it: workspace, bot and API on one database, and things to decide about."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy.orm import Session
from typer.testing import CliRunner

import cli
from bot.api.auth import tokens
from bot.process.runtime import Runtime
from config.access import Role
from config.errors import UserError
from db.database import Database
from db.outgoing import outbox
from db.outgoing.messages import Message
from db.tables import Insight, Question
from playbooks.approval.lifecycle import propose
from playbooks.schema import read_playbooks
from standins.slack import Handle
from tests.bot.builders import plan_of

CHANNEL, BOT = "C0FINOPS01", "<@U0FINOPS01>"
ROLES = tuple(Role)


IDS = {role: f"U0{role.value.upper()}" for role in ROLES}


numbers = itertools.count(1)


@dataclass
class House:
    """One bot on one workspace and one database, with a person of each role."""

    slack: Handle
    bot: Runtime
    api: TestClient
    headers: dict[Role, dict[str, str]]
    environment: dict[str, str]

    def command(self, role: Role, *arguments: str) -> str:
        """What the command says, or why it refuses."""
        done = CliRunner().invoke(cli.app, [*arguments, "--as", IDS[role]], env=self.environment)
        if done.exception is not None and not isinstance(done.exception, UserError | SystemExit):
            raise done.exception
        return done.output + str(done.exception or "")

    def told(self, person: str, act: Callable[[], Any]) -> str:
        """The private sentence that an act leads to, or the window it opens."""
        if self.slack.view(person):
            self.slack.close_view(person)
        before = len(self.slack.ephemerals(person))
        act()
        self.slack.wait_until(lambda: len(self.slack.ephemerals(person)) > before or self.slack.view(person))
        news = self.slack.ephemerals(person)[before:]
        return str(news[0]["text"]) if news else "a window"

    def card(self, message: Message, word: str) -> str:
        """Post a card and give its ts."""
        key = f"card:{next(numbers)}"
        with self.bot.session() as session:
            outbox.enqueue(session, CHANNEL, message, key)
        return str(
            self.slack.wait_for_message(lambda message: word in str(message) and key in str(message.get("metadata")))[
                "ts"
            ]
        )


def header(database: Database, person: str) -> dict[str, str]:
    with Session(database.app) as session, session.begin():
        token = tokens.issue(session, person, tokens.SCOPES, datetime.now(UTC), timedelta(days=1), "test")
    return {"Authorization": f"Bearer {token}"}


def insight_of(house: House, team: str = "checkout", title: str = "RDS is up $9 a day") -> Insight:
    with Session(house.bot.database.app, expire_on_commit=False) as session, session.begin():
        row = Insight(
            fingerprint=str(next(numbers)),
            kind="anomaly",
            severity="high",
            title=title,
            team=team,
            currency="USD",
            impact_amount=Decimal(9),
        )
        session.add(row)
    return row


def proposal_of(house: House) -> int:
    with house.bot.session() as session:
        book = read_playbooks()["ec2-stop-idle"]
        return int(
            propose(session, plan_of("ec2-stop-idle", 1), book, "U0SOMEBODY", datetime.now(UTC), channel=CHANNEL).id
        )


def question_of(house: House) -> str:
    reference = f"Q{next(numbers):04d}"
    with Session(house.bot.database.app) as session, session.begin():
        answer = {"outcome": "answer", "text": "$5"}
        session.add(
            Question(
                reference=reference,
                asker=IDS[Role.VIEWER],
                question=f"cost {reference}",
                outcome="answer",
                sql="SELECT 5",
                answer=answer,
            )
        )
    return reference
