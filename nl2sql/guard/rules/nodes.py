"""Rule on the grammar: the parts of SQL that a question may be made of, each with the arguments that it may carry."""

from typing import Any, Final

from sqlglot import exp

from nl2sql.guard.text.words import words

_BINARY = ("this", "expression")
_QUERY = ("with_", "order", "limit", "offset")

_ALLOWED: Final[dict[type[exp.Expr], frozenset[str]]] = {
    kind: frozenset(arguments)
    for kinds, arguments in (
        # queries
        (
            (exp.Select,),
            (*_QUERY, "expressions", "from_", "joins", "laterals", "where", "group", "having", "windows", "distinct"),
        ),
        ((exp.Union, exp.Intersect, exp.Except), (*_QUERY, *_BINARY, "distinct")),
        ((exp.Subquery,), (*_QUERY, "this", "alias", "joins")),
        ((exp.Values,), (*_QUERY, "expressions", "alias")),
        ((exp.With,), ("expressions",)),
        ((exp.CTE,), ("this", "alias", "materialized")),
        ((exp.From, exp.Where, exp.Having), ("this",)),
        ((exp.Table,), ("this", "db", "alias", "joins", "ordinality")),
        ((exp.TableAlias,), ("this", "columns")),
        ((exp.Join,), ("this", "on", "using", "kind", "side", "method")),
        ((exp.Lateral,), ("this", "alias", "ordinality")),
        ((exp.Group, exp.GroupingSets, exp.Rollup, exp.Cube, exp.Tuple, exp.Array), ("expressions",)),
        ((exp.Order,), ("this", "expressions")),
        ((exp.Ordered,), ("this", "desc", "nulls_first", "nulls_are_large")),
        ((exp.Limit, exp.Offset), ("expression",)),
        ((exp.Fetch,), ("direction", "count", "limit_options")),
        ((exp.LimitOptions,), ("rows", "with_ties")),
        ((exp.Distinct,), ("expressions", "on")),
        ((exp.Alias,), ("this", "alias")),
        ((exp.Column,), ("this", "table", "db")),
        ((exp.Star, exp.Null), ()),
        # values and operators
        ((exp.Identifier,), ("this", "quoted")),
        ((exp.Literal,), ("this", "is_string")),
        ((exp.Boolean, exp.Var, exp.Paren, exp.Neg, exp.Not, exp.Exists, exp.Any, exp.All), ("this",)),
        (
            (exp.And, exp.Or, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ),
            _BINARY,
        ),
        ((exp.Is, exp.Like, exp.ILike), (*_BINARY, "negate")),
        ((exp.SimilarTo, exp.RegexpLike, exp.RegexpILike, exp.Escape, exp.Overlaps, exp.Collate), _BINARY),
        (
            (
                exp.Add,
                exp.Sub,
                exp.Mul,
                exp.Mod,
                exp.Pow,
                exp.ArrayContainsAll,
                exp.ArrayContainedBy,
                exp.ArrayOverlaps,
            ),
            _BINARY,
        ),
        ((exp.Div, exp.DPipe), (*_BINARY, "typed", "safe")),
        ((exp.Between,), ("this", "low", "high", "symmetric")),
        ((exp.In,), ("this", "expressions", "query")),
        ((exp.Case,), ("this", "ifs", "default")),
        ((exp.If,), ("this", "true")),
        ((exp.Cast,), ("this", "to")),
        ((exp.DataType,), ("this", "expressions", "nested")),
        ((exp.DataTypeParam,), ("this",)),
        ((exp.Interval,), ("this", "unit")),
        ((exp.AtTimeZone,), ("this", "zone")),
        ((exp.Bracket,), ("this", "expressions", "offset")),
        ((exp.Slice,), _BINARY),
        # functions and windows
        ((exp.Anonymous,), ("this", "expressions")),
        ((exp.Kwarg, exp.Filter, exp.WithinGroup, exp.Extract), _BINARY),
        ((exp.Window,), ("this", "partition_by", "order", "spec", "alias", "over")),
        ((exp.WindowSpec,), ("kind", "start", "start_side", "end", "end_side", "exclude")),
        ((exp.Substring,), ("this", "start", "length")),
        ((exp.Trim,), ("this", "expression", "position")),
        ((exp.StrPosition,), ("this", "substr")),
        ((exp.Overlay,), ("this", "expression", "from_", "for_")),
        ((exp.GroupConcat,), ("this", "separator")),
        ((exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentTime, exp.Localtime, exp.Localtimestamp), ()),
    )
    for kind in kinds
}

_WORDS: Final = words(
    "INNER CROSS LEFT RIGHT FULL OUTER NATURAL ROWS RANGE GROUPS UNBOUNDED PRECEDING FOLLOWING FIRST NEXT OVER "
    "BOTH LEADING TRAILING"
) | {"CURRENT ROW", "TIES", "NO OTHERS", "GROUP"}
_FREE_TEXT: Final = (exp.Literal, exp.Identifier, exp.Anonymous, exp.DataType)
_DATE_PARTS: Final = words(
    "YEAR YEARS MONTH MONTHS DAY DAYS HOUR HOURS MINUTE MINUTES SECOND SECONDS WEEK WEEKS QUARTER DECADE "
    "CENTURY MILLENNIUM EPOCH DOW ISODOW DOY ISOYEAR JULIAN MICROSECONDS MILLISECONDS TIMEZONE TIMEZONE_HOUR "
    "TIMEZONE_MINUTE DAYOFWEEK DAYOFYEAR WEEKOFYEAR DAYOFWEEKISO WEEKISO DECADES CENTURIES MILLENNIA "
    "MILLENNIUMS ALL"
)
_COLLATIONS: Final = frozenset({"C", "POSIX", "default", "en-x-icu", "und-x-icu", "unicode", "ucs_basic"})

_WHY: Final[dict[type[exp.Expr], str]] = {
    exp.Insert: "Questions may only read: INSERT is not allowed.",
    exp.Update: "Questions may only read: UPDATE is not allowed.",
    exp.Delete: "Questions may only read: DELETE is not allowed.",
    exp.Merge: "Questions may only read: MERGE is not allowed.",
    exp.Lock: "Questions may not lock rows (FOR UPDATE, FOR SHARE).",
    exp.Into: "SELECT INTO makes a table; questions may only read.",
    exp.TableSample: "TABLESAMPLE is not allowed: figures must be exact.",
    exp.Placeholder: "The statement has a placeholder; write the value.",
    exp.Parameter: "The statement has a parameter; write the value.",
    exp.Operator: "Operators with a schema are not allowed.",
    exp.Dot: "Fields of rows, and functions with a schema, are not allowed.",
    exp.XMLTable: "XML is not allowed.",
    exp.JSONTable: "JSON tables are not allowed.",
    exp.RawString: "Dollar quotes are not allowed; write '…'.",
    exp.UnicodeString: "Strings with Unicode escapes are not allowed; write the characters.",
    exp.ByteString: "Strings with escapes (E'…') are not allowed; write the characters.",
    exp.HexString: "Bit and hexadecimal strings are not allowed.",
    exp.BitString: "Bit and hexadecimal strings are not allowed.",
    exp.IgnoreNulls: "IGNORE NULLS is not known to Postgres.",
    exp.CurrentUser: "Questions may not read the server's users.",
    exp.SessionUser: "Questions may not read the server's users.",
    exp.CurrentSchema: "Questions may not read the server's catalogue.",
    exp.CurrentCatalog: "Questions may not read the server's catalogue.",
    exp.CurrentVersion: "Questions may not read the server's version.",
}


def nodes(tree: exp.Expr) -> str | None:
    """Refuse every part of the grammar, every argument of a part and every keyword that is not on the list."""
    for node in tree.walk():
        kind = type(node)
        allowed = _ALLOWED.get(kind)
        if allowed is None:
            return _refusal(node)
        for key, value in node.args.items():
            if value is None or value is False or value == []:
                continue
            if key not in allowed:
                return _refusal_of_argument(node, key, value)
            if isinstance(value, str) and kind not in _FREE_TEXT and not _is_allowed_word(node, value):
                return f"{value[:30]!r} is not allowed here."
        problem = _CHECKS[kind](node) if kind in _CHECKS else None
        if problem:
            return problem
    return None


def _is_allowed_word(node: exp.Expr, word: str) -> bool:
    if isinstance(node, exp.Var):
        return word.upper() in _DATE_PARTS | _WORDS or (isinstance(node.parent, exp.Kwarg) and word.isidentifier())
    return word.upper() in _WORDS


def _refusal(node: exp.Expr) -> str:
    for kind, why in _WHY.items():
        if isinstance(node, kind):
            return why
    if isinstance(node, exp.DDL | exp.Command):
        return "Questions may only read."
    if type(node).__name__.startswith(("JSON", "XML")):
        return "JSON and XML are not allowed: answers are tables."
    if isinstance(node, exp.Func):
        return f"The function {node.sql_name().lower()} is not one that questions may use."
    return f"{type(node).__name__} is not a part of SQL that questions may use."


def _refusal_of_argument(node: exp.Expr, key: str, value: Any) -> str:
    if isinstance(value, list):
        value = value[0]
    if isinstance(value, exp.Expr) and type(value) not in _ALLOWED:
        return _refusal(value)
    if key == "recursive":
        return "WITH RECURSIVE is not allowed."
    if key in ("catalog", "db"):
        return "Only the reporting views may be read."
    return f"{type(node).__name__} with {key.strip('_').replace('_', ' ')} is not allowed."


def _identifier(node: exp.Expr) -> str | None:
    if not node.name:
        return "A name is empty."
    # Postgres cuts longer names, so that two different ones could become one
    return "A name is longer than 63 bytes." if len(node.name.encode()) > 63 else None


def _literal(node: exp.Expr) -> str | None:
    if node.args.get("is_string"):
        return None
    digits = node.name.replace(".", "", 1).lower()
    mantissa, _, exponent = digits.partition("e")
    plain = mantissa.isascii() and mantissa.isdigit() and (not exponent or exponent.lstrip("+-").isdigit())
    return (
        None
        if plain and len(digits) <= 40 and (not exponent or abs(int(exponent)) <= 30)
        else "That number is not allowed."
    )


def _tuple(node: exp.Expr) -> str | None:
    parents = (
        exp.In,
        exp.EQ,
        exp.NEQ,
        exp.LT,
        exp.LTE,
        exp.GT,
        exp.GTE,
        exp.Overlaps,
        exp.Values,
        exp.Group,
        exp.GroupingSets,
        exp.Rollup,
        exp.Cube,
        exp.Distinct,
        exp.NullSafeEQ,
        exp.NullSafeNEQ,
        exp.Tuple,
    )
    return None if isinstance(node.parent, parents) else "Rows as values are not allowed."


def _column(node: exp.Expr) -> str | None:
    whole = isinstance(node.this, exp.Star)
    return "A whole row cannot be used as a value." if whole and not isinstance(node.parent, exp.Select) else None


def _star(node: exp.Expr) -> str | None:
    parent = node.parent
    counted = isinstance(parent, exp.Anonymous) and parent.this == "count" and len(parent.expressions) == 1
    return None if counted or isinstance(parent, exp.Select | exp.Column) else "* is not allowed here."


def _alias(node: exp.Expr) -> str | None:
    return None if isinstance(node.parent, exp.Select) else "A name cannot be given here."


def _if(node: exp.Expr) -> str | None:
    return None if isinstance(node.parent, exp.Case) else "IF is not known to Postgres; use CASE."


def _collate(node: exp.Expr) -> str | None:
    collation = node.expression
    plain = isinstance(collation, exp.Identifier) or (isinstance(collation, exp.Column) and not collation.table)
    return None if plain and collation.name in _COLLATIONS else "That collation is not allowed."


def _interval(node: exp.Expr) -> str | None:
    return None if isinstance(node.this, exp.Literal) else "An interval is written INTERVAL '1 day'."


_CHECKS: Final = {
    exp.Identifier: _identifier,
    exp.Literal: _literal,
    exp.Tuple: _tuple,
    exp.Column: _column,
    exp.Star: _star,
    exp.Alias: _alias,
    exp.If: _if,
    exp.Collate: _collate,
    exp.Interval: _interval,
}
