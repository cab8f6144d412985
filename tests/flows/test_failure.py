"""The edge of every flow: a failure is told once, to those who can mend it and who asked, and raised again."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.errors import UserError
from config.organisation import Channel, Organisation
from db.database import Database
from db.tables import FlowRequest, OutboxMessage
from flows import failure

ORGANISATION = Organisation(
    channels=(Channel(channel="#admins", admin=True), Channel(channel="#ops", admin=True), Channel(channel="#web"))
)


def told(database: Database) -> dict[str, tuple[str | None, str]]:
    """Thread and text of each message, by channel."""
    with Session(database.app) as session:
        rows = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id)).all()
        return {row.channel: (row.thread_ts, row.payload["text"]) for row in rows}


def fail(database: Database, error: Exception, key: str | None = None) -> None:
    with failure.reporting_failures("ingest_costs", database, ORGANISATION, key):
        raise error


def test_what_people_can_mend_is_told_in_its_own_words(clean_database: Database) -> None:
    """In each admin channel and in the thread that asked, whose request is closed."""
    with Session(clean_database.app) as session, session.begin():
        session.add(
            FlowRequest(
                key="k",
                deployment="ingest_costs/ingest_costs",
                parameters={},
                state="started",
                requested_by="U1",
                channel="#web",
                thread_ts="1.2",
                result={},
                created_at=datetime.now(UTC),
            )
        )
    with pytest.raises(UserError, match="no bills"):
        fail(clean_database, UserError("There are no bills in s3://bills. Check the path."), "k")
    text = "The flow ingest_costs failed. There are no bills in s3://bills. Check the path."
    assert told(clean_database) == {"#web": ("1.2", text), "#admins": (None, text), "#ops": (None, text)}
    with Session(clean_database.app) as session:
        assert session.scalars(sa.select(FlowRequest.state)).one() == "failed"


def test_what_nobody_foresaw_is_a_reference(clean_database: Database, caplog: pytest.LogCaptureFixture) -> None:
    """Its text may hold anything: it is in the log, under the reference, and nowhere in Slack."""
    with pytest.raises(ValueError, match="canary"):
        fail(clean_database, ValueError("canary-secret"))
    texts = {text for _, text in told(clean_database).values()}
    assert len(texts) == 1
    text = texts.pop()
    assert "canary" not in text
    reference = text.split("Reference ")[1].split(":")[0]
    assert [record.exc_info is not None for record in caplog.records if reference in record.getMessage()] == [True]


def test_an_attempt_that_is_repeated_tells_nothing_yet(
    clean_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failure, "_will_be_repeated", lambda: True)
    with pytest.raises(UserError):
        fail(clean_database, UserError("away"))
    assert told(clean_database) == {}


def test_a_database_that_is_away_hides_no_failure(clean_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is raised is the flow's own error, not that it could not be told."""

    def away(*_: object) -> None:
        raise sa.exc.OperationalError("SELECT 1", {}, Exception("server closed the connection"))

    monkeypatch.setattr(failure, "report_failure", away)
    with pytest.raises(UserError, match="no bills"):
        fail(clean_database, UserError("no bills"))


def test_a_flow_that_ends_well_tells_nothing(clean_database: Database) -> None:
    with failure.reporting_failures("ingest_costs", clean_database, ORGANISATION):
        pass
    assert told(clean_database) == {}
