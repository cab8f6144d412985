"""Bills that are not FOCUS: what a format's file has to say, and how a piece of it becomes columns of FOCUS.

Each format stands in a file of its own as one expression a column, with the columns it is taken from. What is shown
of money is never computed twice: the file's own sums are taken from its cost column, the stored ones from the mapping,
and both stand in the load.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import polars as pl

Sums = dict[tuple[str, str], float]  # (billing month YYYY-MM, currency) -> what the file's own cost column adds up to
Measure = Literal["billed", "effective"]

_NOTHING = ["", "null", "None"]  # how programs write that a field holds nothing
_NULL_FIELD = r'"(?:[^"\\]|\\.)*":null,?'  # of an object of texts
_TRANSLATED = re.compile(r"^.*\((\w+)\)$")  # `Kategorie der Verbrauchseinheit (MeterCategory)`


def plain(name: str) -> str:
    """A column's name without case and signs; of a translated one the name in parentheses."""
    translated = _TRANSLATED.match(name.strip())
    return re.sub(r"[^a-z0-9]", "", (translated[1] if translated else name).casefold())


@dataclass(frozen=True)
class Fields:
    """The columns of a file under plain names; a column is first looked for by itself, then inside a nested one."""

    columns: tuple[str, ...]
    positions: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        names: dict[str, int] = {}
        for position, name in enumerate(self.columns):
            names.setdefault(plain(name), position)
        object.__setattr__(self, "positions", names)

    def has(self, *names: str) -> bool:
        """Whether the file has all these columns, by plain names; `a.b` may be a field of a nested column `a`."""
        return all(self._position(name) is not None or self._parent(name) is not None for name in names)

    def lacks(self, *names: str) -> tuple[str, ...]:
        """Which of these it has not."""
        return tuple(name for name in names if not self.has(name))

    def text(self, *names: str) -> "pl.Expr":
        """The first of these columns that holds something; null where the file has none of them."""
        import polars as pl

        given = [expression for name in names if (expression := self._one(name)) is not None]
        if not given:
            return pl.lit(None, dtype=pl.String)
        return pl.coalesce(given) if len(given) > 1 else given[0]

    def number(self, *names: str) -> "pl.Expr":
        """The same as a number; null where it is none."""
        import polars as pl

        return self.text(*names).str.strip_chars().cast(pl.Float64, strict=False)

    def _position(self, name: str) -> int | None:
        return self.positions.get(plain(name))

    def _parent(self, name: str) -> tuple[int, str] | None:
        parent, _, child = name.partition(".")
        position = self.positions.get(plain(parent)) if child else None
        return None if position is None else (position, child)

    def _one(self, name: str) -> "pl.Expr | None":
        import polars as pl

        position = self._position(name)
        if position is not None:
            return pl.col(str(position)).replace(_NOTHING, None)
        nested = self._parent(name)
        if nested is None:
            return None
        where, child = nested
        return pl.col(str(where)).str.json_path_match(f"$.{child}").replace(_NOTHING, None)


@dataclass(frozen=True)
class Native:
    """One file's mapping. `columns` are expressions by FOCUS names; `rows` may add or drop rows before.

    `month`, `currency` and `cost` are the file's own words for its sums, which are its `measure`.
    """

    format: str
    columns: Mapping[str, "pl.Expr"]
    month: "pl.Expr"
    currency: "pl.Expr"
    cost: "pl.Expr"
    measure: Measure = "billed"
    rows: "Callable[[pl.DataFrame], pl.DataFrame] | None" = None
    note: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of a mapped piece."""
        return tuple(self.columns)

    def sums(self, piece: "pl.DataFrame") -> Sums:
        """What the piece's own cost column adds up to, before anything is mapped."""
        import polars as pl

        keys = [self.month.alias("month"), self.currency.alias("currency"), self.cost.alias("cost")]
        table = piece.select(keys).group_by("month", "currency").agg(pl.col("cost").sum())
        return {(month or "", currency or ""): cost or 0.0 for month, currency, cost in table.iter_rows()}

    def mapped(self, piece: "pl.DataFrame", before: int) -> "pl.DataFrame":
        """The piece's rows under the positions of `names`, with `row_number` in the file and `overflow`."""
        import polars as pl

        numbered = piece.with_row_index("row_number", before + 1)
        if self.rows:
            numbered = self.rows(numbered)
        texts = [
            expression.cast(pl.String).alias(str(position)) for position, expression in enumerate(self.columns.values())
        ]
        return numbered.select(pl.col("row_number").cast(pl.Int64), *texts, pl.col("overflow"))


@dataclass(frozen=True)
class NotTaken:
    """A format that is known and cannot be loaded; the reason is for people."""

    format: str
    reason: str


Recognise = Callable[[tuple[str, ...]], "Native | NotTaken | None"]


def first_of_next_month(start: "pl.Expr") -> "pl.Expr":
    """Of a date or time, as text `YYYY-MM-01`."""
    return start.dt.month_start().dt.offset_by("1mo").dt.strftime("%Y-%m-%d")


def json_object(fields: Mapping[str, "pl.Expr"]) -> "pl.Expr":
    """A JSON object of the fields that hold something; null where none does."""
    import polars as pl

    if not fields:
        return pl.lit(None, dtype=pl.String)
    present = pl.any_horizontal(expression.is_not_null() for expression in fields.values())
    encoded: pl.Expr = pl.struct([expression.alias(name) for name, expression in fields.items()]).struct.json_encode()
    return pl.when(present).then(encoded.str.replace_all(_NULL_FIELD, "").str.replace(r",}$", "}"))


def first_match(fields: Fields, expected: Sequence[str]) -> bool:
    """Whether the file has all the columns by which a format is known."""
    return not fields.lacks(*expected)
