"""Wraps every flow: connects it, reports a failure once to the admin channels and the requesting thread, then
re-raises.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from secrets import token_hex

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.errors import UserError
from config.organisation import Organisation, read_organisation
from config.settings import Settings, read_settings
from db import engines
from db.database import Database
from db.outgoing import outbox
from db.outgoing.messages import note
from domain.flows import flow_requests
from flows.following import followed

_log = logging.getLogger(__name__)


@contextmanager
def running(flow: str, request_key: str | None = None) -> Iterator[tuple[Settings, Organisation, Database]]:
    """What a run of a flow works with; whatever the block raises is told and raised again."""
    settings = read_settings()
    organisation = read_organisation(settings.config)
    database = engines.connect(settings)
    with reporting_failures(flow, database, organisation, request_key):
        yield settings, organisation, database


@contextmanager
def reporting_failures(
    flow: str, database: Database, organisation: Organisation, request_key: str | None = None
) -> Iterator[None]:
    """Whatever the block raises is told and raised again; an attempt that Prefect will repeat tells nothing yet."""
    try:
        with followed(flow):
            yield
    except Exception as error:
        if not _will_be_repeated():
            reason = str(error) if isinstance(error, UserError) else _referenced(flow)
            try:
                report_failure(flow, reason, database, organisation, request_key)
            except sa.exc.SQLAlchemyError:
                _log.exception("the failure of %s could not be told", flow)
        raise


def report_failure(
    flow: str, reason: str, database: Database, organisation: Organisation, request_key: str | None = None
) -> None:
    """Leave the sentence for the admin channels and for the thread that asked, and close its request."""
    from prefect.runtime import flow_run  # noqa: PLC0415 - slow to load, and only flows need it

    run = flow_run.id or token_hex(8)
    text = f"The flow {flow} failed. {reason}"
    with Session(database.app) as session, session.begin():
        request = flow_requests.close(session, request_key, "failed", {"reason": reason}, datetime.now(UTC))
        if request is not None and request.channel:
            outbox.enqueue(
                session,
                request.channel,
                note(text),
                f"flow:{run}:failed:thread",
                thread_ts=request.thread_ts,
            )
        for channel in organisation.admin_channels():
            outbox.enqueue(session, channel, note(text), f"flow:{run}:failed:{channel}")


def _will_be_repeated() -> bool:
    """Whether Prefect has attempts of this run left."""
    from prefect.context import FlowRunContext  # noqa: PLC0415 - slow to load, and only flows need it

    context = FlowRunContext.get()
    if context is None or context.flow is None or context.flow_run is None:
        return False
    return (context.flow_run.run_count or 1) <= (context.flow.retries or 0)


def _referenced(flow: str) -> str:
    reference = token_hex(3).upper()
    _log.exception("flow %s failed, reference %s", flow, reference)
    return f"Reference {reference}: its cause is in the log of the flows."
