"""What became of a delivery, for the command line, for Slack and for people."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flows.loading.records import Rejected
from flows.loading.replace import Replaced


@dataclass(frozen=True)
class LoadedFile:
    """What became of one file: `loaded`, `unchanged` or `failed` with a sentence."""

    path: str
    status: str
    format: str | None = None
    provider: str | None = None
    billing_periods: tuple[str, ...] = ()
    rows: int = 0
    rejected: int = 0
    seconds: float = 0.0
    error: str | None = None
    rejections: tuple[Rejected, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As the command line writes it."""
        shown: dict[str, Any] = {
            "path": self.path, "format": self.format, "provider": self.provider, "billing_periods": list(self.billing_periods),
            "rows": self.rows, "rejected": self.rejected, "status": self.status, "seconds": round(self.seconds, 3),
        }  # fmt: skip
        if self.error:
            shown["error"] = self.error
        if self.rejections:
            shown["reasons"] = [{"row": row.row_number, "reason": row.reason} for row in self.rejections[:5]]
        return shown


@dataclass(frozen=True)
class IngestResult:
    """What became of a delivery; `replaced` tells what stood before in its periods, `totals` its cost by currency."""

    loads: tuple[LoadedFile, ...]
    replaced: tuple[Replaced, ...] = ()
    totals: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    load_ids: tuple[int, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether nothing was changed because of a fault."""
        return any(load.status == "failed" for load in self.loads)

    def to_json(self) -> dict[str, Any]:
        """The contract of `finops ingest --format json`."""
        taken = [load for load in self.loads if load.status != "failed"]
        return {
            "loads": [load.to_json() for load in self.loads],
            "rows": sum(load.rows for load in taken),
            "rejected": sum(load.rejected for load in self.loads),
            "replaced": [item.to_json() for item in self.replaced],
        }

    def to_text(self) -> str:
        """The same for people, a line a file."""
        lines = [_line(load) for load in self.loads]
        lines += [f"Replaced {item.rows:,} rows of {item.month} ({_money(item.cost)})." for item in self.replaced]
        return "\n".join(lines)


def _line(load: LoadedFile) -> str:
    if load.status == "failed":
        return f"{load.path}: failed. {load.error}"
    rejected = (
        f", {load.rejected:,} rejected (first: row {load.rejections[0].row_number}, {load.rejections[0].reason})" if load.rejections else ""
    )
    return f"{load.path}: {load.status}, {load.rows:,} rows of {', '.join(load.billing_periods) or 'no period'}{rejected}, {load.seconds:.1f} s"


def _money(cost: dict[str, dict[str, Decimal]]) -> str:
    return ", ".join(f"{amounts['effective']:,.2f} {currency}" for currency, amounts in cost.items())
