"""Runs a recipe's steps and puts them together: one answer of sections, each with its own checked SQL and rows."""

from dataclasses import dataclass

from nl2sql.answers.context import AnswerContext, missing_rate
from nl2sql.answers.outcomes import Answer, Outcome, Section, TimedOut, Unavailable
from nl2sql.answers.query import answer_listing, answer_query
from nl2sql.answers.wording.listings import nothing_listed
from nl2sql.dates import periods
from nl2sql.dates.periods import DatePeriod
from nl2sql.deps import StepProgress
from nl2sql.grammar.headlines.rows import scope_of
from nl2sql.grammar.query import CostQuery, Filter
from nl2sql.grammar.subjects.listing import SubjectListing, unlistable
from nl2sql.recipes.catalog import QueryPart, Recipe, RecipeStep, recipes
from nl2sql.recipes.recognise import RecipeCall, span_of
from nl2sql.recipes.verdicts import VERDICTS, StepResult

_DAILY_AT_MOST = 62
_REASONS = 3  # sentences told of a step beneath its headline


@dataclass(frozen=True)
class _Run:
    """A recipe on its way: what every step needs."""

    recipe: Recipe
    call: RecipeCall
    period: DatePeriod
    context: AnswerContext


def answer_recipe(call: RecipeCall, context: AnswerContext) -> Outcome:
    """The sections of a recipe and what they come to; a step that cannot be told says why in its section. Unavailable
    where no step could be run.
    """
    if refused := missing_rate(context):
        return refused
    recipe = recipes()[call.recipe]
    period = call.period or span_of("last_30_days", context.calendar)
    run = _Run(recipe, call, period, context)
    findings: list[StepResult] = []
    titles = tuple(step.title for step in recipe.steps)
    for number, step in enumerate(recipe.steps):
        context.deps.watch(StepProgress(recipe.title, titles, number, "in_progress"))
        finding = _result_of(step, run, findings)
        if finding is not None:
            findings.append(finding)
        failed, text = (finding.failed, finding.section.text) if finding else (False, "")
        context.deps.watch(StepProgress(recipe.title, titles, number, "error" if failed else "complete", text))
    shown = [one.section for one in findings]
    if not any(one.sql for one in shown):
        return Unavailable(text="None of the steps could be run. Try again in a minute.")
    verdict = VERDICTS[recipe.verdict](call, findings)
    about = scope_of(CostQuery("effective_cost", period, filters=call.filters))
    lines = [f"{one.title}: {one.text}" for one in shown if one.text]
    charted = next((one for one in findings if one.step.chart and one.section.rows), None)
    main = charted or next(one for one in findings if one.section.sql)
    return Answer(
        text="\n".join([f"{recipe.title}, {about}. {verdict}".strip(), *lines]),
        sql=main.section.sql or "",
        columns=main.section.columns,
        rows=main.section.rows,
        period=(period.start.isoformat(), period.end.isoformat()),
        metric="effective_cost",
        currency=context.presentation.currency or context.currency,
        as_of=context.facts.through.isoformat(),
        chart=main.chart if len(main.section.rows) > 1 else "none",
        export=context.presentation.export,
        shown_in=context.presentation.currency,
        sections=tuple(shown),
    )


def _result_of(step: RecipeStep, run: _Run, before: list[StepResult]) -> StepResult | None:
    """What a step found; None where it has nothing to say of this scope."""
    if step.listed:
        return _listed(step, run)
    query = _query_of(step, step.query or QueryPart(), run, before)
    if query is None:
        return None
    asked, outcome = answer_query(query, run.context)
    return _finding(step, outcome, asked)


def _query_of(step: RecipeStep, part: QueryPart, run: _Run, before: list[StepResult]) -> CostQuery | None:
    dimensions = tuple(
        (run.call.by or run.recipe.by or "service") if name == "by" else name for name in part.dimensions
    )
    filters = [*run.call.filters]
    if step.of_first:
        first = _first_name(before, run)
        if first is None or first.dimension in dimensions:
            return None
        filters.append(first)
    if step.on_demand:
        filters.append(Filter("pricing_category", ("Standard",), "on demand"))
    single = {one.dimension for one in run.call.filters if len(one.values) == 1 and not one.negated}
    dimensions = tuple(name for name in dimensions if name not in single)
    if part.dimensions and not dimensions:
        return None
    period = _period_of(step, run)
    compared: tuple[DatePeriod, ...] = ()
    if step.compared:
        earlier = periods.shifted(period, "week") if step.compared == "week" else periods.before(period)
        compared = (run.call.compared or earlier,)
    grain = part.grain if part.grain != "auto" else "day" if period.days <= _DAILY_AT_MOST else "month"
    return CostQuery(
        "effective_cost",
        period,
        dimensions=dimensions,
        grain=grain,
        filters=tuple(filters),
        compared=compared,
        change=part.change,
        why=part.why,
        moved_only=part.moved_only,
        limit=part.limit,
        weekdays=part.weekdays,
    )


def _period_of(step: RecipeStep, run: _Run) -> DatePeriod:
    if step.period is None:
        return run.period
    if step.period == "month_before":
        return run.call.compared or periods.before(periods.whole(run.period.start, "month"))
    return span_of(step.period, run.context.calendar, run.context.facts.through)


def _first_name(before: list[StepResult], run: _Run) -> Filter | None:
    """The first row of the first step, as a filter; rows in several currencies have no first."""
    rows = before[0].section.rows if before else ()
    if not rows or not before[0].ranked:
        return None
    name, dimension = rows[0][0], before[0].section.columns[0]
    missing = name == "unallocated" and dimension not in ("service", "provider", "resource")
    names = run.context.facts.values.by_dimension.get(dimension, ())
    if not missing and name not in names:
        return None
    return Filter(dimension, (None,) if missing else (str(name),), str(name))


def _listed(step: RecipeStep, run: _Run) -> StepResult:
    """A list of the recipe's scope; where it cannot be narrowed to it, that is said."""
    part = step.listed
    assert part is not None
    filters = run.call.filters if step.scoped else ()
    period = None
    if step.of_period and run.call.period:
        period = periods.whole(run.period.start, "month") if part.subject == "forecasts" else run.period
    listing = SubjectListing(part.subject, filters, period, exceeded=part.exceeded, state=part.state)
    if unfit := unlistable(listing):
        return StepResult(step, Section(step.title, unfit.text))
    outcome = answer_listing(listing, run.context)
    if not isinstance(outcome, Answer) and (missing := nothing_listed(listing, run.context)):
        return StepResult(step, Section(step.title, missing))
    return _finding(step, outcome, None)


def _finding(step: RecipeStep, outcome: Outcome, query: CostQuery | None) -> StepResult:
    if not isinstance(outcome, Answer):
        failed = isinstance(outcome, TimedOut | Unavailable)
        return StepResult(step, Section(step.title, outcome.text), query, failed=failed)
    headline = outcome.text.splitlines()[0]
    sentences = (headline, *outcome.notes[:_REASONS]) if query and query.why else (headline, *outcome.notes[:1])
    section = Section(step.title, " ".join(sentences), outcome.columns, outcome.rows, outcome.sql)
    return StepResult(step, section, query, outcome.chart, outcome.currency or "several")
