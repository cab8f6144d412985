"""The context of an answer: the asker, the data, the presentation, and the currency of the amounts."""

from dataclasses import dataclass, field

from config.access import Actor
from nl2sql.answers.exchange import Exchange, exchange
from nl2sql.answers.outcomes import CannotAnswer, Outcome
from nl2sql.answers.presentation import Presentation
from nl2sql.catalog.known_values import Facts
from nl2sql.dates.periods import QuestionCalendar
from nl2sql.deps import Deps
from nl2sql.execution.run import AnswerRows, NotRun, Slow, run_checked

_NOT_SAID = "The amounts are not exchanged: the rows do not say their currencies."


@dataclass(frozen=True)
class AnswerContext:
    """Who asks, on which data, and how the answer is presented."""

    asker: Actor
    deps: Deps
    facts: Facts
    presentation: Presentation = field(default_factory=Presentation)

    @property
    def calendar(self) -> QuestionCalendar:
        """What relative words and dates of a query refer to."""
        return QuestionCalendar(self.deps.day(), self.facts.first, self.deps.organisation.fiscal_year_start)

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies of the bills, at least one."""
        return self.facts.values.currencies() or ("USD",)

    @property
    def currency(self) -> str:
        """The bills' one currency, or `several`."""
        return self.currencies[0] if len(self.currencies) == 1 else "several"

    @property
    def exchange(self) -> Exchange | None:
        """The exchange into the requested currency; None when none is requested or the bills are in it."""
        into = self.presentation.currency
        return None if into is None or self.currencies == (into,) else exchange(into, self.deps.organisation)

    @property
    def rates(self) -> dict[str, float]:
        """The factor of each currency of the bills into the requested one, where there are several: such amounts are
        exchanged before they are added up, ranked or averaged. Empty where rows are exchanged as they come.
        """
        exchanging = self.exchange
        several = exchanging is not None and len(self.currencies) > 1
        return {name: exchanging.factor(name) for name in self.currencies} if exchanging and several else {}

    def run(self, sql: str, *, raw: bool = False) -> AnswerRows | Slow | NotRun:
        """Check and run a statement for the asker; `raw` where a person or a model wrote it."""
        return run_checked(sql, self.asker, self.deps, raw=raw)


def exchanged_in_sql(ran: AnswerRows, context: AnswerContext, *, money: bool) -> tuple[AnswerRows, str, str]:
    """As `exchanged`, of a statement that was compiled with the rates of the context, where it has any."""
    exchanging = context.exchange
    if exchanging is None or not context.rates:
        return exchanged(ran, context, money=money)
    return ran, exchanging.into, exchanging.note(context.currencies, in_sql=True) if money else ""


def missing_rate(context: AnswerContext) -> Outcome | None:
    """The refusal when a currency has no exchange rate; None when amounts need no exchange or all rates are known."""
    exchanging = context.exchange
    missing = exchanging.missing(context.currencies) if exchanging else None
    if exchanging is None or missing is None:
        return None
    rates = f"exchange_rates: {{{missing}: …}}"
    text = (
        f"I know no exchange rate for {missing}: the bills are in {' and '.join(context.currencies)}. An admin "
        f"can set `{rates}` in finops.yaml."
    )
    return CannotAnswer(text=text, as_of=context.facts.through.isoformat())


def exchanged(ran: AnswerRows, context: AnswerContext, *, money: bool) -> tuple[AnswerRows, str, str]:
    """The rows in the currency of the presentation, that currency, and a note on the rate (empty without exchange).
    With `money`, every number that is not a share is an amount. Rows that do not say in which of several currencies
    they are stay as they are.
    """
    exchanging = context.exchange
    if exchanging is None:
        return ran, context.currency, ""
    if context.currency == "several" and "currency" not in ran.columns:
        no_amounts = not exchanging.amounts(ran, every=money)
        return ran, exchanging.into if no_amounts else "several", "" if no_amounts else _NOT_SAID
    return exchanging.applied(ran, context.currency, every=money), exchanging.into, exchanging.note(context.currencies)


def run_exchanged(context: AnswerContext, sql: str) -> AnswerRows | Slow | NotRun:
    """Run a statement and exchange every number of its rows as an amount."""
    ran = context.run(sql)
    return exchanged(ran, context, money=True)[0] if isinstance(ran, AnswerRows) else ran
