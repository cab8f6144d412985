"""Many approved remediations at once: none lost, none doubled."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from aws.clients import Cloud
from config.organisation import RemediationSettings
from db import audit
from db.database import Database
from db.tables import AuditEntry
from db.tables import Remediation as Stored
from playbooks.approval import lifecycle as life
from playbooks.proposals.planning import make_plans
from playbooks.run.execute import run_queue_of_account
from tests.playbooks.builders import PLAYBOOKS, run_of, target
from tests.playbooks.conftest import APPROVER, NOW, REQUESTER, run_instances, states

QUEUED = 200
STOP = PLAYBOOKS["ec2-stop-idle"]


def test_a_queue_runs_through_with_none_lost_or_doubled(clean_database: Database, cloud: Cloud) -> None:
    """Every start comes twice, from four workers at once, all for one account."""
    ids = run_instances(QUEUED, {"team": "web"})
    with Session(clean_database.app) as session, session.begin():
        numbers = [_approved(session, cloud, one) for one in ids]
    run = replace(run_of(clean_database, cloud), limits=RemediationSettings(maximum_resources_a_day=QUEUED))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: run_queue_of_account(run, number), [*numbers, *numbers]))
    assert states(ids) == ["stopped"] * QUEUED
    with Session(clean_database.app) as session:
        assert set(session.scalars(sa.select(Stored.state))) == {"succeeded"}
        assert session.scalar(sa.select(sa.func.count()).where(AuditEntry.action == "step.acting")) == QUEUED
        assert isinstance(audit.verify(session), audit.Intact)


def _approved(session: Session, cloud: Cloud, resource: str) -> int:
    plans = make_plans(STOP, [target(resource)], cloud, RemediationSettings(), NOW)
    assert isinstance(plans, list)
    number = life.propose(session, plans[0], STOP, REQUESTER.id, NOW, channel=None).id
    assert isinstance(life.approve(session, number, APPROVER, NOW, PLAYBOOKS), life.Approved)
    return number
