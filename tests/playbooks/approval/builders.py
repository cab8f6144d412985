"""Proposals to decide on, and what a refusal says."""

from dataclasses import replace

from sqlalchemy.orm import Session

from config.access import Denied
from db.database import Database
from playbooks.approval import lifecycle as life
from playbooks.schema import Playbook
from tests.playbooks.builders import BOOK, plan
from tests.playbooks.conftest import APPROVER, NOW, REQUESTER

OTHER = replace(APPROVER, id="U-OTHER", name="Olu")


def proposed(database: Database, book: Playbook = BOOK, count: int = 2) -> int:
    """The number of a new proposal."""
    with Session(database.app) as session, session.begin():
        return life.propose(session, plan(count, book), book, REQUESTER.id, NOW, channel=None).id


def reason(decision: object) -> str:
    """Why it was refused; it must have been."""
    assert isinstance(decision, Denied), decision
    return decision.reason
