"""What a dimension is in SQL, and the view that holds all of a query's dimensions."""

from sqlglot import exp

from nl2sql.catalog.semantics import Dimension, Semantics
from nl2sql.dates.periods import UNITS
from nl2sql.grammar.query import CostQuery, needs_resources, of_hours
from nl2sql.grammar.sql import ai_measures

LINE_ITEMS = "charges"
_OF_RESOURCES = frozenset(
    {
        *("provider", "account", "account_id", "service", "region", "team", "environment", "application"),
        *("resource", "resource_id", "resource_type", "currency"),
    }
)
_AMOUNTS_OF_RESOURCES = frozenset({"effective_cost", "billed_cost"})


def value_of(dimension: Dimension) -> exp.Expr:
    """The dimension's column, or the value of a tag under the first of its spellings that a line item bears."""
    if not dimension.tag_keys:
        return exp.column(dimension.column)
    first, *others = (
        exp.Bracket(this=exp.column(dimension.column), expressions=[exp.Literal.string(name)])
        for name in dimension.tag_keys
    )
    return exp.Coalesce(this=first, expressions=others) if others else first


def view_of(query: CostQuery, semantics: Semantics) -> str:
    """The sums of days, or of hours, where they know every dimension, else those of resources, else the line items."""
    filters = (*query.filters, *query.scopes, *(query.share_of or ()))
    named = {*query.dimensions, query.count, query.average, query.limit_within, *(one.dimension for one in filters)}
    views = {semantics.dimensions[name].view for name in named if name in semantics.dimensions}
    if any(ai_measures.column_of(metric) for metric in (query.metric, *query.beside)):
        return LINE_ITEMS
    if LINE_ITEMS in views or (needs_resources(query) and not _sums_of_resources_tell(query, named - {None})):
        return LINE_ITEMS
    return "resource_costs" if needs_resources(query) else "hourly_costs" if of_hours(query) else "daily_costs"


def _sums_of_resources_tell(query: CostQuery, named: set[str | None]) -> bool:
    """Whether the sums of resources know every dimension and amount: they have fewer columns than line items."""
    known = named <= _OF_RESOURCES or all(name in UNITS for name in named - _OF_RESOURCES)
    return known and not query.with_tax and {query.metric, *query.beside} <= _AMOUNTS_OF_RESOURCES
