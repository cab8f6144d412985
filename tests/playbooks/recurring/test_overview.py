"""What people see of a recurring playbook."""

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from aws.clients import Cloud
from db.database import Database
from db.tables import OutboxMessage, RecurringRun
from playbooks.recurring import standing
from playbooks.recurring.overview import dates, overview, redraw, timetables
from playbooks.recurring.standing import ApprovalRequest
from tests.playbooks.recurring.builders import ARI, DUE, HOUSE, IDLE, idle, proposed, weekly


def test_the_timetable_says_what_is_next_who_approved_and_what_came_of_the_last(
    clean_database: Database, cloud: Cloud
) -> None:
    idle(clean_database, 1)
    book = weekly(maximum_resources_a_month=5)
    proposed(clean_database, cloud, book)
    with Session(clean_database.app) as session:
        standing.give(session, book, ARI, HOUSE, ApprovalRequest(date(2026, 12, 31)), DUE)
        [row] = timetables(session, {book.name: book, "x": IDLE}, HOUSE, DUE)
    assert (row.next_due, row.left_this_month, row.last) == (DUE + timedelta(days=7), 4, "2026-11-24: 1 proposed")
    assert (row.on, row.standing) == (True, ("Ari until 2026-12-31",))


def test_a_period_that_was_done_has_no_other_date(session: Session) -> None:
    """Whatever the file says now."""
    book = weekly(weekday="fri")
    assert book.recurring is not None
    session.add(
        RecurringRun(
            playbook=book.name, due_at=DUE, playbook_digest="", made_at=DUE, outcome="1 proposed", remediations=[]
        )
    )
    session.flush()
    friday = DUE + timedelta(days=10)
    assert dates(session, book.name, book.recurring, DUE, 2) == [friday, friday + timedelta(days=7)]


def test_the_card_says_scope_caps_and_what_no_longer_counts(session: Session) -> None:
    book = weekly(scope={"teams": ["web"]})
    standing.give(session, book, ARI, HOUSE, ApprovalRequest(date(2026, 12, 31)), DUE)
    edited = weekly(scope={"teams": ["web", "shop"]})
    fields = overview(session, edited, HOUSE, DUE)
    assert fields["scope"][0] == "teams web, shop"
    assert (fields["a_run"], fields["a_month"], fields["left_this_month"]) == (10, 20, 20)
    [row] = fields["standing"]
    assert (row["name"], row["until"]) == ("Ari", "2026-12-31")
    assert "changed since" in row["void"]


def test_the_newest_card_of_each_admin_channel_follows(clean_database: Database, cloud: Cloud) -> None:
    idle(clean_database, 1)
    book = weekly(active=False)
    proposed(clean_database, cloud, book, DUE - timedelta(days=7))
    proposed(clean_database, cloud, book)
    with Session(clean_database.app) as session, session.begin():
        redraw(session, book, HOUSE, DUE)
    with Session(clean_database.app) as session:
        rows = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id)).all()
        assert [row.update_key for row in rows] == [None, None, rows[1].key]
