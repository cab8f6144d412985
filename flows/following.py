"""The request that a run belongs to: from the tags it was started with into its
log, its messages and the runs it starts.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from config import logs
from config.settings import Settings

_log = logging.getLogger(__name__)


@contextmanager
def followed(flow: str) -> Iterator[None]:
    """Work on the run's request for the length of a block; in a run of
    Prefect's the log is JSON, and says when the block begins and ends.
    """
    from prefect.context import FlowRunContext  # noqa: PLC0415 - slow to load, and only flows need it
    from prefect.runtime import flow_run  # noqa: PLC0415 - slow to load, and only flows need it

    if FlowRunContext.get() is None:
        yield
        return
    logs.configure(Settings().log_level)
    with logs.request(logs.tagged(flow_run.tags or []) or logs.new_request()):
        about = {"flow": flow, "flow_run": str(flow_run.id)}
        _log.info("the flow starts", extra=about)
        yield
        _log.info("the flow has ended", extra=about)
