"""What the guard says of a statement."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class SafeQuery:
    """A checked statement. `sql` is regenerated, narrowed and capped: what is run, by DuckDB and in its words where it
    reads line items (`reads_lake`). Of these it needs those of the days in `days`, half open; of any where that is
    None. `shown` is the same without wrapping and narrowing, for people.
    """

    sql: str
    shown: str
    row_limit: int
    views: frozenset[str]
    reads_lake: bool = False
    days: tuple[date, date] | None = None


@dataclass(frozen=True)
class SqlRejected:
    """A statement that must not run; `reason` is a sentence for people, `rule` the name of the rule that refused."""

    reason: str
    rule: str
