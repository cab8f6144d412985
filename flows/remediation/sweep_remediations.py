"""Expires old proposals, starts approved runs that never started, and settles or reports runs that hang."""

from collections.abc import Callable

from prefect import flow
from sqlalchemy.orm import Session

from aws.clients import cloud_of
from config.organisation import Organisation
from db.outgoing import outbox
from db.outgoing.messages import note
from flows import failure
from playbooks.approval.start import DEPLOYMENT
from playbooks.run.execute import RunContext, execute
from playbooks.run.housekeeping import HANGS_AFTER
from playbooks.run.housekeeping import sweep as look
from playbooks.schema import read_playbooks

_AGAIN_MINUTES = 5  # a run that found the account busy and did nothing is started again after so long


@flow(name="sweep_remediations", flow_run_name="sweep")
def sweep_remediations() -> dict[str, list[int]]:
    """Every minute. A remediation may be started by its click and by the sweep:
    the claim under the row's lock makes it one execution.
    """
    with failure.running("sweep_remediations") as (settings, organisation, database):
        run = RunContext(
            database.app, cloud_of(settings, organisation.remediation), organisation.remediation, read_playbooks()
        )
        return sweep(run, organisation, _start)


def sweep(run: RunContext, organisation: Organisation, start: Callable[[int, str], None]) -> dict[str, list[int]]:
    """One sweep; `start(remediation_id, idempotency_key)` starts its flow."""
    now = run.now()
    with Session(run.engine) as session, session.begin():
        swept = look(session, now, run.playbooks)
    for number in swept.waiting:
        start(number, f"remediation-{number}-{int(now.timestamp()) // (60 * _AGAIN_MINUTES)}")
    unsettled = [number for number in swept.silent if execute(run, number) in {"waiting", "running"}]
    stuck = [number for number in unsettled if number in swept.hanging]
    with Session(run.engine) as session, session.begin():
        _report(session, organisation, stuck)
    return {
        "started": list(swept.waiting),
        "settled": [number for number in swept.silent if number not in unsettled],
        "stuck": stuck,
    }


def _start(remediation_id: int, key: str) -> None:
    from prefect.deployments import run_deployment  # noqa: PLC0415 - slow to load, and only flows need it

    run_deployment(
        DEPLOYMENT,
        parameters={"remediation_id": remediation_id},
        timeout=0,
        idempotency_key=key,
        as_subflow=False,
    )


def _report(session: Session, organisation: Organisation, stuck: list[int]) -> None:
    minutes = HANGS_AFTER.seconds // 60
    for number in stuck:
        for channel in organisation.admin_channels():
            text = (
                f"Remediation {number} has been running for more than {minutes} minutes and cannot be settled. "
                "Look at its Prefect run and at AWS."
            )
            outbox.enqueue(session, channel, note(text), f"remediation:{number}:hangs:{channel}")
