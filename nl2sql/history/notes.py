"""Notes that teams teach and an admin reviews: other names for what is in the bills, and sentences for the model."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.access import Actor, Denied, Permission, check
from db import audit
from db.database import Database
from db.tables import TaughtNote
from nl2sql.catalog.known_values import Facts, NoData, facts
from nl2sql.catalog.linking import Taught
from nl2sql.history.teaching import Lesson

_MOST = 200  # in force for one asker
State = Literal["waiting", "approved", "rejected", "withdrawn"]


def teach(session: Session, lesson: Lesson, actor: Actor, now: datetime, channel: str | None) -> TaughtNote | Denied:
    """Keep a note of the actor's teams: an admin's holds at once, anybody else's waits for one. The same note that
    waits or holds already is given back. The caller commits.
    """
    if isinstance(denied := check(actor, Permission.TEACH), Denied):
        return denied
    teams = sorted(actor.teams)
    open_ones = TaughtNote.state.in_(("waiting", "approved"))
    again = sa.select(TaughtNote).where(
        open_ones,
        TaughtNote.text == lesson.text,
        TaughtNote.teams == sa.cast(teams, TaughtNote.teams.type),
        TaughtNote.valid_through == lesson.valid_through,
    )
    if (row := session.scalar(again.limit(1))) is not None:
        return row
    reviews = not isinstance(check(actor, Permission.PROMOTE_QUESTION), Denied)
    row = TaughtNote(
        text=lesson.text,
        words=lesson.words,
        dimension=lesson.dimension,
        values=list(lesson.values),
        label=lesson.label,
        teams=teams,
        valid_through=lesson.valid_through,
        state="approved" if reviews else "waiting",
        taught_by=actor.id,
        taught_at=now,
        decided_by=actor.id if reviews else None,
        decided_at=now if reviews else None,
        channel=channel,
    )
    session.add(row)
    session.flush()
    audit.append(session, actor.id, "note.taught", str(row.id), _audited_details(row))
    return row


def decide(session: Session, number: int, actor: Actor, now: datetime, *, approve: bool) -> TaughtNote | Denied:
    """Approve or reject a note that waits; only admins may. The caller commits."""
    if isinstance(denied := check(actor, Permission.PROMOTE_QUESTION), Denied):
        return denied
    row = session.scalar(sa.select(TaughtNote).where(TaughtNote.id == number).with_for_update())
    if row is None:
        return Denied(f"There is no note {number}.")
    if row.state != "waiting":
        return Denied(f"Note {number} is {row.state} already.")
    row.state, row.decided_by, row.decided_at = "approved" if approve else "rejected", actor.id, now
    audit.append(session, actor.id, f"note.{row.state}", str(row.id), _audited_details(row))
    return row


def withdraw(session: Session, number: int, actor: Actor, now: datetime) -> TaughtNote | Denied:
    """Take a note back; its author may, and an admin. The caller commits."""
    row = session.scalar(sa.select(TaughtNote).where(TaughtNote.id == number).with_for_update())
    if row is None or not _may_see(row, actor):
        return Denied(f"There is no note {number}.")
    denied = check(actor, Permission.PROMOTE_QUESTION)
    if isinstance(denied, Denied) and row.taught_by not in {actor.id, *actor.known_as}:
        return denied
    if row.state not in ("waiting", "approved"):
        return Denied(f"Note {number} is {row.state} already.")
    row.state, row.decided_by, row.decided_at = "withdrawn", actor.id, now
    audit.append(session, actor.id, "note.withdrawn", str(row.id), _audited_details(row))
    return row


def listed(session: Session, actor: Actor, state: State | None = None) -> Sequence[TaughtNote]:
    """The notes that an actor may see, newest first."""
    statement = sa.select(TaughtNote).order_by(TaughtNote.id.desc())
    if state:
        statement = statement.where(TaughtNote.state == state)
    return _visible(session, statement, actor)


def in_force(session: Session, asker: Actor, day: date) -> tuple[Taught, ...]:
    """What holds for an asker on a day, the oldest first: of their own teams, and what somebody of no team taught."""
    holds = TaughtNote.state == "approved", TaughtNote.valid_through >= day
    rows = _visible(session, sa.select(TaughtNote).where(*holds).order_by(TaughtNote.id), asker)
    return tuple(
        Taught(row.text, row.words or "", row.dimension or "", tuple(row.values), row.label or "") for row in rows
    )


def facts_for(database: Database, synonyms: Mapping[str, tuple[str, ...]], asker: Actor, day: date) -> Facts | NoData:
    """The data's version, reach and names as an asker knows them on a day, with what was taught them."""
    with Session(database.app) as session:
        taught = in_force(session, asker, day)
    return facts(database.app, asker, synonyms, taught)


def _visible(session: Session, statement: "sa.Select[tuple[TaughtNote]]", actor: Actor) -> list[TaughtNote]:
    """Those of the rows that an actor may see, at most as many as are kept in mind."""
    return list(islice((row for row in session.scalars(statement) if _may_see(row, actor)), _MOST))


def _may_see(row: TaughtNote, actor: Actor) -> bool:
    return actor.sees_all or not row.teams or bool(actor.teams.intersection(row.teams))


def _audited_details(row: TaughtNote) -> dict[str, object]:
    """The details of a note for the audit log."""
    details: dict[str, object] = {"text": row.text, "teams": row.teams, "valid_through": row.valid_through.isoformat()}
    return {**details, "means": {row.dimension: row.values}} if row.dimension else details
