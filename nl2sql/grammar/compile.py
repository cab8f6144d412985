"""A query to SQL: an expression tree built from parts, never from text."""

import re
from dataclasses import dataclass, replace
from datetime import date

from sqlglot import exp

from nl2sql.catalog.semantics import Semantics
from nl2sql.dates.periods import UNITS, DatePeriod
from nl2sql.grammar.assemble import needs_resources
from nl2sql.grammar.measures import PER_UNIT, RATES, day_of, measure, percent, units, within, zero_for_none
from nl2sql.grammar.query import CostQuery, Filter

_CHANGE_ORDER = {"difference": ("change", "abs"), "up": ("change", "desc"), "down": ("change", "asc"), "percent_up": ("change_percent", "desc"), "percent_down": ("change_percent", "asc")}  # fmt: skip


@dataclass(frozen=True)
class CompileContext:
    """What compiling needs to know besides the question."""

    semantics: Semantics
    through: date | None = None
    several_currencies: bool = False


@dataclass(frozen=True)
class _Label:
    name: str
    expression: exp.Expr


def compile_query(query: CostQuery, context: CompileContext) -> exp.Select:
    """The SELECT over one reporting view that answers a query."""
    if query.count and query.threshold:
        return _counted(query, context)
    view = "resource_costs" if needs_resources(query) else "daily_costs"
    labels = _labels(query, context)
    if query.scopes and not _one_dimension(query.scopes):
        measures = {
            _slug(scope.label): zero_for_none(measure(query.metric, condition(scope, context)))
            for scope in query.scopes
        }
        labels = [label for label in labels if label.name != "scope"]
    else:
        measures = _measures(query, context)
    select = exp.select(
        *(exp.alias_(label.expression.copy(), label.name) for label in labels),
        *(exp.alias_(m, name) for name, m in measures.items()),
    )
    select = select.from_(exp.to_table(f"reporting.{view}")).where(*conditions(query, context, view))
    if labels:
        select = select.group_by(*(label.expression.copy() for label in labels))
    return _finished(select, query, labels, measures)


def _counted(query: CostQuery, context: CompileContext) -> exp.Select:
    """How many groups are over or under the threshold."""
    counted = query.count or "day"
    single = replace(
        query,
        count=None,
        grain=counted if counted in UNITS else None,  # type: ignore[arg-type]
        dimensions=() if counted in UNITS else (counted,),
    )
    groups = compile_query(single, context)
    groups.set("order", None)
    name = f"{counted}s" if counted in UNITS else context.semantics.dimensions[counted].plural.replace(" ", "_")
    return exp.select(exp.alias_(exp.Count(this=exp.Star()), name)).from_(groups.subquery("over"))


# ------------------------------------------------------------------ labels


def _labels(query: CostQuery, context: CompileContext) -> list[_Label]:
    labels = []
    if query.grain:
        labels.append(_grain(query.grain, day_of(query.metric)))
    if query.scopes:
        labels.append(_Label(_scope_name(query), _scope_case(query.scopes, context)))
    for name in query.dimensions:
        labels += _dimension(name, context)
    if PER_UNIT & {query.metric, *query.beside}:
        labels.append(_Label("usage_unit", exp.column("usage_unit")))
    if context.several_currencies and "currency" not in query.dimensions and not query.count:
        labels.append(_Label("currency", exp.column("currency")))
    return labels


def _grain(grain: str, column: str = "usage_date") -> _Label:
    day = exp.column(column)
    if grain == "day":
        return _Label("day", day)
    return _Label(grain, exp.cast(exp.TimestampTrunc(this=day, unit=exp.var(grain.upper())), "date"))


def _dimension(name: str, context: CompileContext) -> list[_Label]:
    dimension = context.semantics.dimensions[name]
    column: exp.Expr = exp.column(dimension.column)
    others = [exp.column(dimension.fallback)] if dimension.fallback else []
    missing = [exp.Literal.string(dimension.missing)] if dimension.missing else []
    expression = exp.Coalesce(this=column, expressions=[*others, *missing]) if others or missing else column
    labels = [_Label(name, expression)]
    return [*labels, _Label("resource_id", exp.column("resource_id"))] if name == "resource" else labels


def _one_dimension(scopes: tuple[Filter, ...]) -> bool:
    return len({scope.dimension for scope in scopes}) == 1


def _scope_name(query: CostQuery) -> str:
    return query.scopes[0].dimension if _one_dimension(query.scopes) else "scope"


def _scope_case(scopes: tuple[Filter, ...], context: CompileContext) -> exp.Expr:
    """The value itself where each side is one value; else the side's name."""
    column = exp.column(_column(scopes[0], context))
    if all(len(scope.values) == 1 and scope.values[0] is not None for scope in scopes):
        return column
    case = exp.Case()
    for scope in scopes:
        case = case.when(condition(scope, context), exp.Literal.string(scope.label))
    return case


# ------------------------------------------------------------------ conditions


def _column(filter_: Filter, context: CompileContext) -> str:
    dimension = context.semantics.dimensions.get(filter_.dimension)
    return dimension.column if dimension else filter_.dimension


def condition(filter_: Filter, context: CompileContext) -> exp.Expr:
    """A filter as a condition; leaving a value out keeps the rows that have none."""
    column = exp.column(_column(filter_, context))
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


def conditions(query: CostQuery, context: CompileContext, view: str) -> list[exp.Expr]:
    """What limits the rows of a view: periods, filters, scopes, weekdays, and tax left out."""
    spans = sorted({(p.start, p.end): p for p in (query.period, *query.compared)}.values(), key=lambda p: p.start)
    parts: list[exp.Expr] = [exp.or_(*(within(period, day_of(query.metric)) for period in _merged(spans)))]
    categories = [
        f
        for f in (*query.filters, *query.scopes, *(query.share_of or ()))
        if f.dimension == "charge_category" and not f.negated
    ]
    taxed = query.with_tax or query.metric == "invoice_cost" or any("Tax" in f.values for f in categories)
    if not taxed and view == "daily_costs" and not any(f in query.filters for f in categories):
        parts.append(exp.NEQ(this=exp.column("charge_category"), expression=exp.Literal.string("Tax")))
    parts += [condition(filter_, context) for filter_ in query.filters if not _narrows_coverage(query, filter_)]
    if query.scopes:
        parts.append(exp.or_(*(condition(scope, context) for scope in query.scopes)))
    if query.metric == "unit_cost":
        parts.append(exp.GT(this=exp.column("usage_quantity"), expression=exp.Literal.number(0)))
    if query.metric in ("savings", "savings_rate") and not query.beside:
        parts.append(exp.EQ(this=exp.column("charge_category"), expression=exp.Literal.string("Usage")))
    if query.metric == "utilization_rate":
        parts.append(exp.not_(exp.Is(this=exp.column("commitment_status"), expression=exp.null())))
    if query.limit == 1 and query.share_of is None:  # the cheapest region is a region
        named = [context.semantics.dimensions[name] for name in query.dimensions]
        parts += [
            exp.not_(exp.Is(this=exp.column(each.column), expression=exp.null())) for each in named if each.missing
        ]
    if query.weekdays:
        weekend = exp.In(
            this=exp.Extract(this=exp.var("ISODOW"), expression=exp.column("usage_date")),
            expressions=[exp.Literal.number(6), exp.Literal.number(7)],
        )
        parts.append(weekend if query.weekdays == "weekend" else exp.not_(weekend))
    return parts


def _merged(spans: list[DatePeriod]) -> list[DatePeriod]:
    """Adjoining spans as one, so that the condition stays short."""
    merged: list[DatePeriod] = []
    for span in spans:
        if merged and span.start <= merged[-1].end:
            merged[-1] = DatePeriod(merged[-1].start, max(merged[-1].end, span.end), "")
        else:
            merged.append(span)
    return merged


# ------------------------------------------------------------------ measures


def _measures(query: CostQuery, context: CompileContext) -> dict[str, exp.Expr]:
    if query.count:
        dimension = context.semantics.dimensions[query.count]
        column: exp.Expr = exp.column(
            "resource_id" if query.count == "resource" else dimension.fallback or dimension.column
        )
        return {dimension.plural.replace(" ", "_"): exp.Count(this=exp.Distinct(expressions=[column]))}
    if query.compared:
        return _compared(query, context)
    measures = {query.metric: _averaged(query, _measure(query.metric, query, context), query.period, context)}
    if query.average:
        measures = {f"average_per_{query.average}": measures[query.metric]}
    elif query.metric not in RATES and not query.dimensions and not query.grain and query.metric not in PER_UNIT:
        measures = {query.metric: zero_for_none(measures[query.metric])}
    measures |= {metric: _measure(metric, query, context) for metric in query.beside}
    if query.run_rate:
        measures = _run_rate(query, context)
    if query.share_of is not None:
        measures = _share(query, context, measures)
    if query.cumulative:
        over = exp.Order(expressions=[exp.Ordered(this=_grain(query.grain or "day", day_of(query.metric)).expression)])
        partition = [_dimension(name, context)[0].expression for name in query.dimensions]
        measures["cumulative_cost"] = exp.Window(
            this=exp.Sum(this=measure(query.metric)), partition_by=partition, order=over
        )
    if query.change and query.grain:
        measures |= _stepwise(query, context)
    return measures


def _measure(metric: str, query: CostQuery, context: CompileContext, inside: exp.Expr | None = None) -> exp.Expr:
    """The metric; coverage by one kind of commitment is of all usage, so that kind narrows only what is covered."""
    kinds = [condition(filter_, context) for filter_ in query.filters if _narrows_coverage(query, filter_)]
    return measure(metric, inside, exp.and_(*kinds) if kinds else None)


def _narrows_coverage(query: CostQuery, filter_: Filter) -> bool:
    return query.metric == "coverage_rate" and filter_.dimension == "commitment_type"


def _run_rate(query: CostQuery, context: CompileContext) -> dict[str, exp.Expr]:
    days = exp.Literal.number(units(query.period, "day", context.through, None))
    daily = exp.Div(this=measure(query.metric), expression=days)
    month, year = (
        exp.Mul(this=exp.paren(daily.copy()), expression=exp.Literal.number(length))
        for length in (round(365 / 12, 6), 365)
    )
    return {"a_day": daily, "a_month": month, "a_year": year}


def _averaged(query: CostQuery, total: exp.Expr, period: DatePeriod, context: CompileContext) -> exp.Expr:
    if query.average is None:
        return total
    if query.average not in ("day", "week", "month", "quarter", "year"):
        dimension = context.semantics.dimensions[query.average]
        column = exp.column("resource_id" if query.average == "resource" else dimension.fallback or dimension.column)
        return exp.Div(
            this=total,
            expression=exp.Nullif(
                this=exp.Count(this=exp.Distinct(expressions=[column])), expression=exp.Literal.number(0)
            ),
        )
    if query.grain and query.average == "day":
        return exp.Div(this=total, expression=exp.Count(this=exp.Distinct(expressions=[exp.column("usage_date")])))
    return exp.Div(
        this=total,
        expression=exp.Literal.number(round(units(period, query.average, context.through, query.weekdays), 6)),
    )


def _share(query: CostQuery, context: CompileContext, measures: dict[str, exp.Expr]) -> dict[str, exp.Expr]:
    total = measure(query.metric)
    if query.share_of:
        part = measure(query.metric, exp.and_(*(condition(numerator, context) for numerator in query.share_of)))
        return {
            "share_percent": percent(zero_for_none(part), total),
            query.metric: zero_for_none(part.copy()),
            "of_total": total.copy(),
        }
    partition = [_grain(query.grain, day_of(query.metric)).expression] if query.grain else []
    whole = exp.Window(this=exp.Sum(this=total), partition_by=partition)
    return {**measures, "share_percent": percent(total.copy(), whole)}


def _compared(query: CostQuery, context: CompileContext) -> dict[str, exp.Expr]:
    """A column for each period, newest first, and the change where there are two."""
    columns = {}
    for period in (query.period, *query.compared):
        inside = within(period, day_of(query.metric))
        value = _measure(query.metric, query, context, inside)
        if query.share_of:
            part = measure(
                query.metric, exp.and_(inside.copy(), *(condition(numerator, context) for numerator in query.share_of))
            )
            value = percent(zero_for_none(part), value)
        columns[_slug(period.label)] = zero_for_none(_averaged(query, value, period, context))
    if len(columns) == 2:
        now, then = columns.values()
        difference = exp.Sub(this=now.copy(), expression=then.copy())
        columns["change"] = difference
        columns["change_percent"] = percent(exp.paren(difference.copy()), then.copy())
    return columns


def _stepwise(query: CostQuery, context: CompileContext) -> dict[str, exp.Expr]:
    order = exp.Order(expressions=[exp.Ordered(this=_grain(query.grain or "day", day_of(query.metric)).expression)])
    partition = [_dimension(name, context)[0].expression for name in query.dimensions]
    then = exp.Window(this=exp.Lag(this=measure(query.metric)), partition_by=partition, order=order)
    difference = exp.Sub(this=measure(query.metric), expression=then)
    return {"change": difference, "change_percent": percent(exp.paren(difference.copy()), then.copy())}


def _slug(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", label.casefold().replace("–", "_to_")).strip("_")


# ------------------------------------------------------------------ order and limits


def _finished(select: exp.Select, query: CostQuery, labels: list[_Label], measures: dict[str, exp.Expr]) -> exp.Select:
    if not labels:
        return select
    value, ordered = _order(query, labels, measures)
    post = _post_condition(query, value, measures)
    if query.limit_within and query.limit:
        rank = exp.Window(
            this=exp.RowNumber(),
            partition_by=[_named(labels, query.limit_within)],
            order=exp.Order(expressions=[ordered_measure(measures[value], query.order)]),
        )
        select = select.select(exp.alias_(rank, "position"))
        post = exp.and_(post, exp.LTE(this=exp.column("position"), expression=exp.Literal.number(query.limit))) if post else exp.LTE(this=exp.column("position"), expression=exp.Literal.number(query.limit))  # fmt: skip
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


def _order(query: CostQuery, labels: list[_Label], measures: dict[str, exp.Expr]) -> tuple[str, list[exp.Expr]]:
    """The column that ranks, and the order of the rows."""
    names = list(measures)
    if query.grain and not query.limit:
        first: list[exp.Expr] = [exp.Ordered(this=exp.column(query.grain))]
        return names[0], [*first, *(exp.Ordered(this=exp.column(label.name)) for label in labels[1:])]
    if query.change and "change" in measures:
        column, how = _CHANGE_ORDER[query.change]
        if query.order == "asc":
            how = {"desc": "asc", "asc": "desc"}.get(how, how)
        if how == "abs":
            return column, [exp.Ordered(this=exp.Abs(this=exp.column("change")), desc=True, nulls_first=False)]
        return column, [exp.Ordered(this=exp.column(column), desc=how == "desc", nulls_first=False)]
    value = "share_percent" if query.share_of and "share_percent" in names else names[0]
    return value, [exp.Ordered(this=exp.column(value), desc=query.order == "desc", nulls_first=False)]


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
        if column == "change" and query.change == "down":
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


def _named(labels: list[_Label], name: str) -> exp.Expr:
    return next(label.expression.copy() for label in labels if label.name == name)
