"""Deletes what finops.yaml no longer keeps: charges by whole months, questions with their answers, the beginning of the
audit log.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from prefect import flow
from sqlalchemy.orm import Session

from config.organisation import Retention
from db import audit
from db.database import Database
from db.outgoing.message_keys import ANSWERS
from db.tables import (
    FlowRequest,
    ForecastRow,
    HourlyUtilization,
    ModelReply,
    ModelUse,
    OutboxMessage,
    Question,
    Utilization,
)
from flows import failure
from flows.ingest.loading.placing import lake_fill
from flows.retention import expiry
from lake.place import place_of
from lake.sweep import sweep


@dataclass(frozen=True)
class Removed:
    """What was deleted: billing months, and rows by kind."""

    months: tuple[str, ...] = ()
    measurements: int = 0
    questions: int = 0
    messages: int = 0
    audit_entries: int = 0


@flow(name="apply_retention", flow_run_name="retention", retries=1, retry_delay_seconds=60)
def apply_retention() -> dict[str, object]:
    """Every night; what was deleted. Settings of 0 days delete nothing."""
    with failure.running("apply_retention") as (_, organisation, database):
        return asdict(apply(database, organisation.retention, datetime.now(UTC)))


def apply(database: Database, retention: Retention, now: datetime) -> Removed:
    """Each part in a transaction of its own, noted in the audit log with it.
    Raises `UserError` when the audit log is broken and so is not cut.
    """
    lake_fill.fill(database)  # what an older release left in the database
    months, measurements = _charges(database, _first_day(retention.charges_days, now))
    sweep(database.owner, place_of(database), now)
    questions, messages = _questions(database, _first_day(retention.questions_days, now))
    entries = 0
    if retention.audit_days:
        with Session(database.owner) as session, session.begin():
            entries = audit.shorten(session, now - timedelta(days=retention.audit_days))
    return Removed(months, measurements, questions, messages, entries)


def _first_day(days: int, now: datetime) -> date | None:
    """The first day that is kept, None for all."""
    return now.date() - timedelta(days=days) if days else None


def _charges(database: Database, first: date | None) -> tuple[tuple[str, ...], int]:
    if first is None:
        return (), 0
    with Session(database.owner) as session, session.begin():
        connection = session.connection()
        months = tuple(expiry.drop_months_before(connection, first))
        count = expiry.drop_rejected_rows(connection, first)
        for table, day in (
            (Utilization, Utilization.usage_date),
            (HourlyUtilization, sa.cast(HourlyUtilization.usage_hour, sa.Date)),
            (ForecastRow, ForecastRow.forecast_date),
        ):
            count += _deleted(session, sa.delete(table).where(day < first))
        if months:
            audit.append(session, "system", "retention.charges", "charges", {"months": months, "first_day_kept": first})
    return months, count


def _questions(database: Database, first: date | None) -> tuple[int, int]:
    """Questions but for those that were made examples, and messages that answered them."""
    if first is None:
        return 0, 0
    with Session(database.owner) as session, session.begin():
        questions = _deleted(session, sa.delete(Question).where(Question.asked_at < first, Question.golden.is_(False)))
        answers = sa.or_(*(OutboxMessage.key.startswith(key, autoescape=True) for key in ANSWERS))
        messages = _deleted(session, sa.delete(OutboxMessage).where(OutboxMessage.delivered_at < first, answers))
        _deleted(session, sa.delete(ModelReply).where(ModelReply.made_at < first))
        _deleted(session, sa.delete(ModelUse).where(ModelUse.day < first))
        _deleted(session, sa.delete(FlowRequest).where(FlowRequest.finished_at < first))
        if questions:
            audit.append(
                session, "system", "retention.questions", "questions", {"count": questions, "first_day_kept": first}
            )
    return questions, messages


def _deleted(session: Session, statement: sa.Delete) -> int:
    count: int = session.connection().execute(statement).rowcount
    return count
