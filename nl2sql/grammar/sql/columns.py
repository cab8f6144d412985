"""The columns that hold amounts: metrics, averages, shares, compared periods and changes."""

import re

from sqlglot import exp

from nl2sql.catalog.semantics import Dimension
from nl2sql.dates.periods import DatePeriod
from nl2sql.grammar.query import CostQuery
from nl2sql.grammar.sql.conditions import condition, narrows_coverage
from nl2sql.grammar.sql.context import CompileContext
from nl2sql.grammar.sql.dimension_value import value_of
from nl2sql.grammar.sql.labels import grain_label, labels_of
from nl2sql.grammar.sql.measures import PER_UNIT, RATES, day_of, measure, percent, units, within, zero_for_none


def columns_of(query: CostQuery, context: CompileContext) -> dict[str, exp.Expr]:
    if query.count:
        dimension = context.semantics.dimensions[query.count]
        column = _counted(query.count, dimension)
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
        over = exp.Order(
            expressions=[exp.Ordered(this=grain_label(query.grain or "day", day_of(query.metric)).expression)]
        )
        measures["cumulative_cost"] = exp.Window(
            this=exp.Sum(this=measure(query.metric)), partition_by=_apart(query, context), order=over
        )
    if query.change and query.grain:
        measures |= _stepwise(query, context)
    return measures


def _counted(name: str, dimension: Dimension) -> exp.Expr:
    """What tells the values of a dimension apart: an id where it has one."""
    if name == "resource":
        return exp.column("resource_id")
    return exp.column(dimension.fallback) if dimension.fallback else value_of(dimension)


def _measure(metric: str, query: CostQuery, context: CompileContext, inside: exp.Expr | None = None) -> exp.Expr:
    """The metric; coverage by one kind of commitment is of all usage, so that kind narrows only what is covered."""
    kinds = [condition(filter_, context) for filter_ in query.filters if narrows_coverage(query, filter_)]
    return measure(metric, inside, exp.and_(*kinds) if kinds else None)


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
        column = _counted(query.average, dimension)
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
    partition = [grain_label(query.grain, day_of(query.metric)).expression] if query.grain else []
    if context.several_currencies:  # there is no whole over them
        partition.append(exp.column("currency"))
    whole = exp.Window(this=exp.Sum(this=total), partition_by=partition)
    return {**measures, "share_percent": percent(total.copy(), whole)}


def _compared(query: CostQuery, context: CompileContext) -> dict[str, exp.Expr]:
    """One column per period, newest first, and the change when there are two that can be compared."""
    columns = {}
    for period in (query.period, *query.compared):
        inside = within(period, day_of(query.metric))
        value = _measure(query.metric, query, context, inside)
        if query.share_of:
            part = measure(
                query.metric, exp.and_(inside.copy(), *(condition(numerator, context) for numerator in query.share_of))
            )
            value = percent(zero_for_none(part), value)
        columns[slug(period.label)] = zero_for_none(_averaged(query, value, period, context))
    if len(columns) == 2 and not query.unequal:
        now, then = columns.values()
        difference = exp.Sub(this=now.copy(), expression=then.copy())
        columns["change"] = difference
        columns["change_percent"] = percent(exp.paren(difference.copy()), then.copy())
    if query.whole_before:
        value = _measure(query.metric, query, context, within(query.whole_before, day_of(query.metric)))
        columns[slug(query.whole_before.label)] = zero_for_none(value)
    return columns


def _apart(query: CostQuery, context: CompileContext) -> list[exp.Expr]:
    """What goes from step to step on its own: each group, and each currency."""
    return [label.expression.copy() for label in labels_of(query, context) if label.name != query.grain]


def _stepwise(query: CostQuery, context: CompileContext) -> dict[str, exp.Expr]:
    order = exp.Order(
        expressions=[exp.Ordered(this=grain_label(query.grain or "day", day_of(query.metric)).expression)]
    )
    then = exp.Window(this=exp.Lag(this=measure(query.metric)), partition_by=_apart(query, context), order=order)
    difference = exp.Sub(this=measure(query.metric), expression=then)
    return {"change": difference, "change_percent": percent(exp.paren(difference.copy()), then.copy())}


def slug(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", label.casefold().replace("–", "_to_")).strip("_")
