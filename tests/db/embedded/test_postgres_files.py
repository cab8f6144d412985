"""What the embedded server is made of stays its owner's."""

import os
import stat
from pathlib import Path

import pytest

from config.errors import UserError
from db.embedded import postgres_files
from db.embedded.postgres_files import ROLES, as_service, passwords_of


def test_passwords_are_made_once_and_read_by_their_owner_only(tmp_path: Path) -> None:
    first = passwords_of(tmp_path)
    assert set(first) == set(ROLES)
    assert len(set(first.values())) == len(ROLES)
    assert stat.S_IMODE((tmp_path / "passwords.json").stat().st_mode) == 0o600
    assert passwords_of(tmp_path) == first


def test_what_a_killed_process_left_of_them_is_written_anew(tmp_path: Path) -> None:
    """A half-written file never has the name under which passwords are read."""
    (tmp_path / "passwords.json.new").write_text('{"postgres": "ha')
    assert set(passwords_of(tmp_path)) == set(ROLES)


def test_without_the_package_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_files, "find_spec", lambda _name: None)
    with pytest.raises(UserError, match="set FINOPS_DATABASE_URL"):
        postgres_files.binaries()


@pytest.mark.skipif(os.geteuid() == 0, reason="a plain user's case")
def test_a_plain_user_runs_it_as_it_is(tmp_path: Path) -> None:
    assert as_service(["postgres"], tmp_path) == ["postgres"]


@pytest.mark.skipif(os.geteuid() != 0, reason="root's case")
def test_root_hands_it_to_the_owner_of_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no right but to walk through root's folders; without `setpriv` that is said."""
    os.chown(tmp_path, 1234, 1235)
    command = as_service(["postgres", "-D", "x"], tmp_path)
    assert {"--reuid=1234", "--regid=1235", "--clear-groups", "--bounding-set=-all,+dac_read_search"} <= set(command)
    assert command[-3:] == ["postgres", "-D", "x"]
    monkeypatch.setattr(postgres_files.shutil, "which", lambda _name: None)
    with pytest.raises(UserError, match="run as a plain user"):
        as_service(["postgres"], tmp_path)
