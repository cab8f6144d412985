"""What the tests beside this file share."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest
from botocore.exceptions import EndpointConnectionError
from sqlalchemy.orm import Session

from aws.clients import Cloud
from config.organisation import RemediationSettings
from db.database import Database
from playbooks.actions import ACTIONS
from playbooks.approval import lifecycle as life
from playbooks.proposals.plan import Plan
from playbooks.proposals.planning import make_plans
from playbooks.run.execute import RunContext
from playbooks.schema import Playbook
from tests.playbooks.builders import STOP, run_of, target
from tests.playbooks.conftest import APPROVER, NOW, REQUESTER

GONE = EndpointConnectionError(endpoint_url="https://ec2")


def approved(database: Database, cloud: Cloud, ids: list[str], book: Playbook = STOP) -> int:
    """A remediation of a playbook, approved."""
    plans = make_plans(book, [target(one) for one in ids], cloud, RemediationSettings(), NOW)
    assert isinstance(plans, list)
    plan: Plan = plans[0]
    with Session(database.app) as session, session.begin():
        number = life.propose(session, plan, book, REQUESTER.id, NOW, channel="#web").id
        assert isinstance(life.approve(session, number, APPROVER, NOW, {book.name: book}), life.Approved)
    return number


def running(database: Database, cloud: Cloud, book: Playbook = STOP, **changes: Any) -> RunContext:
    return replace(run_of(database, cloud), playbooks={book.name: book}, **changes)


def failing_at(monkeypatch: pytest.MonkeyPatch, part: str, call: int, error: Exception) -> None:
    """The n-th call of `observe`, `apply` or `undo` of ec2.stop raises; `apply` may have worked nevertheless."""
    action, calls = ACTIONS["ec2.stop"], iter(range(1_000))
    real: Callable[..., Any] = getattr(action, part)

    def sometimes(*arguments: Any) -> Any:
        if next(calls) == call:
            raise error
        return real(*arguments)

    monkeypatch.setitem(ACTIONS, "ec2.stop", replace(action, **cast(dict[str, Any], {part: sometimes})))
