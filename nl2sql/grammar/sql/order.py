"""Order, limits, and conditions on grouped rows."""

from sqlglot import exp

from nl2sql.grammar.query import CostQuery
from nl2sql.grammar.sql.labels import Label

_CHANGE_ORDER = {
    "difference": ("change", "abs"),
    "up": ("change", "desc"),
    "down": ("change", "asc"),
    "percent_up": ("change_percent", "desc"),
    "percent_down": ("change_percent", "asc"),
}


def finished(select: exp.Select, query: CostQuery, labels: list[Label], measures: dict[str, exp.Expr]) -> exp.Select:
    if not labels:
        return select
    value, ordered = _order(query, labels, measures)
    post = _post_condition(query, value, measures)
    if query.limit_within and query.limit:
        rank = exp.Window(
            this=exp.RowNumber(),
            partition_by=[_named(labels, query.limit_within)],
            order=exp.Order(
                expressions=[
                    ordered_measure(measures[value], query.order),
                    *(exp.Ordered(this=label.expression.copy()) for label in labels),
                ]
            ),
        )
        select = select.select(exp.alias_(rank, "position"))
        post = (
            exp.and_(post, exp.LTE(this=exp.column("position"), expression=exp.Literal.number(query.limit)))
            if post
            else exp.LTE(this=exp.column("position"), expression=exp.Literal.number(query.limit))
        )
        ordered = [exp.Ordered(this=exp.column(query.limit_within)), exp.Ordered(this=exp.column("position"))]
    computed = any(
        isinstance(order.this, exp.Abs) for order in ordered
    )  # ORDER BY takes an expression over aliases only one level up
    if post is not None or computed:
        names = [*(label.name for label in labels), *measures]
        select = exp.select(*(exp.column(name) for name in names)).from_(select.subquery("grouped"))
        select = select.where(post) if post is not None else select
    select = select.order_by(*ordered)
    if not query.limit or query.limit_within:
        return select
    return select.limit(query.limit).offset(query.offset) if query.offset else select.limit(query.limit)


def ordered_measure(value: exp.Expr, order: str) -> exp.Ordered:
    """Largest (or smallest) first, groups without an amount last."""
    return exp.Ordered(this=value.copy(), desc=order == "desc", nulls_first=False)


def _order(query: CostQuery, labels: list[Label], measures: dict[str, exp.Expr]) -> tuple[str, list[exp.Expr]]:
    """The column that ranks, and the order of the rows; equal ones stand by name, so that a question asked twice has
    one answer.
    """
    names = list(measures)
    by_name: list[exp.Expr] = [exp.Ordered(this=exp.column(label.name)) for label in labels]
    if query.grain and not query.limit:
        return names[0], [exp.Ordered(this=exp.column(query.grain)), *by_name[1:]]
    if query.change and "change" in measures:
        column, how = _CHANGE_ORDER[query.change]
        if query.order == "asc":
            how = {"desc": "asc", "asc": "desc"}.get(how, how)
        if how == "abs":
            return column, [
                exp.Ordered(this=exp.Abs(this=exp.column("change")), desc=True, nulls_first=False),
                *by_name,
            ]
        return column, [exp.Ordered(this=exp.column(column), desc=how == "desc", nulls_first=False), *by_name]
    value = "share_percent" if query.share_of and "share_percent" in names else "ratio" if query.ratio else names[0]
    return value, [exp.Ordered(this=exp.column(value), desc=query.order == "desc", nulls_first=False), *by_name]


def _post_condition(query: CostQuery, value: str, measures: dict[str, exp.Expr]) -> exp.Expr | None:
    parts: list[exp.Expr] = []
    if query.threshold:
        column = (
            "change_percent"
            if query.threshold.percent and "change" in measures
            else "share_percent"
            if query.threshold.percent
            else value
        )
        amount = exp.Literal.number(abs(query.threshold.amount))
        left: exp.Expr = exp.column(column)
        if column in ("change", "change_percent") and query.change in ("down", "percent_down"):
            left = exp.Neg(this=left)
        if query.threshold.upto is not None:
            parts.append(exp.Between(this=left, low=amount, high=exp.Literal.number(query.threshold.upto)))
        else:
            parts.append(
                exp.GT(this=left, expression=amount) if query.threshold.over else exp.LT(this=left, expression=amount)
            )
    if query.moved_only and "change" in measures:
        zero = exp.Literal.number(0)
        down = query.change in ("down", "percent_down")
        parts.append(
            exp.LT(this=exp.column("change"), expression=zero)
            if down
            else exp.GT(this=exp.column("change"), expression=zero)
        )
    return exp.and_(*parts) if parts else None


def _named(labels: list[Label], name: str) -> exp.Expr:
    return next(label.expression.copy() for label in labels if label.name == name)
