"""Which month a path names."""

import pytest

from flows.ingest.roads.months import named


@pytest.mark.parametrize(
    ("label", "months"),
    [
        ("s3://b/focus/mine/data/BILLING_PERIOD=2025-03/mine-00001.snappy.parquet", ("2025-03",)),
        ("s3://b/data/BILLING_PERIOD=2025-03/2025-04-02T10:00:00Z-a/mine.parquet", ("2025-03",)),
        ("s3://b/data/billing_period=2025-03-01/mine.parquet", ("2025-03",)),
        ("exports/cur/20250301-20250401/5f2b0000-aaaa/cur-1.csv.gz", ("2025-03",)),
        ("exports/daily/20250301-20250331/202504020815/0001/part_0.csv", ("2025-03",)),
        ("athena/year=2025/month=3/data.parquet", ("2025-03",)),
        ("bills/2025/03/part-0.csv", ("2025-03",)),
        ("bills/aws-2025-03.csv", ("2025-03",)),
        ("bills/aws_202503.csv.gz", ("2025-03",)),
        ("bills/costs-2025-01-to-2025-12.csv", ("2025-01", "2025-12")),
        ("bills/2025-03/part.csv", ("2025-03",)),
        ("bills/part-0001.csv", ()),
        ("bills/account-402911876530.csv", ()),
        ("bills/1234-20250313a.csv", ()),
        ("", ()),
    ],
)
def test_months_are_told_by_paths(label: str, months: tuple[str, ...]) -> None:
    assert named(label) == months
