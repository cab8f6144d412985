"""Ask N questions a second for M minutes through two bots on one database:
python -m benchmarks.soak [--rate 50] [--minutes 5] [--bots 2].

The workspace is the stand-in with Slack's pace (a message a second a channel, an ack within 3 s or
the event comes again), the bots are `finops run`, the bills are the demo's, the answer side is the
built-in grammar. People ask in 120 channels; every question has to be answered once, in its thread.
Memory is flat when a bot's resident set in the last fifth of the run is at most a tenth above that
of the second fifth. Bars: nothing lost, nothing doubled, p95 of the acks under 1 s, memory flat.
"""

import argparse
import itertools
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median, quantiles
from subprocess import Popen

from config.organisation import Organisation
from config.settings import Settings
from db import engines
from db.embedded import postgres
from demo import processes
from flows.ingest.loading.delivery import ingest
from standins.bills.world import World
from standins.bills.write import write
from standins.slack import Handle, Setup, running_workspace
from standins.slack.model import CHANNELS, Channel

ACK_SECONDS, GROWTH = 1.0, 0.10
_CHANNELS = 120
_SAMPLE_SECONDS = 1.0
_PATIENCE = 600.0  # seconds without a new answer after which the rest counts as lost
_QUESTIONS = (
    "what did we spend last month?",
    "what did EC2 cost last month by team?",
    "top 5 services this month",
    "cost per account last week",
    "how much did payments spend last month?",
    "storage cost by region last 30 days",
    "compare this month with last month by provider",
    "daily cost of the last 14 days",
    "which team spent most last quarter?",
    "untagged spend last month",
)


@dataclass
class Watched:
    """A bot's process and its resident set in MB, a sample a second."""

    process: "Popen[bytes]"
    memory: list[float] = field(default_factory=list)

    def look(self) -> None:
        """Add a sample."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        self.memory.append(pages * 4096 / 1e6)

    @property
    def growth(self) -> float:
        """Share by which the last fifth lies above the second."""
        fifth = max(1, len(self.memory) // 5)
        return mean(self.memory[-fifth:]) / mean(self.memory[fifth : 2 * fifth] or self.memory) - 1


def _channels() -> tuple[Channel, ...]:
    return (*CHANNELS, *(Channel(f"C0SOAK{number:04d}", f"soak-{number}") for number in range(_CHANNELS)))


@contextmanager
def _bots(home: Path, slack: Handle, count: int) -> Iterator[list[Watched]]:
    environment = {
        "FINOPS_HOME": str(home),
        "FINOPS_CONFIG": os.devnull,
        "FINOPS_API_PORT": "0",
        "FINOPS_LOG_LEVEL": "WARNING",
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
    }
    with ExitStack() as stack:
        running = [
            stack.enter_context(processes.running(f"bot-{n}", ["run"], environment, home / "logs"))
            for n in range(count)
        ]
        slack.wait_until(lambda: slack.sockets >= count, 90)
        yield [Watched(process) for process in running]


def _answered(slack: Handle) -> Counter[str]:
    """Replies of the bot by the thread they stand in."""
    bot, replies = slack.workspace.app.bot_id, Counter[str]()
    for conversation in list(slack.workspace.store.conversations.values()):
        replies.update(
            m["thread_ts"]
            for m in list(conversation.messages.values())
            if m.get("bot_id") == bot and m.get("thread_ts")
        )
    return replies


def _ask(slack: Handle, rate: float, seconds: float) -> dict[str, float]:
    """Questions at an even pace; when each was asked, by its ts."""
    bot, people = slack.workspace.app.bot_user, [person.id for person in slack.workspace.setup.people]
    asked: dict[str, float] = {}
    began = time.monotonic()
    for number, question in zip(range(int(rate * seconds)), itertools.cycle(_QUESTIONS), strict=False):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        channel = f"C0SOAK{number % _CHANNELS:04d}"
        asked[str(slack.post_as(people[number % len(people)], channel, f"<@{bot}> {question}")["ts"])] = (
            time.monotonic()
        )
    return asked


def _watch(bots: list[Watched], stop: threading.Event) -> None:
    while not stop.wait(_SAMPLE_SECONDS):
        for bot in bots:
            bot.look()


def _wait_for_answers(slack: Handle, count: int) -> float:
    """Seconds until everything was answered, or until nothing more came for a long while."""
    began = changed = time.monotonic()
    before = 0
    while (now := len(_answered(slack))) < count and time.monotonic() - changed < _PATIENCE:
        if now != before:
            before, changed = now, time.monotonic()
        time.sleep(0.5)
    return time.monotonic() - began


def run(rate: float, minutes: float, count: int) -> bool:
    """One run; whether it is within the bars."""
    today = datetime.now(UTC).date()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = Path(folder)
        home.chmod(0o755)
        stack.callback(postgres.stop, home)
        database = engines.connect(Settings(home=home, _env_file=None))
        stack.callback(database.dispose)
        bills = home / "bills"
        bills.mkdir()
        write(bills, World(anchor=today))
        ingest([str(bills)], database, Organisation())
        slack = stack.enter_context(running_workspace(Setup(channels=_channels())))
        bots = stack.enter_context(_bots(home, slack, count))
        stop = threading.Event()
        watcher = threading.Thread(target=_watch, args=(bots, stop))
        watcher.start()
        try:
            asked = _ask(slack, rate, 60 * minutes)
            after = _wait_for_answers(slack, len(asked))
        finally:
            stop.set()
            watcher.join()
        time.sleep(2)  # in which a second answer would come
        return _report(slack, bots, asked, after, rate, minutes)


def _report(
    slack: Handle, bots: list[Watched], asked: dict[str, float], after: float, rate: float, minutes: float
) -> bool:
    replies = _answered(slack)
    lost, doubled = len(asked.keys() - replies.keys()), sum(replies[ts] > 1 for ts in asked)
    acks = [ack for ack in slack.acks if ack.kind == "events_api"]
    seconds = [ack.seconds for ack in acks if ack.seconds is not None]
    late = sum(ack.seconds is None for ack in acks)
    p95 = quantiles(seconds, n=20)[-1]
    growth = max(bot.growth for bot in bots)
    within = not lost and not doubled and p95 < ACK_SECONDS and growth <= GROWTH
    print(f"{len(asked):,} questions, {rate:g} a second for {minutes:g} minutes, through {len(bots)} bots")
    print(
        f"acks of {len(acks):,} events: p50 {median(seconds):.3f} s, p95 {p95:.3f} s (under {ACK_SECONDS:g}), max "
        f"{max(seconds):.3f} s, {late} missed and repeated"
    )
    print(f"answers: {lost} lost, {doubled} doubled; the last came {after:.1f} s after the last question")
    for number, bot in enumerate(bots):
        print(
            f"memory of bot {number}: {bot.memory[0]:.0f} MB at first, {max(bot.memory):.0f} at most, growth "
            f"{100 * bot.growth:+.1f} % (at most +10)"
        )
    print("ok" if within else "NOT within the bars")
    return within


def main() -> int:
    """Exit 0 when the run is within the bars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=50, help="questions a second")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--bots", type=int, default=2)
    options = parser.parse_args()
    return 0 if run(options.rate, options.minutes, options.bots) else 1


if __name__ == "__main__":
    sys.exit(main())
