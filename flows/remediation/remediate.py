"""Run an approved remediation; the deployment behind the Approve button."""

from prefect import flow
from prefect.runtime import flow_run

from aws.clients import cloud_of
from flows import failure
from playbooks.run.execute import RunContext, run_queue_of_account
from playbooks.schema import read_playbooks


@flow(name="remediate", flow_run_name="remediation {remediation_id}")
def remediate(remediation_id: int) -> str:
    """Claim and run one remediation, then what else waits for its account;
    returns its state. A second run of the same one does nothing.
    """
    with failure.running("remediate") as (settings, organisation, database):
        run = RunContext(
            database.app, cloud_of(settings, organisation.remediation), organisation.remediation, read_playbooks()
        )
        return run_queue_of_account(
            run, remediation_id, str(flow_run.id) if flow_run.id else None, flow_run.ui_url or None
        )
