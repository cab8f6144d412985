"""`finops analyze forecast`: the lines that come out, and the line that is named when the file is wrong."""

from datetime import date, timedelta

import pytest

from commands.analyze.forecasts import forecast_csv
from config.errors import UserError


def write(path, lines):
    """A CSV file of these lines."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def daily(name, days, suffix="", start=date(2026, 1, 1), value=10.0):
    """Rows of a steady series."""
    return [f"{name},{(start + timedelta(offset)).isoformat()}{suffix},{value + offset % 7}" for offset in range(days)]


def test_every_series_goes_on_after_its_own_last_day(tmp_path):
    """Series of different ends in the file's order, each with all fields; the time after the date is kept."""
    rows = ["series,timestamp,value", *daily("b", 60, "T00:00:00Z"), *daily("a", 40)]
    lines = list(forecast_csv(write(tmp_path / "x.csv", rows), 5))
    assert [(line["series"], line["timestamp"]) for line in lines[:2]] == [
        ("b", "2026-03-02T00:00:00Z"),
        ("b", "2026-03-03T00:00:00Z"),
    ]
    assert [line["timestamp"] for line in lines[5:]] == [
        "2026-02-10",
        "2026-02-11",
        "2026-02-12",
        "2026-02-13",
        "2026-02-14",
    ]
    assert set(lines[0]) == {"series", "timestamp", "mean", "low_80", "high_80", "low_95", "high_95", "model"}
    assert all(line["low_95"] <= line["low_80"] <= line["mean"] <= line["high_80"] <= line["high_95"] for line in lines)


def test_hours_are_added_up_and_empty_values_are_gaps(tmp_path):
    """24 hours of 1 are a day of 24; columns may stand in any order, with others between."""
    rows = ["value,extra,timestamp,series"]
    for day in range(30):
        for hour in range(24):
            value = "" if day == 12 else "1"
            rows.append(f"{value},x,{(date(2026, 1, 1) + timedelta(day)).isoformat()} {hour:02}:00:00,s")
    lines = list(forecast_csv(write(tmp_path / "x.csv", rows), 3))
    assert [line["mean"] for line in lines] == pytest.approx([24, 24, 24], rel=0.02)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (["series,when,value", "a,2026-01-01,1"], "line 1: the column timestamp is missing"),
        (["series,timestamp,value", "a,2026-01-01,1", "a,01/02/2026,1"], "line 3: '01/02/2026' is not a timestamp"),
        (["series,timestamp,value", "a,2026-01-01,ten"], "line 2: 'ten' is not a number"),
        (["series,timestamp,value", "a,2026-01-01,inf"], "line 2: 'inf' is not a finite number"),
        (["series,timestamp,value", ",2026-01-01,1"], "line 2: the series has no name"),
        (["series,timestamp,value", "a,2026-01-01,1", "a,2026-01-01,1"], "line 3: a has 2026-01-01 twice"),
        (["series,timestamp,value", "a,2026-01-01"], "line 2: a series, a timestamp and a value are needed"),
        (["series,timestamp,value"], "no rows"),
        ([""], "line 1"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(tmp_path, rows, says):
    """The message names file, line and what is wrong."""
    with pytest.raises(UserError, match=says):
        list(forecast_csv(write(tmp_path / "x.csv", rows), 3))


def test_a_file_that_cannot_be_read_is_no_crash(tmp_path):
    """Absent, a folder, or not text."""
    binary = tmp_path / "b.csv"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "none.csv", tmp_path, binary):
        with pytest.raises(UserError, match=path.name):
            list(forecast_csv(path, 3))


def test_series_of_many_ends_each_go_on_after_their_own(tmp_path):
    """Though those that end in one week are forecast together."""
    rows = ["series,timestamp,value", *[row for number in range(12) for row in daily(f"s{number}", 60 + number)]]
    lines = list(forecast_csv(write(tmp_path / "x.csv", rows), 3))
    ends = [date(2026, 1, 1) + timedelta(60 + number) for number in range(12)]
    assert [(line["series"], line["timestamp"]) for line in lines] == [
        (f"s{number}", (end + timedelta(ahead)).isoformat()) for number, end in enumerate(ends) for ahead in range(3)
    ]
    assert all(9 < line["mean"] < 18 for line in lines)


def test_a_last_day_of_which_hours_are_missing_is_a_gap(tmp_path):
    """Six hours of a day are no fall in cost."""
    rows = [f"s,2026-01-{day + 1:02}T{hour:02}:00:00,1" for day in range(28) for hour in range(24 if day < 27 else 6)]
    lines = list(forecast_csv(write(tmp_path / "x.csv", ["series,timestamp,value", *rows]), 3))
    assert next((line["timestamp"], line["mean"]) for line in lines) == (
        "2026-01-29T00:00:00",
        pytest.approx(24, rel=0.02),
    )


@pytest.mark.parametrize("model", ["ensemble", "structural", "arima", "theta", "ets", "sma", "drift", "year"])
def test_each_model_can_be_asked_alone(tmp_path, model):
    """And says its name; what it predicts lies near what was."""
    lines = list(forecast_csv(write(tmp_path / "x.csv", ["series,timestamp,value", *daily("s", 100)]), 7, model))
    assert {line["model"] for line in lines} == {model}
    assert sum(line["mean"] for line in lines) == pytest.approx(7 * 13, rel=0.1)


def test_an_unknown_model_is_refused(tmp_path):
    """With the names of those there are."""
    with pytest.raises(UserError, match="no forecast model 'magic'; there are: ensemble, structural, arima"):
        list(forecast_csv(write(tmp_path / "x.csv", ["series,timestamp,value", *daily("s", 100)]), 7, "magic"))
