"""What of an approved question may be another without making it another question: its period, and the names that it is
narrowed to. Pure.
"""

from dataclasses import replace
from datetime import date

from nl2sql.dates import periods
from nl2sql.dates.periods import DatePeriod
from nl2sql.grammar.query import CostQuery, Filter
from nl2sql.grammar.subjects.listing import SubjectListing
from nl2sql.recipes.recognise import RecipeCall

Asked = CostQuery | SubjectListing | RecipeCall


def differences(approved: Asked, other: Asked) -> tuple[str, ...] | None:
    """What is another: nothing, `period`, `scope` or both; None where more is, which makes it another question."""
    if type(approved) is not type(other) or _shape(approved) != _shape(other):
        return None
    changed = (
        ("period", _days(approved) != _days(other)),
        ("scope", _names(approved.filters) != _names(other.filters)),
    )
    return tuple(name for name, differs in changed if differs)


def parameters(asked: Asked | None) -> tuple[str, ...]:
    """What of a question can be changed: `period`, and the dimensions that it is narrowed to."""
    if asked is None:
        return ()
    narrowed = (one.dimension for one in asked.filters if not (one.negated or one.contains))
    return (*(("period",) if asked.period else ()), *dict.fromkeys(narrowed))


def with_period(asked: Asked, period: DatePeriod) -> Asked | None:
    """The question for another period; None where it has none, or a period beside it would have to be guessed."""
    if asked.period is None:
        return None
    if isinstance(asked, SubjectListing):
        return replace(asked, period=period)
    if isinstance(asked, RecipeCall):
        return None if asked.compared else replace(asked, period=period)
    moves_along = len(asked.compared) == 1 and asked.compared[0].end == asked.period.start
    if asked.compared and not moves_along:
        return None
    return replace(asked, period=period, compared=(periods.before(period),) if asked.compared else (), notes=())


def _shape(asked: Asked) -> tuple[Asked, object]:
    """The question without its parameters and without what is made anew for each answer; how many periods it has."""
    filters = tuple(sorted((_unnamed(one) for one in asked.filters), key=repr))
    if isinstance(asked, CostQuery):
        made_anew = {"whole_before": None, "unequal": False, "notes": ()}
        bare = replace(asked, period=_ANY, compared=(), filters=filters, **made_anew)  # type: ignore[arg-type]  # by name
        return bare, len(asked.compared)
    if isinstance(asked, RecipeCall):
        return replace(asked, period=None, compared=None, filters=filters), (not asked.period, not asked.compared)
    return replace(asked, period=None, filters=filters), not asked.period


_ANY = DatePeriod(date.min, date.min, "")


def _unnamed(condition: Filter) -> Filter:
    """What is narrowed, without the name to which; what is left out or a part of a name belongs to the question."""
    return condition if condition.negated or condition.contains else replace(condition, values=(), label="")


def _names(filters: tuple[Filter, ...]) -> set[tuple[str, tuple[str | None, ...]]]:
    return {(one.dimension, one.values) for one in filters}


def _days(asked: Asked) -> list[tuple[date, date]]:
    """The days of each of its periods."""
    if isinstance(asked, CostQuery):
        each: tuple[DatePeriod | None, ...] = (asked.period, *asked.compared)
    elif isinstance(asked, RecipeCall):
        each = (asked.period, asked.compared)
    else:
        each = (asked.period,)
    return [(one.start, one.end) for one in each if one is not None]
