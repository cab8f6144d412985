"""The demo's bills: reproducible, consistent, and with what was planted in its place."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from config.organisation import read_organisation
from db.focus import COLUMNS
from flows.ingest.formats.detect import Focus, detect
from standins.bills.providers import PROVIDERS
from standins.bills.world import World
from standins.bills.write import FOCUS_1_2, advance, bill, month_after, months, restate, write

ANCHOR = date(2026, 11, 23)
YESTERDAY = ANCHOR - timedelta(1)
WORLD = World(ANCHOR)


@pytest.fixture(scope="module")
def november() -> pl.DataFrame:
    """The bill of the anchor's month."""
    return bill(WORLD, date(2026, 11, 1), YESTERDAY)


@pytest.fixture(scope="module")
def october() -> pl.DataFrame:
    """The bill of the month before."""
    return bill(WORLD, date(2026, 10, 1), YESTERDAY)


def _by_day(frame: pl.DataFrame, *conditions: pl.Expr) -> dict[date, float]:
    kept = frame.filter(pl.col("ChargeCategory") == "Usage", *conditions)
    days = kept.group_by(pl.col("ChargePeriodStart").dt.date()).agg(pl.col("EffectiveCost").sum())
    return dict(days.iter_rows())


def _team(frame: pl.DataFrame, team: str) -> pl.DataFrame:
    return frame.filter(pl.col("Tags").str.json_path_match("$.team") == team)


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    """Two writers agree to the byte; another seed moves the money."""
    only = [date(2026, 10, 1)]
    first, second = write(tmp_path / "a", WORLD, only=only), write(tmp_path / "b", World(ANCHOR), only=only)
    other = write(tmp_path / "c", World(ANCHOR, seed=2), only=only)
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]
    assert all(a.read_bytes() != b.read_bytes() for a, b in zip(first, other, strict=True))


def test_thirteen_months_end_yesterday(november: pl.DataFrame) -> None:
    """The first month is the one a year before the current one; the newest usage is of the day before the anchor."""
    assert months(WORLD, YESTERDAY)[0] == date(2025, 11, 1)
    assert len(months(WORLD, YESTERDAY)) == 13
    assert max(_by_day(november)) == YESTERDAY


def test_files_are_focus_1_2_with_every_mandatory_value(tmp_path: Path) -> None:
    """The ingest flow's own detection takes the header, and no required column holds a null."""
    layout = detect(FOCUS_1_2)
    assert isinstance(layout, Focus)
    assert (layout.version, len(FOCUS_1_2)) == ("FOCUS 1.2", 57)
    for file in write(tmp_path, WORLD, only=[date(2026, 10, 1)]):
        frame = pl.read_parquet(file) if file.suffix == ".parquet" else pl.read_csv(file, infer_schema=False)
        assert tuple(frame.columns) == FOCUS_1_2
        assert (
            frame.select(column.focus for column in COLUMNS if column.required).null_count().sum_horizontal().item()
            == 0
        )


def test_costs_descend_from_list_to_effective(october: pl.DataFrame) -> None:
    """List ≥ contracted ≥ effective for what was used; a covered row is billed nothing."""
    used = october.filter(
        pl.col("ChargeCategory") == "Usage", pl.col("CommitmentDiscountStatus").fill_null("") != "Unused"
    )
    assert used.filter(
        (pl.col("ListCost") < pl.col("ContractedCost")) | (pl.col("ContractedCost") < pl.col("EffectiveCost"))
    ).is_empty()
    assert used.filter(pl.col("CommitmentDiscountStatus") == "Used")["BilledCost"].sum() == 0


@pytest.mark.parametrize("name", ["compute-savings-plan", "a2-committed-use"])
def test_a_fee_is_spread_over_used_and_unused(name: str, october: pl.DataFrame) -> None:
    """What a commitment without upfront payment bills in a month is what its rows cost effectively."""
    rows = october.filter(pl.col("CommitmentDiscountName") == name)
    parts = {
        status: rows.filter(pl.col("CommitmentDiscountStatus") == status)["EffectiveCost"].sum()
        for status in ("Used", "Unused")
    }
    assert min(parts.values()) > 0
    assert rows.filter(pl.col("ChargeCategory") == "Purchase")["BilledCost"].sum() == pytest.approx(
        sum(parts.values()), rel=1e-6
    )


def test_upfront_purchases_are_billed_once_and_cost_nothing_that_day() -> None:
    """The reserved databases are paid for a year ahead on one day of the thirteen months."""
    day = ANCHOR - timedelta(233)
    rows = bill(WORLD, day.replace(day=1), YESTERDAY).filter(
        pl.col("ChargeFrequency") == "One-Time", pl.col("ChargeCategory") == "Purchase"
    )
    assert rows.select("EffectiveCost", "CommitmentDiscountName").rows() == [(0.0, "rds-r6g-reserved")]
    assert rows["BilledCost"].item() > 10_000


def test_tax_is_a_share_of_what_is_billed(october: pl.DataFrame) -> None:
    """By provider, to the cents that rounding by account and service leaves."""
    for key, provider in PROVIDERS.items():
        mine = october.filter(pl.col("provider") == key)
        billed = mine.filter(pl.col("ChargeCategory").is_in(["Usage", "Purchase"]))["BilledCost"].sum()
        assert mine.filter(pl.col("ChargeCategory") == "Tax")["BilledCost"].sum() == pytest.approx(
            billed * provider.tax, abs=0.5
        )


@pytest.mark.parametrize(
    "anchor", [ANCHOR, date(2027, 2, 9), date(2027, 3, 1), date(2026, 7, 31), date(2028, 2, 29), date(2026, 5, 2)]
)
def test_payments_stays_under_its_budget_last_month_and_passes_it_this_month(anchor: date) -> None:
    """Whatever day the demo is started, the budget of organisation.yaml is about to burst."""
    organisation = read_organisation(Path(__file__).parents[3] / "demo" / "organisation.yaml")
    budget = next(float(budget.amount) for budget in organisation.budgets if budget.name == "payments")
    world, this = World(anchor), (anchor - timedelta(1)).replace(day=1)
    spent = [
        _team(bill(world, month, month_after(month)), "payments")["EffectiveCost"].sum()
        for month in ((this - timedelta(1)).replace(day=1), this)
    ]
    assert 0.9 * budget < spent[0] < budget < spent[1] < 1.1 * budget


def test_the_spike_is_three_new_databases(november: pl.DataFrame) -> None:
    """RDS about doubles three days before the anchor, and the named replicas carry the rise."""
    rds = _by_day(november, pl.col("ServiceName").str.contains("Relational"))
    before, after = rds[ANCHOR - timedelta(4)], rds[ANCHOR - timedelta(3)]
    new = november.filter(pl.col("ResourceName").str.starts_with("orders-replica-"))
    assert 1.8 < after / before < 2.6
    assert _by_day(new)[ANCHOR - timedelta(3)] == pytest.approx(after - before, rel=0.1)
    assert new["ResourceName"].n_unique() == 3
    assert new["ChargePeriodStart"].dt.date().min() == ANCHOR - timedelta(3)


def test_a_clean_world_has_nothing_planted() -> None:
    """No new resource in the last month, and no day of transfer counted twice."""
    world = replace(WORLD, planted=False)
    frame = bill(world, date(2026, 11, 1), YESTERDAY)
    before = set(bill(world, date(2026, 10, 1), YESTERDAY)["ResourceName"])
    assert set(frame["ResourceName"]) == before
    media = _by_day(frame, pl.col("ServiceName") == "Amazon CloudFront")
    assert max(media.values()) < 1.3 * min(media.values())


def test_a_restated_month_differs_only_where_traffic_was_counted_twice(november: pl.DataFrame, tmp_path: Path) -> None:
    """The corrected bill takes the extra transfer back and its tax; all else stays."""
    written = restate(tmp_path, WORLD)
    assert [file.name for file in written] == ["2026-11.parquet", "2026-11.csv.gz", "2026-11.csv.gz"]
    corrected = bill(replace(WORLD, corrected=True), date(2026, 11, 1), YESTERDAY)
    keys = ["ResourceName", "ServiceName", "ChargeCategory", "ChargePeriodStart"]
    changed = november.join(
        corrected,
        on=[*keys, "EffectiveCost", "ChargeDescription", "SubAccountName", "SkuMeter"],
        how="anti",
        nulls_equal=True,
    )
    assert set(changed["ServiceName"]) == {"Amazon CloudFront"}
    assert november["EffectiveCost"].sum() - corrected["EffectiveCost"].sum() > 500


def test_what_was_stopped_ends_and_the_days_before_stay(tmp_path: Path) -> None:
    """Advancing a month with stopped instances leaves history as it was delivered, and their cost ends on that day."""
    stop = ANCHOR + timedelta(1)
    world = replace(WORLD, stopped={f"web-batch-{number}": stop for number in range(1, 5)})
    through = ANCHOR + timedelta(20)
    files = advance(tmp_path, world, YESTERDAY, through)
    assert sorted({file.name[:7] for file in files}) == ["2026-11", "2026-12"]
    later = pl.concat([bill(world, month, through) for month in (date(2026, 11, 1), date(2026, 12, 1))])
    batch = _by_day(later, pl.col("ResourceType") == "Instance", pl.col("ResourceName").str.starts_with("web-batch-"))
    assert batch[ANCHOR] > 3 * batch[stop] > 0  # the protected one runs on
    assert max(batch) == through
    earlier = bill(WORLD, date(2026, 11, 1), YESTERDAY)
    assert _by_day(earlier) == {day: cost for day, cost in _by_day(later).items() if day < ANCHOR}


def test_days_beyond_the_simulation_are_refused(tmp_path: Path) -> None:
    """A day after the last that was made up raises, rather than writing an empty bill."""
    with pytest.raises(ValueError, match="bills can be made from"):
        write(tmp_path, WORLD, ANCHOR + timedelta(400))


def test_one_account_is_billed_by_the_hour_in_the_last_two_weeks(november: pl.DataFrame) -> None:
    """Hourly charges start fourteen days before the anchor; before, and elsewhere, a charge is a day."""
    used = november.filter(pl.col("ResourceId").is_not_null()).with_columns(
        length=pl.col("ChargePeriodEnd") - pl.col("ChargePeriodStart")
    )
    hourly = used.filter(pl.col("length") == timedelta(hours=1))
    assert set(hourly["SubAccountName"]) == {"commerce-prod"}
    assert hourly["ChargePeriodStart"].min() == pl.Series([ANCHOR - timedelta(14)]).cast(pl.Datetime("us")).item()
    assert set(used.filter(pl.col("SubAccountName") != "commerce-prod")["length"]) == {timedelta(days=1)}
