"""Which files of a folder are bills, and what is said of the others."""

from pathlib import Path

import pytest

from config.errors import UserError
from flows.ingest.roads.finding import expand


def test_a_folder_says_what_it_passes_over(tmp_path: Path) -> None:
    """Checksums, manifests, hidden and empty files are no bills, and none goes unmentioned."""
    folder = tmp_path / "export"
    folder.mkdir()
    for name in (
        "costs.csv",
        "part-0001",
        "SHA256SUMS",
        "md5sums",
        "_run.json",
        "manifest.json",
        "README",
        "Thumbs.db",
    ):
        (folder / name).write_text("some text\n")
    (folder / "nothing.csv").touch()
    expanded = expand([str(folder)], tmp_path)
    assert [file.path.name for file in expanded.files] == ["costs.csv", "part-0001"]
    assert {Path(one.label).name: one.reason for one in expanded.skipped} == {
        "SHA256SUMS": "it holds checksums",
        "md5sums": "it holds checksums",
        "_run.json": "its name marks it as no data",
        "manifest.json": "it is no CSV or Parquet file",
        "README": "its name marks it as no data",
        "Thumbs.db": "its name marks it as no data",
        "nothing.csv": "it is empty",
    }


@pytest.mark.parametrize("name", ["costs-2.csv.crdownload", "costs-2.csv.part", "costs-2.csv.filepart"])
def test_a_download_that_still_runs_holds_the_folder(tmp_path: Path, name: str) -> None:
    """Half of a bill is not loaded as the whole."""
    for one in ("costs-1.csv", name):
        (tmp_path / one).write_text("some text\n")
    with pytest.raises(UserError, match="is a download that is not finished"):
        expand([str(tmp_path)], tmp_path)
