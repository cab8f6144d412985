"""A lake of a few files, and a way to ask it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import polars as pl
import pytest
from moto.server import ThreadedMotoServer

from lake.columns import Kind, duckdb_columns, polars_type
from lake.place import Place, open_place
from lake.reading import EngineTimedOut, Failed, Found, Job, run
from lake.writer import Writer

COLUMNS: tuple[tuple[str, Kind], ...] = (
    ("usage_date", "date"),
    ("billing_account_id", "text"),
    ("billing_period_start", "time"),
    ("billing_period_end", "time"),
    ("team", "text"),
    ("effective_cost", "decimal"),
    ("tags", "map"),
)
START, END = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)
Ask = Callable[..., Found | EngineTimedOut | Failed]


def frame(count: int, account: str = "4029", cost: str = "1.000000000000000001") -> pl.DataFrame:
    """Rows of September, one a day, with a tag of each day's."""
    rows = [
        {
            "usage_date": START.date().replace(day=number % 30 + 1),
            "billing_account_id": account,
            "billing_period_start": START,
            "billing_period_end": END,
            "team": ("payments", "search", None)[number % 3],
            "effective_cost": Decimal(cost),
            "tags": [{"key": "owner", "value": f"o'{number % 2}"}],
        }
        for number in range(count)
    ]
    entries = pl.List(pl.Struct({"key": pl.String, "value": pl.String}))
    schema = {name: entries if kind == "map" else polars_type(kind) for name, kind in COLUMNS}
    return pl.DataFrame(rows, schema=schema).with_columns(pl.col("tags").cast(polars_type("map")))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A lake in a folder that is not there yet."""
    return open_place(tmp_path / "it's a lake")


@pytest.fixture
def ask(place: Place) -> Ask:
    """Asks the lake's thirty rows as a worker is asked."""
    writer = Writer(place)
    writer.add(1, "2026-09", 7, frame(30))
    writer.flush()

    def asked(sql: str, **changes: Any) -> Found | EngineTimedOut | Failed:
        given: dict[str, Any] = {
            "view": "SELECT * FROM line_items",
            "columns": duckdb_columns(COLUMNS),
            "files": [place.full(file.path) for file in writer.files],
            "rows": 100,
            "seconds": 20.0,
            "bytes": 1_000_000,
        }
        return run(Job(sql, **(given | changes)))

    return asked


@pytest.fixture
def s3_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadedMotoServer]:
    """S3 on loopback, with a bucket."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://{host}:{port}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    client = boto3.client("s3")
    client.create_bucket(Bucket="house")
    for item in client.list_objects_v2(Bucket="house").get("Contents", []):  # of tests before, in this process
        client.delete_object(Bucket="house", Key=item["Key"])
    yield server
    server.stop()
