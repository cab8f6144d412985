"""What kind of value each part of a statement is, as DuckDB sees it: Spark writes some operators by it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal

from sqlglot import exp

Kind = Literal["whole", "decimal", "double", "text", "date", "naive", "time", "span", "truth", "map"]
Names = Mapping[str, Kind | None]

NUMBERS: Final = ("whole", "decimal", "double")
_MARK: Final = "kind"
_ROUNDS: Final = 6  # in which names that are made of names settle
_TYPES: Final[Mapping[exp.DType, Kind]] = {
    **dict.fromkeys((exp.DType.SMALLINT, exp.DType.INT, exp.DType.BIGINT, exp.DType.TINYINT), "whole"),
    exp.DType.DECIMAL: "decimal",
    **dict.fromkeys((exp.DType.DOUBLE, exp.DType.FLOAT), "double"),
    **dict.fromkeys((exp.DType.VARCHAR, exp.DType.TEXT), "text"),
    exp.DType.DATE: "date",
    **dict.fromkeys((exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ), "naive"),
    exp.DType.TIMESTAMPTZ: "time",
    exp.DType.INTERVAL: "span",
    exp.DType.BOOLEAN: "truth",
    exp.DType.MAP: "map",
}
_FIXED: Final[Mapping[type[exp.Expr], Kind]] = {
    **dict.fromkeys(
        (
            exp.Count,
            exp.RowNumber,
            exp.Rank,
            exp.DenseRank,
            exp.Ntile,
            exp.Length,
            exp.StrPosition,
            exp.Ascii,
            exp.Grouping,
            exp.Quarter,
        ),
        "whole",
    ),
    **dict.fromkeys(
        (
            exp.Avg,
            exp.Stddev,
            exp.StddevPop,
            exp.StddevSamp,
            exp.Variance,
            exp.VariancePop,
            exp.Corr,
            exp.CovarPop,
            exp.CovarSamp,
            exp.Pow,
            exp.Exp,
            exp.Ln,
            exp.Log,
            exp.Sqrt,
            exp.Cbrt,
            exp.PercentRank,
            exp.CumeDist,
            exp.Pi,
            exp.TimeToUnix,
        ),
        "double",
    ),
    **dict.fromkeys(
        (
            exp.TimeToStr,
            exp.Concat,
            exp.ConcatWs,
            exp.DPipe,
            exp.Lower,
            exp.Upper,
            exp.Substring,
            exp.Trim,
            exp.Replace,
            exp.RegexpExtract,
            exp.RegexpReplace,
            exp.SplitPart,
            exp.Left,
            exp.Right,
            exp.GroupConcat,
            exp.MD5,
            exp.JSONExtractScalar,
        ),
        "text",
    ),
    **dict.fromkeys((exp.CurrentDate, exp.DateFromParts), "date"),
    **dict.fromkeys((exp.CurrentTimestamp, exp.UnixToTime), "time"),
    **dict.fromkeys((exp.Localtimestamp, exp.TimestampFromParts, exp.StrToTime), "naive"),
    exp.Interval: "span",
    **dict.fromkeys((exp.And, exp.Or, exp.Not, exp.Boolean), "truth"),
}
_SAME: Final = (
    *(exp.Paren, exp.Neg, exp.Abs, exp.Min, exp.Max, exp.AnyValue, exp.FirstValue, exp.LastValue, exp.NthValue),
    *(exp.Lag, exp.Lead, exp.Filter, exp.Window, exp.IgnoreNulls, exp.Nullif, exp.Alias, exp.Ordered, exp.Escape),
    *(exp.Sum, exp.Round, exp.Ceil, exp.Floor, exp.Trunc, exp.Sign, exp.PercentileCont, exp.PercentileDisc),
)
_OF_SEVERAL: Final = (exp.Coalesce, exp.Greatest, exp.Least)
_BY_NAME: Final[Mapping[str, Kind]] = {"NOW": "time", "TRANSACTION_TIMESTAMP": "time", "ROUND_EVEN": "double"}


def mark(tree: exp.Expr, columns: Names) -> None:
    """Let every part know its kind; `columns` are those of what the statement reads."""
    names = dict(columns)
    parts = list(reversed(list(tree.walk())))  # from the leaves
    for _ in range(_ROUNDS):
        for node in parts:
            node.meta[_MARK] = _kind(node, names)
        again = _named(tree, columns)
        if again == names:
            return
        names = again
    for node in parts:  # names that do not settle say nothing
        node.meta[_MARK] = _kind(node, {})


def kind(node: exp.Expr | None) -> Kind | None:
    """The kind of a part of a marked tree, None where it is not known."""
    return node.meta.get(_MARK) if node is not None else None


def like(new: exp.Expr, old: exp.Expr) -> exp.Expr:
    """What takes a part's place, with its kind."""
    new.meta[_MARK] = old.meta.get(_MARK)
    return new


def _named(tree: exp.Expr, columns: Names) -> dict[str, Kind | None]:
    """What a name stands for: one kind, or None where it is several wherever the statement uses it."""
    several: dict[str, set[Kind | None]] = {name: {one} for name, one in columns.items()}
    for alias in tree.find_all(exp.Alias):
        several.setdefault(alias.alias.lower(), set()).add(kind(alias.this))
    for table in tree.find_all(exp.TableAlias):
        for column in table.columns:
            several.setdefault(column.name.lower(), set()).add(None)
    return {name: next(iter(kinds)) if len(kinds) == 1 else None for name, kinds in several.items()}


def _kind(node: exp.Expr, names: Names) -> Kind | None:
    fixed = _FIXED.get(type(node))
    if fixed is not None:
        return fixed
    if isinstance(node, _SAME):
        return kind(node.this)
    own = _OWN.get(type(node))
    if own is not None:
        return own(node, names)
    if isinstance(node, _OF_SEVERAL):
        return common(kind(one) for one in (node.this, *node.expressions))
    return "truth" if isinstance(node, exp.Predicate) else None


def common(kinds: Iterable[Kind | None]) -> Kind | None:
    """What several values are together: of numbers the widest."""
    several = set(kinds)
    if several and several <= set(NUMBERS):
        return max(several, key=lambda one: NUMBERS.index(str(one)))
    return next(iter(several)) if len(several) == 1 else None


def _literal(node: exp.Expr, _: Names) -> Kind | None:
    if node.is_string:
        return "text"
    return "double" if "e" in node.name.lower() else "decimal" if "." in node.name else "whole"


def _column(node: exp.Expr, names: Names) -> Kind | None:
    return names.get(node.name.lower())


def _cast(node: exp.Expr, _: Names) -> Kind | None:
    return _TYPES.get(node.args["to"].this)


def _case(node: exp.Expr, _: Names) -> Kind | None:
    values = [one.args["true"] for one in node.args["ifs"]] + [node.args.get("default")]
    return common(kind(one) for one in values if one is not None and not isinstance(one, exp.Null))


def _distinct(node: exp.Expr, _: Names) -> Kind | None:
    return kind(node.expressions[0]) if len(node.expressions) == 1 else None


def _order(node: exp.Expr, _: Names) -> Kind | None:
    return kind(node.this) if node.this is not None else None


def _sum(node: exp.Expr, _: Names) -> Kind | None:
    left, right = kind(node.this), kind(node.expression)
    if left in NUMBERS and right in NUMBERS:
        return common((left, right))
    if isinstance(node, exp.Sub) and left == right:
        return "whole" if left == "date" else "span"
    if left == "date":
        return "date" if right == "whole" else "naive" if right == "span" else None
    return left if left in ("naive", "time", "span") and right == "span" else None


def _quotient(node: exp.Expr, _: Names) -> Kind | None:
    left, right = kind(node.this), kind(node.expression)
    if left is None or right is None:
        return None
    return "whole" if (left, right) == ("whole", "whole") else "double"


def _product(node: exp.Expr, _: Names) -> Kind | None:
    return common((kind(node.this), kind(node.expression)))


def _extract(node: exp.Expr, _: Names) -> Kind | None:
    return "double" if node.name.upper() == "EPOCH" else "whole"


def _trunc(node: exp.Expr, _: Names) -> Kind | None:
    inner = kind(node.this)
    return "naive" if inner == "date" else inner


def _zone(node: exp.Expr, _: Names) -> Kind | None:
    inner = kind(node.this)
    return "naive" if inner == "time" else "time" if inner == "naive" else None


def _call(node: exp.Expr, _: Names) -> Kind | None:
    name = str(node.this).upper()
    if name == "DATE_PART" and node.expressions:
        return "double" if node.expressions[0].name.lower() == "epoch" else "whole"
    if name == "TIMEZONE" and len(node.expressions) == 2:
        return "naive" if kind(node.expressions[1]) == "time" else "time"
    return _BY_NAME.get(name)


def _subquery(node: exp.Expr, _: Names) -> Kind | None:
    inner = node.unnest()
    chosen = inner.expressions if isinstance(inner, exp.Select) else []
    return kind(chosen[0]) if len(chosen) == 1 else None


def _entry(node: exp.Expr, _: Names) -> Kind | None:
    return "text" if kind(node.this) == "map" else None


_OWN: Final[Mapping[type[exp.Expr], Callable[[exp.Expr, Names], Kind | None]]] = {
    exp.Literal: _literal,
    exp.Column: _column,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.Case: _case,
    exp.Distinct: _distinct,
    exp.Order: _order,
    exp.Add: _sum,
    exp.Sub: _sum,
    exp.Div: _quotient,
    exp.Mul: _product,
    exp.Mod: _product,
    exp.Extract: _extract,
    exp.TimestampTrunc: _trunc,
    exp.AtTimeZone: _zone,
    exp.Anonymous: _call,
    exp.Subquery: _subquery,
    exp.Bracket: _entry,
}
