"""Azure's words in the forms that its exports have had over the years."""

import polars as pl
import pytest

from flows.ingest.formats import azure_words


def column(*values: str | None) -> pl.DataFrame:
    return pl.DataFrame({"x": pl.Series(values, dtype=pl.String)})


def test_a_region_has_one_name() -> None:
    """Old and new spellings, ids as they are; nowhere is null."""
    given = column("US East 2", "EastUS2", "eastus2", "EU West", "West Europe", "Unassigned", "", None, "polandcentral")
    shown = given.select(azure_words.of_region(pl.col("x"))).to_series().to_list()
    assert shown == ["eastus2"] * 3 + ["westeurope"] * 2 + [None] * 3 + ["polandcentral"]


@pytest.mark.parametrize(
    ("measure", "count", "unit"),
    [
        ("1 Hour", 1, "Hours"),
        ("100 Hours", 100, "Hours"),
        ("10K", 10_000, "Units"),
        ("1M", 1_000_000, "Units"),
        ("1,000 GB", 1_000, "GB"),
        ("1/Month", 1, "Month"),
        ("1 GB/Month", 1, "GB/Month"),
        ("GB", 1, "GB"),
    ],
)
def test_a_unit_of_measure_is_a_number_and_a_unit(measure: str, count: float, unit: str) -> None:
    amount, name = azure_words.units(pl.col("x"))
    assert column(measure).select(amount.alias("n"), name.alias("u")).row(0) == (count, unit)


def test_the_kind_of_a_resource_is_read_from_its_id() -> None:
    prefix = "/subscriptions/1/resourceGroups/rg/providers"
    given = column(
        f"{prefix}/Microsoft.Compute/virtualMachines/web",
        f"{prefix}/microsoft.sql/servers/a/databases/b",
        "/subscriptions/1",
        None,
    )
    assert given.select(azure_words.resource_type(pl.col("x"))).to_series().to_list() == [
        "Microsoft.Compute/virtualMachines",
        "microsoft.sql/servers",
        None,
        None,
    ]
