"""Bills as files: one per provider and billing month, as the providers export them."""

import gzip
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from db.focus import COLUMNS
from standins.bills import adjustments
from standins.bills.charges import code, month_after, usage
from standins.bills.providers import PROVIDERS
from standins.bills.world import AHEAD, World

if TYPE_CHECKING:
    import polars as pl

FOCUS_1_2 = tuple(column.focus for column in COLUMNS if column.focus not in ("ServiceProviderName", "HostProviderName"))


def months(world: World, through: date) -> list[date]:
    """The billing months (1st of each) of the bills with charges through a day."""
    made, month = [], world.first_day
    while month <= through:
        made.append(month)
        month = month_after(month)
    return made


def bill(world: World, month: date, through: date) -> "pl.DataFrame":
    """All rows of a billing month with charges through a day (inclusive),
    sorted as generated; `provider` is aws, azure or gcp.
    """
    import polars as pl

    end = min(month_after(month), through + timedelta(1))
    rows = [
        *adjustments.commitments(world, month, end),
        *adjustments.credits(month, end),
        *adjustments.subscriptions(month),
    ]
    used = usage(world, month, end)
    schema = dict(used.schema) | {"ChargeClass": pl.String}
    frame = pl.concat(
        [
            used,
            pl.DataFrame(
                [*rows, *adjustments.refunds(world, month)], schema_overrides=schema, infer_schema_length=None
            ),
        ],
        how="diagonal",
    )
    taxes = pl.DataFrame(list(adjustments.taxes(frame, month)), schema_overrides=schema, infer_schema_length=None)
    frame = pl.concat([frame, taxes], how="diagonal")
    closed = month_after(month) <= world.anchor or month_after(month) <= through + timedelta(1)
    invoices = {
        key: f"{key.upper()}-{month:%Y%m}-{code(key + str(month))[:6]}" if closed else None for key in PROVIDERS
    }
    missing = [name for name in FOCUS_1_2 if name not in frame.columns]
    filled = frame.with_columns(
        pl.lit(None, dtype=pl.String).alias(name)
        for name in missing
        if name not in ("BillingPeriodStart", "BillingPeriodEnd", "InvoiceId")
    ).with_columns(
        BillingPeriodStart=pl.datetime(month.year, month.month, 1),
        BillingPeriodEnd=pl.datetime(month_after(month).year, month_after(month).month, 1),
        InvoiceId=pl.col("provider").replace_strict(invoices, return_dtype=pl.String),
        PricingCurrencyEffectiveCost=pl.col("EffectiveCost"),
    )
    return filled.select("provider", *FOCUS_1_2)


def write(folder: Path, world: World, through: date | None = None, only: Sequence[date] | None = None) -> list[Path]:
    """Write the bills through a day (default: the day before the anchor), all
    months or `only` some; AWS as Parquet, the others as gzip CSV.

    A file is `folder/provider/YYYY-MM.…`; a file that is there is replaced.
    Raises ValueError when the day cannot be simulated.
    """
    through = through or world.anchor - timedelta(1)
    if not world.first_day <= through < world.anchor + timedelta(AHEAD):
        raise ValueError(f"bills can be made from {world.first_day} to {world.anchor + timedelta(AHEAD - 1)}")
    chosen_months = [month for month in months(world, through) if only is None or month in only]
    return [path for month in chosen_months for path in _write_month(folder, month, bill(world, month, through))]


def _write_month(folder: Path, month: date, frame: "pl.DataFrame") -> Iterator[Path]:
    import polars as pl

    for provider in PROVIDERS:
        rows = frame.filter(pl.col("provider") == provider).select(FOCUS_1_2)
        path = folder / provider / f"{month:%Y-%m}.{'parquet' if provider == 'aws' else 'csv.gz'}"
        path.parent.mkdir(parents=True, exist_ok=True)
        if provider == "aws":
            zoned = [
                pl.col(name).dt.replace_time_zone("UTC") for name, kind in rows.schema.items() if kind == pl.Datetime
            ]
            rows.with_columns(zoned).write_parquet(path, compression="zstd")
        else:
            text = io.BytesIO()
            rows.write_csv(text, datetime_format="%Y-%m-%dT%H:%M:%SZ")
            path.write_bytes(gzip.compress(text.getbuffer(), compresslevel=1, mtime=0))
        yield path


def advance(folder: Path, world: World, since: date, through: date) -> list[Path]:
    """Deliver the bills again that changed when days after `since` through
    `through` were added; what is in `world.stopped` ends there.
    """
    first = (since + timedelta(1)).replace(day=1)
    return write(folder, world, through, [month for month in months(world, through) if month >= first])


def restate(folder: Path, world: World, through: date | None = None) -> list[Path]:
    """Deliver the month again in which traffic was counted twice, now
    corrected; whoever goes on writes with `corrected` True.
    """
    counted_twice = world.anchor - timedelta(2)
    return write(folder, replace(world, corrected=True), through, [counted_twice.replace(day=1)])
