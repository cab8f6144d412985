"""The columns that name a row: time steps, sides of a comparison, dimensions, unit and currency."""

from dataclasses import dataclass

from sqlglot import exp

from nl2sql.grammar.query import CostQuery, Filter, Profile
from nl2sql.grammar.sql.conditions import column_of, condition
from nl2sql.grammar.sql.context import CompileContext
from nl2sql.grammar.sql.dimension_value import value_of
from nl2sql.grammar.sql.measures import PER_UNIT, day_of

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Label:
    name: str
    expression: exp.Expr


def labels_of(query: CostQuery, context: CompileContext) -> list[Label]:
    labels = []
    if query.grain:
        labels.append(grain_label(query.grain, day_of(query.metric)))
    if query.profile:
        labels.append(profile_label(query.profile))
    if query.scopes:
        labels.append(Label(_scope_name(query), _scope_case(query.scopes, context)))
    for name in query.dimensions:
        if name not in {label.name for label in labels}:  # the sides are its values already
            labels += dimension_labels(name, context)
    if PER_UNIT & {query.metric, *query.beside}:
        labels.append(Label("usage_unit", exp.column("usage_unit")))
    if context.several_currencies and "currency" not in query.dimensions and not query.count:
        labels.append(Label("currency", exp.column("currency")))
    return labels


def grain_label(grain: str, column: str = "usage_date") -> Label:
    day = exp.column(column)
    if grain == "hour":
        return Label("hour", exp.column("usage_hour"))
    if grain == "day":
        return Label("day", day)
    return Label(grain, exp.cast(exp.TimestampTrunc(this=day, unit=exp.var(grain.upper())), "date"))


def profile_label(profile: Profile) -> Label:
    """`Monday`, `weekend`, or the hour of the day in UTC."""
    if profile == "hour":
        hour = exp.Extract(this=exp.var("HOUR"), expression=exp.column("usage_hour"))
        return Label("hour_of_day", exp.cast(hour, "int"))
    day = exp.Extract(this=exp.var("ISODOW"), expression=exp.column("usage_date"))
    if profile == "weekend":
        weekend = exp.In(this=day, expressions=[exp.Literal.number(6), exp.Literal.number(7)])
        return Label(
            "part_of_week",
            exp.Case().when(weekend, exp.Literal.string("weekend")).else_(exp.Literal.string("weekday")),
        )
    case = exp.Case(this=day)
    for number, name in enumerate(_DAYS, 1):
        case = case.when(exp.Literal.number(number), exp.Literal.string(name))
    return Label("weekday", case)


def dimension_labels(name: str, context: CompileContext) -> list[Label]:
    dimension = context.semantics.dimensions[name]
    column = value_of(dimension)
    others = [exp.column(dimension.fallback)] if dimension.fallback else []
    missing = [exp.Literal.string(dimension.missing)] if dimension.missing else []
    expression = exp.Coalesce(this=column, expressions=[*others, *missing]) if others or missing else column
    labels = [Label(name, expression)]
    return [*labels, Label("resource_id", exp.column("resource_id"))] if name == "resource" else labels


def of_one_dimension(scopes: tuple[Filter, ...]) -> bool:
    return len({scope.dimension for scope in scopes}) == 1


def _scope_name(query: CostQuery) -> str:
    return query.scopes[0].dimension if of_one_dimension(query.scopes) else "scope"


def _scope_case(scopes: tuple[Filter, ...], context: CompileContext) -> exp.Expr:
    """The value itself where each side is one value; else the side's name."""
    column = exp.column(column_of(scopes[0], context))
    if all(len(scope.values) == 1 and scope.values[0] is not None for scope in scopes):
        return column
    case = exp.Case()
    for scope in scopes:
        case = case.when(condition(scope, context), exp.Literal.string(scope.label))
    return case
