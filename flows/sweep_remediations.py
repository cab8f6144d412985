"""Expire old proposals, start what was approved and never started, settle or report what hangs."""

from datetime import UTC, datetime

from prefect import flow
from prefect.deployments import run_deployment
from sqlalchemy.orm import Session

from db import engines, outbox
from playbooks import remediation as life
from playbooks.cloud import cloud_of
from playbooks.execution import Run, execute
from playbooks.schema import read_playbooks
from settings import Organisation, read_organisation, read_settings


@flow(name="sweep_remediations", flow_run_name="sweep")
def sweep_remediations() -> dict[str, list[int]]:
    """Every minute; each remediation is started under its own idempotency key, so the click's own start and the sweep's are one run."""
    settings = read_settings()
    organisation, playbooks = read_organisation(settings.config), read_playbooks()
    database = engines.connect(settings)
    with Session(database.app) as session, session.begin():
        waiting, hanging = life.sweep(session, datetime.now(UTC), playbooks)
    bucket = f"{datetime.now(UTC):%Y%m%d%H}-{datetime.now(UTC).minute // 5}"  # a run that found its account busy is started again later
    for number in waiting:
        run_deployment(
            "remediate/remediate", parameters={"remediation_id": number}, timeout=0, idempotency_key=f"remediation-{number}-sweep"
        )
    run = Run(database.app, cloud_of(settings, organisation.remediation), organisation.remediation, playbooks)
    stuck = [number for number in hanging if execute(run, number) == "waiting"]
    with Session(database.app) as session, session.begin():
        _report(session, organisation, stuck)
    return {"started": list(waiting), "stuck": stuck}


def _report(session: Session, organisation: Organisation, stuck: list[int]) -> None:
    for number in stuck:
        for channel in organisation.admin_channels():
            text = f"Remediation {number} has been running for more than {life.HANGS_AFTER.seconds // 60} minutes; its worker still holds it. Look at its Prefect run."
            outbox.leave(session, channel, "note", {"text": text}, f"remediation:{number}:hangs:{channel}")
