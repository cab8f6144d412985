"""Derives period and metric from SQL that a model or a person wrote, where the statement states them plainly."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from nl2sql.dates.periods import label

_DAYS = frozenset({"usage_date", "usage_hour"})
_COSTS = ("effective_cost", "billed_cost", "list_cost", "contracted_cost")
_NAMED = frozenset(
    {
        "provider",
        "account",
        "account_id",
        "billing_account",
        "service",
        "service_category",
        "region",
        "team",
        "environment",
        "application",
        "resource_id",
        "resource_name",
    }
)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class SqlSummary:
    """`period` is half open; None where the statement does not say, or says several things."""

    period: tuple[str, str] | None
    metric: str | None
    scope: tuple[str, ...] = ()  # what the rows are narrowed to, by name

    def words(self) -> str:
        """Scope and period as they stand after a figure; empty where the statement says neither."""
        days = label(*map(date.fromisoformat, self.period)) if self.period else ""
        return ", ".join(part for part in (*self.scope, days) if part)


def about(sql: str, today: date) -> SqlSummary:
    """The period and metric of a checked statement; `today` resolves CURRENT_DATE."""
    try:
        tree = sqlglot.parse_one(sql, dialect="postgres")
    except SqlglotError:
        return SqlSummary(None, None)
    used = {column.name for column in tree.find_all(exp.Column)}
    costs = [name for name in _COSTS if name in used]
    return SqlSummary(_period(tree, today), costs[0] if len(costs) == 1 else None, _scope(tree))


def _scope(tree: exp.Expr) -> tuple[str, ...]:
    """The values that every row has in common: of conditions that hold, and are the same wherever a view is read."""
    named = {cte.alias for cte in tree.find_all(exp.CTE)}
    parts = [_equal(select) for select in tree.find_all(exp.Select) if _reads_view(select, named)]
    common = (
        [name for name, values in parts[0].items() if all(part.get(name) == values for part in parts)] if parts else []
    )
    return tuple(" and ".join(parts[0][name]) for name in common)


def _reads_view(select: exp.Select, named: set[str]) -> bool:
    start = select.args.get("from_")
    sources = [start.this, *(join.this for join in select.args.get("joins") or ())] if start else []
    return any(isinstance(source, exp.Table) and source.name not in named for source in sources)


def _equal(select: exp.Select) -> dict[str, tuple[str, ...]]:
    """The names that a SELECT's rows have, by column."""
    where = select.args.get("where")
    fixed = {}
    for condition in (where.this.flatten() if isinstance(where.this, exp.And) else (where.this,)) if where else ():
        if isinstance(condition, exp.EQ):
            values = [condition.expression]
        elif isinstance(condition, exp.In):
            values = condition.expressions
        else:
            continue
        if isinstance(condition.this, exp.Column) and values and all(_is_text(value) for value in values):
            fixed[condition.this.name] = tuple(value.name for value in values)
    return {name: values for name, values in fixed.items() if name in _NAMED}


def _is_text(value: exp.Expr) -> bool:
    return isinstance(value, exp.Literal) and value.is_string


def _period(tree: exp.Expr, today: date) -> tuple[str, str] | None:
    """From the earliest lower to the latest upper bound; conditions under NOT say nothing."""
    if tree.find(exp.Not) is not None and any(
        column.name in _DAYS for negation in tree.find_all(exp.Not) for column in negation.find_all(exp.Column)
    ):
        return None
    starts, ends = [], []
    for start, end in _bounds(tree, today):
        starts += [start] if start else []
        ends += [end] if end else []
    if not starts or not ends or min(starts) >= max(ends):
        return None
    return min(starts).isoformat(), max(ends).isoformat()


def _bounds(tree: exp.Expr, today: date) -> Iterator[tuple[date | None, date | None]]:
    for node in tree.find_all(exp.GTE, exp.GT, exp.LT, exp.LTE, exp.EQ, exp.Between):
        if not (isinstance(node.this, exp.Column) and node.this.name in _DAYS):
            continue
        if isinstance(node, exp.Between):
            low, high = _day(node.args["low"], today), _day(node.args["high"], today)
            yield low, high + _DAY if high else None
            continue
        day = _day(node.expression, today)
        if day is None:
            continue
        if isinstance(node, exp.EQ):
            yield day, day + _DAY
        elif isinstance(node, exp.GTE | exp.GT):
            yield day + _DAY if isinstance(node, exp.GT) else day, None
        else:
            yield None, day + _DAY if isinstance(node, exp.LTE) else day


def _day(node: exp.Expr, today: date) -> date | None:
    """The day of a literal, or of today moved by whole days."""
    if isinstance(node, exp.Cast | exp.Paren):
        return _day(node.this, today)
    if isinstance(node, exp.CurrentDate):
        return today
    if isinstance(node, exp.Literal) and node.is_string:
        try:
            return datetime.fromisoformat(node.name.strip()).date()
        except ValueError:
            return None
    if isinstance(node, exp.Add | exp.Sub):
        start, days = _day(node.this, today), _days(node.expression)
        if start is None or days is None:
            return None
        return start + timedelta(days=days if isinstance(node, exp.Add) else -days)
    return None


def _days(node: exp.Expr) -> int | None:
    if isinstance(node, exp.Literal) and not node.is_string and node.name.isdigit() and len(node.name) < 6:
        return int(node.name)
    if isinstance(node, exp.Interval) and node.name.isdigit() and len(node.name) < 6:
        return {"DAY": 1, "DAYS": 1, "WEEK": 7, "WEEKS": 7}.get(node.text("unit").upper(), 0) * int(node.name) or None
    return None
