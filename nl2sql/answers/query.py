"""Turns a query, a listing or SQL into an answer: checks and runs the SQL, and describes its rows."""

from dataclasses import replace
from datetime import date, timedelta

from nl2sql.answers import comparison, forecast_band, why
from nl2sql.answers.context import AnswerContext, exchanged, exchanged_in_sql, missing_rate, run_exchanged
from nl2sql.answers.declined import declined, not_run
from nl2sql.answers.outcomes import Answer, Outcome
from nl2sql.answers.presentation import Presentation, charted
from nl2sql.answers.sql_summary import about
from nl2sql.answers.wording.headline import headline
from nl2sql.answers.wording.left_out import left_out
from nl2sql.answers.wording.listings import listing_headline, nothing_listed
from nl2sql.answers.wording.no_charges import nothing_metered
from nl2sql.answers.wording.not_in_figure import bought_and_returned, invoice_beside, unknown_list_price
from nl2sql.catalog import young_days
from nl2sql.catalog.known_values import Facts
from nl2sql.dates.periods import before
from nl2sql.execution.run import AnswerRows
from nl2sql.grammar.draft import Refusal
from nl2sql.grammar.headlines import describe
from nl2sql.grammar.headlines.describe_change import change
from nl2sql.grammar.query import CostQuery, of_hours
from nl2sql.grammar.sql.ai_measures import NO_MONEY
from nl2sql.grammar.sql.compile import compile_query
from nl2sql.grammar.sql.context import CompileContext
from nl2sql.grammar.sql.measures import NO_SUM, RATES
from nl2sql.grammar.subjects.listing import SubjectListing, select_of


def answer_query(query: CostQuery, context: AnswerContext) -> tuple[CostQuery, Outcome]:
    """Answer a query of the grammar; returns the query as it was run, and the outcome."""
    context = replace(context, facts=context.facts.within((*query.filters, *query.scopes[:1])))
    query, unknown = comparison.comparable(charted(query, context.presentation), context.facts, context.deps.day())
    if refused := missing_rate(context):
        return query, refused
    rates = context.rates
    several = context.currency == "several" and not rates
    compile_context = CompileContext(
        context.facts.semantics, context.facts.through, several, context.facts.first, rates=rates
    )
    ran = context.run(compile_query(query, compile_context).sql("postgres"))
    if not isinstance(ran, AnswerRows):
        return query, not_run(ran, context.facts)
    if (missing := nothing_metered(query, ran.rows)) is not None:
        return query, declined(missing, context.facts)
    money = not (query.metric in RATES or query.count or query.metric in NO_MONEY)
    ran, currency, rate = exchanged_in_sql(ran, context, money=money)
    explains = query.why and len(query.compared) == 1 and len(ran.rows) > 1 and query.limit is None
    shown = (
        replace(query, change=None) if explains else query
    )  # what all of it moved by; which part moved most is told beneath
    text = describe.headline(shown, ran.columns, ran.rows, currency, context.facts.semantics)
    if context.deps.with_change and _adds_up(query) and not ran.truncated and currency != "several":
        text, uneven = _with_change(query, ran, text, currency, context, compile_context)
    else:
        uneven = comparison.of_sides(query, ran, currency)
    explanation = why.explained(query, compile_context, lambda sql: run_exchanged(context, sql))
    text = why.headline(explanation, query, currency) if explanation else text
    because = why.reasons(explanation, currency)
    whole = comparison.whole_before(query, ran, currency)
    cautions = (*_cautions(query, context.facts), _young(query, context))
    apart = left_out(query, context, compile_context)
    prices = unknown_list_price(query, context, compile_context)
    given_back = bought_and_returned(query, context, compile_context)
    if given_back and text.startswith("Nothing"):
        text, given_back = given_back, ""
    single = float(ran.rows[0][0] or 0) if len(ran.rows) == 1 and len(ran.columns) == 1 else None
    invoice = "" if single is None else invoice_beside(query, single, context, compile_context)
    beside = (*query.notes, given_back, apart, prices, invoice, whole, rate, *cautions)
    notes = tuple(note for note in (unknown, *because, uneven, *beside) if note)
    return query, Answer(
        text="\n".join([text, *notes]),
        sql=ran.shown,
        columns=ran.columns,
        rows=ran.rows,
        metric=query.metric,
        currency=currency,
        period=(query.period.start.isoformat(), query.period.end.isoformat()),
        as_of=context.facts.through.isoformat(),
        chart=_chart("waterfall" if explains else describe.chart(query, ran.rows), context.presentation),
        notes=notes,
        truncated=ran.truncated,
        export=context.presentation.export,
        shown_in=context.presentation.currency,
        whole=_whole(query, ran, context, compile_context),
    )


def answer_meaning(
    meaning: CostQuery | SubjectListing, context: AnswerContext
) -> tuple[CostQuery | SubjectListing, Outcome]:
    """Answer a query or a listing; returns it as it was run, and the outcome."""
    if isinstance(meaning, CostQuery):
        return answer_query(meaning, context)
    return meaning, answer_listing(meaning, context)


def answer_listing(listing: SubjectListing, context: AnswerContext) -> Outcome:
    """Answer with the rows of a view other than the bills."""
    ran = context.run(select_of(listing, context.calendar).sql("postgres"))
    if not isinstance(ran, AnswerRows):
        return not_run(ran, context.facts)
    if not ran.rows and (missing := nothing_listed(listing, context)):
        return declined(Refusal(missing), context.facts)
    if refused := missing_rate(context):
        return refused
    ran, band = forecast_band.measured(ran, listing, context)
    shown, currency, rate = exchanged(ran, context, money=False)
    at = shown.columns.index("currency") if "currency" in shown.columns else None
    several = at is not None and len({row[at] for row in shown.rows}) > 1
    text = listing_headline(listing, shown.columns, shown.rows, currency, several)
    return _answer(shown, "\n".join(part for part in (text, band, rate) if part), context, "offline")


def answer_sql(sql: str, context: AnswerContext, translator: str = "sql", **details: object) -> Outcome:
    """Run a statement as it was written and describe its rows; `details` are fields of `Answer`."""
    ran = context.run(sql, raw=True)
    return (
        not_run(ran, context.facts)
        if not isinstance(ran, AnswerRows)
        else answer_rows(ran, context, translator, **details)
    )


def answer_rows(ran: AnswerRows, context: AnswerContext, translator: str, **details: object) -> Outcome:
    """Describe rows of a statement that was already run; `details` are fields of `Answer`."""
    if refused := missing_rate(context):
        return refused
    ran, currency, rate = exchanged(ran, context, money=False)
    summary = about(ran.shown, context.deps.day())
    figure = headline(ran.columns, ran.rows, currency, ran.truncated)
    if words := summary.words():
        figure = f"{figure.rstrip('.')}: {words}."
    text = "\n".join(part for part in (figure, rate) if part)
    return _answer(
        ran,
        text,
        context,
        translator,
        **{"currency": currency, "period": summary.period, "metric": summary.metric, **details},
    )


def _answer(ran: AnswerRows, text: str, context: AnswerContext, translator: str, **details: object) -> Answer:
    answer = Answer(
        text=text,
        sql=ran.shown,
        columns=ran.columns,
        rows=ran.rows,
        as_of=context.facts.through.isoformat(),
        translator=translator,
        truncated=ran.truncated,
        chart=_chart("any" if len(ran.rows) > 1 else "none", context.presentation),
        export=context.presentation.export,
        shown_in=context.presentation.currency,
    )
    return replace(answer, **details)  # type: ignore[arg-type]  # fields of Answer, by name


def _chart(fits: str, presentation: Presentation) -> str:
    """The chart that fits the rows, or the requested one when the rows allow it."""
    if not presentation.chart or fits == "none":
        return fits
    if presentation.chart == "any":
        return fits
    return (
        presentation.chart
        if {presentation.chart, fits} <= {"line", "stacked"} or presentation.chart == "bars"
        else fits
    )


def _adds_up(query: CostQuery) -> bool:
    """Whether the rows are one amount of a whole period, or its parts by dimensions other than time."""
    return query.period.whole and _parts(query)


def _parts(query: CostQuery) -> bool:
    return not (
        query.compared
        or query.statistic
        or query.moving
        or query.profile
        or query.appeared
        or query.count
        or query.share_of is not None
        or query.grain
        or query.scopes
        or query.average
        or query.limit
        or query.threshold
        or query.cumulative
        or query.beside
        or query.metric in RATES
        or query.metric in NO_MONEY
        or query.metric in NO_SUM
    )


def _whole(query: CostQuery, ran: AnswerRows, context: AnswerContext, compile_context: CompileContext) -> float | None:
    """The total over everything that was ranked, when only the top, or what is over an amount, is shown; shares refer
    to it.
    """
    everything = replace(query, dimensions=(), limit=None, limit_within=None, offset=0, threshold=None)
    if (
        not ((query.limit or query.threshold) and query.dimensions and len(ran.rows) > 1)
        or query.change
        or not _parts(everything)
    ):
        return None
    total = context.run(compile_query(everything, compile_context).sql("postgres"))
    if not isinstance(total, AnswerRows) or len(total.rows) != 1 or len(total.columns) != 1:
        return None
    total, _, _ = exchanged_in_sql(total, context, money=True)
    return float(total.rows[0][0] or 0)


def _with_change(
    query: CostQuery, ran: AnswerRows, text: str, currency: str, context: AnswerContext, compile_context: CompileContext
) -> tuple[str, str]:
    """The headline with the change of the whole amount on the period before, and that of a day where one is longer."""
    earlier = before(query.period)
    then = context.run(compile_query(replace(query, period=earlier, dimensions=()), compile_context).sql("postgres"))
    if not isinstance(then, AnswerRows) or len(then.rows) != 1 or not ran.rows or query.metric not in ran.columns:
        return text, ""
    then, _, _ = exchanged_in_sql(then, context, money=True)
    at = ran.columns.index(query.metric)
    now = sum(float(row[at] or 0) for row in ran.rows)
    before_it = float(then.rows[0][0] or 0)
    uneven = "" if query.average else comparison.a_day(query.period, earlier, now, before_it, currency)
    return f"{text.rstrip('.')}, {change(now, before_it, currency)} vs {earlier.label}.", uneven


def _young(query: CostQuery, context: AnswerContext) -> str:
    """Which of the days that were asked for are not whole yet."""
    if query.metric == "invoice_cost":
        return ""
    days = young_days.young(context.facts.completeness, context.facts.through, context.calendar.today)
    return young_days.sentence([(day, share) for day, share in days if query.period.start <= day < query.period.end])


def _cautions(query: CostQuery, facts: Facts) -> tuple[str, ...]:
    """Notes for the reader when the bills cover the period only in part."""
    if query.metric == "invoice_cost":  # a month is invoiced while, and after, its days arrive
        return ()
    late = [name for name, day in facts.reach.newest.items() if day == facts.through < max(facts.reach.newest.values())]
    if query.period.end > facts.through + timedelta(1) and late:
        return (
            f"{' and '.join(sorted(late))} has billed through {_day(facts.through)} only; later days are not whole.",
        )
    if query.period.start > facts.through:
        return (f"The bills reach only through {_day(facts.through)}; that period has not arrived yet.",)
    if query.period.end <= facts.first:
        return (f"The bills start on {_day(facts.first)}; that period is before.",)
    if query.appeared == "new" and query.period.start <= facts.first.replace(day=1):
        return (f"The bills start on {_day(facts.first)}: what was there before is not known to be new.",)
    if of_hours(query):
        return ("Hours are known of charges that are billed by the hour, and as long as they are kept.",)
    if query.period.start < facts.first:
        return (f"The bills start on {_day(facts.first)}, so the period is not whole.",)
    return ()


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
