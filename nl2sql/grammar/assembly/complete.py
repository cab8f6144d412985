"""A draft to a query that stands alone: defaults for what the question leaves open."""

from dataclasses import replace

from nl2sql.dates import periods
from nl2sql.dates.periods import DatePeriod, QuestionCalendar
from nl2sql.grammar.assembly.checks import checked
from nl2sql.grammar.assembly.shape import shaped
from nl2sql.grammar.draft import Choice, Doubt, Draft, Refusal, dimension_doubt
from nl2sql.grammar.query import CostQuery


def complete(draft: Draft, question: str, calendar: QuestionCalendar) -> CostQuery | Doubt | Refusal:
    """The query of a question that stands alone; a doubt when its ranking does not say of what."""
    several = [f.dimension for f in draft.filters.conditions if len(f.values) > 1 and not f.negated]
    apart = draft.shape.broken_down or (draft.shape.grain and draft.discourse.each_drawn)
    if apart and not draft.shape.dimensions and len(several) == 1:  # payments and checkout separately, or by month
        draft.shape.dimensions = several
    if draft.shape.broken_down and not (
        draft.shape.dimensions or draft.shape.grain or draft.comparison.scopes or draft.comparison.change
    ):
        return dimension_doubt(question)
    if not (draft.measure.noun or draft.measure.asks_amount or draft.shaped or draft.filters.conditions):
        if draft.discourse.empty:
            thanked = "thank" in question.casefold()
            return Refusal("You are welcome." if thanked else "Ask me what the cloud costs, who spends it, and why.")
        if draft.filters.period is None:
            return Refusal("That is not a question about cloud cost that I understand.")
        label = draft.filters.period.label
        return Doubt(
            f"What about {label}?",
            tuple(Choice(text, text) for text in (f"Total cost in {label}", f"Cost by service in {label}")),
            of_shape=True,
        )
    if draft.discourse.points_back and not (
        draft.filters.conditions or draft.shape.dimensions or draft.comparison.scopes or draft.filters.period
    ):
        return Doubt("The cost of what? Name a team, an account, a service, an application or a region.")
    period = draft.filters.period or (
        draft.comparison.compared[0] if draft.comparison.compared else default_period(draft, calendar)
    )
    query = CostQuery(
        metric=(draft.measure.metrics or ["effective_cost"])[0],
        period=period,
        beside=tuple(draft.measure.metrics[1:]),
        filters=tuple(draft.filters.conditions),
    )
    if _alone_in_comparison(draft):
        named = ", ".join(one.label for one in draft.filters.conditions)
        return Doubt(f"{named or period.label} compared with what?")
    if len(draft.comparison.scopes) == 1:
        return Doubt(f"{draft.comparison.scopes[0].label} compared with what?")
    if (
        draft.filters.period is None and len(draft.comparison.compared) == 1 and draft.comparison.why
    ):  # why is it dearer than last month: this month, as far as it is
        draft.filters.period = periods.until_now(
            periods.whole(calendar.today, draft.comparison.compared[0].unit), calendar
        )
        query = replace(query, period=draft.filters.period)
    if draft.filters.period is None and draft.comparison.compared:
        return Doubt(f"{period.label} compared with what?")
    return checked(shaped(query, draft, calendar), draft, question, calendar)


def _alone_in_comparison(draft: Draft) -> bool:
    """`compare dev`: nothing stands beside it, neither a name nor a period nor another amount."""
    comparison, shape = draft.comparison, draft.shape
    beside = comparison.compared or comparison.back or comparison.scopes or comparison.change
    shape_said = shape.dimensions or shape.grain or shape.profile or len(draft.measure.metrics) > 1
    several = any(len(one.values) > 1 for one in draft.filters.conditions)
    return comparison.compares and not (beside or shape_said or several or draft.measure.share)


def default_period(draft: Draft, calendar: QuestionCalendar) -> DatePeriod:
    """The period of a question that names none: enough of the past for a trend,
    last month for a change, else this month so far.
    """
    if draft.measure.run_rate or (draft.measure.moving and draft.shape.grain == "day"):
        return periods.rolling("day", 30, calendar)
    if draft.shape.profile:  # as many of each weekday
        return periods.rolling("day", 28, calendar)
    if draft.shape.grain == "hour":
        return periods.rolling("day", 1, calendar)
    if draft.comparison.over:
        return periods.whole(
            periods.step(periods.floor(calendar.today, draft.comparison.over), draft.comparison.over, -1),
            draft.comparison.over,
        )
    if draft.comparison.back or draft.comparison.change:
        return periods.whole(periods.step(periods.floor(calendar.today, "month"), "month", -1), "month")
    if draft.shape.grain == "day" or draft.measure.average == "day" or (draft.shape.grain == "auto"):
        return periods.rolling("day", 30, calendar)
    if draft.shape.grain == "week":
        end = periods.floor(calendar.today, "week")
        return DatePeriod(
            periods.step(end, "week", -8), end, periods.label(periods.step(end, "week", -8), end), "week", 8
        )
    if draft.shape.grain in ("month", "quarter", "year") or draft.measure.average == "month":
        start = max(
            periods.step(periods.floor(calendar.today, "month"), "month", -12), periods.floor(calendar.first, "month")
        )
        start = periods.floor(calendar.first, "year") if draft.shape.grain == "year" else start
        end = calendar.tomorrow if draft.shape.grain else periods.floor(calendar.today, "month")
        return DatePeriod(start, end, periods.label(start, end), "day")
    return periods.until_now(periods.whole(calendar.today, "month"), calendar)
