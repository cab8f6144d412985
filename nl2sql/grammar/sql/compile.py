"""A query to SQL: an expression tree built from parts, never from text."""

from dataclasses import replace

from sqlglot import exp

from nl2sql.dates.periods import UNITS
from nl2sql.grammar.query import CostQuery, leads
from nl2sql.grammar.sql.columns import columns_of, slug
from nl2sql.grammar.sql.conditions import condition, conditions
from nl2sql.grammar.sql.context import CompileContext
from nl2sql.grammar.sql.dimension_value import view_of
from nl2sql.grammar.sql.labels import labels_of, of_one_dimension
from nl2sql.grammar.sql.measures import AMOUNTS, measure, zero_for_none
from nl2sql.grammar.sql.order import finished
from nl2sql.grammar.sql.special import special


def compile_query(query: CostQuery, context: CompileContext) -> exp.Select:
    """The SELECT over one reporting view that answers a query."""
    select = _compiled(query, context)
    return _exchanged(select, context) if context.rates else select


def _exchanged(select: exp.Select, context: CompileContext) -> exp.Select:
    """With every amount of a view in one currency, before it is added up."""
    factor = exp.Case(this=exp.column("currency"))
    for currency, rate in context.rates.items():
        factor = factor.when(exp.Literal.string(currency), exp.Literal.number(round(rate, 12)))
    for column in [one for one in select.find_all(exp.Column) if one.name in AMOUNTS and one.find_ancestor(exp.Sum)]:
        column.replace(exp.paren(exp.Mul(this=column.copy(), expression=factor.copy())))
    return select


def _compiled(query: CostQuery, context: CompileContext) -> exp.Select:
    if query.count and query.threshold:
        return _counted(query, context)
    if (made := special(query, context)) is not None:
        return made
    if leads(query):
        return _leading(query, context)
    view = view_of(query, context.semantics)
    labels = labels_of(query, context)
    if query.scopes and (query.ratio or not of_one_dimension(query.scopes)):
        measures = {
            slug(scope.label): zero_for_none(measure(query.metric, condition(scope, context))) for scope in query.scopes
        }
        if query.ratio:
            first, second = measures.values()
            nothing = exp.Literal.number(0)
            measures["ratio"] = exp.Div(
                this=first.copy(), expression=exp.Nullif(this=second.copy(), expression=nothing)
            )
        labels = labels_of(replace(query, scopes=()), context)
    else:
        measures = columns_of(query, context)
    select = exp.select(
        *(exp.alias_(label.expression.copy(), label.name) for label in labels),
        *(exp.alias_(m, name) for name, m in measures.items()),
    )
    select = select.from_(exp.to_table(f"reporting.{view}")).where(*conditions(query, context, view))
    if labels:
        select = select.group_by(*(label.expression.copy() for label in labels))
    return finished(select, query, labels, measures)


def _leading(query: CostQuery, context: CompileContext) -> exp.Select:
    """Every step of the first groups, which are ranked by the whole period."""
    first = replace(query, grain=None, cumulative=False, threshold=None, notes=())
    steps = _compiled(replace(query, limit=None, offset=0), context)
    names = [label.name for label in labels_of(first, context)]
    leading = exp.select(*(exp.column(name) for name in names)).from_(_compiled(first, context).subquery("ranking"))
    same = [exp.NullSafeEQ(this=exp.column(name, "steps"), expression=exp.column(name, "top")) for name in names]
    steps.set("order", None)
    select = exp.select(*(exp.alias_(exp.column(name, "steps"), name) for name in steps.named_selects))
    select = select.from_(steps.subquery("steps")).join(leading.subquery("top"), on=exp.and_(*same))
    return select.order_by(*(exp.Ordered(this=exp.column(name, "steps")) for name in (query.grain or "day", *names)))


def _counted(query: CostQuery, context: CompileContext) -> exp.Select:
    """How many groups are over or under the threshold."""
    counted = query.count or "day"
    single = replace(
        query,
        count=None,
        grain=counted if counted in UNITS else None,  # type: ignore[arg-type]  # UNITS are grains
        dimensions=() if counted in UNITS else (counted,),
    )
    groups = _compiled(single, context)
    groups.set("order", None)
    name = f"{counted}s" if counted in UNITS else context.semantics.dimensions[counted].plural.replace(" ", "_")
    return exp.select(exp.alias_(exp.Count(this=exp.Star()), name)).from_(groups.subquery("over"))
