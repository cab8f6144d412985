"""The facts that compiling needs besides the query."""

from dataclasses import dataclass
from datetime import date

from nl2sql.catalog.semantics import Semantics


@dataclass(frozen=True)
class CompileContext:
    """The catalogue, the last day of data, and whether amounts are in several currencies."""

    semantics: Semantics
    through: date | None = None
    several_currencies: bool = False
    first: date | None = None  # of the data
