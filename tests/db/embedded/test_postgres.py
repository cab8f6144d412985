"""The embedded server: shared, killed, half-made."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from config.errors import UserError
from config.settings import Settings
from db import engines
from db.embedded import postgres

_CONNECT = """
import sys
from pathlib import Path
import sqlalchemy as sa
from db import engines
from config.settings import Settings
database = engines.connect(Settings(home=Path(sys.argv[1]), _env_file=None, database_url=None))
with database.owner.connect() as connection:
    states = connection.scalar(sa.text("SELECT count(*) FROM finops.schema_state"))
    print(connection.scalar(sa.text("SHOW port")), states)
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """An empty home whose server is stopped at the end."""
    tmp_path.chmod(0o755)
    yield tmp_path / "home"
    postgres.stop(tmp_path / "home")


def _pid(home: Path) -> int:
    return int((home / "postgres" / "data" / "postmaster.pid").read_text().split("\n")[0])


def test_two_processes_at_once_share_one_server(home: Path) -> None:
    """Both make, start and migrate; one server results, migrated once."""
    command = [sys.executable, "-c", _CONNECT, str(home)]
    both = [
        subprocess.Popen(
            command, cwd=Path(__file__).parents[3], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    answers = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], answers
    assert len({out for out, _ in answers}) == 1
    assert answers[0][0].split()[1] == "1"


def test_a_killed_server_starts_again_with_what_was_committed(home: Path) -> None:
    """SIGKILL to the postmaster; the next use recovers."""
    settings = Settings(home=home, _env_file=None, database_url=None)
    database = engines.connect(settings)
    with database.owner.begin() as connection:
        connection.execute(sa.text("INSERT INTO finops.sources (name) VALUES ('kept')"))
    os.kill(_pid(home), signal.SIGKILL)
    database.dispose()
    again = engines.connect(settings)
    with again.owner.connect() as connection:
        assert connection.scalars(sa.text("SELECT name FROM finops.sources")).all() == ["kept"]
    again.dispose()


def test_it_outlives_the_process_that_started_it(home: Path) -> None:
    """SIGKILL to the starter leaves the server to the others."""
    code = _CONNECT + "\nimport os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(home)], cwd=Path(__file__).parents[3], capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL
    first = _pid(home)
    postgres.start(home)
    assert _pid(home) == first


def test_a_half_made_folder_is_refused_politely(home: Path) -> None:
    """Somebody's files are not overwritten."""
    data = home / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match=r"not a Postgres data folder.*Move it away"):
        postgres.start(home)
    assert (data / "notes.txt").read_text() == "mine"


def test_what_a_killed_first_start_left_is_cleared(home: Path) -> None:
    """`data.new` is never a server's folder; it is made anew."""
    left = home / "postgres" / "data.new"
    left.mkdir(parents=True)
    (left / "PG_VERSION").write_text("18")
    server = postgres.start(home)
    engine = sa.create_engine(server.url("postgres", "postgres"), poolclass=sa.NullPool)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT 1")) == 1
    assert not left.exists()


def test_stopping_twice_is_harmless(home: Path) -> None:
    """The second time there is nothing to stop."""
    postgres.start(home)
    assert [postgres.stop(home), postgres.stop(home)] == [True, False]


def _answers(home: Path) -> bool:
    engine = sa.create_engine(postgres.start(home).url("postgres", "postgres"), poolclass=sa.NullPool)
    with engine.connect() as connection:
        return bool(connection.scalar(sa.text("SELECT true")))


@pytest.mark.parametrize("name", ["with spaces, 'quotes' and ümlauts", "/".join(["x" * 60] * 4)])
def test_any_folder_may_be_a_home(home: Path, name: str) -> None:
    """Long paths too: no socket file lies in it, whose path Postgres would limit."""
    own = home / name
    try:
        assert _answers(own)
    finally:
        postgres.stop(own)


def test_a_number_that_another_process_has_now_is_no_server(home: Path) -> None:
    """After a restart of the machine the dead server's number may be anybody's."""
    postgres.start(home)
    record = home / "postgres" / "data" / "postmaster.pid"
    kept = record.read_text().split("\n")
    assert postgres.stop(home)
    record.write_text("\n".join([str(os.getpid()), *kept[1:]]))
    assert _answers(home)
    assert _pid(home) != os.getpid()


def test_a_taken_port_is_left_to_who_has_it(home: Path) -> None:
    """The server starts at another one, and processes that start later find it."""
    first = postgres.start(home).port
    postgres.stop(home)
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", first))
        other.listen()
        assert postgres.start(home).port != first
        assert _answers(home)


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """One sentence, with what to set instead."""
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"file cannot hold the database .*Set FINOPS_HOME"):
        postgres.start(tmp_path / "file")


def test_root_may_use_a_plain_users_home(home: Path) -> None:
    """The server goes on under the user who owns the data."""
    if os.geteuid() != 0:
        pytest.skip("only root can hand a home to another user")
    postgres.start(home)
    postgres.stop(home)
    for path in [home, *home.rglob("*")]:
        os.chown(path, 4242, 4242)
    assert _answers(home)
    assert Path(f"/proc/{_pid(home)}").stat().st_uid == 4242


def test_a_bot_follows_a_server_that_comes_up_on_another_port(home: Path) -> None:
    """The engines of a running process ask for the port when the one they know refuses."""
    settings = Settings(home=home, _env_file=None, database_url=None)
    database = engines.connect(settings)
    with database.app.connect() as connection:
        before = connection.scalar(sa.text("SHOW port"))
    database.dispose()
    postgres.stop(home)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections just closed linger
        taken.bind(("127.0.0.1", int(before)))
        taken.listen()
        postgres.start(home)
    with database.app.connect() as connection:
        assert connection.scalar(sa.text("SHOW port")) != before
    database.dispose()


@pytest.mark.parametrize("content", ["", "no number"])
def test_a_torn_port_file_is_passed_over(home: Path, content: str) -> None:
    """It only says which port would be nice to have."""
    postgres.start(home)
    postgres.stop(home)
    (home / "postgres" / "port").write_text(content)
    assert postgres.start(home).port


def test_a_server_that_is_starting_is_waited_for(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No rival is launched, and the port file keeps the living server's port."""
    port = postgres.start(home).port
    ready = postgres._running_port
    calls: list[int] = []

    def later(data: Path) -> int | None:
        calls.append(1)
        return ready(data) if len(calls) > 5 else None

    def rival(*_: object) -> int:
        raise AssertionError("a second server was launched")

    monkeypatch.setattr(postgres, "_running_port", later)
    monkeypatch.setattr(postgres, "_launch", rival)
    assert postgres.start(home).port == port
