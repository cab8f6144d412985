"""Parts that translations are built of."""

from typing import Final

from sqlglot import exp

_MOST_WRITTEN_TWICE: Final = 200  # nodes: each translation doubles what is nested in it


def refused(what: str, instead: str) -> str:
    """Why a statement cannot be translated, and how to ask."""
    return f"{what} is not possible over line items (charges); {instead}."


def too_long(*parts: exp.Expr) -> bool:
    """Whether a part is too large to be written twice."""
    return any(sum(1 for _ in part.walk()) > _MOST_WRITTEN_TWICE for part in parts)


def native(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    """A call of a function of DuckDB's own, by its name."""
    return exp.Anonymous(this=name, expressions=[one.copy() for one in arguments])


def cast(value: exp.Expr, to: str) -> exp.Cast:
    """A cast to a type by its DuckDB name."""
    return exp.Cast(this=value.copy(), to=exp.DataType.build(to, dialect="duckdb"))


def text(value: str) -> exp.Literal:
    """A text as a literal."""
    return exp.Literal.string(value)


def number(value: int) -> exp.Literal:
    """A whole number, not negative, as a literal."""
    return exp.Literal(this=str(value), is_string=False)


def written(node: exp.Expr | None) -> str | None:
    """The text of a literal, None for anything else."""
    return node.name if isinstance(node, exp.Literal) and node.is_string else None


def positive(node: exp.Expr | None, least: int = 1) -> bool:
    """Whether it is a whole number that is written down and is no less."""
    return isinstance(node, exp.Literal) and not node.is_string and node.name.isdigit() and int(node.name) >= least


def when(condition: exp.Expr, value: exp.Expr, default: exp.Expr | None = None) -> exp.Case:
    """CASE of one condition; NULL otherwise where there is no default."""
    return exp.Case(ifs=[exp.If(this=condition, true=value)], default=default)


def wrap(node: exp.Expr) -> exp.Paren:
    """A copy in parentheses."""
    return exp.Paren(this=node.copy())


def shown(value: exp.Expr) -> exp.Expr:
    """A value as `concat` writes it: t and f for what is true and false."""
    if not isinstance(value.unnest(), exp.Predicate | exp.Connector | exp.Not | exp.Boolean):
        return value.copy()
    return exp.Case(
        this=wrap(value),
        ifs=[exp.If(this=exp.Boolean(this=one), true=text("t" if one else "f")) for one in (True, False)],
    )
