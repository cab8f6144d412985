"""The WHERE clause: periods, filters, sides of a comparison, weekdays, and tax left out."""

from sqlglot import exp

from nl2sql.dates.periods import DatePeriod
from nl2sql.grammar.query import CostQuery, Filter, needs_resources, of_hours
from nl2sql.grammar.sql import ai_measures
from nl2sql.grammar.sql.context import CompileContext
from nl2sql.grammar.sql.dimension_value import LINE_ITEMS, value_of
from nl2sql.grammar.sql.measures import day_of, within


def column_of(filter_: Filter, context: CompileContext) -> str:
    dimension = context.semantics.dimensions.get(filter_.dimension)
    return dimension.column if dimension else filter_.dimension


def condition(filter_: Filter, context: CompileContext) -> exp.Expr:
    """A filter as a SQL condition; a negated filter keeps the rows without a value."""
    column = exp.column(column_of(filter_, context))
    if filter_.contains:
        held = exp.or_(*(_holds(column, str(value)) for value in filter_.values))
        return exp.or_(exp.Is(this=column.copy(), expression=exp.null()), exp.not_(held)) if filter_.negated else held
    named = [exp.Literal.string(value) for value in filter_.values if value is not None]
    parts: list[exp.Condition] = []
    if named:
        parts.append(
            exp.EQ(this=column, expression=named[0]) if len(named) == 1 else exp.In(this=column, expressions=named)
        )
    if None in filter_.values:
        parts.append(exp.Is(this=column.copy(), expression=exp.null()))
    if not parts:  # the data has none of its kind
        return exp.true() if filter_.negated else exp.false()
    if not filter_.negated:
        return exp.or_(*parts)
    left_out = exp.not_(exp.or_(*parts))
    if None in filter_.values or not filter_.keep_missing:
        return left_out
    return exp.or_(exp.Is(this=column.copy(), expression=exp.null()), left_out)


def _holds(column: exp.Expr, part: str) -> exp.Expr:
    """Whether a name holds a part, in any case; the part is never a pattern."""
    place = exp.Anonymous(this="STRPOS", expressions=[exp.Lower(this=column.copy()), exp.Literal.string(part.lower())])
    return exp.GT(this=place, expression=exp.Literal.number(0))


def day_column(query: CostQuery) -> str:
    """The column of the view that says when."""
    return "usage_hour" if of_hours(query) else day_of(query.metric)


def _periods(query: CostQuery) -> tuple[DatePeriod, ...]:
    return (query.period, *query.compared, *((query.whole_before,) if query.whole_before else ()))


def conditions(query: CostQuery, context: CompileContext, view: str) -> list[exp.Expr]:
    """The conditions on the rows of a view: periods, filters, scopes, weekdays, and no tax unless requested."""
    spans = sorted({(p.start, p.end): p for p in _periods(query)}.values(), key=lambda p: p.start)
    parts: list[exp.Expr] = [exp.or_(*(within(period, day_column(query)) for period in _merged(spans)))]
    categories = [
        f
        for f in (*query.filters, *query.scopes, *(query.share_of or ()))
        if f.dimension == "charge_category" and not f.negated
    ]
    taxed = query.with_tax or query.metric == "invoice_cost" or any("Tax" in f.values for f in categories)
    if not taxed and view != "resource_costs" and not any(f in query.filters for f in categories):
        parts.append(exp.NEQ(this=exp.column("charge_category"), expression=exp.Literal.string("Tax")))
    parts += [condition(filter_, context) for filter_ in query.filters if not narrows_coverage(query, filter_)]
    if query.scopes:
        parts.append(exp.or_(*(condition(scope, context) for scope in query.scopes)))
    if view == LINE_ITEMS and needs_resources(query):
        parts.append(exp.not_(exp.Is(this=exp.column("resource_id"), expression=exp.null())))
    if query.metric == "unit_cost":
        parts.append(exp.GT(this=exp.column("usage_quantity"), expression=exp.Literal.number(0)))
    if query.metric == "usage_quantity" and not query.beside:
        parts.append(exp.not_(exp.Is(this=exp.column("usage_quantity"), expression=exp.null())))
    if "ai_model" in query.dimensions:  # what no model was used for is no model
        parts.append(exp.not_(exp.Is(this=exp.column("ai_model"), expression=exp.null())))
    if not query.beside and (counts := ai_measures.counted(query.metric)) is not None:
        parts.append(counts)
    if query.metric in ("savings", "savings_rate") and not query.beside:
        parts.append(exp.EQ(this=exp.column("charge_category"), expression=exp.Literal.string("Usage")))
    if query.metric == "utilization_rate":
        parts.append(exp.not_(exp.Is(this=exp.column("commitment_status"), expression=exp.null())))
    if query.limit == 1 and query.share_of is None:  # the cheapest region is a region
        named = [context.semantics.dimensions[name] for name in query.dimensions]
        parts += [exp.not_(exp.Is(this=value_of(each), expression=exp.null())) for each in named if each.missing]
    return [*parts, *of_weekdays(query, day_column(query))]


def of_weekdays(query: CostQuery, column: str) -> list[exp.Expr]:
    """The condition that a column's day is of the kind that was asked for; none where all days are."""
    if not query.weekdays:
        return []
    weekend = exp.In(
        this=exp.Extract(this=exp.var("ISODOW"), expression=exp.column(column)),
        expressions=[exp.Literal.number(6), exp.Literal.number(7)],
    )
    return [weekend if query.weekdays == "weekend" else exp.not_(weekend)]


def _merged(spans: list[DatePeriod]) -> list[DatePeriod]:
    """Merge adjoining periods, to keep the condition short."""
    merged: list[DatePeriod] = []
    for span in spans:
        if merged and span.start <= merged[-1].end:
            merged[-1] = DatePeriod(merged[-1].start, max(merged[-1].end, span.end), "")
        else:
            merged.append(span)
    return merged


def narrows_coverage(query: CostQuery, filter_: Filter) -> bool:
    return query.metric == "coverage_rate" and filter_.dimension == "commitment_type"
