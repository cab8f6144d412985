"""Run an approved remediation; the deployment behind the Approve button."""

from prefect import flow
from prefect.runtime import flow_run

from db import engines
from playbooks.cloud import cloud_of
from playbooks.execution import Run, execute
from playbooks.schema import read_playbooks
from settings import read_organisation, read_settings


@flow(name="remediate", flow_run_name="remediation {remediation_id}")
def remediate(remediation_id: int) -> str:
    """Claim and run one remediation; returns its state. A second run of the same one finds it claimed and does nothing."""
    settings = read_settings()
    organisation = read_organisation(settings.config)
    run = Run(engines.connect(settings).app, cloud_of(settings, organisation.remediation), organisation.remediation, read_playbooks())
    return execute(run, remediation_id, str(flow_run.id) if flow_run.id else None)
