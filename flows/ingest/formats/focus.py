"""FOCUS rows: from columns of text to checked columns ready for COPY, and the rows that fail with their reasons."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from config.sections.bills import Allocation
from db import focus
from flows.ingest.allocation import expression, rules_of, tag_value
from flows.ingest.formats import cells, checks
from flows.ingest.formats.detect import Focus
from flows.ingest.formats.tags import as_json, merged
from flows.ingest.formats.times import read_time

if TYPE_CHECKING:
    import polars as pl

    from flows.ingest.roads.pieces import Piece

T = TypeVar("T")

_MEMO_CAP = 200_000  # distinct texts remembered between pieces
_WHOLE_MONTH = 27  # days from which on a billing period is a month
_STARTS = "|starts"  # of the billing period as it is stored
NO_SERVICE = "no service"
_CATEGORIES = {change(name): name for name in focus.CHARGE_CATEGORIES for change in (str.lower, str.upper)}


SOURCE, MONTH = (
    "|source",
    "|month",
)  # columns of `Checked.rows` that are not stored: the provider, whose account decides about the source; YYYY-MM


@dataclass(frozen=True)
class Checked:
    """A piece of a file: rows to be stored, rows that failed (`row_number`,
    `reason`, `content` as JSON), and what either is worth.

    `cost` and `rejected_cost` are sums of absolute costs by currency, as
    floats: they decide about refusal and are never stored.
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
    unreadable_tags: int = 0  # distinct texts
    _rows: int = 0
    _times: dict[str, str | None] = field(default_factory=dict)
    _tags: dict[str, tuple[str | None, ...]] = field(default_factory=dict)
    _details: dict[str, str | None] = field(default_factory=dict)

    def check(self, piece: "Piece") -> Checked:
        """The next piece of the file; row numbers count from 1, the header not included."""
        import polars as pl

        named = _name(piece.frame, self.layout, self._rows)
        self._rows += named.height
        named = cells.charges(named)
        if piece.may_hold_nul:
            named = named.with_columns(pl.col(self._free_texts).str.replace_all("\0", "", literal=True))
        frame = self._with_details(self._with_tags(self._with_times(named)))
        checked = checks.of(frame, self._names, piece.may_hold_nul)
        failing = frame.select(pl.any_horizontal(condition for condition, *_ in checked)).to_series()
        bad = frame.filter(failing)
        cost = checks.worth(frame)
        return Checked(
            rows=self._stored(frame.filter(~failing) if bad.height else frame),
            rejected=checks.explain(bad, checked, self._names),
            cost=cost,
            rejected_cost=checks.worth(bad),
        )

    @property
    def _names(self) -> dict[str, str]:
        """The file's columns: ours -> as people know it."""
        focus_names = {column.name: column.focus for column in focus.COLUMNS if column.name in self.layout.positions}
        return focus_names | {f"x:{position}": name for position, name in self.layout.extras}

    @property
    def _free_texts(self) -> list[str]:
        """Columns whose text says nothing about money and identifies nothing."""
        texts = [column.name for column in focus.COLUMNS if column.kind == "text"]
        free = [name for name in texts if name in self.layout.positions and name not in checks.IDENTITIES]
        return [*free, *(f"x:{position}" for position, _ in self.layout.extras)]

    def _with_times(self, frame: "pl.DataFrame") -> "pl.DataFrame":
        import polars as pl

        columns = [column.name for column in focus.COLUMNS if column.kind == "time"]
        parsed = _remember(
            self._times, {text for name in columns for text in frame.get_column(name).unique()}, read_time
        )
        lookup = pl.DataFrame(
            {"text": list(parsed), "time": list(parsed.values())}, schema={"text": pl.String, "time": pl.String}
        )
        for name in columns:
            frame = frame.join(
                lookup.rename({"text": name, "time": f"{name}|time"}), on=name, how="left", maintain_order="left"
            )
        return frame

    def _with_tags(self, frame: "pl.DataFrame") -> "pl.DataFrame":
        import polars as pl

        rules = [rule for ordered in rules_of(self.allocation).values() for rule in ordered]
        names = ["tags|json", *(f"tags|{position}" for position in range(len(rules)))]

        def read(text: str) -> tuple[str | None, ...]:
            written, tags, readable = as_json(text)
            self.unreadable_tags += not readable
            return (written, *(tag_value(tags, rule) for rule in rules))

        if self.layout.tags:
            frame = frame.with_columns(_merged_tags(frame, self.layout.tags))
        parsed = _remember(self._tags, frame.get_column("tags").unique(), read)
        values = list(zip(*parsed.values(), strict=True)) or [()] * len(names)
        lookup = pl.DataFrame(
            {"tags": list(parsed), **dict(zip(names, map(list, values), strict=True))},
            schema=dict.fromkeys(["tags", *names], pl.String),
        )
        return frame.join(lookup, on="tags", how="left", maintain_order="left")

    def _with_details(self, frame: "pl.DataFrame") -> "pl.DataFrame":
        import polars as pl

        parsed = _remember(self._details, frame.get_column("sku_price_details").unique(), read_details)
        names = ["sku_price_details", "sku_price_details|json"]
        lookup = pl.DataFrame([list(parsed), list(parsed.values())], schema=dict.fromkeys(names, pl.String))
        return frame.join(lookup, on="sku_price_details", how="left", maintain_order="left")

    def _stored(self, frame: "pl.DataFrame") -> "pl.DataFrame":
        """The columns to store: what the file has, the allocation, `extras`,
        and `month` and `source` to sort the rows by.
        """
        import polars as pl

        allocated, position = [], 0
        for name, rules in rules_of(self.allocation).items():
            columns = [f"tags|{number}" for number in range(position, position + len(rules))]
            position += len(rules)
            allocated.append(expression(rules, columns).alias(name))
        provider = pl.coalesce("provider_name", "service_provider_name", "publisher_name").alias("provider_name")
        suffix: dict[focus.Kind, str] = {"text": "", "decimal": "", "time": "|time", "json": "|json"}
        long = checks.too_long(frame)
        present = [
            _value(column, suffix[column.kind], column.name in long)
            for column in focus.COLUMNS
            if (column.name in self.layout.positions and column.name != "provider_name")
            or column.name == "service_name"
            or (column.name == "tags" and self.layout.tags)
        ]
        return _with_months(frame).select(
            provider,
            *present,
            *allocated,
            *([_extras(self.layout).alias("extras")] if self.layout.extras else []),
            provider.alias(SOURCE),
            MONTH,
        )


def _value(column: focus.FocusColumn, suffix: str, long: bool) -> "pl.Expr":
    """A column as it is stored: texts that are no identity are cut."""
    import polars as pl

    if column.name == "billing_period_start":
        return pl.col(_STARTS).alias(column.name)
    value = pl.col(column.name + suffix)
    return (value.str.slice(0, checks.TEXT_CAP) if long else value).alias(column.name)


def _with_months(frame: "pl.DataFrame") -> "pl.DataFrame":
    """The rows with the month that their billing period means and the start that it is stored with: worked out for each
    period once, for there are few.
    """
    import polars as pl

    edges = [f"billing_period_{edge}|time" for edge in ("start", "end")]
    start = pl.when(_filed_elsewhere()).then(_month() + "-01 00:00:00").otherwise(pl.col(edges[0]))
    periods = frame.select(edges).unique().with_columns(_month().alias(MONTH), start.alias(_STARTS))
    if periods.height == 1:
        return frame.with_columns(pl.lit(periods.item(0, name)).alias(name) for name in (MONTH, _STARTS))
    return frame.join(periods, on=edges, how="left", maintain_order="left", nulls_equal=True)


def _start_and_end() -> tuple["pl.Expr", "pl.Expr"]:
    import polars as pl

    start, end = (pl.col(f"billing_period_{edge}|time").str.slice(0, 19) for edge in ("start", "end"))
    form = "%Y-%m-%d %H:%M:%S"
    return start.str.to_datetime(form, strict=False), end.str.to_datetime(form, strict=False)


def _filed_elsewhere() -> "pl.Expr":
    """Whether a month's period starts in the UTC month before its own: it is a month of a zone ahead of UTC."""
    return _month() != _start_and_end()[0].dt.strftime("%Y-%m")


def _month() -> "pl.Expr":
    """The month that a billing period means, `YYYY-MM`: of a whole month in another zone (its start is at most 14 hours
    before, 12 hours after the month's in UTC) that month, else the one in which it starts.
    """
    import polars as pl

    start, end = _start_and_end()
    whole = (end - start) >= pl.duration(days=_WHOLE_MONTH)
    return pl.when(whole).then(start + pl.duration(hours=14)).otherwise(start).dt.strftime("%Y-%m")


def _merged_tags(frame: "pl.DataFrame", positions: tuple[int | None, ...]) -> "pl.Series":
    """The tags of each row from several columns, the first column's winning; None stands for `Tags` itself."""
    import polars as pl

    names = [f"x:{position}" if position is not None else "tags" for position in positions]
    memo: dict[tuple[str | None, ...], str | None] = {}
    values = []
    for row in frame.select(names).iter_rows():
        if row not in memo:
            texts = [text for text in row if text is not None]
            memo[row] = merged(texts) if texts else None
        values.append(memo[row])
    return pl.Series("tags", values, dtype=pl.String)


def _name(piece: "pl.DataFrame", layout: Focus, before: int) -> "pl.DataFrame":
    """Every FOCUS column by its database name (null where the file has none),
    the others as x:position, and the row number.
    """
    import polars as pl

    columns = [
        pl.col(str(layout.positions[column.name])).alias(column.name)
        if column.name in layout.positions
        else pl.lit(None, dtype=pl.String).alias(column.name)
        for column in focus.COLUMNS
    ]
    numbers = [column.name for column in focus.COLUMNS if column.kind == "decimal" and column.name in layout.positions]
    others = [pl.col(str(position)).alias(f"x:{position}") for position, _ in layout.extras]
    number = (
        pl.col("row_number")  # of a mapped piece, some of whose rows may stand for one of the file
        if "row_number" in piece.columns
        else pl.int_range(before + 1, before + 1 + pl.len(), dtype=pl.Int64).alias("row_number")
    )
    named = piece.select(number, *columns, *others, pl.col("overflow"))
    currency, category = cells.word("billing_currency"), cells.word("charge_category")
    return named.with_columns(
        # a purchase, a credit, rounding, another publisher's model: the providers leave the service empty
        pl.when(pl.any_horizontal(cells.word("billed_cost").is_not_null(), cells.word("effective_cost").is_not_null()))
        .then(pl.coalesce("service_name", "service_category", pl.lit(NO_SERVICE)))
        .alias("service_name"),
        *(cells.number(name) for name in numbers if not cells.are_numbers(named.get_column(name))),
        pl.when(currency.str.contains("^[A-Za-z]{3}$")).then(currency.str.to_uppercase()).otherwise(currency),
        category.replace(_CATEGORIES),
        *(
            cells.word(name)
            for name in ("billing_account_id", "provider_name", "service_provider_name", "publisher_name")
        ),
    )


def _remember(memo: dict[str, T], texts: Iterable[str | None], read: Callable[[str], T]) -> dict[str, T]:
    """The parsed value of each distinct text; texts in `memo` are not parsed again."""
    present = [text for text in texts if text is not None]
    if len(memo) > _MEMO_CAP:
        memo.clear()
    for text in present:
        if text not in memo:
            memo[text] = read(text)
    return {text: memo[text] for text in present}


def _extras(layout: Focus) -> "pl.Expr":
    import polars as pl

    columns = [pl.col(f"x:{position}").str.slice(0, checks.TEXT_CAP) for position, _ in layout.extras]
    fields = [column.alias(name) for column, (_, name) in zip(columns, layout.extras, strict=True)]
    return pl.when(pl.any_horizontal(column.is_not_null() for column in columns)).then(
        pl.struct(fields).struct.json_encode()
    )


def read_details(text: str) -> str | None:
    """Price details as a JSON object that Postgres takes; None when they are none."""
    written, _, readable = as_json(text)
    return written if readable else None
