"""Settings of loads: who reads the files of one delivery."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings


class IngestSettings(BaseSettings):
    """Where the files of a source of finops.yaml are read and checked, when a flow loads several at once."""

    ingest_task_runner: Literal["none", "process", "dask"] = Field(
        "none",
        description="none: one file after another in the run's own process; process: a task of Prefect's a file, in "
        "processes of this machine; dask: a task a file on Dask (prefect-dask)",
    )
    ingest_workers: int = Field(
        2, ge=1, le=256, description="Processes for these tasks, of this machine; each takes up to 1 GB of memory"
    )
    ingest_dask_address: str | None = Field(
        None,
        description="Dask scheduler for these tasks, tcp://host:port; unset: a cluster of processes of this machine",
    )
    ingest_work_pool: str | None = Field(
        None,
        description="Work pool of Prefect's whose workers run the loads of bills, instead of `finops flows serve`",
    )
