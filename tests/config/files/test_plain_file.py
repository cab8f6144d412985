"""Files of a folder that others may write to are read without waiting, following or overflowing."""

import os
from pathlib import Path

import pytest

from config.errors import UserError
from config.files.plain_file import read_plain


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("käse", encoding="utf-8")
    assert read_plain(tmp_path, "a.yaml", 5) == "käse"  # five bytes
    with pytest.raises(UserError, match="larger than 4 bytes"):
        read_plain(tmp_path, "a.yaml", 4)


def test_a_link_within_the_folder_is_followed_as_kubernetes_mounts_them(tmp_path: Path) -> None:
    (tmp_path / "..data").mkdir()
    (tmp_path / "..data" / "a.yaml").write_text("x: 1")
    (tmp_path / "a.yaml").symlink_to(tmp_path / "..data" / "a.yaml")
    assert read_plain(tmp_path, "a.yaml", 100) == "x: 1"


def test_a_link_out_of_the_folder_is_refused_by_its_own_name(tmp_path: Path) -> None:
    """Neither where it leads to nor what is there is said."""
    secret, folder = tmp_path / "secret", tmp_path / "folder"
    secret.write_text("canary")
    folder.mkdir()
    (folder / "a.yaml").symlink_to(secret)
    with pytest.raises(UserError, match="leads out of its folder") as refused:
        read_plain(folder, "a.yaml", 100)
    assert "canary" not in str(refused.value)
    assert str(secret) not in str(refused.value)


def test_links_that_lead_to_each_other_are_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("b.yaml")
    (tmp_path / "b.yaml").symlink_to("a.yaml")
    with pytest.raises(UserError, match="cannot be read"):
        read_plain(tmp_path, "a.yaml", 100)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """Nobody writes to it: opened in the usual way it would hold the process."""
    os.mkfifo(tmp_path / "a.yaml")
    with pytest.raises(UserError, match="no regular file"):
        read_plain(tmp_path, "a.yaml", 100)


def test_the_line_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"one: 1\ntwo: 2\nthree: \xff\n")
    with pytest.raises(UserError, match=r"a\.yaml:3: it is not UTF-8"):
        read_plain(tmp_path, "a.yaml", 100)
