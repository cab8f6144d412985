"""The newest run of an export counts, as the manifests of Azure and AWS say."""

import json
from pathlib import Path
from typing import Any

import pytest

from config.errors import UserError
from flows.ingest.roads.finding import FoundFiles, expand


def write(folder: Path, name: str, content: object = "a,b\n1,2\n") -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")


def azure(run: str, submitted: str, start: str = "2026-11-01T00:00:00", parts: int = 1) -> dict[str, Any]:
    root = f"exports/focus/20261101-20261130/{run}"
    return {
        "manifestVersion": "2024-04-01",
        "blobCount": parts,
        "exportConfig": {"exportName": "focus", "type": "FocusCost"},
        "runInfo": {"executionType": "Scheduled", "submittedTime": submitted, "runId": run, "startDate": start},
        "blobs": [{"blobName": f"{root}/part_{n}_0001.csv", "byteCount": 8} for n in range(parts)],
    }


def loaded(found: FoundFiles, folder: Path) -> list[str]:
    return [str(file.path.relative_to(folder)) for file in found.files]


def reasons(found: FoundFiles) -> dict[str, str]:
    return {one.label.rpartition("20261101-20261130/")[2]: one.reason for one in found.skipped}


def test_of_azures_runs_the_one_submitted_last_counts(tmp_path: Path) -> None:
    """Whatever the ids say; the older one is named with what replaced it."""
    place = tmp_path / "focus" / "20261101-20261130"
    write(place, "z-first/part_0_0001.csv")
    write(place, "z-first/manifest.json", azure("z-first", "2026-11-05T06:00:00Z"))
    write(place, "a-second/part_0_0001.csv")
    write(place, "a-second/part_1_0001.csv")
    write(place, "a-second/manifest.json", azure("a-second", "2026-11-06T06:00:00Z", parts=2))
    found = expand([str(tmp_path / "focus")], tmp_path / "downloads")
    assert loaded(found, place) == ["a-second/part_0_0001.csv", "a-second/part_1_0001.csv"]
    assert "a-second/manifest.json lists the newest" in reasons(found)["z-first/part_0_0001.csv"]


def test_daily_runs_of_other_days_are_parts_of_the_bill(tmp_path: Path) -> None:
    """An export of yesterday's charges replaces no other day's."""
    place = tmp_path / "focus" / "20261101-20261130"
    for run, day in (("one", "2026-11-01T00:00:00"), ("two", "2026-11-02T00:00:00")):
        write(place, f"{run}/part_0_0001.csv")
        write(place, f"{run}/manifest.json", azure(run, day, start=day) | {"exportConfig": {"exportName": "daily"}})
    found = expand([str(tmp_path / "focus")], tmp_path / "downloads")
    assert loaded(found, place) == ["one/part_0_0001.csv", "two/part_0_0001.csv"]


def test_of_a_reports_versions_the_one_beside_them_names_the_current(tmp_path: Path) -> None:
    """AWS lays a copy into each version's folder, and the current one into the period's; other months stay."""
    manifest = {"reportName": "cur", "billingPeriod": {"start": "20261101T000000.000Z"}}
    place = tmp_path / "cur" / "20261101-20261201"
    for version in ("v-old", "v-new"):
        write(place, f"{version}/cur-1.csv")
        keys = [f"pre/cur/20261101-20261201/{version}/cur-1.csv"]
        write(place, f"{version}/cur-Manifest.json", manifest | {"assemblyId": version, "reportKeys": keys})
    write(place, "cur-Manifest.json", manifest | {"assemblyId": "v-new", "reportKeys": keys})
    write(tmp_path / "cur" / "20261001-20261101", "v-1/cur-1.csv")
    found = expand([str(tmp_path / "cur")], tmp_path / "downloads")
    assert loaded(found, tmp_path / "cur") == ["20261001-20261101/v-1/cur-1.csv", "20261101-20261201/v-new/cur-1.csv"]


def test_a_report_that_is_overwritten_leaves_other_months_alone(tmp_path: Path) -> None:
    """The files lie in the period's folder itself."""
    place = tmp_path / "cur"
    for month in ("20261001-20261101", "20261101-20261201"):
        write(place, f"{month}/cur-1.csv")
        keys = {"reportName": "cur", "billingPeriod": {"start": month}, "reportKeys": [f"pre/cur/{month}/cur-1.csv"]}
        write(place, f"{month}/cur-Manifest.json", keys)
    write(place, "20261101-20261201/cur-2.csv")  # was part 2 before the report shrank to one
    found = expand([str(place)], tmp_path / "downloads")
    assert loaded(found, place) == ["20261001-20261101/cur-1.csv", "20261101-20261201/cur-1.csv"]


def test_of_a_data_export_the_run_in_the_manifest_counts(tmp_path: Path) -> None:
    """Data and metadata lie in folders of their own; runs are named by their time."""
    data, period = tmp_path / "focus" / "data", "BILLING_PERIOD=2026-11"
    runs = ("2026-11-05T06:00:00.000Z-aa", "2026-11-06T06:00:00.000Z-00")
    for run in runs:
        write(data, f"{period}/{run}/focus-00001.csv")
        files = {"dataFiles": [f"s3://bucket/pre/focus/data/{period}/{run}/focus-00001.csv"]}
        write(tmp_path / "focus" / "metadata", f"{period}/{run}/focus-Manifest.json", files)
    found = expand([str(tmp_path / "focus")], tmp_path / "downloads")
    assert loaded(found, data) == [f"{period}/{runs[1]}/focus-00001.csv"]


def test_a_run_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    """A bill without its second part would be too small, and nobody would see."""
    place = tmp_path / "focus" / "20261101-20261130"
    write(place, "run/part_0_0001.csv")
    write(place, "run/manifest.json", azure("run", "2026-11-05T06:00:00Z", parts=2))
    with pytest.raises(UserError, match=r"lists 2 files, and 1 of them are not there: run/part_1_0001\.csv"):
        expand([str(tmp_path / "focus")], tmp_path / "downloads")


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"blobs": 3, "runInfo": {}}', '{"dataFiles": [""]}', "[" * 100_000])
def test_what_is_no_manifest_changes_nothing(tmp_path: Path, text: str) -> None:
    """Names alone make none, and neither does a manifest of files that lie elsewhere."""
    write(tmp_path / "bills", "costs.csv")
    write(tmp_path / "bills", "some-manifest.json", text)
    write(tmp_path / "bills", "elsewhere/manifest.json", azure("gone", "2026-11-05T06:00:00Z"))
    assert loaded(expand([str(tmp_path / "bills")], tmp_path / "downloads"), tmp_path / "bills") == ["costs.csv"]
