"""A ticket's life: wanted instead of a run, opened once, followed, and closed by the bill's word."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from aws.clients import Cloud
from config.access import Denied
from config.organisation import Organisation
from config.sections.tickets import TicketRule
from db.database import Database
from db.tables import AuditEntry, OutboxMessage, Recommendation, Remediation, Saving, Ticket
from playbooks.approval import lifecycle as life
from playbooks.proposals.planning import NothingToDo
from playbooks.proposals.proposing import propose_all
from playbooks.run.execute import RunContext, execute
from playbooks.tickets.keep import ATTEMPTS, Keeper, keep
from playbooks.tickets.port import Opened, TicketDraft, TrackerError
from tests.playbooks.conftest import states
from tests.playbooks.recurring.builders import ARI, DUE, HOUSE, IDLE, idle
from tests.playbooks.tickets.builders import github

BOOKS = {IDLE.name: IDLE}


@dataclass
class Board:
    """A tracker in memory; `dies` after it has done what it was asked, `refuses` before."""

    tickets: dict[str, TicketDraft] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    comments: list[str] = field(default_factory=list)
    refuses: str | None = None
    dies: bool = False

    def find(self, draft: TicketDraft) -> Opened | None:
        return next(
            (Opened(key, "https://x/1") for key, one in self.tickets.items() if one.marker == draft.marker), None
        )

    def open(self, draft: TicketDraft) -> Opened:
        self._look()
        key = str(len(self.tickets) + 1)
        self.tickets[key] = draft
        if self.dies:
            raise KeyboardInterrupt
        return Opened(key, f"https://x/{key}")

    def is_closed(self, key: str) -> bool:
        self._look()
        return key in self.closed

    def comment(self, key: str, text: str) -> None:
        self._look()
        self.comments.append(text)

    def close(self, key: str) -> None:
        self._look()
        self.closed.add(key)

    def _look(self) -> None:
        if self.refuses:
            raise TrackerError(self.refuses)


@pytest.fixture
def house() -> Organisation:
    """Nothing is changed in dev."""
    rule = github("https://api.github.com", environments=["dev"])
    return HOUSE.model_copy(update={"remediation": HOUSE.remediation.model_copy(update={"tickets": (rule,)})})


def wanted(database: Database, cloud: Cloud, house: Organisation) -> int:
    with Session(database.app) as session, session.begin():
        made = propose_all(session, IDLE, cloud, house, "U0VIC00001", DUE)
        assert isinstance(made, list)
        return made[0]


def kept(database: Database, board: Board, hours: float = 0) -> dict[str, list[int]]:
    @contextmanager
    def tracker(_rule: TicketRule) -> Iterator[Board]:
        yield board

    now = DUE + timedelta(hours=hours)
    return keep(Keeper(database.app, BOOKS, tracker, lambda: now, "https://finops.example"))


def gone(database: Database, ids: list[str]) -> None:
    with Session(database.app) as session, session.begin():
        session.execute(sa.update(Recommendation).where(Recommendation.resource_id.in_(ids)).values(status="gone"))


def decided(database: Database) -> None:
    """The bill has spoken on every saving."""
    with Session(database.app) as session, session.begin():
        realized = {"status": "validated", "realized_monthly_savings": Decimal(95)}
        session.execute(sa.update(Saving).values(**realized))


def state(database: Database, number: int) -> tuple[str, str]:
    with Session(database.app) as session:
        ticket = session.scalars(sa.select(Ticket).where(Ticket.remediation_id == number)).one()
        return session.get_one(Remediation, number).state, ticket.state


def test_a_ticket_is_opened_instead_of_a_run_and_closed_by_the_bill(
    clean_database: Database, cloud: Cloud, house: Organisation
) -> None:
    """Nobody can approve it, no second proposal takes its resources, the thread and the card name it."""
    ids, board = idle(clean_database, 2), Board()
    number = wanted(clean_database, cloud, house)
    with Session(clean_database.app) as session, session.begin():
        assert isinstance(life.approve(session, number, ARI, DUE, BOOKS), Denied)
        assert isinstance(propose_all(session, IDLE, cloud, house, "U0VIC00001", DUE), NothingToDo)
    assert kept(clean_database, board) == {"open": [number]}
    [draft] = board.tickets.values()
    assert draft.title == "Stop idle EC2 instances in sandbox: saves $199 a month"
    assert draft.link == f"https://finops.example/approvals/{number}"
    assert [line.split(" (")[0] for line in draft.lines] == ["web-0", "web-1"]
    assert kept(clean_database, board) == {}
    gone(clean_database, ids[:1])
    assert kept(clean_database, board) == {}
    gone(clean_database, ids)
    assert kept(clean_database, board, 24) == {"applied": [number]}
    assert kept(clean_database, board, 25) == {}
    decided(clean_database)
    assert kept(clean_database, board, 500) == {"closed": [number]}
    assert (board.closed, board.comments) == (
        {"1"},
        ["The bill says: verified: $190 of $199 a month; nothing moved elsewhere."],
    )
    assert state(clean_database, number) == ("closed", "closed")
    assert states(ids) == ["running"] * 2
    with Session(clean_database.app) as session:
        lines = session.scalars(sa.select(OutboxMessage.payload["line"].astext)).all()
        assert f"platform/infra#1 is open for remediation {number}: https://x/1" in lines
        assert "Its ticket is closed." in lines
        days = session.execute(sa.select(Saving.resource_id, Saving.applied_on).order_by(Saving.id)).all()
        assert [(one, day - DUE.date()) for one, day in days] == [
            (ids[0], timedelta()),
            (ids[1], timedelta(days=1)),
        ]
        actions = session.scalars(sa.select(AuditEntry.action)).all()
        assert actions[-2:] == ["ticket.opened", "ticket.closed"]


def test_what_was_approved_before_acting_was_forbidden_does_not_run(
    clean_database: Database, cloud: Cloud, house: Organisation
) -> None:
    """The file as it is when the run would begin decides."""
    ids = idle(clean_database, 1)
    number = wanted(clean_database, cloud, HOUSE)
    with Session(clean_database.app) as session, session.begin():
        assert isinstance(life.approve(session, number, ARI, DUE, BOOKS), life.Approved)
    run = RunContext(clean_database.app, cloud, house.remediation, BOOKS, now=lambda: DUE, sleep=lambda _: None)
    assert execute(run, number) == "void"
    assert states(ids) == ["running"]


def test_a_schedule_leaves_no_ticket(clean_database: Database, cloud: Cloud, house: Organisation) -> None:
    """No bill could ever close it."""
    idle(clean_database, 1)
    nightly = IDLE.model_copy(update={"savings": IDLE.savings.model_copy(update={"tracked": False})})
    with Session(clean_database.app) as session, session.begin():
        made = propose_all(session, nightly, cloud, house, "U0VIC00001", DUE)
        assert isinstance(made, NothingToDo)
        assert "nothing may be changed there" in made.reason


def test_a_worker_that_dies_after_it_opened_one_opens_no_second(
    clean_database: Database, cloud: Cloud, house: Organisation
) -> None:
    idle(clean_database, 1)
    board = Board(dies=True)
    number = wanted(clean_database, cloud, house)
    with pytest.raises(KeyboardInterrupt):
        kept(clean_database, board)
    assert state(clean_database, number) == ("ticket", "wanted")
    board.dies = False
    assert kept(clean_database, board) == {"open": [number]}
    assert len(board.tickets) == 1


def test_what_people_close_without_doing_it_is_let_be(
    clean_database: Database, cloud: Cloud, house: Organisation
) -> None:
    """For a month; then it may be proposed again."""
    idle(clean_database, 1)
    board = Board(closed={"1"})
    number = wanted(clean_database, cloud, house)
    assert kept(clean_database, board) == {"open": [number]}
    assert kept(clean_database, board) == {"closed": [number]}
    assert board.comments == []
    with Session(clean_database.app) as session, session.begin():
        assert isinstance(propose_all(session, IDLE, cloud, house, "U0VIC00001", DUE), NothingToDo)
        later = DUE + timedelta(days=31)
        assert isinstance(propose_all(session, IDLE, cloud, house, "U0VIC00001", later), list)


def test_a_tracker_that_refuses_is_asked_ever_more_rarely_and_given_up(
    clean_database: Database, cloud: Cloud, house: Organisation
) -> None:
    """Its resources are free again, and the thread says why."""
    idle(clean_database, 1)
    board = Board(refuses="api.github.com answered 403")
    number = wanted(clean_database, cloud, house)
    assert kept(clean_database, board) == {"failed": [number]}
    assert kept(clean_database, board, 0.01) == {}
    for attempt in range(1, ATTEMPTS):
        assert kept(clean_database, board, 48 * attempt) == {"failed": [number]}
    assert state(clean_database, number) == ("void", "failed")
    with Session(clean_database.app) as session:
        reason = session.get_one(Remediation, number).reason
    assert reason == "its ticket could not be opened: api.github.com answered 403"
    assert kept(clean_database, board, 9_999) == {}


def test_the_comment_is_made_once_though_closing_fails(
    clean_database: Database, cloud: Cloud, house: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids, board = idle(clean_database, 1), Board()
    number = wanted(clean_database, cloud, house)
    kept(clean_database, board)
    gone(clean_database, ids)
    kept(clean_database, board)
    decided(clean_database)

    def refuse(_key: str) -> None:
        raise TrackerError("no transition")

    with monkeypatch.context() as context:
        context.setattr(board, "close", refuse)
        assert kept(clean_database, board, 1) == {"failed": [number]}
    assert kept(clean_database, board, 50) == {"closed": [number]}
    assert len(board.comments) == 1
