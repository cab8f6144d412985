"""A bot's duties: what it notes, keeps and forgets, and how it waits for Prefect."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.process import background
from bot.process.duties import Duty
from bot.process.runtime import Runtime
from config.organisation import Organisation
from db import audit
from db.tables import AuditEntry, SlackEvent
from domain.flows import flow_requests
from tests.bot.conftest import TOMAS, Prefect


def duty(bot: Runtime, name: str) -> Duty:
    """Made anew, so that the bot's own is left as it is."""
    return next(one for one in background.duties_of(bot) if one.name == name)


def changes(bot: Runtime, subject: str) -> int:
    with Session(bot.database.app) as session:
        noted = sa.select(sa.func.count()).where(AuditEntry.action == "config.changed", AuditEntry.subject == subject)
        return session.scalar(noted) or 0


def test_a_change_of_the_organisation_file_is_noted_once(bot: Runtime) -> None:
    """The same content again is no change; playbooks have entries of their own."""
    for _ in range(2):
        duty(bot, "note_configuration").work()
    before = changes(bot, "finops.yaml")
    assert before == 1
    assert changes(bot, "playbook ec2-stop-idle") == 1
    bot.organisation = Organisation(name="renamed")
    duty(bot, "note_configuration").work()
    assert (changes(bot, "finops.yaml"), changes(bot, "playbook ec2-stop-idle")) == (2, 1)


def test_the_audit_logs_head_is_kept_outside_of_the_database(bot: Runtime) -> None:
    """What is written down is the end of the log; the bot itself may write entries beside."""
    with bot.session() as session:
        number = audit.append(session, "ann", "question.asked", "q", {}).id
    duty(bot, "keep_audit_head").work()
    kept = audit.heads_in(bot.settings.home)[-1]
    assert kept.entries >= number
    with Session(bot.database.app) as session:
        assert isinstance(audit.verify(session, [kept]), audit.Intact)


def test_a_home_that_cannot_be_written_ends_no_duty(
    bot: Runtime, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is a warning with the place; the head stands in the log of the process all the same."""
    file = tmp_path / "a-file"
    file.write_text("")
    bot.settings = bot.settings.model_copy(update={"home": file})
    with bot.session() as session:
        audit.append(session, "ann", "question.asked", "q", {})
        background.keep_head(bot, session)
    assert f"cannot be written to {file}" in caplog.text


def test_events_older_than_a_week_are_forgotten(bot: Runtime) -> None:
    with bot.session() as session:
        for event_id, days in (("old", 8), ("young", 6)):
            session.add(SlackEvent(event_id=event_id, seen_at=bot.clock() - timedelta(days=days), done_at=bot.clock()))
    duty(bot, "forget_events").work()
    with Session(bot.database.app) as session:
        assert session.scalars(sa.select(SlackEvent.event_id)).all() == ["young"]


def test_a_prefect_that_is_away_is_not_asked_every_second(bot: Runtime, prefect: Prefect) -> None:
    """One try in a while; the request is kept."""
    tries = []

    def start(*arguments: object) -> str:
        tries.append(arguments)
        raise flow_requests.PrefectDown("nobody answers")

    starting = duty(bot, "start_flows")
    bot.start_flow = start
    with bot.session() as session:
        ask = flow_requests.FlowAsk("ingest_costs/ingest_costs", {}, "Refresh bills")
        flow_requests.request(session, ask, bot.people.actor(TOMAS), bot.clock(), None, None, ())
    own = len(tries)  # the bot's own duty may have tried as well
    for _ in range(5):
        starting.work()
    assert len(tries) - own <= 2
    assert tries
    assert prefect.runs == {}
