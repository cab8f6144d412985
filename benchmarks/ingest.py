"""Load FOCUS rows and compare with a bare COPY of the same rows: python -m
benchmarks.ingest [ROWS …], 1M and 10M when none are given.

Each run has a database of its own. The bare COPY gets the cleaned rows as CSV from memory-cached disk into
an empty table of the same columns, made in the same transaction, as the load does it. Bars: throughput at
least 0.35 of the bare COPY, peak memory of the loading process under 1.5 GB. On a machine that does other
work too, the processor time of both (client and server, Linux only) tells more than the clock.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from config.organisation import Organisation
from config.settings import Settings
from db import engines, focus
from db.database import Database
from db.embedded import postgres
from flows.ingest.loading.placing.staging import driver_cursor

RATIO, MEMORY_GB = 0.35, 1.5
_PIECE = 250_000
_HOURS = 744
_SERVICES = (
    "Amazon Elastic Compute Cloud",
    "Amazon Simple Storage Service",
    "Amazon Relational Database Service",
    "AWS Lambda",
    "Amazon CloudFront",
)


def write_bill(path: Path, rows: int, seed: int = 7) -> None:
    """A billing account's month of hourly charges: each resource has one an
    hour; 3,000 distinct tag sets, 60 applications, 5 services.
    """
    random = np.random.default_rng(seed)
    resources = random.integers(0, 3_000, rows // _HOURS + 1)
    with path.open("wb") as file:
        for start in range(0, rows, _PIECE):
            piece = _piece(random, resources, start, min(_PIECE, rows - start))
            piece.write_csv(file, include_header=start == 0)


def _piece(random: np.random.Generator, tag_sets: np.ndarray, start: int, rows: int) -> pl.DataFrame:
    hour, resource = np.divmod(np.arange(start, start + rows), len(tag_sets))
    hours = np.datetime64("2026-10-01T00:00:00", "ms") + hour * np.timedelta64(1, "h")
    cost = np.round(random.gamma(0.6, 0.4, rows), 10)
    numbers = pl.DataFrame(
        {
            "r": resource,
            "t": tag_sets[resource],
            "sku": resource % 400,
            "cost": cost,
            "quantity": np.round(cost * 11, 6),
            "start": hours,
        }
    )
    text = pl.lit
    return numbers.with_columns(
        pl.col("start").dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("from"),
        pl.col("start").dt.offset_by("1h").dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("to"),
    ).select(
        text("us-east-1a").alias("AvailabilityZone"),
        pl.col("cost").alias("BilledCost"),
        text("402911876530").alias("BillingAccountId"),
        text("Northwind Retail").alias("BillingAccountName"),
        text("USD").alias("BillingCurrency"),
        text("2026-11-01T00:00:00Z").alias("BillingPeriodEnd"),
        text("2026-10-01T00:00:00Z").alias("BillingPeriodStart"),
        text("Usage").alias("ChargeCategory"),
        pl.format("SKU {} in US East (N. Virginia), per unit", "sku").alias("ChargeDescription"),
        text("Usage-Based").alias("ChargeFrequency"),
        pl.col("to").alias("ChargePeriodEnd"),
        pl.col("from").alias("ChargePeriodStart"),
        text(None, dtype=pl.String).alias("CommitmentDiscountId"),
        pl.col("quantity").alias("ConsumedQuantity"),
        text("Hours").alias("ConsumedUnit"),
        pl.col("cost").alias("ContractedCost"),
        pl.col("cost").alias("EffectiveCost"),
        text("Amazon Web Services, Inc.").alias("InvoiceIssuerName"),
        pl.col("cost").alias("ListCost"),
        text("Standard").alias("PricingCategory"),
        pl.col("quantity").alias("PricingQuantity"),
        text("Hours").alias("PricingUnit"),
        text("AWS").alias("ProviderName"),
        text("Amazon Web Services, Inc.").alias("PublisherName"),
        text("us-east-1").alias("RegionId"),
        text("US East (N. Virginia)").alias("RegionName"),
        pl.format("arn:aws:ec2:us-east-1:210045678801:instance/i-{}", pl.col("r").cast(pl.String).str.zfill(17)).alias(
            "ResourceId"
        ),
        pl.format("node-{}", "r").alias("ResourceName"),
        text("Instance").alias("ResourceType"),
        text("Compute").alias("ServiceCategory"),
        pl.col("sku")
        .map_elements(lambda sku: _SERVICES[sku % len(_SERVICES)], return_dtype=pl.String)
        .alias("ServiceName"),
        pl.format("SKU{}", "sku").alias("SkuId"),
        pl.format("BoxUsage:m5.{}", "sku").alias("SkuMeter"),
        pl.format("SKU{}.JRTCKXETXF", "sku").alias("SkuPriceId"),
        pl.format("21004567880{}", pl.col("t") % 10).alias("SubAccountId"),
        pl.format("account-{}", pl.col("t") % 10).alias("SubAccountName"),
        pl.format(
            '{{"team": "team-{}", "environment": "prod", "application": "app-{}", "cost-center": "{}"}}',
            pl.col("t") % 12,
            pl.col("t") % 60,
            "t",
        ).alias("Tags"),
    )


def processor_seconds(home: Path) -> float:
    """Processor time of this process and of the home's server with its ended
    sessions, so far; 0 where the system does not tell.
    """
    time.sleep(0.5)  # in which the sessions that were closed end
    try:
        pid = (home / "postgres" / "data" / "postmaster.pid").read_text().split("\n")[0]
        server = sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15])) / os.sysconf(
            "SC_CLK_TCK"
        )
    except OSError:
        return 0.0
    used = resource.getrusage(resource.RUSAGE_SELF)
    return server + used.ru_utime + used.ru_stime


def heap_columns() -> str:
    """The columns of line items as a table of Postgres would have them."""
    kinds = {"text": "text", "decimal": "numeric", "time": "timestamptz", "json": "jsonb"}
    columns = [
        f"{column.name} {kinds[column.kind]}{' NOT NULL' if column.name in focus.NEVER_NULL else ''}"
        for column in focus.COLUMNS
    ]
    return ", ".join([*columns, *(f"{name} text" for name in focus.ALLOCATED)])


def copy_into_heap(database: Database, bill: Path) -> float:
    """Seconds to COPY the file's rows into an empty table of the same columns, `finops.bare`."""
    names = {column.focus: column.name for column in focus.COLUMNS}
    with bill.open() as file:
        columns = [names[name] for name in file.readline().strip().split(",")]
    with database.owner.connect() as connection, bill.open("rb") as file:
        began = time.monotonic()
        connection.exec_driver_sql(f"CREATE TABLE finops.bare ({heap_columns()})")
        with driver_cursor(connection) as cursor:
            cursor.copy_expert(
                f"COPY finops.bare ({', '.join(columns)}) FROM STDIN (FORMAT csv, HEADER)", file, 1024 * 1024
            )
        connection.commit()
        return time.monotonic() - began


def bare_copy(home: Path, bill: Path) -> tuple[float, float]:
    """Seconds, by the clock and of processors, of the COPY; the table is dropped again."""
    database = engines.connect(Settings(home=home, _env_file=None))
    database.dispose()
    processor = processor_seconds(home)
    seconds = copy_into_heap(database, bill)
    database.dispose()
    processor = processor_seconds(home) - processor
    with database.owner.begin() as connection:
        connection.exec_driver_sql("DROP TABLE finops.bare")
    database.dispose()
    return seconds, processor


def load(home: Path, bill: Path) -> None:
    """Load in this process and print seconds, rows and the peak memory in GB."""
    from flows.ingest.loading.delivery import ingest

    database = engines.connect(Settings(home=home, _env_file=None))
    database.dispose()
    processor = processor_seconds(home)
    began = time.monotonic()
    result = ingest([str(bill)], database, Organisation())
    seconds = time.monotonic() - began
    database.dispose()
    processor = processor_seconds(home) - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(
        json.dumps(
            {
                "seconds": seconds,
                "rows": result.to_json()["rows"],
                "failed": result.failed,
                "peak_gb": peak,
                "processor": processor,
            }
        )
    )


def run(rows: int) -> bool:
    """One size; whether it is within the bars."""
    with tempfile.TemporaryDirectory() as folder:
        home, bill = Path(folder) / "home", Path(folder) / "bill.csv"
        Path(folder).chmod(0o755)
        write_bill(bill, rows)
        try:
            bare, processor = bare_copy(home, bill)
            command = [sys.executable, "-m", "benchmarks.ingest", "--load", str(home), str(bill)]
            done = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        finally:
            postgres.stop(home)
    ratio = bare / done["seconds"]
    within = ratio >= RATIO and done["peak_gb"] < MEMORY_GB and done["rows"] == rows and not done["failed"]
    print(
        f"{rows:,} rows: bare COPY {bare:.1f} s ({rows / bare:,.0f} rows/s), load {done['seconds']:.1f} s "
        f"({rows / done['seconds']:,.0f} rows/s), "
        f"ratio {ratio:.2f} (at least {RATIO}), peak memory {done['peak_gb']:.2f} GB (under {MEMORY_GB}): "
        f"{'ok' if within else 'NOT within the bars'}"
    )
    if processor:
        print(f"  processor time: bare COPY {processor:.1f} s, load {done['processor']:.1f} s")
    return within


def main() -> int:
    """Exit 0 when every size is within the bars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", type=int, default=[1_000_000, 10_000_000])
    parser.add_argument("--load", nargs=2, metavar=("HOME", "BILL"))
    options = parser.parse_args()
    if options.load:
        load(Path(options.load[0]), Path(options.load[1]))
        return 0
    within = [run(rows) for rows in options.rows]
    return 0 if all(within) else 1


if __name__ == "__main__":
    sys.exit(main())
