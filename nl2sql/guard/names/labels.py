"""The name that Postgres gives a column of a result, written out, so that regenerating cannot change it."""

from sqlglot import exp

from nl2sql.guard.text.parse import identifier

_NAMES: dict[type[exp.Expr], str] = {
    exp.Exists: "exists",
    exp.GroupConcat: "string_agg",
    exp.Extract: "extract",
    exp.StrPosition: "position",
    exp.Substring: "substring",
    exp.Overlay: "overlay",
    exp.Array: "array",
    exp.CurrentDate: "current_date",
    exp.CurrentTimestamp: "current_timestamp",
    exp.CurrentTime: "current_time",
    exp.Localtime: "localtime",
    exp.Localtimestamp: "localtimestamp",
    exp.AtTimeZone: "timezone",
}
_TYPES = {
    exp.DType.INT: "int4",
    exp.DType.BIGINT: "int8",
    exp.DType.SMALLINT: "int2",
    exp.DType.DECIMAL: "numeric",
    exp.DType.DOUBLE: "float8",
    exp.DType.FLOAT: "float4",
    exp.DType.BOOLEAN: "bool",
    exp.DType.CHAR: "bpchar",
}
_TRIMS = {"LEADING": "ltrim", "TRAILING": "rtrim"}
_THROUGH = (exp.Paren, exp.Filter, exp.WithinGroup, exp.Window, exp.Bracket, exp.Collate)


def label(node: exp.Expr) -> str | None:
    """The column's name by `FigureColname` of Postgres; None for ?column?."""
    return _label(node)[0]


def _label(node: exp.Expr) -> tuple[str | None, int]:
    """Name and strength: a type's name and "case" (1) give way to a better one inside (2)."""
    while isinstance(node, _THROUGH):
        node = node.this
    if isinstance(node, exp.Alias | exp.Column):
        return node.alias_or_name, 2
    if isinstance(node, exp.Anonymous):
        return str(node.this), 2
    if isinstance(node, exp.Cast):
        name, strength = _label(node.this)
        kind = node.to.this
        return (
            (name, strength)
            if strength == 2
            else (_TYPES.get(kind, kind.value.lower()) if isinstance(kind, exp.DType) else "interval", 1)
        )
    if isinstance(node, exp.Case):
        default = node.args.get("default")
        name, strength = _label(default) if default else (None, 0)
        return (name, strength) if strength == 2 else ("case", 1)
    if isinstance(node, exp.Subquery):
        inner = node.this
        name = label(inner.expressions[0]) if isinstance(inner, exp.Select) and inner.expressions else None
        return name, 2 if name else 0
    if isinstance(node, exp.Trim):
        return _TRIMS.get(node.text("position").upper(), "btrim"), 2
    if isinstance(node, exp.Interval | exp.Boolean):
        return ("interval" if isinstance(node, exp.Interval) else "bool"), 1
    name = _NAMES.get(type(node))
    return name, 2 if name else 0


def label_all(tree: exp.Expr) -> None:
    """Give every unnamed column of every SELECT the name that it has anyway."""
    for select in list(tree.find_all(exp.Select)):
        select.set("expressions", [_labelled(item) for item in select.expressions])


def _labelled(item: exp.Expr) -> exp.Expr:
    name = None if isinstance(item, exp.Alias | exp.Column | exp.Star) else label(item)
    if name is None and isinstance(item.unnest(), exp.Pow):
        name = "?column?"  # it is written as power(…), which would name it
    return exp.Alias(this=item, alias=identifier(name)) if name else item
