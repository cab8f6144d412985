"""A database whose disk fills up during a load."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest

from config.errors import UserError
from config.organisation import Organisation
from config.settings import Settings
from db import engines
from db.embedded import postgres
from flows.ingest.loading.delivery import ingest
from tests.flows.conftest import Bill, rows, state


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 150 MB."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small file system")
    tmp_path.chmod(0o755)
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=150m", "tmpfs", str(disk)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        pytest.skip(f"a small file system cannot be mounted here: {done.stderr.strip()}")
    yield disk
    postgres.stop(disk / "home")
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def _fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 65_536):
            pass


def test_a_full_disk_refuses_the_load_and_keeps_the_old_state(small_disk: Path, bill: Bill) -> None:
    """It is named; what was there stays and can be read; when there is space
    again the same load works, with no restart.
    """
    database = engines.connect(Settings(home=small_disk / "home", _env_file=None, database_url=None))
    old, new = bill(rows(20), "old.csv"), bill(rows(30_000), "new.csv")
    ingest([str(old)], database, Organisation())
    filler = small_disk / "filler"
    _fill(filler)
    with pytest.raises(UserError, match="disk is full; nothing was changed"):
        ingest([str(new)], database, Organisation())
    assert state(database)["charges"] == (20, Decimal(20))
    filler.unlink()
    assert ingest([str(new)], database, Organisation()).to_json()["rows"] == 30_000
    assert {cost for _, cost in state(database).values()} == {Decimal(30_000)}
    database.dispose()
