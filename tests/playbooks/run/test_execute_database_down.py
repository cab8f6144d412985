"""Postgres goes away at every boundary of a run, forward and backward, and
comes back: nothing is done twice and the books agree with the account.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
import sqlalchemy as sa
from psycopg2 import OperationalError
from sqlalchemy.orm import Session

from aws.clients import Cloud
from db import audit
from db.database import Database
from playbooks.run.execute import execute
from tests.playbooks.builders import approve, propose, run_of, stored, undone_by
from tests.playbooks.conftest import run_instances, states
from tests.playbooks.resources import ACCOUNT

FORWARD = [
    "claimed",
    *(f"{name} step {step}" for step in range(2) for name in ("before", "recorded", "acted", "after")),
]
BACKWARD = ["claimed", *(f"{name} undo {step}" for step in range(2) for name in ("before", "recorded", "acted"))]


class Outage:
    """The database under the application: while `down`, its connections are dead and no new one is to be had."""

    def __init__(self, database: Database) -> None:
        self.database, self.down = database, False

    def begin(self) -> None:
        """Every session of the application ends, as when the server dies."""
        with self.database.app.connect() as connection:
            mine = "usename = current_user AND pid <> pg_backend_pid()"
            connection.exec_driver_sql(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {mine}")
            connection.invalidate()
        self.down = True

    def refuse(self) -> None:
        """Answer a wish for a connection as a server does that is not there."""
        if self.down:
            raise OperationalError("connection refused: the server is down")


@contextmanager
def outage(database: Database) -> Iterator[Outage]:
    found = Outage(database)
    dialect = database.app.dialect
    connect = dialect.connect

    def unless_down(*args: Any, **parameters: Any) -> Any:
        found.refuse()
        return connect(*args, **parameters)

    with patch.object(dialect, "connect", unless_down):
        yield found


@pytest.fixture
def changes(cloud: Cloud) -> list[str]:
    """Every instance that AWS was really told to stop or start, in order."""
    calls: list[str] = []

    def note(params: Any, model: Any, **_: Any) -> None:
        if model.name in ("StopInstances", "StartInstances") and params["body"].get("DryRun") != "true":
            calls.append(f"{model.name} {params['body']['InstanceId.1']}")

    cloud.client("ec2", ACCOUNT, "us-east-1", "act").meta.events.register("before-call.ec2", note)
    return calls


def run_into(database: Database, cloud: Cloud, number: int, boundary: str) -> None:
    """A run whose database goes away at a boundary; the worker ends with the database's error."""
    with outage(database) as server:

        def go_away(name: str) -> None:
            if name == boundary:
                server.begin()

        with pytest.raises(sa.exc.OperationalError):
            execute(replace(run_of(database, cloud), at_boundary=go_away), number)


@pytest.mark.parametrize("boundary", FORWARD)
def test_the_database_away_while_stopping(
    clean_database: Database, cloud: Cloud, changes: list[str], boundary: str
) -> None:
    """The next worker finds what was done on the live resources and repeats nothing."""
    ids = run_instances(2, {"team": "web"})
    number = propose(clean_database, cloud, ids)
    approve(clean_database, number)
    run_into(clean_database, cloud, number, boundary)
    before = states(ids)
    told = list(changes)
    state = execute(run_of(clean_database, cloud), number)
    assert (states(ids), changes) == (before, told)
    assert len(told) == len(set(told))
    found, steps = stored(clean_database, number)
    assert found == state
    for step, instance in zip(steps, before, strict=True):
        assert (step, instance) in {("verified", "stopped"), ("planned", "running"), ("unknown", "running")}
    with Session(clean_database.app) as session:
        assert isinstance(audit.verify(session), audit.Intact)


@pytest.mark.parametrize("boundary", BACKWARD)
def test_the_database_away_while_undoing(
    clean_database: Database, cloud: Cloud, changes: list[str], boundary: str
) -> None:
    """What was undone counts as undone, and the rest can be undone again."""
    ids = run_instances(2, {"team": "web"})
    number = propose(clean_database, cloud, ids)
    approve(clean_database, number)
    assert execute(run_of(clean_database, cloud), number) == "succeeded"
    undo = undone_by(clean_database, number)
    run_into(clean_database, cloud, undo, boundary)
    before = states(ids)
    execute(run_of(clean_database, cloud), undo)
    assert states(ids) == before
    assert len(changes) == len(set(changes))
    if "stopped" in before:
        assert execute(run_of(clean_database, cloud), undone_by(clean_database, number)) == "succeeded"
    assert states(ids) == ["running"] * 2


def test_an_approval_while_the_database_is_away_is_not_counted(clean_database: Database, cloud: Cloud) -> None:
    """The click ends with the database's error, nothing is decided, and the same click counts when it is back."""
    number = propose(clean_database, cloud, run_instances(1, {"team": "web"}))
    with outage(clean_database) as server:
        server.begin()
        with pytest.raises(sa.exc.OperationalError):
            approve(clean_database, number)
    assert stored(clean_database, number)[0] == "proposed"
    approve(clean_database, number)
    assert stored(clean_database, number)[0] == "approved"
