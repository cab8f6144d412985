"""How fast a press of Approve is acknowledged and its run asked for: python -m
benchmarks.clicks [PEOPLE] [--rounds N], 50 people when none is given.

The real bot, a process of its own, on a real PostgreSQL before the stand-in for Slack, over real
sockets. Each round has one proposal per person, and all press Approve at the same moment. Bars: click to
ack under 200 ms at the 99th percentile while all press; one click to its run being asked of Prefect
under 1 s, which is what there is on top of Prefect's own latency. Nothing may be lost or started twice.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from pydantic import SecretStr
from sqlalchemy.orm import Session

from bot.assistant import Answers
from bot.process.run import serving
from config.access import Role
from config.organisation import Organisation
from config.sections.people import Person
from config.settings import Settings
from db import engines
from db.database import Database
from db.embedded import postgres
from playbooks.approval.lifecycle import propose
from playbooks.proposals.plan import Plan, PlannedStep
from playbooks.schema import read_playbooks
from standins.slack import Handle, Limits, Setup, running_workspace
from standins.slack.model import Person as SlackPerson

ACK_MS, START_MS = 200.0, 1_000.0
CHANNEL = "C0FINOPS01"
_PATIENCE = 300.0
_ALONE = 10  # presses one after the other


@dataclass
class Bot:
    """The bot in a process of its own: when each run was asked of Prefect, by its key, in seconds of the epoch."""

    process: "subprocess.Popen[str]"
    asked: dict[str, float] = field(default_factory=dict)
    repeated: int = 0

    def listen(self) -> None:
        """Read what the bot says until it ends."""
        for line in self.process.stdout or ():
            key, _, at = line.strip().partition(" ")
            self.repeated += key in self.asked
            self.asked.setdefault(key, float(at))


def main() -> int:
    """0 when both bars are met and nothing is lost."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.clicks", description=__doc__)
    parser.add_argument("people", nargs="?", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--bot", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.bot:
        _be_the_bot(json.loads(given.bot), given.people)
        return 0
    with tempfile.TemporaryDirectory(prefix="finops-clicks-") as folder:
        home = Path(folder)
        try:
            return _measured(home, given.people, given.rounds)
        finally:
            postgres.stop(home)


def _ids(people: int) -> list[str]:
    return [f"U0CLICK{number:03d}" for number in range(people)]


def _settings(given: dict[str, str]) -> Settings:
    secrets: dict[str, Any] = {
        name: SecretStr(given[name]) for name in ("slack_bot_token", "slack_app_token", "slack_signing_secret")
    }
    home, address = Path(given["home"]), given["slack_api_url"]
    return Settings(home=home, _env_file=None, openai_api_key=None, database_url=None, slack_api_url=address, **secrets)


def _be_the_bot(given: dict[str, str], people: int) -> None:
    """The real bot until the parent closes its input; in place of Prefect, the
    moment at which a run is asked for is printed.
    """
    settings = _settings(given)
    everybody = tuple(Person(id=one, name=one, roles=(Role.APPROVER,), approves_teams=("*",)) for one in _ids(people))

    def start(_deployment: str, _parameters: dict[str, Any], key: str) -> str:
        print(f"{key} {time.time()}", flush=True)
        return f"run-of-{key}"

    with serving(settings, Organisation(people=everybody), engines.connect(settings), _no_answers(), start):
        sys.stdin.read()


def _measured(home: Path, people: int, rounds: int) -> int:
    ids = _ids(people)
    limits = Limits(messages_per_second=200, burst=200, tiers=False)
    with running_workspace(
        Setup(people=tuple(SlackPerson(one, one.lower(), one) for one in ids), limits=limits)
    ) as slack:
        given = {
            "home": str(home),
            "slack_api_url": slack.api_url,
            "slack_bot_token": slack.bot_token,
            "slack_app_token": slack.app_token,
        }
        given["slack_signing_secret"] = slack.signing_secret
        database = engines.connect(_settings(given))
        command = [sys.executable, "-m", "benchmarks.clicks", str(people), "--bot", json.dumps(given)]
        bot = Bot(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        listener = threading.Thread(target=bot.listen)
        listener.start()
        try:
            slack.wait_until(lambda: slack.sockets > 0, timeout=_PATIENCE)
            before, started = len(slack.acks), list[float]()
            for number in range(rounds):
                started += _round(database, slack, bot, ids, number)
            alone = [_round(database, slack, bot, ids[:1], rounds + number)[0] for number in range(_ALONE)]
            acks = [
                1_000 * ack.seconds
                for ack in slack.acks[before:]
                if ack.kind == "interactive" and ack.seconds is not None
            ]
        finally:
            bot.process.communicate()
            listener.join()
            database.dispose()
    return _report(acks, started, alone, people * rounds + _ALONE, bot)


def _round(database: Database, slack: Handle, bot: Bot, ids: Sequence[str], number: int) -> list[float]:
    """One proposal per person, all pressed at once; milliseconds from each press to the run being asked for."""
    proposals = [_proposed(database, f"web-{number}-{person}") for person in range(len(ids))]
    slack.wait_until(lambda: len(_buttons(slack, proposals)) == len(proposals), timeout=_PATIENCE)
    where, together, pressed = _buttons(slack, proposals), threading.Barrier(len(ids)), dict[int, float]()

    def press(person: int) -> None:
        together.wait()
        pressed[person] = time.time()
        slack.click(ids[person], where[proposals[person]], "remediation_approve")

    with ThreadPoolExecutor(len(ids)) as crowd:
        list(crowd.map(press, range(len(ids))))
    keys = [f"remediation-{one}" for one in proposals]
    slack.wait_until(lambda: all(key in bot.asked for key in keys), timeout=_PATIENCE)
    return [1_000 * (bot.asked[key] - pressed[person]) for person, key in enumerate(keys)]


def _buttons(slack: Handle, proposals: Sequence[int]) -> dict[int, str]:
    """Where the Approve button of each proposal is: its message's ts."""
    ids, buttons = set(proposals), dict[int, str]()
    for message in slack.messages(CHANNEL):
        for block in message.get("blocks") or []:
            for element in block.get("elements") or []:
                if element.get("action_id") == "remediation_approve" and int(element["value"]) in ids:
                    buttons[int(element["value"])] = str(message["ts"])
    return buttons


def _proposed(database: Database, name: str) -> int:
    book = read_playbooks()["ec2-stop-idle"]
    step = PlannedStep(
        f"i-{name}", name, "111122223333", "eu-west-1", "ec2.stop", {}, 0, {}, "stop", "peak CPU 2.1 %", 153.0
    )
    made = datetime.now(UTC).isoformat(timespec="seconds")
    plan = Plan(
        book.name, book.digest(), "111122223333", "sandbox", "web", "dev", "USD", (step,), (), "start again", made
    )
    with Session(database.app) as session, session.begin():
        return propose(session, plan, book, "U0NOBODY00", datetime.now(UTC), channel=CHANNEL).id


def _no_answers() -> Answers:
    """Nobody asks anything here."""

    def refuse(*_: Any) -> Any:
        raise AssertionError("nobody asked")

    return Answers(refuse, refuse, refuse)


def _report(acks: Sequence[float], started: Sequence[float], alone: Sequence[float], expected: int, bot: Bot) -> int:
    p99 = quantiles(acks, n=100)[98]
    print(
        f"click to ack:              p50 {median(acks):6.1f} ms  p99 {p99:6.1f} ms  worst {max(acks):6.1f} ms  "
        f"({len(acks)} clicks; bar: p99 {ACK_MS:g} ms)"
    )
    print(
        f"one click to its run:      p50 {median(alone):6.1f} ms  worst {max(alone):6.1f} ms  (bar: worst "
        f"{START_MS:g} ms, before Prefect's own latency)"
    )
    print(f"all at once to their runs: p50 {median(started):6.1f} ms  worst {max(started):6.1f} ms")
    print(f"runs asked for:            {len(bot.asked)} of {expected}, {bot.repeated} asked twice")
    return 0 if p99 < ACK_MS and max(alone) < START_MS and len(bot.asked) == expected == len(acks) else 1


if __name__ == "__main__":
    sys.exit(main())
