"""The flow that loads bills: for schedules, and for clicks that name per source or files."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Literal

from prefect import State, flow
from prefect.runtime import flow_run
from prefect.states import Failed
from sqlalchemy.orm import Session

from config.errors import UserError
from config.organisation import Organisation
from config.sections.bills import BillSource
from db import locks
from db.database import Database
from db.locks import Lock
from db.outgoing import outbox
from db.outgoing.messages import LoadCard
from domain.flows import flow_requests
from domain.flows.flow_requests import FlowAsk
from flows import failure
from flows.anomalies.detect_anomalies import detect_anomalies
from flows.ingest import showback
from flows.ingest.loading.delivery import ingest as ingest
from flows.ingest.loading.placing import supersede
from flows.ingest.loading.placing.replace import cost_to_json
from flows.ingest.loading.result import IngestResult
from flows.ingest.loading.result import combined as merged
from flows.ingest.spread import stager

_FILES = "files"  # what a run of paths without a source is called

Loaded = dict[str, dict[str, Any]]


def _run_name() -> str:
    """What the run is called in Prefect: the source, or which schedule."""
    given = flow_run.parameters or {}
    what = given.get("source") or (
        f"{len(given['paths'])} paths" if given.get("paths") else f"{given.get('schedule') or 'all'} sources"
    )
    return f"bills of {what}"


@flow(name="ingest_costs", flow_run_name=_run_name, retries=2, retry_delay_seconds=20)
def ingest_costs(
    source: str | None = None,
    paths: list[str] | None = None,
    schedule: Literal["hourly", "daily"] | None = None,
    accept: str | None = None,
    request_key: str | None = None,
) -> Loaded | State[Loaded]:
    """Load per source of finops.yaml, or these paths, or all sources (of a
    schedule); the result of each delivery by its source. `accept` is the digest of a held delivery that an operator
    accepted.

    Refused files end the run as failed without another attempt, for they would
    be refused again; what else fails is attempted three times.
    """
    with failure.running("ingest_costs", request_key) as (settings, organisation, database):
        results: dict[str, IngestResult] = {}
        for name, addresses in _deliveries(organisation, source, paths, schedule):
            with _alone(database, name):
                results[name] = ingest(
                    addresses,
                    database,
                    organisation,
                    source=None if name == _FILES else name,
                    accept=accept,
                    stager=stager(settings),
                )
        _ask_operators(database, organisation, results, paths)
    loaded = {name: result.to_json() for name, result in results.items()}
    refused = [load.error or "" for result in results.values() for load in result.loads if load.status == "failed"]
    if refused:
        failure.report_failure("ingest_costs", refused[0], database, organisation, request_key)
        return Failed(message=refused[0][:500], data=loaded)
    with Session(database.app) as session, session.begin():
        showback.refresh(session, organisation)
    _report(database, results, request_key)
    _detect(results)
    return loaded


def _ask_operators(
    database: Database, organisation: Organisation, results: dict[str, IngestResult], paths: list[str] | None
) -> None:
    """Put each held delivery to the operators; it is loaded as it is when one of them approves."""
    with Session(database.app) as session, session.begin():
        for name, result in results.items():
            if result.held is None:
                continue
            parameters = {"source": None if name == _FILES else name, "paths": paths, "accept": result.digest}
            what = f"Load the bills of {name if name != _FILES else ', '.join(paths or ())}"
            ask = FlowAsk("ingest_costs/ingest_costs", parameters, what)
            flow_requests.hold(session, ask, supersede.question(result.held), datetime.now(UTC), organisation)


def _deliveries(
    organisation: Organisation, source: str | None, paths: list[str] | None, schedule: str | None
) -> list[tuple[str, tuple[str, ...]]]:
    """The deliveries to load: (source, addresses)."""
    if paths:
        return [(source or _FILES, tuple(paths))]
    if source is None:
        return [(one.name, one.paths) for one in organisation.sources if schedule in (None, one.schedule)]
    chosen: BillSource | None = next((one for one in organisation.sources if one.name == source), None)
    if chosen is None:
        names = ", ".join(one.name for one in organisation.sources) or "none"
        raise UserError(f"finops.yaml has no source {source!r} (it has: {names}). Add it there, or name one of these.")
    return [(chosen.name, chosen.paths)]


@contextmanager
def _alone(database: Database, source: str) -> Iterator[None]:
    """Wait for other runs of this source, in any process; a run that dies frees it."""
    with database.owner.connect() as connection, locks.hold(connection, Lock.INGEST, source):
        yield


def _report(database: Database, results: dict[str, IngestResult], request_key: str | None) -> None:
    """Answer in the thread that asked: rows, totals, what changed."""
    merged = combined(results)
    with Session(database.app) as session, session.begin():
        request = flow_requests.close(session, request_key, "finished", merged, datetime.now(UTC))
        if request is not None and request.channel:
            card = LoadCard(
                type="load",
                loads=merged["loads"],
                replaced=merged["replaced"],
                rows=merged["rows"],
                rejected=merged["rejected"],
                totals=merged["totals"],
                standing=merged["standing"],
                title=merged["title"],
            )
            outbox.enqueue(session, request.channel, card, f"load:{request_key}", thread_ts=request.thread_ts)


def combined(results: dict[str, IngestResult]) -> dict[str, Any]:
    """The results of several deliveries as one, with totals by currency, for the card `load`."""
    whole = merged(results.values())
    return {
        **whole.to_json(),
        "totals": cost_to_json(whole.totals),
        "title": None if results else "finops.yaml names no source of bills.",
    }


def _detect(results: dict[str, IngestResult]) -> None:
    """Look for anomalies in what has just arrived, in this process, which is up
    already; its failure is its own and told by itself.
    """
    if flow_run.id and any(result.load_ids for result in results.values()):
        detect_anomalies(return_state=True)
