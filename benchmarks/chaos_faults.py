"""What `benchmarks.chaos` does to what runs: each fault is one thing that happens to somebody some day."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from benchmarks.chaos_scene import Scene


def _kill(pid: int, number: int = signal.SIGKILL) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _bot_killed(scene: Scene) -> None:
    scene.random.choice(scene.bots).signal(signal.SIGKILL)


def _bot_asked_to_end(scene: Scene) -> None:
    scene.random.choice(scene.bots).signal(signal.SIGTERM)


def _flows_killed(scene: Scene) -> None:
    scene.flows.signal(signal.SIGKILL)


def _run_killed(scene: Scene) -> None:
    """A flow run, in the middle of what it does."""
    for stat in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if (
                b"prefect.engine" in stat.read_bytes()
                and str(scene.home).encode() in (stat.parent / "environ").read_bytes()
            ):
                _kill(int(stat.parent.name))


def _postgres_killed(scene: Scene) -> None:
    with suppress(OSError, ValueError, IndexError):
        _kill(int((scene.home / "postgres/data/postmaster.pid").read_text().split("\n")[0]))


def _session_killed(scene: Scene) -> None:
    """One session of the server: the server ends all others and recovers."""
    with suppress(sa.exc.SQLAlchemyError), scene.database.owner.connect() as connection:
        pids = connection.scalars(
            sa.text("SELECT pid FROM pg_stat_activity WHERE usename = 'finops_app' AND state <> 'idle'")
        )
        for pid in list(pids)[:1]:
            _kill(pid)


def _prefect_killed(scene: Scene) -> None:
    with suppress(OSError, ValueError):
        _kill(int((scene.home / "prefect/server.pid").read_text()))


def _sockets_cut(scene: Scene) -> None:
    scene.slack.drop_sockets()


def _slack_fails(scene: Scene) -> None:
    outcomes: list[int | str] = [429, 500, "timeout"]
    outcome = scene.random.choice(outcomes)
    scene.slack.faults.fail(scene.random.choice(["chat.postMessage", "chat.update"]), outcome, 2)


def _slack_repeats(scene: Scene) -> None:
    scene.slack.faults.duplicate_events = scene.random.choice([0, 1, 2])


def _load_killed(scene: Scene) -> None:
    if scene.loader is not None:
        scene.loader.kill()


def _files_torn(scene: Scene) -> None:
    """What a full disk or a kill leaves: half a line, and an empty file."""
    with suppress(OSError), (scene.home / "audit-heads.jsonl").open("a") as heads:
        heads.write('{"entries": 1')
    (scene.home / "postgres/port").write_text("")


def _vault_killed(scene: Scene) -> None:
    """It is away for some seconds, and comes back with what it kept."""
    scene.vault.kill()
    time.sleep(scene.random.uniform(1, 6))
    scene.vault.start()


def _vault_sealed(scene: Scene) -> None:
    scene.vault.seal()
    time.sleep(scene.random.uniform(1, 6))
    scene.vault.unseal()


def _clock_jumps(scene: Scene) -> None:
    """Today is another day than a moment ago, before it or after."""
    day = datetime.now(UTC).date() + timedelta(days=scene.random.choice([-1, 0, 1]))
    (scene.home / "today").write_text(day.isoformat())


def _disk_full(scene: Scene) -> None:
    """For some seconds not a byte is free; only where the home has a disk of its own."""
    if not scene.has_own_disk:
        return
    ballast = scene.home / "ballast"
    with suppress(OSError), ballast.open("wb") as file:
        while True:
            file.write(bytes(1_000_000))
            file.flush()
    time.sleep(scene.random.uniform(1, 6))
    ballast.unlink()


_FAULTS: tuple[Callable[[Scene], None], ...] = (
    _bot_killed,
    _bot_asked_to_end,
    _flows_killed,
    _run_killed,
    _postgres_killed,
    _session_killed,
    _prefect_killed,
    _sockets_cut,
    _slack_fails,
    _slack_repeats,
    _load_killed,
    _files_torn,
    _vault_killed,
    _vault_sealed,
    _clock_jumps,
    _disk_full,
)


def break_things(scene: Scene, until: float) -> None:
    """One fault after the other, as the seed says, each once before any comes again."""
    order: list[Callable[[Scene], None]] = []
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, scene.random.uniform(2, 7)))
        order = order or scene.random.sample(_FAULTS, len(_FAULTS))
        fault = order.pop()
        fault(scene)
        scene.done[fault.__name__.strip("_").replace("_", " ")] += 1
