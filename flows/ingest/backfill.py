"""Years of bills, month by month: each month is a delivery of its own, so that what was loaded stays loaded."""

import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import sqlalchemy as sa

from config.errors import UserError
from config.organisation import Organisation
from db.database import Database
from db.tables import Load
from flows.ingest.loading.delivery import ingest
from flows.ingest.loading.reading.first_month import first_month
from flows.ingest.loading.result import IngestResult, LoadedFile, combined
from flows.ingest.roads import months
from flows.ingest.roads.buckets import BucketObject
from flows.ingest.roads.finding import FoundFiles, find, unreadable
from flows.ingest.roads.pieces import BillFile

_NO_MONTH = ""  # of objects whose path names none: they are one delivery


@dataclass(frozen=True)
class Stage:
    """How far a backfill is: of its files and bytes, those that are through, the rows that they brought, and the
    seconds that are left at the pace so far, None while nothing can be said. `months` are those that are loaded now.
    """

    months: str
    files: int
    of_files: int
    bytes: int
    of_bytes: int
    rows: int
    seconds_left: float | None = None
    done: IngestResult | None = None  # what became of `months`, once that is known


Report = Callable[[Stage], None]


@dataclass(eq=False)
class _Group:
    """Files that are one delivery: those of a month, or of months that share files."""

    months: set[str]
    files: list[BillFile]


def backfill(
    paths: Sequence[str],
    since: str,
    database: Database,
    organisation: Organisation,
    report: Report,
    *,
    source: str | None = None,
    take_over: bool = False,
    accept_shrink: bool = False,
    actor: str = "system",
) -> IngestResult:
    """Load the files whose billing month is `since` (`YYYY-MM`) or later, the oldest month first, and say what became
    of all. Months that were loaded before and are the same are `unchanged`, so that it can be run again after it was
    stopped. A month that is refused leaves the others as they are. Raises `UserError` where the paths cannot be read.

    Files of a month are told by their paths, by what earlier loads found in them, and on this machine by their first
    rows; where a file turns out to hold another month too, both are loaded together.
    """
    with tempfile.TemporaryDirectory(prefix="finops-") as folder:
        try:
            found = find(list(paths), Path(folder))
            groups, earlier = _grouped(database, found.files, since)
        except OSError as error:
            raise UserError(unreadable(error)) from error
    watch = _Watch(report, [one for group in groups for one in group.files])
    results: list[IngestResult] = []
    while groups:
        group = groups.pop(0)
        result = _load(group, list(paths), database, organisation, watch, source, take_over, accept_shrink, actor)
        brought = {month for load in result.loads for month in load.billing_periods}
        others = [one for one in (*groups, *watch.through) if one is not group and one.months & brought]
        if others:  # a month has to be delivered whole
            together = _Group(group.months | brought, _each_once([*group.files, *(f for o in others for f in o.files)]))
            together.months.update(*(one.months for one in others))
            results = [one for one in results if not _is_of(one, others)]
            watch.take_back(others)
            groups = [together, *(one for one in groups if one not in others)]
            continue
        group.months |= brought
        results.append(result)
        watch.through_with(group, result)
    passed = [
        LoadedFile(one.label, "skipped", error=f"Passed over: it is older than {since} by its path.") for one in earlier
    ]
    passed += [LoadedFile(one.label, "skipped", error=f"Passed over: {one.reason}.") for one in found.skipped]
    return combined([*results, IngestResult(tuple(passed))])


def _load(
    group: _Group,
    paths: list[str],
    database: Database,
    organisation: Organisation,
    watch: "_Watch",
    source: str | None,
    take_over: bool,
    accept_shrink: bool,
    actor: str,
) -> IngestResult:
    """One delivery; what cannot even be read is its result, too."""
    watch.begin(group)
    with tempfile.TemporaryDirectory(prefix="finops-") as folder:
        here = [
            replace(one, path=Path(folder) / one.path.parent.name / one.path.name)
            if isinstance(one, BucketObject)
            else one
            for one in group.files
        ]
        try:
            return ingest(
                paths,
                database,
                organisation,
                source=source,
                take_over=take_over,
                accept_shrink=accept_shrink,
                actor=actor,
                progress=watch.progress,
                found=FoundFiles(tuple(here)),
            )
        except UserError as error:
            return IngestResult(tuple(LoadedFile(one.label, "failed", error=str(error)) for one in group.files))


def _grouped(database: Database, files: Sequence[BillFile], since: str) -> tuple[list[_Group], list[BillFile]]:
    """The files of each month, of months that share a file together, the oldest first; and the files that are older."""
    known = _loaded_months(database, [one.label for one in files])
    groups: list[_Group] = []
    older: list[BillFile] = []
    for file in files:
        held = known.get(file.label, set())
        named = months.named(file.label)
        if max((*held, *named), default=since) < since:
            older.append(file)
            continue
        mine = held or set(named[:1]) or {_first_month(file)}
        sharing = [one for one in groups if one.months & mine]
        groups = [one for one in groups if one not in sharing]
        groups.append(
            _Group(mine.union(*(one.months for one in sharing)), [*(f for one in sharing for f in one.files), file])
        )
    return sorted(groups, key=lambda one: min(one.months)), older


def _loaded_months(database: Database, labels: list[str]) -> dict[str, set[str]]:
    """The months that the newest load of each path brought."""
    found: dict[str, set[str]] = defaultdict(set)
    statement = (
        sa.select(Load.path, Load.billing_periods)
        .where(Load.path == sa.func.any(sa.cast(labels, sa.ARRAY(sa.Text))), Load.status == "loaded")
        .order_by(Load.id)
    )
    with database.owner.connect() as connection:
        for path, periods in connection.execute(statement):
            found[path] |= set(periods)
    return found


def _first_month(file: BillFile) -> str:
    return _NO_MONTH if isinstance(file, BucketObject) else first_month(file) or _NO_MONTH


def _each_once(files: Iterable[BillFile]) -> list[BillFile]:
    return list({one.label: one for one in files}.values())


def _is_of(result: IngestResult, groups: list[_Group]) -> bool:
    labels = {file.label for one in groups for file in one.files}
    return any(load.path in labels for load in result.loads)


@dataclass
class _Watch:
    """Counts what is through, and tells it."""

    report: Report
    files: list[BillFile]
    through: list[_Group] = field(default_factory=list)
    _sizes: dict[str, int] = field(default_factory=dict)
    _reading: dict[str, int] = field(default_factory=dict)
    _rows: dict[int, int] = field(default_factory=dict)
    _group: _Group | None = None
    _fresh: int = 0  # bytes of groups that were loaded, not found unchanged
    _seconds: float = 0.0
    _began: float = 0.0

    def __post_init__(self) -> None:
        self._sizes = {one.label: one.size for one in self.files}

    def begin(self, group: _Group) -> None:
        self._group, self._began = group, time.monotonic()
        self._reading.clear()
        self._tell()

    def progress(self, what: str, done: int, _total: int) -> None:
        """As a load says it: bytes of each of its files."""
        self._reading[what] = done
        self._tell()

    def take_back(self, groups: list[_Group]) -> None:
        """Groups that are loaded once more, with others."""
        self.through = [one for one in self.through if one not in groups]

    def through_with(self, group: _Group, result: IngestResult) -> None:
        self._rows[id(group)] = sum(load.rows for load in result.loads)
        if any(load.status == "loaded" for load in result.loads):
            self._fresh += self._bytes([group])
            self._seconds += time.monotonic() - self._began
        self.through.append(group)
        self._reading.clear()
        self._tell(result)

    def _bytes(self, groups: Iterable[_Group]) -> int:
        return sum(self._sizes[file.label] for one in groups for file in one.files)

    def _tell(self, done: IngestResult | None = None) -> None:
        before, whole = self._bytes(self.through), sum(self._sizes.values())
        group = self._group or _Group(set(), [])
        reading = 0 if done else min(sum(self._reading.values()), self._bytes([group]))
        seconds = self._seconds + (0 if done else time.monotonic() - self._began)
        pace, left = (self._fresh + reading) / seconds if seconds else 0, whole - before - reading
        self.report(
            Stage(
                _in_words(group.months),
                sum(len(one.files) for one in self.through),
                len(self.files),
                before + reading,
                whole,
                sum(self._rows.get(id(one), 0) for one in self.through),
                left / pace if pace and left else None,
                done,
            )
        )


def _in_words(held: set[str]) -> str:
    named = sorted(month for month in held if month)
    if not named:
        return "files without a month"
    return named[0] if len(named) == 1 else f"{named[0]} to {named[-1]}"
