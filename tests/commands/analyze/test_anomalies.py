"""Replaying a file of series."""

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import labelled_bills
from commands.analyze.anomalies import Grid, _worth_a_look, replay, replay_csv
from config.errors import UserError

FIRST = date(2025, 2, 3)


def _lines(days: int = 150) -> list[str]:
    """Three series: quiet, with a spike, with a shift."""
    rng = np.random.default_rng(5)
    lines = []
    for day in range(days):
        for name, factor in (
            ("quiet", 1.0),
            ("spike", 3.0 if day == 100 else 1.0),
            ("shift", 2.0 if day >= 90 else 1.0),
        ):
            lines.append(f"{name},{FIRST + timedelta(day)},{200 * factor * np.exp(rng.normal(0, 0.03)):.4f}")
    return lines


def _replay(path: Path, lines: list[str], header: str = "series,timestamp,value") -> list[dict[str, Any]]:
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return list(replay_csv(path))


def test_findings_come_in_the_order_of_their_detection(tmp_path: Path) -> None:
    """Each is a record of the contract; what was told as a spike is renamed when it has lasted three days."""
    found = _replay(tmp_path / "a.csv", _lines())
    assert [(item["series"], item["kind"], item["detected_at"], item.get("renames")) for item in found] == [
        ("shift", "spike", "2025-05-04", None),
        ("shift", "shift", "2025-05-07", "spike"),
        ("spike", "spike", "2025-05-14", None),
    ]
    assert found[1]["timestamp"] == found[0]["timestamp"]
    assert list(found[0]) == [
        "series",
        "timestamp",
        "detected_at",
        "kind",
        "direction",
        "expected",
        "actual",
        "impact",
        "score",
    ]


@pytest.mark.parametrize("days", [60, 91, 99, 101, 120, 149])
def test_a_file_cut_earlier_gives_the_same_earlier_findings(tmp_path: Path, days: int) -> None:
    """The replay never looks ahead."""
    whole = _replay(tmp_path / "whole.csv", _lines())
    cut = _replay(tmp_path / "cut.csv", _lines()[: 3 * days])
    last = (FIRST + timedelta(days - 1)).isoformat()
    assert cut == [item for item in whole if item["detected_at"] <= last]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 200))
def test_what_comes_later_changes_nothing_that_was_told(seed: int, days: int) -> None:
    """Bills with every kind of event, gaps and series that begin late, cut on
    any day: earlier findings stay as they are.
    """
    bills = labelled_bills.bills(seed, series=8, clean=1, days=200)
    first = min(bill.days[0] for bill in bills)
    values = np.full((max((bill.days[-1] - first).days for bill in bills) + 1, len(bills)), np.nan)
    for column, bill in enumerate(bills):
        values[(bill.days[0] - first).days :][: len(bill.days), column] = bill.values
    whole = Grid(
        tuple(bill.name for bill in bills), datetime(first.year, first.month, first.day), timedelta(days=1), values
    )
    known = list(replay(whole))
    cut = list(replay(replace(whole, values=values[:days])))
    last = (first + timedelta(days - 1)).isoformat()
    assert cut == [item for item in known if item["detected_at"] <= last]


def test_the_order_of_lines_and_columns_does_not_matter(tmp_path: Path) -> None:
    """Lines may be shuffled, columns moved, a byte order mark in front."""
    lines = _lines()
    expected = _replay(tmp_path / "a.csv", lines)
    random.Random(3).shuffle(lines)
    moved = [",".join(reversed(line.split(","))) for line in lines]
    assert _replay(tmp_path / "b.csv", moved, "﻿value,timestamp,series") == expected


def test_a_series_that_appears_among_others_is_new(tmp_path: Path) -> None:
    """Spend of a service nobody used before is news; a file whose series all start late is not."""
    late = [f"late,{FIRST + timedelta(day)},500" for day in range(60, 120)]
    found = _replay(
        tmp_path / "a.csv", [line for line in _lines(120) if not line.startswith("shift")] + late + _second()
    )
    assert [(item["series"], item["kind"]) for item in found if item["series"] == "late"] == [("late", "new")]
    assert _replay(tmp_path / "b.csv", late) == []


def _second() -> list[str]:
    return [f"steady,{FIRST + timedelta(day)},100" for day in range(120)]


def test_hourly_series_have_a_daily_profile(tmp_path: Path) -> None:
    """Nights are no drops; an hour far above its usual is a spike."""
    rng = np.random.default_rng(2)
    start = datetime(2026, 3, 2)
    lines = []
    for hour in range(24 * 12):
        value = (10 if hour % 24 < 7 else 40) * np.exp(rng.normal(0, 0.04)) * (4 if hour == 250 else 1)
        lines.append(f"web,{(start + timedelta(hours=hour)).isoformat()}Z,{value:.3f}")
    found = _replay(tmp_path / "a.csv", lines)
    assert [(item["kind"], item["detected_at"]) for item in found] == [
        ("spike", (start + timedelta(hours=250)).isoformat() + "Z")
    ]


def test_hours_of_weekends_have_a_profile_of_their_own(tmp_path: Path) -> None:
    """Neither the first weekend nor Monday's working hours are news; a night that costs as much as a day is."""
    rng = np.random.default_rng(4)
    start = datetime(2026, 3, 2)  # a Monday
    lines = []
    for hour in range(24 * 33):
        moment = start + timedelta(hours=hour)
        usual = 12 if moment.weekday() >= 5 else 40 if 7 <= moment.hour < 19 else 15
        night_shift = 3 if hour in range(24 * 29 + 1, 24 * 29 + 5) else 1
        lines.append(f"web,{moment.isoformat()},{usual * night_shift * np.exp(rng.normal(0, 0.05)):.3f}")
    found = _replay(tmp_path / "a.csv", lines)
    assert [(item["kind"], item["detected_at"]) for item in found] == [("spike", "2026-03-31T01:00:00")]


@pytest.mark.parametrize("suffix", ["T00:00:00", " 00:00:00", "T00:00:00Z", "T00:00:00+02:00", "T23:30:00-07:00"])
def test_moments_are_written_as_the_file_writes_them(tmp_path: Path, suffix: str) -> None:
    """A day is the calendar day of its own offset, whatever day that is in UTC."""
    lines = _lines()
    with_time = [f"{name},{day}{suffix},{value}" for name, day, value in (line.split(",") for line in lines)]
    expected = [(item["series"], item["detected_at"] + suffix) for item in _replay(tmp_path / "a.csv", lines)]
    assert [(item["series"], item["detected_at"]) for item in _replay(tmp_path / "b.csv", with_time)] == expected


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [("Series, Timestamp ,VALUE", ","), ("series;timestamp;value", ";"), ('"series"\t"timestamp"\t"value"', "\t")],
)
def test_headers_may_be_capitalised_and_fields_parted_otherwise(tmp_path: Path, header: str, delimiter: str) -> None:
    """What spreadsheets write."""
    expected = _replay(tmp_path / "a.csv", _lines())
    assert _replay(tmp_path / "b.csv", [line.replace(",", delimiter) for line in _lines()], header) == expected


def test_values_of_one_day_add_up(tmp_path: Path) -> None:
    """A correction later in the day counts with it."""
    found = _replay(tmp_path / "a.csv", [*_lines(), f"quiet,{FIRST + timedelta(149)}T06:00:00,900"])
    (late,) = [item for item in found if item["series"] == "quiet"]
    assert late["actual"] > 1000


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("a,2025-02-30,1", "is not a timestamp"),
        ("a,0001-01-01T00:00:00+10:00,1", "is not a timestamp"),
        ("a,2025-02-03,much", "is not a number"),
        ("a,2025-02-03,inf", "is not a finite number"),
        ("a,2025-02-03", "there are only 2 fields"),
        (" ,2025-02-03,7", "has no name"),
        ("quiet,2025-02-03,7", "quiet has 2025-02-03 twice"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, reason: str) -> None:
    """With the file and the number of the line, and what would be right."""
    with pytest.raises(UserError, match=rf"a\.csv, line 4: .*{reason}"):
        _replay(tmp_path / "a.csv", [*_lines()[:2], line])


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    """In line 1."""
    with pytest.raises(UserError, match="line 1: the column value is missing"):
        _replay(tmp_path / "a.csv", [], "series,timestamp,cost")


def test_steps_too_short_or_too_many_are_refused(tmp_path: Path) -> None:
    """A value a second, or hours over ten thousand years, say what to do instead of filling the memory."""
    with pytest.raises(UserError, match="shortest step is five minutes"):
        _replay(tmp_path / "a.csv", [f"a,2026-01-01T00:00:{second:02d},1" for second in range(30)])
    with pytest.raises(UserError, match="split the file"):
        _replay(
            tmp_path / "b.csv",
            ["a,0001-01-01T00:00,1", "a,0001-01-01T01:00,1", "a,0001-01-01T02:00,1", "a,9000-01-01T00:00,1"],
        )


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """Instead of a traceback."""
    with pytest.raises(UserError, match="There is no file"):
        list(replay_csv(tmp_path / "none.csv"))


def test_an_empty_file_has_no_findings(tmp_path: Path) -> None:
    """A header alone is fine."""
    assert _replay(tmp_path / "a.csv", []) == []


def test_an_empty_value_is_a_missing_one(tmp_path: Path) -> None:
    """A day without a figure is no drop to zero."""
    for number, empty in enumerate(("", "NaN", "null", "None")):
        lines = [
            line if "2025-05-20" not in line else line.rsplit(",", 1)[0] + "," + empty
            for line in _lines()
            if line.startswith("quiet")
        ]
        assert _replay(tmp_path / f"{number}.csv", lines) == []


def test_a_mistyped_century_costs_no_time_and_is_passed_over(tmp_path: Path) -> None:
    """A point a hundred years before the others neither hides what they hold nor is replayed day by day."""
    found = _replay(tmp_path / "a.csv", ["spike,1925-02-03,200", *_lines()])
    assert ("spike", "2025-05-14") in [(item["series"], item["detected_at"]) for item in found]
    values = np.full((40_000, 1), np.nan)
    values[[0, 1, -1]] = 1.0
    assert len(_worth_a_look(values)) < 1000
    assert _worth_a_look(values)[-1] == 39_999


@pytest.mark.parametrize("unit", [1e-8, 1e300])
def test_the_currency_unit_changes_nothing_but_the_amounts(tmp_path: Path, unit: float) -> None:
    """Micro-dollars and absurd sums alike: the same findings, with figures that can be told apart."""
    lines = [line.rsplit(",", 1) for line in _lines()]
    scaled = [f"{start},{float(value) * unit!r}" for start, value in lines]
    plain, other = _replay(tmp_path / "a.csv", _lines()), _replay(tmp_path / "b.csv", scaled)
    assert [(item["series"], item["detected_at"]) for item in other] == [
        (item["series"], item["detected_at"]) for item in plain
    ]
    assert other[-1]["expected"] == pytest.approx(plain[-1]["expected"] * unit, rel=1e-3)
