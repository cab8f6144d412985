"""What became of a delivery, for the command line, for Slack and for people."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from analysis.wording.formatting import exact
from flows.ingest.loading.placing.replace import Replaced
from flows.ingest.loading.placing.standing import MEASURES, Cost
from flows.ingest.loading.records import Rejected


@dataclass(frozen=True)
class LoadedFile:
    """What became of one file: `loaded` or `unchanged`; `failed`, `held` or `skipped` with a sentence."""

    path: str
    status: str
    format: str | None = None
    provider: str | None = None
    billing_periods: tuple[str, ...] = ()
    rows: int = 0
    rejected: int = 0
    seconds: float = 0.0
    error: str | None = None
    note: str | None = None
    totals: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    own: dict[str, Any] = field(default_factory=dict)  # what the file's own cost column adds up to
    rejections: tuple[Rejected, ...] = ()
    beside_charges: bool = False  # invoice details, billing periods, commitments: their rows are no charges

    def to_json(self) -> dict[str, Any]:
        """As the command line writes it."""
        shown: dict[str, Any] = {
            "path": self.path,
            "format": self.format,
            "provider": self.provider,
            "billing_periods": list(self.billing_periods),
            "rows": self.rows,
            "rejected": self.rejected,
            "status": self.status,
            "seconds": round(self.seconds, 3),
        }
        if self.error:
            shown["error"] = shown["reason"] = self.error
        if self.note:
            shown["note"] = self.note
        if self.totals:
            shown["totals"] = self.totals
        if self.before:
            shown["before"] = self.before
        if self.own:
            shown["file_totals"] = self.own
        if self.rejections:
            shown["reasons"] = [{"row": row.row_number, "reason": row.reason} for row in self.rejections[:5]]
        return shown


@dataclass(frozen=True)
class StandingTotals:
    """A billing period of the accounts that a delivery touched, in one currency: what stands after it, and what stood
    before (None: nothing did).
    """

    month: str
    currency: str
    now: Mapping[str, Decimal]
    before: Mapping[str, Decimal] | None

    def to_json(self) -> dict[str, Any]:
        """Decimals as text, so that nothing is rounded."""
        now, before = (
            None if amounts is None else {name: f"{amount:f}" for name, amount in amounts.items()}
            for amounts in (self.now, self.before)
        )
        return {"period": self.month, "currency": self.currency, "now": now, "before": before}

    def cells(self) -> tuple[str, ...]:
        """A row of the table. A list or contracted cost of nothing beside a bill is not known, and no zero."""
        amounts = [
            _UNKNOWN
            if name in _OPTIONAL and self.now["billed"] and not self.now[name]
            else exact(self.now[name], self.currency)
            for name in MEASURES
        ]
        return (
            self.month,
            self.currency,
            *amounts,
            _UNKNOWN if self.before is None else exact(self.before["billed"], self.currency),
        )


def standing_of(stands: Mapping[str, Cost], stood: Mapping[str, Cost]) -> tuple[StandingTotals, ...]:
    """Both costs by month and currency, side by side; what has gone stands with 0."""
    nothing = dict.fromkeys(MEASURES, Decimal(0))
    places = {(month, currency) for costs in (stands, stood) for month, cost in costs.items() for currency in cost}
    return tuple(
        StandingTotals(
            month, currency, stands.get(month, {}).get(currency, nothing), stood.get(month, {}).get(currency)
        )
        for month, currency in sorted(places)
    )


@dataclass(frozen=True)
class IngestResult:
    """What became of a delivery; `replaced` tells what stood before in its sources, `totals` its cost by currency,
    `standing` its periods after it and before. `digest` names the delivery where nothing of it was taken.
    """

    loads: tuple[LoadedFile, ...]
    replaced: tuple[Replaced, ...] = ()
    totals: Cost = field(default_factory=dict)
    load_ids: tuple[int, ...] = ()
    standing: tuple[StandingTotals, ...] = ()
    digest: str = ""

    @property
    def failed(self) -> bool:
        """Whether nothing was changed, because of a fault or because a person has to decide."""
        return any(load.status in ("failed", "held") for load in self.loads)

    @property
    def held(self) -> str | None:
        """The question that has to be answered before the delivery is loaded."""
        return next((load.error for load in self.loads if load.status == "held"), None)

    def to_json(self) -> dict[str, Any]:
        """The contract of `finops ingest --format json`."""
        taken = [load for load in self.loads if load.status in ("loaded", "unchanged")]
        return {
            "loads": [load.to_json() for load in self.loads],
            "rows": sum(load.rows for load in taken if not load.beside_charges),
            "rejected": sum(load.rejected for load in self.loads),
            "replaced": [item.to_json() for item in self.replaced],
            "standing": [one.to_json() for one in self.standing],
        }

    def to_text(self) -> str:
        """The same for people: a line per file, then what stands now and what stood before, a line per period and
        currency.
        """
        lines = [_line(load) for load in self.loads]
        rows = [*(one.cells() for one in self.standing), *_sums(self.standing)]
        if rows:
            widths = [max(len(row[column]) for row in [_HEAD, *rows]) for column in range(len(_HEAD))]
            lines += ["", *(_aligned(row, widths) for row in [_HEAD, *rows])]
        lines += [f"Replaced {item.rows:,} rows of {item.month} ({_money(item.cost)})." for item in self.replaced]
        if len(self.loads) > 1:
            lines.append(_counted(self.loads))
        return "\n".join(lines)


def combined(results: Iterable[IngestResult]) -> IngestResult:
    """Several deliveries as one result."""
    given = list(results)
    totals: dict[str, dict[str, Decimal]] = {}
    for result in given:
        for currency, amounts in result.totals.items():
            before = totals.get(currency, {})
            totals[currency] = {kind: amount + before.get(kind, Decimal(0)) for kind, amount in amounts.items()}
    return IngestResult(
        tuple(load for result in given for load in result.loads),
        tuple(one for result in given for one in result.replaced),
        totals,
        tuple(one for result in given for one in result.load_ids),
        tuple(one for result in given for one in result.standing),
    )


def _sums(standing: Iterable[StandingTotals]) -> list[tuple[str, ...]]:
    """The table's last rows: all periods of a currency, where there are several."""
    of_currency: dict[str, list[StandingTotals]] = {}
    for one in standing:
        of_currency.setdefault(one.currency, []).append(one)
    sums = []
    for currency, periods in sorted(of_currency.items()):
        if len(periods) > 1:
            now, before = ({name: _added(periods, name, side) for name in MEASURES} for side in ("now", "before"))
            stood = before if any(one.before for one in periods) else None
            sums.append(StandingTotals("Total", currency, now, stood).cells())
    return sums


def _added(periods: Iterable[StandingTotals], name: str, side: str) -> Decimal:
    return sum(((getattr(one, side) or {}).get(name, Decimal(0)) for one in periods), Decimal(0))


def _counted(loads: Iterable[LoadedFile]) -> str:
    """`39 files: 13 loaded, 26 unchanged; 120,345 rows, 3 rejected.`"""
    files = list(loads)
    states = Counter(load.status for load in files)
    named = ", ".join(f"{count:,} {state}" for state, count in sorted(states.items(), key=lambda pair: -pair[1]))
    rows = sum(load.rows for load in files if load.status in ("loaded", "unchanged") and not load.beside_charges)
    rejected = sum(load.rejected for load in files)
    return f"{len(files):,} files: {named}; {rows:,} rows{f', {rejected:,} rejected' if rejected else ''}."


_UNKNOWN = "–"
_OPTIONAL = ("list", "contracted")
_HEAD = ("Period", "Currency", *(name.capitalize() for name in MEASURES), "Billed before")


def _aligned(row: tuple[str, ...], widths: list[int]) -> str:
    cells = [
        cell.ljust(width) if column < 2 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def _line(load: LoadedFile) -> str:
    if load.status in ("failed", "held", "skipped"):
        return f"{load.path}: {load.status}. {load.error}"
    rejected = (
        f", {load.rejected:,} rejected (first: row {load.rejections[0].row_number}, {load.rejections[0].reason})"
        if load.rejections
        else ""
    )
    if load.beside_charges:
        rows = "1 row" if load.rows == 1 else f"{load.rows:,} rows"
        return f"{load.path}: {load.status}, {rows} of {load.format}."
    periods = ", ".join(load.billing_periods) or "no period"
    note = f" {load.note}" if load.note else f" {load.error}" if load.error else ""
    return f"{load.path}: {load.status}, {load.rows:,} rows of {periods}{rejected}, {load.seconds:.1f} s.{note}"


def _money(cost: Cost) -> str:
    return ", ".join(f"{amounts['effective']:,.2f} {currency}" for currency, amounts in cost.items())
