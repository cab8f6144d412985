"""Opens tickets where nothing is changed, follows them, and closes them when the bill has decided."""

from datetime import UTC, datetime

from prefect import flow

from flows import failure
from playbooks.schema import read_playbooks
from playbooks.tickets.keep import Keeper, keep
from playbooks.tickets.trackers import tracker_of


@flow(name="keep_tickets", flow_run_name="tickets")
def keep_tickets() -> dict[str, list[int]]:
    """Every five minutes; returns the remediations whose ticket moved, by what it is now."""
    with failure.running("keep_tickets") as (settings, _, database):
        return keep(
            Keeper(
                database.app,
                read_playbooks(),
                lambda rule: tracker_of(settings, rule),
                lambda: datetime.now(UTC),
                settings.public_url,
            )
        )
