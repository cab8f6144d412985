"""Many approved remediations at once: none lost, none doubled."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import audit
from db.engines import Database
from db.tables import AuditEntry
from db.tables import Remediation as Stored
from playbooks.cloud import Cloud
from playbooks.execution import drain
from settings import Remediation
from tests.playbooks.conftest import run_instances, states
from tests.playbooks.test_execution import approve, propose, run_of

QUEUED = 40


def test_a_queue_runs_through_with_none_lost_or_doubled(clean_database: Database, cloud: Cloud) -> None:
    """Every start comes twice, from four workers at once, all for one account."""
    ids = run_instances(QUEUED, {"team": "web"})
    numbers = [propose(clean_database, cloud, [one]) for one in ids]
    for number in numbers:
        approve(clean_database, number)
    run = replace(run_of(clean_database, cloud), limits=Remediation(maximum_resources_a_day=QUEUED))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: drain(run, number), [*numbers, *numbers]))
    assert states(ids) == ["stopped"] * QUEUED
    with Session(clean_database.app) as session:
        assert set(session.scalars(sa.select(Stored.state))) == {"succeeded"}
        assert session.scalar(sa.select(sa.func.count()).where(AuditEntry.action == "step.acting")) == QUEUED
        assert isinstance(audit.verify(session), audit.Intact)
