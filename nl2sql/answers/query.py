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
from nl2sql.answers.outcomes import Answer, Blocked, CannotAnswer, Choice, Clarify, Outcome, TimedOut, Unavailable
from nl2sql.answers.presentation import Wish, charted
from nl2sql.answers.sql_summary import about
from nl2sql.catalog.known_values import Facts
from nl2sql.catalog.semantics import semantics
from nl2sql.dates.periods import before
from nl2sql.deps import Deps
from nl2sql.execution.run import Failed, Rows, Slow, run_checked
from nl2sql.grammar import describe
from nl2sql.grammar.compile import Context as Compiling
from nl2sql.grammar.compile import compile_query
from nl2sql.grammar.draft import Doubt, Refusal
from nl2sql.grammar.measures import RATES
from nl2sql.grammar.query import Query
from nl2sql.grammar.recognisers.listing import Listing, subject_missing


@dataclass(frozen=True)
class Desk:
    """Whom an answer is for, over which data, and how it is wanted."""

    asker: Actor
    deps: Deps
    known: Facts
    wish: Wish = field(default_factory=Wish)

    @property
    def currencies(self) -> tuple[str, ...]:
        """What the bills are in."""
        return self.known.values.currencies() or ("USD",)

    @property
    def currency(self) -> str:
        """The bills' one currency, or `several`."""
        return self.currencies[0] if len(self.currencies) == 1 else "several"

    @property
    def exchange(self) -> Exchange | None:
        """Into the currency that is wished for; None when the bills are in it."""
        into = self.wish.currency
        return None if into is None or self.currencies == (into,) else exchange(into, self.deps.organisation)

    def run(self, sql: str) -> Rows | Slow | Failed:
        """Check and run a statement for the asker."""
        return run_checked(sql, self.asker, self.deps)


# ------------------------------------------------------------------ answers


def answer_query(query: Query, desk: Desk) -> tuple[Query, Outcome]:
    """The answer to a question of the grammar, and the query as it was run."""
    query, unknown = _without_unknown_periods(why.comparable(charted(query, desk.wish), desk.known.through), desk.known)
    if refused := _no_rate(desk):
        return query, refused
    compiling = Compiling(semantics(), desk.known.through, desk.currency == "several")
    ran = desk.run(compile_query(query, compiling).sql("postgres"))
    if not isinstance(ran, Rows):
        return query, not_run(ran, desk.known)
    money = not (query.metric in RATES or query.count or query.metric == "usage_quantity")
    ran, currency, rate = _exchanged(ran, desk, money=money)
    explains = query.why and len(query.compared) == 1 and len(ran.rows) > 1 and query.limit is None
    told = (
        replace(query, change=None) if explains else query
    )  # what all of it moved by; which part moved most is told beneath
    text = describe.headline(told, ran.columns, ran.rows, currency, semantics())
    if desk.deps.with_change and _adds_up(query) and not ran.truncated and currency != "several":
        text = _with_change(query, ran, text, currency, desk, compiling)
    explanation = why.explained(query, compiling, lambda sql: _exchanged_rows(desk, sql))
    text = why.headline(explanation, query, currency) if explanation else text
    because = why.reasons(explanation, currency)
    notes = tuple(note for note in (unknown, *because, *query.notes, rate, *_cautions(query, desk.known)) if note)
    return query, Answer(
        text="\n".join([text, *notes]), sql=ran.shown, columns=ran.columns, rows=ran.rows, metric=query.metric, currency=currency,
        period=(query.period.start.isoformat(), query.period.end.isoformat()), as_of=desk.known.through.isoformat(),
        chart=_chart("waterfall" if explains else describe.chart(query, ran.rows), desk.wish), notes=notes, truncated=ran.truncated, export=desk.wish.export,
        shown_in=desk.wish.currency, whole=_whole(query, ran, desk, compiling),
    )  # fmt: skip


def answer_listing(listing: Listing, desk: Desk) -> Outcome:
    """The rows of another view than the bills."""
    ran = desk.run(listing.select.sql("postgres"))
    if not isinstance(ran, Rows):
        return not_run(ran, desk.known)
    if not ran.rows and (missing := subject_missing(listing)):
        return declined(Refusal(missing), desk.known)
    at = ran.columns.index("currency") if "currency" in ran.columns else None
    several = at is not None and len({row[at] for row in ran.rows}) > 1
    text = listing_headline(listing, ran.columns, ran.rows, desk.currency, several)
    return _told(ran, text, desk, "offline")


def answer_sql(sql: str, desk: Desk, translator: str = "sql", **details: object) -> Outcome:
    """The rows of a statement as somebody wrote it, with a headline made of them."""
    ran = desk.run(sql)
    return not_run(ran, desk.known) if not isinstance(ran, Rows) else answer_rows(ran, desk, translator, **details)


def answer_rows(ran: Rows, desk: Desk, translator: str, **details: object) -> Outcome:
    """The same, where the statement has been run already."""
    if refused := _no_rate(desk):
        return refused
    ran, currency, rate = _exchanged(ran, desk, money=False)
    text = "\n".join(part for part in (headline(ran.columns, ran.rows, currency, ran.truncated), rate) if part)
    said = about(ran.shown, desk.deps.day())
    return _told(
        ran, text, desk, translator, **{"currency": currency, "period": said.period, "metric": said.metric, **details}
    )


def _told(ran: Rows, text: str, desk: Desk, translator: str, **details: object) -> Answer:
    answer = Answer(
        text=text, sql=ran.shown, columns=ran.columns, rows=ran.rows, as_of=desk.known.through.isoformat(), translator=translator,
        truncated=ran.truncated, chart=_chart("any" if len(ran.rows) > 1 else "none", desk.wish), export=desk.wish.export, shown_in=desk.wish.currency,
    )  # fmt: skip
    return replace(answer, **details)  # type: ignore[arg-type]  # fields of Answer, by name


def _chart(fits: str, wish: Wish) -> str:
    """The chart that fits, or the one that is wished for where any does."""
    if not wish.chart or fits == "none":
        return fits
    if wish.chart == "any":
        return fits
    return wish.chart if {wish.chart, fits} <= {"line", "stacked"} or wish.chart == "bars" else fits


def _adds_up(query: Query) -> bool:
    """Whether the rows are one amount of a whole period, or its parts by dimensions other than time."""
    return query.period.whole and _parts(query)


def _parts(query: Query) -> bool:
    return not (
        query.compared or query.count or query.share_of is not None or query.grain or query.scopes or query.average or query.limit
        or query.threshold or query.cumulative or query.beside or query.metric in RATES or query.metric == "usage_quantity"
    )  # fmt: skip


def _whole(query: Query, ran: Rows, desk: Desk, compiling: Compiling) -> float | None:
    """What everything that was ranked comes to, where only the top of it is shown: shares are of this."""
    everything = replace(query, dimensions=(), limit=None, limit_within=None, offset=0)
    if not (query.limit and query.dimensions and len(ran.rows) > 1) or query.change or not _parts(everything):
        return None
    total = desk.run(compile_query(everything, compiling).sql("postgres"))
    if not isinstance(total, Rows) or len(total.rows) != 1 or len(total.columns) != 1:
        return None
    total, _, _ = _exchanged(total, desk, money=True)
    return float(total.rows[0][0] or 0)


def _with_change(query: Query, ran: Rows, text: str, currency: str, desk: Desk, compiling: Compiling) -> str:
    """The headline with the change of the whole amount on the period before."""
    earlier = before(query.period)
    then = desk.run(compile_query(replace(query, period=earlier, dimensions=()), compiling).sql("postgres"))
    if not isinstance(then, Rows) or len(then.rows) != 1 or not ran.rows or query.metric not in ran.columns:
        return text
    then, _, _ = _exchanged(then, desk, money=True)
    at = ran.columns.index(query.metric)
    now = sum(float(row[at] or 0) for row in ran.rows)
    return f"{text.rstrip('.')}, {describe.change(now, float(then.rows[0][0] or 0), currency)} on {earlier.label}."


def _without_unknown_periods(query: Query, known: Facts) -> tuple[Query, str]:
    """The query without compared periods of which there is no bill: what they cost is unknown, not nothing."""
    missing = [one for one in query.compared if one.end <= known.first or one.start > known.through]
    if not missing or query.metric == "invoice_cost":
        return query, ""
    names = " and ".join(one.label for one in missing)
    why_not = (
        f"the bills start on {known.first}"
        if missing[0].end <= known.first
        else f"the bills reach through {known.through}"
    )
    left = tuple(one for one in query.compared if one not in missing)
    if left:
        return replace(query, compared=left), f"{names} cannot be compared: {why_not}."
    alone = replace(query, compared=(), change=None, moved_only=False, why=False)
    return alone, f"There is nothing to compare with in {names}: {why_not}."


def _cautions(query: Query, known: Facts) -> tuple[str, ...]:
    """What an answer's reader should know about its period."""
    if query.metric == "invoice_cost":  # a month is invoiced while, and after, its days arrive
        return ()
    if query.period.start > known.through:
        return (f"The bills reach only through {known.through}; that period has not arrived yet.",)
    if query.period.end <= known.first:
        return (f"The bills start on {known.first}; that period is before.",)
    if query.period.start < known.first:
        return (f"The bills start on {known.first}, so the period is not whole.",)
    return ()


# ------------------------------------------------------------------ other currencies


def _no_rate(desk: Desk) -> Outcome | None:
    exchanging = desk.exchange
    missing = exchanging.missing(desk.currencies) if exchanging else None
    if exchanging is None or missing is None:
        return None
    rates = f"exchange_rates: {{{missing}: …}}"
    text = f"I know no exchange rate for {missing}: the bills are in {' and '.join(desk.currencies)}. An admin can set `{rates}` in finops.yaml."
    return CannotAnswer(text=text, as_of=desk.known.through.isoformat())


def _exchanged(ran: Rows, desk: Desk, *, money: bool) -> tuple[Rows, str, str]:
    """The rows, their currency and a note on the rate; `money`: every number that is not a share is an amount."""
    exchanging = desk.exchange
    if exchanging is None:
        return ran, desk.currency, ""
    return exchanging.applied(ran, desk.currency, every=money), exchanging.into, exchanging.note(desk.currencies)


def _exchanged_rows(desk: Desk, sql: str) -> Rows | Slow | Failed:
    """Rows of a statement in the currency that was wished for, every number an amount."""
    ran = desk.run(sql)
    return _exchanged(ran, desk, money=True)[0] if isinstance(ran, Rows) else ran


# ------------------------------------------------------------------ what is no answer


def not_run(ran: Failed | Slow, known: Facts) -> Outcome:
    """Why a statement has no rows."""
    as_of = known.through.isoformat()
    if isinstance(ran, Slow):
        return TimedOut(
            text="The database took too long for that question. Narrow it to fewer days or one account.", as_of=as_of
        )
    if ran.blocked:
        return Blocked(text=f"{ran.reason} Nothing was run.", as_of=as_of)
    return Unavailable(text=ran.reason, as_of=as_of)


def declined(found: Doubt | Refusal, known: Facts, examples: Sequence[str] = ()) -> Outcome:
    """A question back, or a refusal with two questions that can be answered."""
    as_of = known.through.isoformat()
    if isinstance(found, Doubt):
        return Clarify(
            text=found.text,
            choices=tuple(Choice(choice.label, choice.question) for choice in found.choices),
            as_of=as_of,
        )
    if found.unsafe:
        return Blocked(text=found.text, as_of=as_of)
    choices = tuple(Choice(question, question) for question in (*examples, *suggestions(known))[:2])
    listed = " — or: ".join(choice.label for choice in choices)
    return CannotAnswer(text=f"{found.text} I can tell you, for example: {listed}.", choices=choices, as_of=as_of)


def suggestions(known: Facts) -> tuple[str, str]:
    """Two questions that can be answered on this data."""
    teams = known.values.by_dimension.get("team", ())
    first = f"What did {teams[0]} cost last month, by service?" if teams else "What did we spend last month by account?"
    return first, "Top 5 services this month"
