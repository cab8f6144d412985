"""FOCUS rows: from columns of text to checked columns ready for COPY, and the rows that fail with their reasons."""

import json
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from db import focus
from flows.allocation import expression, rules_of, tag_value
from flows.sources import checks
from flows.sources.detect import Focus
from settings import Allocation

if TYPE_CHECKING:
    import polars as pl

    from flows.sources.files import Piece

T = TypeVar("T")

_MEMO_CAP = 200_000  # distinct texts remembered between pieces


SOURCE, MONTH = "|source", "|month"  # columns of `Checked.rows` that are not stored: provider and billing account, YYYY-MM


@dataclass(frozen=True)
class Checked:
    """A piece of a file: rows to be stored, rows that failed (`row_number`, `reason`, `content` as JSON), and what either is worth.

    `cost` and `rejected_cost` are sums of absolute costs by currency, as floats: they decide about refusal and are never stored.
    """

    rows: "pl.DataFrame"
    rejected: "pl.DataFrame"
    cost: dict[str, float]
    rejected_cost: dict[str, float]


@dataclass
class Reader:
    """Checks the pieces of one file; remembers distinct times and tags, which repeat on nearly every row."""

    layout: Focus
    allocation: Allocation
    _rows: int = 0
    _times: dict[str, str | None] = field(default_factory=dict)
    _tags: dict[str, tuple[str | None, ...]] = field(default_factory=dict)
    _details: dict[str, str | None] = field(default_factory=dict)

    def check(self, piece: "Piece") -> Checked:
        """The next piece of the file; row numbers count from 1, the header not included."""
        import polars as pl

        named = _name(piece.frame, self.layout, self._rows)
        self._rows += named.height
        if named.get_column("billed_cost").null_count():
            named = named.filter(pl.any_horizontal(pl.exclude("row_number").is_not_null()))  # an empty line is no row
        frame = self._with_details(self._with_tags(self._with_times(named)))
        found = checks.of(frame, self._names, piece.may_hold_nul, piece.mended)
        failing = frame.select(pl.any_horizontal(condition for condition, _ in found)).to_series()
        bad = frame.filter(failing)
        cost = checks.worth(frame)
        return Checked(
            rows=self._stored(frame.filter(~failing) if bad.height else frame),
            rejected=checks.explain(bad, found, self._names),
            cost=cost,
            rejected_cost=checks.worth(bad),
        )

    @property
    def _names(self) -> dict[str, str]:
        """The file's columns: ours -> as people know it."""
        known = {column.name: column.focus for column in focus.COLUMNS if column.name in self.layout.positions}
        return known | {f"x:{position}": name for position, name in self.layout.extras}

    def _with_times(self, frame: "pl.DataFrame") -> "pl.DataFrame":
        import polars as pl

        columns = [column.name for column in focus.COLUMNS if column.kind == "time"]
        known = _remember(self._times, {text for name in columns for text in frame.get_column(name).unique()}, read_time)
        lookup = pl.DataFrame({"text": list(known), "time": list(known.values())}, schema={"text": pl.String, "time": pl.String})
        for name in columns:
            frame = frame.join(lookup.rename({"text": name, "time": f"{name}|time"}), on=name, how="left", maintain_order="left")
        return frame

    def _with_tags(self, frame: "pl.DataFrame") -> "pl.DataFrame":
        import polars as pl

        keys = [rule.tag for rules in rules_of(self.allocation).values() for rule in rules]
        names = ["tags|json", *(f"tags|{position}" for position in range(len(keys)))]

        def read(text: str) -> tuple[str | None, ...]:
            read = read_json_object(text)
            if read is None:
                return (None,) * len(names)
            return (read[0], *(tag_value(read[1], key) for key in keys))

        known = _remember(self._tags, frame.get_column("tags").unique(), read)
        values = list(zip(*known.values(), strict=True)) or [()] * len(names)
        lookup = pl.DataFrame(
            {"tags": list(known), **dict(zip(names, map(list, values), strict=True))}, schema=dict.fromkeys(["tags", *names], pl.String)
        )
        return frame.join(lookup, on="tags", how="left", maintain_order="left")

    def _with_details(self, frame: "pl.DataFrame") -> "pl.DataFrame":
        import polars as pl

        def read(text: str) -> str | None:
            found = read_json_object(text)
            return found[0] if found else None

        known = _remember(self._details, frame.get_column("sku_price_details").unique(), read)
        names = ["sku_price_details", "sku_price_details|json"]
        lookup = pl.DataFrame([list(known), list(known.values())], schema=dict.fromkeys(names, pl.String))
        return frame.join(lookup, on="sku_price_details", how="left", maintain_order="left")

    def _stored(self, frame: "pl.DataFrame") -> "pl.DataFrame":
        """The columns to store: what the file has, the allocation, `extras`, and `month` and `source` to sort the rows by."""
        import polars as pl

        allocated, position = [], 0
        for name, rules in rules_of(self.allocation).items():
            columns = [f"tags|{number}" for number in range(position, position + len(rules))]
            position += len(rules)
            allocated.append(expression(rules, columns).alias(name))
        provider = pl.coalesce("provider_name", "service_provider_name", "publisher_name").alias("provider_name")
        suffix: dict[focus.Kind, str] = {"text": "", "decimal": "", "time": "|time", "json": "|json"}
        present = [
            pl.col(column.name + suffix[column.kind]).alias(column.name)
            for column in focus.COLUMNS
            if column.name in self.layout.positions and column.name != "provider_name"
        ]
        return frame.select(
            provider,
            *present,
            *allocated,
            *([_extras(self.layout).alias("extras")] if self.layout.extras else []),
            pl.concat_str(provider, "billing_account_id", separator=" ").alias(SOURCE),
            pl.col("billing_period_start|time").str.slice(0, 7).alias(MONTH),
        )


def _name(piece: "pl.DataFrame", layout: Focus, before: int) -> "pl.DataFrame":
    """Every FOCUS column by its database name (null where the file has none), the others as x:position, and the row number."""
    import polars as pl

    columns = [
        pl.col(str(layout.positions[column.name])).alias(column.name)
        if column.name in layout.positions
        else pl.lit(None, dtype=pl.String).alias(column.name)
        for column in focus.COLUMNS
    ]
    others = [pl.col(str(position)).alias(f"x:{position}") for position, _ in layout.extras]
    number = pl.int_range(before + 1, before + 1 + pl.len(), dtype=pl.Int64).alias("row_number")
    return piece.select(number, *columns, *others, pl.col("overflow"))


def _remember(memo: dict[str, T], texts: Iterable[str | None], read: Callable[[str], T]) -> dict[str, T]:
    """What each distinct text reads as, reading only those not seen before."""
    wanted = [text for text in texts if text is not None]
    if len(memo) > _MEMO_CAP:
        memo.clear()
    for text in wanted:
        if text not in memo:
            memo[text] = read(text)
    return {text: memo[text] for text in wanted}


def _extras(layout: Focus) -> "pl.Expr":
    import polars as pl

    columns = [pl.col(f"x:{position}") for position, _ in layout.extras]
    fields = [column.alias(name) for column, (_, name) in zip(columns, layout.extras, strict=True)]
    return pl.when(pl.any_horizontal(column.is_not_null() for column in columns)).then(pl.struct(fields).struct.json_encode())


def read_time(text: str) -> str | None:
    """An ISO 8601 time (no zone means UTC) as `YYYY-MM-DD HH:MM:SS[.ffffff]` in UTC, so that texts sort as times; None when it is none."""
    try:
        time = datetime.fromisoformat(text.strip())
        time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return time.replace(tzinfo=None).isoformat(sep=" ") if 1970 <= time.year <= 2200 else None


def read_json_object(text: str) -> tuple[str, dict[str, object]] | None:
    """A JSON object, or a list of key and value, as text that Postgres takes and as a dictionary; None when it is neither."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        return None
    pairs = isinstance(value, list) and all(isinstance(item, dict) and {"key", "value"} <= set(item) for item in value)
    content = {str(item["key"]): item["value"] for item in value} if pairs else value
    if not isinstance(content, dict):
        return None
    if not pairs and "\\u" not in text:
        return text, content
    written = json.dumps(content, ensure_ascii=False)
    try:
        written.encode()
    except UnicodeEncodeError:
        return None
    return (written, content) if "\\u0000" not in written else None


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value) or re.search(r"[eE][+-]?\d{4}", text):
        raise ValueError("out of range")
    return value
