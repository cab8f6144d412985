"""Proposals and answers as the bot's tests need them."""

import time
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.process.runtime import Runtime
from db.tables import Remediation
from playbooks.approval.lifecycle import propose
from playbooks.proposals.plan import Plan, PlannedStep
from playbooks.schema import read_playbooks
from standins.slack import Handle
from tests.bot.conftest import MAYA

CHANNEL = "C0FINOPS01"


def plan_of(playbook: str, count: int) -> Plan:
    book = read_playbooks()[playbook]
    steps = tuple(
        PlannedStep(
            f"i-{n:04d}",
            f"web-{n}",
            "111122223333",
            "eu-west-1",
            book.steps[0].action,
            {},
            0,
            {},
            "stop",
            "peak CPU 2.1 %",
            153.0,
        )
        for n in range(count)
    )
    return Plan(
        playbook,
        book.digest(),
        "111122223333",
        "sandbox",
        "checkout",
        "dev",
        "USD",
        steps,
        (),
        "start again",
        "2026-11-23T10:04:00+00:00",
    )


def proposed(
    bot: Runtime,
    slack: Handle,
    count: int,
    insight: int | None = None,
    playbook: str = "ec2-stop-idle",
    button: str = "remediation_approve",
) -> dict[str, Any]:
    with bot.session() as session:
        propose(
            session,
            plan_of(playbook, count),
            read_playbooks()[playbook],
            MAYA,
            datetime.now(UTC),
            channel=CHANNEL,
            insight_id=insight,
        )
    return slack.wait_for_message(lambda message: button in str(message.get("blocks")))


def remediations(bot: Runtime) -> list[Remediation]:
    with Session(bot.database.app) as session:
        return list(session.scalars(sa.select(Remediation).order_by(Remediation.id)))


BOT = "<@U0FINOPS01>"


def of_bot(slack: Handle, channel: str) -> list[dict[str, Any]]:
    return [message for message in slack.messages(channel) if message.get("bot_id")]


def settled(slack: Handle, channel: str, count: int) -> list[dict[str, Any]]:
    """The bot's messages once there are `count`, after a moment in which a second one would have come."""
    slack.wait_until(lambda: len(of_bot(slack, channel)) >= count, 20)
    time.sleep(0.4)
    return of_bot(slack, channel)


def whispered(slack: Handle, user: str) -> str:
    """The first private sentence for somebody."""
    slack.wait_until(lambda: slack.ephemerals(user))
    return str(slack.ephemerals(user)[0]["text"])
