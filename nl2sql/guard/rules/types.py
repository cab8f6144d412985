"""Rule on casts: only types of plain values."""

from typing import Final

from sqlglot import exp

_T = exp.DType
ALLOWED_TYPES: Final = frozenset(
    {
        _T.SMALLINT,
        _T.INT,
        _T.BIGINT,
        _T.DECIMAL,
        _T.DOUBLE,
        _T.FLOAT,
        _T.TEXT,
        _T.VARCHAR,
        _T.CHAR,
        _T.BPCHAR,
        _T.BOOLEAN,
        _T.DATE,
        _T.TIME,
        _T.TIMETZ,
        _T.TIMESTAMP,
        _T.TIMESTAMPTZ,
        _T.MONEY,
    }
)


def types(tree: exp.Expr) -> str | None:
    """Refuse casts to types that name things of the server (regclass, oid …) or
    hold documents or bytes (json, xml, bytea).
    """
    for node in tree.find_all(exp.DataType):
        if not _allowed(node):
            return f"The type {node.sql(dialect='postgres')[:40].lower()} is not one that questions may use."
    return None


def _allowed(node: exp.DataType) -> bool:
    kind = node.this
    if isinstance(kind, exp.Interval):
        return kind.args.get("unit") is None and kind.this is None
    if kind is _T.ARRAY:
        return (
            len(node.expressions) == 1
            and isinstance(node.expressions[0], exp.DataType)
            and node.expressions[0].this in ALLOWED_TYPES
        )
    if kind is _T.INTERVAL:
        return not node.expressions
    parameters = all(isinstance(p, exp.DataTypeParam) and isinstance(p.this, exp.Literal) for p in node.expressions)
    return kind in ALLOWED_TYPES and parameters
