"""Proposes what recurring playbooks are due for."""

from datetime import UTC, datetime

from prefect import flow
from sqlalchemy.orm import Session

from aws.clients import cloud_of
from flows import failure
from playbooks.recurring.runs import propose_due
from playbooks.schema import read_playbooks


@flow(name="propose_recurring", flow_run_name="recurring playbooks")
def propose_recurring() -> list[int]:
    """Every quarter of an hour; returns the proposals it left. Each date of a playbook is done once."""
    with failure.running("propose_recurring") as (settings, organisation, database), Session(database.app) as session:
        limits = organisation.remediation
        return propose_due(
            session, read_playbooks(), lambda: cloud_of(settings, limits), organisation, datetime.now(UTC)
        )
