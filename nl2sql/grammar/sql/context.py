"""The facts that compiling needs besides the query."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from nl2sql.catalog.semantics import Semantics


@dataclass(frozen=True)
class CompileContext:
    """The catalogue, the last day of data, and whether amounts are in several currencies; with `rates`, factors by
    currency, they are exchanged into one.
    """

    semantics: Semantics
    through: date | None = None
    several_currencies: bool = False
    first: date | None = None  # of the data
    rates: Mapping[str, float] = field(default_factory=dict)
