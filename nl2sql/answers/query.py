"""What was understood becomes an answer: its SQL is checked and run, its rows
are told; what cannot be run is said with what could be.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from config.access import Actor
from nl2sql.answers import why
from nl2sql.answers.exchange import Exchange, exchange
from nl2sql.answers.headline import headline
from nl2sql.answers.listings import listing_headline
from nl2sql.answers.outcomes import Answer, Blocked, CannotAnswer, Clarify, Outcome, TimedOut, Unavailable
from nl2sql.answers.presentation import Presentation, charted
from nl2sql.answers.sql_summary import about
from nl2sql.catalog.known_values import Facts
from nl2sql.catalog.semantics import semantics
from nl2sql.dates.periods import before
from nl2sql.deps import Deps
from nl2sql.execution.run import AnswerRows, NotRun, Slow, run_checked
from nl2sql.grammar import describe
from nl2sql.grammar.draft import Choice, Doubt, Refusal
from nl2sql.grammar.query import CostQuery
from nl2sql.grammar.recognisers.listing import SubjectListing, subject_missing
from nl2sql.grammar.sql.compile import compile_query
from nl2sql.grammar.sql.context import CompileContext
from nl2sql.grammar.sql.measures import RATES


@dataclass(frozen=True)
class AnswerContext:
    """Whom an answer is for, over which data, and how it is wanted."""

    asker: Actor
    deps: Deps
    facts: Facts
    presentation: Presentation = field(default_factory=Presentation)

    @property
    def currencies(self) -> tuple[str, ...]:
        """What the bills are in."""
        return self.facts.values.currencies() or ("USD",)

    @property
    def currency(self) -> str:
        """The bills' one currency, or `several`."""
        return self.currencies[0] if len(self.currencies) == 1 else "several"

    @property
    def exchange(self) -> Exchange | None:
        """Into the currency that is wished for; None when the bills are in it."""
        into = self.presentation.currency
        return None if into is None or self.currencies == (into,) else exchange(into, self.deps.organisation)

    def run(self, sql: str) -> AnswerRows | Slow | NotRun:
        """Check and run a statement for the asker."""
        return run_checked(sql, self.asker, self.deps)


# ------------------------------------------------------------------ answers


def answer_query(query: CostQuery, context: AnswerContext) -> tuple[CostQuery, Outcome]:
    """The answer to a question of the grammar, and the query as it was run."""
    query, unknown = _without_unknown_periods(
        why.comparable(charted(query, context.presentation), context.facts.through), context.facts
    )
    if refused := _no_rate(context):
        return query, refused
    compile_context = CompileContext(semantics(), context.facts.through, context.currency == "several")
    ran = context.run(compile_query(query, compile_context).sql("postgres"))
    if not isinstance(ran, AnswerRows):
        return query, not_run(ran, context.facts)
    money = not (query.metric in RATES or query.count or query.metric == "usage_quantity")
    ran, currency, rate = _exchanged(ran, context, money=money)
    explains = query.why and len(query.compared) == 1 and len(ran.rows) > 1 and query.limit is None
    shown = (
        replace(query, change=None) if explains else query
    )  # what all of it moved by; which part moved most is told beneath
    text = describe.headline(shown, ran.columns, ran.rows, currency, semantics())
    if context.deps.with_change and _adds_up(query) and not ran.truncated and currency != "several":
        text = _with_change(query, ran, text, currency, context, compile_context)
    explanation = why.explained(query, compile_context, lambda sql: _exchanged_rows(context, sql))
    text = why.headline(explanation, query, currency) if explanation else text
    because = why.reasons(explanation, currency)
    notes = tuple(note for note in (unknown, *because, *query.notes, rate, *_cautions(query, context.facts)) if note)
    return query, Answer(
        text="\n".join([text, *notes]), sql=ran.shown, columns=ran.columns, rows=ran.rows, metric=query.metric, currency=currency,
        period=(query.period.start.isoformat(), query.period.end.isoformat()), as_of=context.facts.through.isoformat(),
        chart=_chart("waterfall" if explains else describe.chart(query, ran.rows), context.presentation), notes=notes, truncated=ran.truncated, export=context.presentation.export,
        shown_in=context.presentation.currency, whole=_whole(query, ran, context, compile_context),
    )  # fmt: skip


def answer_listing(listing: SubjectListing, context: AnswerContext) -> Outcome:
    """The rows of another view than the bills."""
    ran = context.run(listing.select.sql("postgres"))
    if not isinstance(ran, AnswerRows):
        return not_run(ran, context.facts)
    if not ran.rows and (missing := subject_missing(listing)):
        return declined(Refusal(missing), context.facts)
    at = ran.columns.index("currency") if "currency" in ran.columns else None
    several = at is not None and len({row[at] for row in ran.rows}) > 1
    text = listing_headline(listing, ran.columns, ran.rows, context.currency, several)
    return _answer(ran, text, context, "offline")


def answer_sql(sql: str, context: AnswerContext, translator: str = "sql", **details: object) -> Outcome:
    """The rows of a statement as somebody wrote it, with a headline made of them."""
    ran = context.run(sql)
    return (
        not_run(ran, context.facts)
        if not isinstance(ran, AnswerRows)
        else answer_rows(ran, context, translator, **details)
    )


def answer_rows(ran: AnswerRows, context: AnswerContext, translator: str, **details: object) -> Outcome:
    """The same, where the statement has been run already."""
    if refused := _no_rate(context):
        return refused
    ran, currency, rate = _exchanged(ran, context, money=False)
    text = "\n".join(part for part in (headline(ran.columns, ran.rows, currency, ran.truncated), rate) if part)
    summary = about(ran.shown, context.deps.day())
    return _answer(
        ran,
        text,
        context,
        translator,
        **{"currency": currency, "period": summary.period, "metric": summary.metric, **details},
    )


def _answer(ran: AnswerRows, text: str, context: AnswerContext, translator: str, **details: object) -> Answer:
    answer = Answer(
        text=text, sql=ran.shown, columns=ran.columns, rows=ran.rows, as_of=context.facts.through.isoformat(), translator=translator,
        truncated=ran.truncated, chart=_chart("any" if len(ran.rows) > 1 else "none", context.presentation), export=context.presentation.export, shown_in=context.presentation.currency,
    )  # fmt: skip
    return replace(answer, **details)  # type: ignore[arg-type]  # fields of Answer, by name


def _chart(fits: str, presentation: Presentation) -> str:
    """The chart that fits, or the one that is wished for where any does."""
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
        query.compared or query.count or query.share_of is not None or query.grain or query.scopes or query.average or query.limit
        or query.threshold or query.cumulative or query.beside or query.metric in RATES or query.metric == "usage_quantity"
    )  # fmt: skip


def _whole(query: CostQuery, ran: AnswerRows, context: AnswerContext, compile_context: CompileContext) -> float | None:
    """What everything that was ranked comes to, where only the top of it is shown: shares are of this."""
    everything = replace(query, dimensions=(), limit=None, limit_within=None, offset=0)
    if not (query.limit and query.dimensions and len(ran.rows) > 1) or query.change or not _parts(everything):
        return None
    total = context.run(compile_query(everything, compile_context).sql("postgres"))
    if not isinstance(total, AnswerRows) or len(total.rows) != 1 or len(total.columns) != 1:
        return None
    total, _, _ = _exchanged(total, context, money=True)
    return float(total.rows[0][0] or 0)


def _with_change(
    query: CostQuery, ran: AnswerRows, text: str, currency: str, context: AnswerContext, compile_context: CompileContext
) -> str:
    """The headline with the change of the whole amount on the period before."""
    earlier = before(query.period)
    then = context.run(compile_query(replace(query, period=earlier, dimensions=()), compile_context).sql("postgres"))
    if not isinstance(then, AnswerRows) or len(then.rows) != 1 or not ran.rows or query.metric not in ran.columns:
        return text
    then, _, _ = _exchanged(then, context, money=True)
    at = ran.columns.index(query.metric)
    now = sum(float(row[at] or 0) for row in ran.rows)
    return f"{text.rstrip('.')}, {describe.change(now, float(then.rows[0][0] or 0), currency)} on {earlier.label}."


def _without_unknown_periods(query: CostQuery, facts: Facts) -> tuple[CostQuery, str]:
    """The query without compared periods of which there is no bill: what they cost is unknown, not nothing."""
    missing = [one for one in query.compared if one.end <= facts.first or one.start > facts.through]
    if not missing or query.metric == "invoice_cost":
        return query, ""
    names = " and ".join(one.label for one in missing)
    why_not = (
        f"the bills start on {facts.first}"
        if missing[0].end <= facts.first
        else f"the bills reach through {facts.through}"
    )
    left = tuple(one for one in query.compared if one not in missing)
    if left:
        return replace(query, compared=left), f"{names} cannot be compared: {why_not}."
    alone = replace(query, compared=(), change=None, moved_only=False, why=False)
    return alone, f"There is nothing to compare with in {names}: {why_not}."


def _cautions(query: CostQuery, facts: Facts) -> tuple[str, ...]:
    """What an answer's reader should know about its period."""
    if query.metric == "invoice_cost":  # a month is invoiced while, and after, its days arrive
        return ()
    if query.period.start > facts.through:
        return (f"The bills reach only through {facts.through}; that period has not arrived yet.",)
    if query.period.end <= facts.first:
        return (f"The bills start on {facts.first}; that period is before.",)
    if query.period.start < facts.first:
        return (f"The bills start on {facts.first}, so the period is not whole.",)
    return ()


# ------------------------------------------------------------------ other currencies


def _no_rate(context: AnswerContext) -> Outcome | None:
    exchanging = context.exchange
    missing = exchanging.missing(context.currencies) if exchanging else None
    if exchanging is None or missing is None:
        return None
    rates = f"exchange_rates: {{{missing}: …}}"
    text = f"I know no exchange rate for {missing}: the bills are in {' and '.join(context.currencies)}. An admin can set `{rates}` in finops.yaml."
    return CannotAnswer(text=text, as_of=context.facts.through.isoformat())


def _exchanged(ran: AnswerRows, context: AnswerContext, *, money: bool) -> tuple[AnswerRows, str, str]:
    """The rows, their currency and a note on the rate; `money`: every number that is not a share is an amount."""
    exchanging = context.exchange
    if exchanging is None:
        return ran, context.currency, ""
    return exchanging.applied(ran, context.currency, every=money), exchanging.into, exchanging.note(context.currencies)


def _exchanged_rows(context: AnswerContext, sql: str) -> AnswerRows | Slow | NotRun:
    """Rows of a statement in the currency that was wished for, every number an amount."""
    ran = context.run(sql)
    return _exchanged(ran, context, money=True)[0] if isinstance(ran, AnswerRows) else ran


# ------------------------------------------------------------------ what is no answer


def not_run(ran: NotRun | Slow, facts: Facts) -> Outcome:
    """Why a statement has no rows."""
    as_of = facts.through.isoformat()
    if isinstance(ran, Slow):
        return TimedOut(
            text="The database took too long for that question. Narrow it to fewer days or one account.", as_of=as_of
        )
    if ran.blocked:
        return Blocked(text=f"{ran.reason} Nothing was run.", as_of=as_of)
    return Unavailable(text=ran.reason, as_of=as_of)


def declined(reply: Doubt | Refusal, facts: Facts, examples: Sequence[str] = ()) -> Outcome:
    """A question back, or a refusal with two questions that can be answered."""
    as_of = facts.through.isoformat()
    if isinstance(reply, Doubt):
        return Clarify(
            text=reply.text,
            choices=reply.choices,
            as_of=as_of,
        )
    if reply.unsafe:
        return Blocked(text=reply.text, as_of=as_of)
    choices = tuple(Choice(question, question) for question in (*examples, *suggestions(facts))[:2])
    listed = " — or: ".join(choice.label for choice in choices)
    return CannotAnswer(text=f"{reply.text} I can tell you, for example: {listed}.", choices=choices, as_of=as_of)


def suggestions(facts: Facts) -> tuple[str, str]:
    """Two questions that can be answered on this data."""
    teams = facts.values.by_dimension.get("team", ())
    first = f"What did {teams[0]} cost last month, by service?" if teams else "What did we spend last month by account?"
    return first, "Top 5 services this month"
