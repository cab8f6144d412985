"""What the demo says when its database goes."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from config.errors import UserError
from demo import stack


def _refused() -> sa.exc.OperationalError:
    return sa.exc.OperationalError("SELECT 1", {}, Exception("Connection refused\n\tIs the server running?"))


def test_a_full_disk_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was a traceback: Postgres ends where it cannot write."""
    monkeypatch.setattr(stack.shutil, "disk_usage", lambda _: SimpleNamespace(free=6_000_000))
    with pytest.raises(UserError) as told, stack.lost_database_reported(tmp_path):
        raise _refused()
    assert str(told.value) == (
        f"The database does not answer (Connection refused): the disk of {tmp_path} is full (6 MB are free); make "
        f"room, or see {tmp_path / 'logs'}."
    )


def test_a_lost_database_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is room, starting again helps."""
    monkeypatch.setattr(stack.shutil, "disk_usage", lambda _: SimpleNamespace(free=6_000_000_000))
    with (
        pytest.raises(UserError, match=r"Connection refused\): start again, or see "),
        stack.lost_database_reported(tmp_path),
    ):
        raise _refused()
