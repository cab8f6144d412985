"""The demo's folder is had by one demo at a time, and what cannot be had is said in a sentence."""

from pathlib import Path

import pytest

from config.errors import UserError
from demo.home import occupied


def test_a_second_demo_is_told_of_the_first_and_where_it_is(tmp_path: Path) -> None:
    """Nothing is started, so nothing is stopped; afterwards the folder is free again."""
    with occupied(tmp_path / "home") as found_at:
        with pytest.raises(UserError, match=r"runs already in .*home, and this one"), occupied(tmp_path / "home"):
            pass
        found_at("http://127.0.0.1:8765")
        with pytest.raises(UserError, match=r"home, at http://127.0.0.1:8765, and"), occupied(tmp_path / "home"):
            pass
    with occupied(tmp_path / "home") as found_at:
        found_at("http://127.0.0.1:9999")
        assert (tmp_path / "home" / "demo.lock").read_text() == "http://127.0.0.1:9999"
    assert (tmp_path / "home").stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_had_is_a_sentence(tmp_path: Path) -> None:
    """A file in its place, or on the way to it."""
    (tmp_path / "file").touch()
    for home in (tmp_path / "file", tmp_path / "file" / "x"):
        with pytest.raises(UserError, match=r"cannot be used: .*\. Name another with --home\."), occupied(home):
            pass
