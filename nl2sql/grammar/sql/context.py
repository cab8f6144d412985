"""What compiling needs to know besides the query."""

from dataclasses import dataclass
from datetime import date

from nl2sql.catalog.semantics import Semantics


@dataclass(frozen=True)
class CompileContext:
    """What compiling needs to know besides the question."""

    semantics: Semantics
    through: date | None = None
    several_currencies: bool = False
