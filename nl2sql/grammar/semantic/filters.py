"""Filters of JSON: dimensions of the catalogue and names that are in the data, with labels made here."""

from collections.abc import Iterable

from nl2sql.catalog.semantics import key
from nl2sql.grammar.query import Filter
from nl2sql.grammar.semantic.context import Problem, ReadingContext, choices, quoted
from nl2sql.grammar.semantic.forms import FilterForm

FIXED = {
    "charge_category": ("Usage", "Purchase", "Tax", "Credit", "Adjustment"),
    "charge_class": ("Correction",),
    "pricing_category": ("Standard", "Dynamic", "Committed", "Other"),
    "commitment_status": ("Used", "Unused"),
}
"""The values that FOCUS knows of a column."""
UNLISTED = ("resource_type", "publisher", "service_subcategory")
"""Dimensions whose values are not among the known names."""
_RESOURCE = "resource_id"
_NAMED = 3


def filter_dimensions(context: ReadingContext) -> tuple[str, ...]:
    """What rows can be filtered by."""
    return tuple(dict.fromkeys((*context.values.by_dimension, *FIXED, *UNLISTED, _RESOURCE)))


def read_filter(form: FilterForm, at: str, context: ReadingContext, own: bool) -> Filter | tuple[Problem, ...]:
    """The filter with its values as they stand in the data, or what is wrong with it."""
    dimensions = filter_dimensions(context)
    if form.contains:
        dimensions = tuple(name for name in context.semantics.dimensions if name not in FIXED)
    if form.dimension not in dimensions:
        text = f"{quoted(form.dimension)} is nothing to filter by. {choices(dimensions, form.dimension)}"
        return (Problem(f"{at}.dimension", text),)
    if form.contains:
        return _part_of_names(form, at, own)
    if not form.values and not own:
        return (Problem(f"{at}.values", "At least one value is needed; null stands for rows without one."),)
    values: list[str | None] = []
    problems = []
    for place, given in enumerate(form.values):
        value = _value(form.dimension, given, f"{at}.values[{place}]", context, own)
        if isinstance(value, Problem):
            problems.append(value)
        else:
            values += value
    if problems:
        return tuple(problems)
    distinct = tuple(values if own else dict.fromkeys(values))
    label = form.label if own and form.label else label_of(form.dimension, distinct, context)
    return Filter(form.dimension, distinct, label, form.negated, form.keep_missing)


def _part_of_names(form: FilterForm, at: str, own: bool) -> Filter | tuple[Problem, ...]:
    """A filter by a part of names, which need not be a name itself."""
    parts = tuple(dict.fromkeys(value for value in form.values if value))
    if not parts or len(parts) < len(form.values):
        return (Problem(f"{at}.values", "Parts of names are texts; at least one is needed."),)
    label = form.label if own and form.label else containing(form.dimension, parts)
    return Filter(form.dimension, parts, label, form.negated, form.keep_missing, contains=True)


def containing(dimension: str, parts: tuple[str, ...]) -> str:
    """How a filter by parts of names is told."""
    kind = "resources" if dimension == "resource" else f"{dimension.replace('_', ' ')} names"
    return f"{kind} with {' or '.join(quoted(part) for part in parts)}"


def label_of(dimension: str, values: tuple[str | None, ...], context: ReadingContext) -> str:
    """The label of a filter's values: the one word that means all of them, else their names."""
    if values == (None,):
        return "unallocated" if dimension == "team" else f"no {dimension.replace('_', ' ')}"
    if len(values) > 1:
        for matches in context.values.exact.values():
            for match in matches:
                if match.dimension == dimension and set(match.values) == set(values):
                    return match.label
    names = [value if value is not None else f"no {dimension.replace('_', ' ')}" for value in values]
    if len(names) > _NAMED + 1:
        return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
    return " and ".join(names)


def _value(
    dimension: str, given: str | None, at: str, context: ReadingContext, own: bool
) -> Iterable[str | None] | Problem:
    if given is None or dimension in UNLISTED:
        return (given,)
    if dimension == _RESOURCE:
        return (given,) if own else _resource(given, at, context)
    names = FIXED.get(dimension) or context.values.by_dimension.get(dimension, ())
    if given in names:
        return (given,)
    folded = [name for name in names if name.casefold() == given.casefold()]
    if len(folded) == 1:
        return folded
    for match in context.values.exact.get(key(given), ()):
        if match.dimension == dimension:
            return match.values
    kind = dimension.replace("_", " ")
    return Problem(at, f"No {kind} is called {quoted(given)}. {choices(names, given)}")


def _resource(given: str, at: str, context: ReadingContext) -> Iterable[str] | Problem:
    matches = context.values.find_resources(given)
    if len(matches) == 1 and not matches[0].near:
        return matches[0].values
    near = f" The nearest are {', '.join(match.label for match in matches[:_NAMED])}." if matches else ""
    return Problem(at, f"No resource is called {quoted(given)}.{near}")
