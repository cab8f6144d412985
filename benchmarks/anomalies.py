"""Precision, recall, false alarms, delay and speed of the detector: `python -m
benchmarks.anomalies [--seeds 11 12] [--nab FOLDER]`.

A finding counts for an event when it is detected between the event's first day and its label's
last day; a second finding of the same event counts as false, and so does everything else.
"""

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import numpy as np

from analysis.anomalies.calendar import DAY
from analysis.anomalies.completeness import Maturity, Sighting, learn, maturity
from analysis.anomalies.score import Kind, score, score_arriving
from analysis.anomalies.state import DAILY, new_state
from benchmarks.labelled_bills import bills
from benchmarks.labelled_estates import estates
from benchmarks.labelled_hours import hours
from benchmarks.labelled_series import GENERATORS, KINDS, Event, Labelled
from benchmarks.peers import PEERS, replay_peer
from commands.analyze.anomalies import Grid, replay

SETTLED = Maturity(1.0, 0.0, upward_only=False, judged=True)
# The first five call a launch of half as much again in two months clean: there a fifth is news, as it is for a scope
# whose sensitivity says so. In estates 15 % are news, as they are in the product.
A_FIFTH = replace(DAILY, calm_impact=0.2, run_calm_impact=0.2, slow_impact=0.2, slow_calm_impact=0.2, slow_sure=np.inf)
MADE = {name: (make, A_FIFTH) for name, make in {**GENERATORS, "bills": bills}.items()} | {"estates": (estates, DAILY)}
BY_THE_HOUR = 21 * 24  # hours after which every hour of the week has come thrice
HELD_OUT = (41, 42, 43, 44)  # thresholds were tuned on seeds 1 to 4; what fell short was looked at on seeds up to 33


@dataclass
class Tally:
    """Counts over labelled series."""

    events: Counter[str] = field(default_factory=Counter)
    detected: Counter[str] = field(default_factory=Counter)
    reported: Counter[str] = field(default_factory=Counter)  # by the kind of the finding
    reported_rightly: Counter[str] = field(default_factory=Counter)
    delays: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    repeats: int = 0
    clean_alarms: int = 0
    clean_days: int = 0

    def lines(self) -> str:
        """The figures."""
        precision = self.reported_rightly.total() / max(self.reported.total(), 1)
        recall = self.detected.total() / max(self.events.total(), 1)
        recalls = "  ".join(
            f"{kind} {self.detected[kind] / self.events[kind]:.2f}" for kind in (*KINDS, "new") if self.events[kind]
        )
        precisions = "  ".join(
            f"{kind} {self.reported_rightly[kind] / self.reported[kind]:.2f}"
            for kind in get_args(Kind)
            if self.reported[kind]
        )
        delays = "  ".join(
            f"{kind} {np.median(self.delays[kind]):.0f}" for kind in (*KINDS, "new") if self.delays[kind]
        )
        return (
            f"F1 {2 * precision * recall / (precision + recall):.3f}  P {precision:.3f}  R {recall:.3f}  "
            f"false alarms a clean series-year {self.clean_alarms / (self.clean_days / 365):.2f}  "
            f"second findings of an event {self.repeats} of {self.reported.total()}\n"
            f"        recall by event: {recalls}\n        precision by finding: {precisions}\n        median delay in "
            f"days: {delays}"
        )


def grid_of(series: list[Labelled]) -> Grid:
    """The series side by side on one calendar."""
    first, last = min(item.days[0] for item in series), max(item.days[-1] for item in series)
    values = np.full(((last - first).days + 1, len(series)), np.nan)
    for column, item in enumerate(series):
        offset = (item.days[0] - first).days
        values[offset : offset + len(item.days), column] = item.values
    start = datetime(first.year, first.month, first.day)
    return Grid(tuple(item.name for item in series), start, timedelta(days=1), values)


def count(series: list[Labelled], records: list[dict[str, Any]], tally: Tally) -> None:
    """Match records with labels."""
    by_series = defaultdict(list)
    for record in records:
        if "renames" not in record:
            by_series[record["series"]].append(record)
    for item in series:
        hit: set[Event] = set()
        for record in by_series[item.name]:
            _count(item, record, hit, tally)
        tally.clean_days += 0 if item.events else len(item.days)
        tally.events.update(event.kind for event in item.events)
        tally.detected.update(event.kind for event in hit)


def _count(item: Labelled, record: dict[str, Any], hit: set[Event], tally: Tally) -> None:
    day, kind = date.fromisoformat(record["detected_at"]), record["kind"]
    event = next((event for event in item.events if event.start <= day <= event.until), None)
    tally.reported[kind] += 1
    tally.repeats += event in hit
    tally.clean_alarms += not item.events
    if event is not None and event not in hit:
        hit.add(event)
        tally.reported_rightly[kind] += 1
        tally.delays[event.kind].append((day - event.start).days)


def by_the_hour(seeds: Sequence[int]) -> None:
    """False alarms, one a day at most, and recall of hourly series from their fourth week on."""
    events: Counter[str] = Counter()
    detected: Counter[str] = Counter()
    alarms, judged = 0, 0
    for seed in seeds:
        grid, planted = hours(seed)
        alarm_hours: dict[str, list[int]] = defaultdict(list)
        for record in replay(grid):
            alarm_hours[record["series"]].append(
                (datetime.fromisoformat(record["detected_at"]) - grid.first) // grid.every
            )
        where = {column: (kind, first, last) for column, kind, first, last in planted}
        for column, name in enumerate(grid.names):
            kind, first, last = where.get(column, ("", len(grid.values), 0))
            events[kind] += column in where
            detected[kind] += any(first <= hour <= last for hour in alarm_hours[name])
            alarms += len({hour // 24 for hour in alarm_hours[name] if BY_THE_HOUR <= hour < first})
            judged += first - BY_THE_HOUR
    recalls = "  ".join(f"{kind} {detected[kind] / events[kind]:.2f}" for kind in sorted(events) if events[kind])
    print(f"hours: {alarms / (judged / 8760):.1f} days with a false alarm a series-year; recall by event: {recalls}")


def _hours(name: str, hourly: dict[datetime, list[float]]) -> Grid:
    first, hour = min(hourly), timedelta(hours=1)
    values = np.full(((max(hourly) - first) // hour + 1, 1), np.nan)
    for moment, within in hourly.items():
        values[(moment - first) // hour] = np.mean(within)
    return Grid((name,), first, hour, values)


def nab(folder: Path) -> None:
    """Windows of the Numenta benchmark found in its hourly telemetry, and findings outside them."""
    windows = json.loads((folder / "combined_windows.json").read_text())
    for path in sorted(folder.glob("*.csv")):
        (labels,) = [spans for name, spans in windows.items() if name.endswith(path.name)]
        rows = path.read_text().splitlines()[1:]
        hourly: dict[datetime, list[float]] = defaultdict(list)
        for row in rows:
            moment, value = row.split(",")
            hourly[datetime.fromisoformat(moment).replace(minute=0, second=0)].append(float(value))
        moments = [datetime.fromisoformat(record["detected_at"]) for record in replay(_hours(path.stem, hourly))]
        spans = [
            (datetime.fromisoformat(start) - timedelta(hours=1), datetime.fromisoformat(end)) for start, end in labels
        ]
        hits = sum(any(start <= moment <= end for moment in moments) for start, end in spans)
        outside = sum(not any(start <= moment <= end for start, end in spans) for moment in moments)
        print(
            f"NAB {path.stem}: {hits} of {len(spans)} windows, {outside} findings outside in {len(hourly) / 24:.0f} "
            "days"
        )


def arriving(seed: int) -> None:
    """Clean series whose last three days are 60, 90 and 97 % complete: false
    drops of a naive reading and of the maturity-aware one.
    """
    grid, rng = grid_of([item for item in GENERATORS["hard"](seed) if not item.events]), np.random.default_rng(seed)
    shares, state, naive, aware, days = (0.6, 0.9, 0.97), new_state(len(grid.names)), 0, 0, 0
    curve = learn(Sighting(day, age, 100 * (shares[age] if age < 3 else 1)) for day in range(20) for age in range(12))
    for index in range(len(grid.values) - 3):
        _, state = score(state, grid.first + index * DAY, grid.values[index])
        if index < 60 or index % 5:
            continue
        days += int(np.isfinite(grid.values[index + 1]).sum())
        partial = (
            grid.values[index + 1 : index + 4]
            * np.array(shares)[::-1, None]
            * rng.normal(1, 0.02, (3, len(grid.names)))
        )
        naive += sum(
            len(outcome.findings)
            for outcome in score_arriving(state, grid.first + (index + 1) * DAY, partial, [SETTLED] * 3)
        )
        ages = [maturity(curve, age) for age in (2, 1, 0)]
        aware += sum(
            len(outcome.findings) for outcome in score_arriving(state, grid.first + (index + 1) * DAY, partial, ages)
        )
    years = days / 365
    print(
        f"arriving bills: {naive / years:.0f} findings a clean series-year read naively, {aware / years:.2f} with the "
        "learned curve"
    )


def speed() -> None:
    """One new day of 10,000 series with a settled memory."""
    rng = np.random.default_rng(1)
    base, state, start = rng.lognormal(5, 1, 10_000), new_state(10_000), datetime(2026, 1, 1)
    for day in range(40):
        _, state = score(state, start + timedelta(day), base * np.exp(rng.normal(0, 0.05, len(base))))
    began = time.perf_counter()
    score(state, start + timedelta(40), base)
    print(f"10,000 series, one new day: {time.perf_counter() - began:.2f} s")


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, nargs="+", default=HELD_OUT)
    parser.add_argument("--nab", type=Path)
    arguments = parser.parse_args()
    for name, (generate, tuning) in MADE.items():
        tally, points, seconds = Tally(), 0, 0.0
        for seed in arguments.seeds:
            series = generate(seed)
            began = time.perf_counter()
            records = list(replay(grid_of(series), tuning))
            seconds += time.perf_counter() - began
            points += sum(len(item.days) for item in series)
            count(series, records, tally)
        print(f"{name:7} {tally.lines()}\n        {points:,} points in {seconds:.1f} s", flush=True)
        for peer, rule in PEERS.items():
            against = Tally()
            for seed in arguments.seeds:
                series = generate(seed)
                count(series, list(replay_peer(grid_of(series), rule)), against)
            print(f"        {peer}: {against.lines().splitlines()[0]}", flush=True)
    by_the_hour(arguments.seeds[:2])
    arriving(arguments.seeds[0])
    speed()
    if arguments.nab:
        nab(arguments.nab)


if __name__ == "__main__":
    main()
