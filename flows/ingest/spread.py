"""The files of a delivery, each a task of Prefect's, in processes of this machine or on Dask."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from config.errors import UserError
from config.organisation import read_organisation
from config.settings import Settings, read_settings
from db import engines
from flows.ingest.loading.reading.apart import StagedFile, Stager, can_go_apart, stage_apart
from flows.ingest.loading.reading.bill import Bill
from flows.ingest.roads.pieces import BillFile


def stager(settings: Settings) -> Stager | None:
    """What stages files side by side; None where FINOPS_INGEST_TASK_RUNNER says that they come one after another."""
    if settings.ingest_task_runner == "none":
        return None

    def staged(bills: Sequence[Bill], source: str) -> Mapping[str, StagedFile | BaseException]:
        apart = [bill for bill in bills if can_go_apart(bill)]
        if len(apart) < 2:
            return {}
        with _runner(settings) as runner:
            futures = {
                bill.digest: runner.submit(
                    stage_file,
                    {
                        "path": str(bill.file.path),
                        "label": bill.file.label,
                        "digest": bill.digest,
                        "source": source,
                    },
                )
                for bill in apart
            }
            return {digest: future.result(raise_on_failure=False) for digest, future in futures.items()}

    return staged


@task(task_run_name="stage {label}", cache_policy=NO_CACHE, persist_result=False)
def stage_file(path: str, label: str, digest: str, source: str) -> StagedFile | UserError:
    """Stage one file, wherever this runs; a fault that people can mend is a result, so that no file is forgotten."""
    settings = read_settings()
    try:
        organisation = read_organisation(settings.config)
        database = engines.connect(settings)
        try:
            return stage_apart(BillFile(Path(path), label), digest, source, database, organisation)
        finally:
            database.dispose()
    except UserError as error:
        return error


def _runner(settings: Settings) -> Any:
    if settings.ingest_task_runner == "process":
        from prefect.task_runners import ProcessPoolTaskRunner

        return ProcessPoolTaskRunner(max_workers=settings.ingest_workers)
    try:
        from prefect_dask.task_runners import DaskTaskRunner
    except ImportError as error:
        raise UserError(
            "FINOPS_INGEST_TASK_RUNNER is dask, and its packages are not installed: install prefect-dask."
        ) from error
    if settings.ingest_dask_address:
        return DaskTaskRunner(address=settings.ingest_dask_address)
    return DaskTaskRunner(
        cluster_kwargs={"n_workers": settings.ingest_workers, "threads_per_worker": 1, "dashboard_address": None}
    )
