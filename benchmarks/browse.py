"""How long the page waits for its data while people ask: python -m benchmarks.browse [CHARGES], 1M when none is given.

One API process over thirteen months of CHARGES charges. First one person opens every view in turn; then 50 people
browse (a view each five seconds, drawn at random) while 50 ask (a question each ten seconds), from a process of their
own. Bars: p95 of a view under 300 ms alone; p95 of views and of answers under 1 s with all of them.
"""

import argparse
import multiprocessing
import os
import random
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles

import httpx
from sqlalchemy.orm import Session

from benchmarks.ask import QUESTIONS, TODAY, loaded
from bot.api.app import create_app
from bot.api.auth import tokens
from bot.api.context import Context
from bot.process.http import served
from config.organisation import Organisation
from config.sections.people import Person
from nl2sql.deps import Deps

ALONE, TOGETHER = 300.0, 1000.0
_DAY = timedelta(days=1)
PEOPLE, BROWSE_SECONDS, ASK_SECONDS = 50, 5.0, 10.0
_MONTH = "since=2026-10-01&until=2026-11-01"
VIEWS = {
    "overview": "/insights/summary",
    "explore, by service": f"/costs?{_MONTH}&group_by=service&grain=day&limit=500",
    "explore, by team and service": f"/costs?{_MONTH}&group_by=team,service&grain=day&limit=500",
    "explore, a year by account": "/costs?since=2025-11-01&until=2026-11-01&group_by=account&grain=month&limit=500",
    "explore, as a file": f"/costs.csv?{_MONTH}&group_by=application",
    "anomalies": "/insights?limit=100",
    "savings": "/recommendations?limit=100",
    "approvals": "/remediations?limit=100",
    "budgets": "/budgets?limit=100",
    "showback": f"/showback?{_MONTH}&limit=500",
}

Times = dict[str, list[float]]


@dataclass(frozen=True)
class Bearer:
    """Where the API is, and the headers of everybody."""

    address: str
    browsing: tuple[Mapping[str, str], ...]
    asking: tuple[Mapping[str, str], ...]


def alone(at: Bearer, rounds: int) -> Times:
    """Milliseconds of each view, opened by one person after another view."""
    times: Times = defaultdict(list)
    with httpx.Client(base_url=at.address, trust_env=False, timeout=60) as client:
        for turn in range(rounds + 1):
            for name, path in VIEWS.items():
                took = _take(client, at.browsing[0], name, path)
                if turn:
                    times[name].append(took)
    return times


def together(at: Bearer, seconds: float, results: "multiprocessing.Queue[Times]") -> None:
    """Everybody at once for so many seconds; milliseconds of `view` and `answer`."""
    times: Times = defaultdict(list)
    until = time.monotonic() + seconds
    draw = random.Random(1)
    acts: list[tuple[str, float, Callable[[httpx.Client], float]]] = [
        *(("view", BROWSE_SECONDS, _browse(headers, random.Random(draw.random()))) for headers in at.browsing),
        *(("answer", ASK_SECONDS, _ask(headers, random.Random(draw.random()))) for headers in at.asking),
    ]

    def person(kind: str, pause: float, act: Callable[[httpx.Client], float], first: float) -> None:
        time.sleep(first)
        with httpx.Client(base_url=at.address, trust_env=False, timeout=60) as client:
            while time.monotonic() < until:
                took = act(client)
                times[kind].append(took)
                time.sleep(max(pause - took / 1000, 0))

    threads = [threading.Thread(target=person, args=(*act, draw.random() * act[1])) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put(dict(times))


def _browse(headers: Mapping[str, str], draw: random.Random) -> Callable[[httpx.Client], float]:
    return lambda client: _take(client, headers, *draw.choice(list(VIEWS.items())))


def _ask(headers: Mapping[str, str], draw: random.Random) -> Callable[[httpx.Client], float]:
    def act(client: httpx.Client) -> float:
        started = time.perf_counter()
        answer = client.post("/api/v1/ai/query", json={"question": draw.choice(QUESTIONS)}, headers=headers)
        answer.raise_for_status()
        return 1000 * (time.perf_counter() - started)

    return act


def _take(client: httpx.Client, headers: Mapping[str, str], name: str, path: str) -> float:
    started = time.perf_counter()
    answer = client.get(f"/api/v1{path}", headers=headers)
    if answer.status_code != httpx.codes.OK:
        raise RuntimeError(f"{name}: {answer.status_code} {answer.text[:300]}")
    return 1000 * (time.perf_counter() - started)


def _bearer(deps: Deps, address: str) -> Bearer:
    now, scopes = datetime.now(UTC), tokens.SCOPES
    with Session(deps.database.app) as session, session.begin():
        issued = [tokens.issue(session, one.id, scopes, now, _DAY, "bench") for one in deps.organisation.people]
    headers = tuple({"Authorization": f"Bearer {token}"} for token in issued)
    return Bearer(address, headers[:PEOPLE], headers[PEOPLE:])


def measure(charges: int, rounds: int, seconds: float) -> bool:
    """Whether every bar is kept."""
    everybody = tuple(Person(id=f"U0BENCH{number:03}", name=f"Person {number}") for number in range(2 * PEOPLE))
    with loaded(charges, 10) as bills:
        organisation = Organisation(people=everybody)
        deps = Deps(bills.database, bills.settings, organisation, today=TODAY)
        context = Context(bills.settings, organisation, bills.database, deps)
        with served(create_app(context), "127.0.0.1", 0) as address:
            at = _bearer(deps, address)
            single = alone(at, rounds)
            spawn = multiprocessing.get_context("spawn")
            results: multiprocessing.Queue[Times] = spawn.Queue()
            crowd = spawn.Process(target=together, args=(at, seconds, results))
            crowd.start()
            many = results.get(timeout=seconds + 120)
            crowd.join()
    for name, times in (*single.items(), *many.items()):
        print(f"{name:<30} p50 {median(times):7.1f} ms   p95 {_p95(times):7.1f} ms   {len(times)} times")
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    worst = max(single, key=lambda name: _p95(single[name]))
    return all(
        [
            _bar(f"one person, the slowest view ({worst})", _p95(single[worst]), ALONE),
            _bar(f"{PEOPLE} browse, a view", _p95(many["view"]), TOGETHER),
            _bar(f"{PEOPLE} ask meanwhile, an answer", _p95(many["answer"]), TOGETHER),
        ]
    )


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1]


def _bar(name: str, value: float, most: float) -> bool:
    print(f"{name}: p95 {value:.0f} ms (at most {most:.0f}): {'ok' if value <= most else 'NOT within the bar'}")
    return value <= most


def main() -> int:
    """Exit 0 when every bar is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("charges", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    return 0 if measure(options.charges, options.rounds, options.seconds) else 1


if __name__ == "__main__":
    sys.exit(main())
