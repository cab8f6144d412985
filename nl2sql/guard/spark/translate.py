"""A checked statement for an engine that speaks Spark SQL: the tree that DuckDB would run, written for Spark. What is
not listed here is refused, so that no part is sent that might mean something else there.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from sqlglot import ErrorLevel, exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.dialects.spark import Spark
from sqlglot.errors import SqlglotError

from db.focus import FILE_COLUMNS
from db.reporting.charges_view import CHARGES
from nl2sql.guard.duckdb.build import refused
from nl2sql.guard.outcome import SqlRejected
from nl2sql.guard.spark.calls import CALLS
from nl2sql.guard.spark.kinds import Kind, like, mark
from nl2sql.guard.spark.operators import OPERATORS

FILES: Final = "line_items"  # the view of the files in a session of Spark's
VIEW: Final = "reporting_charges"  # there is no schema in such a session
_DUCKDB: Final = DuckDB()
_SPARK: Final = Spark()
_OWN: Final = {**OPERATORS, **CALLS}
_KINDS: Final[Mapping[str, Kind]] = {
    "text": "text",
    "numeric": "decimal",
    "decimal": "decimal",
    "timestamptz": "time",
    "time": "time",
    "date": "date",
    "map": "map",
}
_UNKNOWN: Final = SqlRejected("The statement uses SQL that the engine of line items does not know.", "engines")
# What is written the same and means the same.
_SAME: Final = frozenset(
    (
        *(exp.Select, exp.From, exp.Table, exp.TableAlias, exp.Subquery, exp.With, exp.CTE, exp.Alias, exp.Column),
        *(exp.Identifier, exp.Star, exp.Literal, exp.Null, exp.Boolean, exp.Where, exp.Group, exp.Having, exp.Order),
        *(exp.Ordered, exp.Limit, exp.Offset, exp.Join, exp.Union, exp.Intersect, exp.Except, exp.If, exp.And, exp.Or),
        *(exp.Not, exp.Paren, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In, exp.Is, exp.Like),
        *(exp.ILike, exp.Escape, exp.Exists, exp.Neg, exp.Mod, exp.TryCast, exp.DataType, exp.DataTypeParam, exp.Var),
        *(exp.Window, exp.Tuple, exp.Values, exp.Rollup, exp.Cube, exp.GroupingSets, exp.NullSafeEQ),
        *(exp.NullSafeNEQ, exp.DPipe),
        *(exp.Coalesce, exp.Nullif, exp.Greatest, exp.Least, exp.Count, exp.Sum, exp.Min, exp.Max, exp.Stddev),
        *(exp.StddevPop, exp.StddevSamp, exp.Variance, exp.VariancePop, exp.Corr, exp.CovarPop, exp.CovarSamp),
        *(exp.LogicalAnd, exp.LogicalOr, exp.AnyValue, exp.IgnoreNulls, exp.RowNumber, exp.Rank, exp.DenseRank),
        *(exp.PercentRank, exp.CumeDist, exp.Ntile, exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue),
        *(exp.Abs, exp.Ceil, exp.Floor, exp.Round, exp.Sign, exp.Sqrt, exp.Cbrt, exp.Pow, exp.Exp, exp.Pi),
        *(exp.Degrees, exp.Radians, exp.Sin, exp.Cos, exp.Tan, exp.Asin, exp.Acos, exp.Atan, exp.Atan2),
        *(exp.Sinh, exp.Cosh, exp.Tanh, exp.BitwiseAndAgg, exp.BitwiseOrAgg, exp.RegrSlope, exp.RegrIntercept),
        *(exp.RegrCount, exp.RegrAvgx, exp.RegrAvgy, exp.RegrSxx, exp.RegrSxy, exp.RegrSyy, exp.Chr),
        *(exp.Lower, exp.Upper, exp.Length, exp.Trim, exp.Replace, exp.Repeat, exp.Reverse, exp.Pad, exp.Ascii),
        *(exp.MD5, exp.SplitPart, exp.StrPosition, exp.StartsWith, exp.Translate, exp.Overlay),
        *(exp.CurrentDate, exp.CurrentTimestamp, exp.DateFromParts, exp.Quarter),
        *(exp.JSONPath, exp.JSONPathRoot, exp.JSONPathKey),
    )
)
# Besides: a name of a table that a statement may read, DISTINCT, a recursive WITH.


def for_spark(sql: str) -> str | SqlRejected:
    """The statement in Spark's words, or what it has none for. `sql` is what `for_duckdb` wrote."""
    try:
        tree = _DUCKDB.parse(sql)[0]
        if tree is None or not isinstance(tree, exp.Query):
            return _UNKNOWN
        if problem := _tables(tree):
            return SqlRejected(problem, "engines")
        columns = {column.name: _KINDS.get(column.type) for column in CHARGES.columns}
        written = _written(_unwrapped(tree), columns)
    except (SqlglotError, RecursionError, ValueError, TypeError, KeyError, AttributeError):
        return _UNKNOWN
    return written


@cache
def view_for_spark() -> str:
    """What `reporting.charges` is, over the view of the files."""
    tree = _DUCKDB.parse(CHARGES.sql)[0]
    assert tree is not None
    written = _written(tree, {name: _KINDS[kind] for name, kind in FILE_COLUMNS})
    assert isinstance(written, str), written
    return written


def _written(tree: exp.Expr, columns: Mapping[str, Kind | None]) -> str | SqlRejected:
    mark(tree, columns)
    for node in reversed(list(tree.walk())):  # from the leaves, for what is translated holds what was
        own = _translated(node)
        if isinstance(own, str):
            return SqlRejected(own, "engines")
        if own is not None:
            node.replace(like(own, node))
    return _SPARK.generate(tree, copy=False, comments=False, unsupported_level=ErrorLevel.RAISE)


def _translated(node: exp.Expr) -> exp.Expr | str | None:
    own = _OWN.get(type(node))
    if own is not None:
        return own(node)
    if isinstance(node, exp.Distinct):
        return refused("DISTINCT ON", "use row_number() OVER (PARTITION BY …)") if node.args.get("on") else None
    if type(node) not in _SAME:
        name = node.sql_name().lower() if isinstance(node, exp.Func) else type(node).key
        return refused(f"{'The function' if isinstance(node, exp.Func) else 'That use of'} {name}", "ask without it")
    return None


def _tables(tree: exp.Expr) -> str | None:
    """Line items by the name that they have in a session, and what the statement itself names; nothing else."""
    names = {one.alias_or_name.lower() for one in tree.find_all(exp.CTE)}
    if VIEW in names or FILES in names:
        return refused("That name of a part of the statement", "name it otherwise")
    if any(one.args.get("recursive") for one in tree.find_all(exp.With)):
        return refused("WITH RECURSIVE", "ask without it")
    for table in tree.find_all(exp.Table):
        if (table.db, table.name) == ("reporting", "charges") and not table.catalog:
            table.set("this", exp.to_identifier(VIEW))
            table.set("db", None)
        elif table.db or not isinstance(table.this, exp.Identifier) or table.name.lower() not in names:
            return refused("A list in place of a view", "ask without it")
    return None


def _unwrapped(tree: exp.Query) -> exp.Query:
    """The statement without the cover that caps its rows, with the cap: an order within a cover is a wish to Spark."""
    if not isinstance(tree, exp.Select) or [type(one) for one in tree.expressions] != [exp.Star]:
        return tree
    source, limit = tree.args.get("from_"), tree.args.get("limit")
    inner = source.this if source is not None else None
    plain = set(tree.args) - {"expressions", "from_", "limit", "kind", "hint", "distinct", "operation_modifiers"}
    if limit is None or not isinstance(inner, exp.Subquery) or any(tree.args[name] for name in plain):
        return tree
    query = inner.this
    if not isinstance(query, exp.Query) or query.args.get("limit") or query.args.get("offset"):
        return tree
    query.set("limit", limit.copy())
    query.parent = None
    return query
