"""How far off forecasts were: what was expected of the days that have come since, beside what they cost."""

import re

from sqlglot import exp

from analysis.wording.formatting import money
from nl2sql.answers.context import AnswerContext
from nl2sql.answers.declined import declined, not_run
from nl2sql.answers.outcomes import Answer, Outcome
from nl2sql.execution.run import AnswerRows
from nl2sql.grammar.draft import Choice, Refusal
from nl2sql.grammar.parse import parse

_FORECAST = r"\b(?:forecasts?|forecasting|predictions?|projections?)\b"
_ASKS = re.compile(
    rf"\b(?:accura\w+|reliable|trustworthy|precise|far off|how good|how well|error)\b.*{_FORECAST}"
    rf"|{_FORECAST}.*\b(?:accura\w+|reliable|trustworthy|precise|far off|error|vs\.? actuals?|versus actuals?|"
    r"against actuals?|compared? (?:to|with) actuals?|(?:hold|held|come|came) true|turn(?:ed)? out)\b",
    re.IGNORECASE,
)
_MOST = 12
_SQL = (
    "SELECT p.made_on, count(*) AS days, sum(p.expected_cost) AS expected_cost, sum(a.cost) AS actual_cost, "
    "100 * (sum(p.expected_cost) / nullif(sum(a.cost), 0) - 1) AS error_percent, p.currency "
    "FROM reporting.forecasts AS p JOIN (SELECT usage_date, currency, sum(effective_cost) AS cost "
    "FROM reporting.daily_costs WHERE charge_category <> 'Tax'{narrowed} GROUP BY usage_date, currency) AS a "
    "ON a.usage_date = p.forecast_date AND a.currency = p.currency "
    "WHERE p.scope_kind = {kind} AND p.scope = {scope} AND p.forecast_date <= {through} "
    "GROUP BY p.made_on, p.currency ORDER BY p.made_on DESC LIMIT {most}"
)


def answer_accuracy(question: str, context: AnswerContext) -> Outcome | None:
    """The answer to `how accurate are the forecasts`, of everything or of one name; None for other questions."""
    if not _ASKS.search(question):
        return None
    facts = context.facts
    filters = parse(question, facts.semantics, facts.values, context.calendar).filters.conditions
    if len(filters) > 1 or any(one.negated or len(one.values) != 1 or one.values[0] is None for one in filters):
        return None
    kind, scope = (filters[0].dimension, str(filters[0].values[0])) if filters else ("total", "everything")
    narrowed = f" AND {exp.column(kind).sql('postgres')} = {_text(scope)}" if filters else ""
    through = exp.cast(exp.Literal.string(facts.through.isoformat()), "date").sql("postgres")
    sql = _SQL.format(narrowed=narrowed, kind=_text(kind), scope=_text(scope), through=through, most=_MOST)
    ran = context.run(sql)
    if not isinstance(ran, AnswerRows):
        return not_run(ran, facts)
    return _beside_actuals(ran, scope, context)


def _beside_actuals(ran: AnswerRows, scope: str, context: AnswerContext) -> Outcome:
    rows = [row for row in ran.rows if row[4] is not None]
    if not rows:
        text = f"No forecast of {scope} has met its days yet, so that nothing can be said of how far off it was."
        ahead = "forecast for this month"
        return declined(Refusal(text, outside=True, choices=(Choice(ahead, ahead),)), context.facts)
    made_on, days, expected, actual, error, currency = rows[-1]
    mean = sum(abs(float(row[4])) for row in rows) / len(rows)
    side = "above" if float(error) > 0 else "below"
    many = f"{len(rows)} forecast{'' if len(rows) == 1 else 's'}"
    text = (
        f"Forecasts of {scope} were {mean:.1f} % off on average over the days that have come since ({many}). That of "
        f"{str(made_on)[:10]} expected {money(float(expected), str(currency))} for {days} days, "
        f"{abs(float(error)):.1f} % {side} the {money(float(actual), str(currency))} that they cost."
    )
    return Answer(
        text=text,
        sql=ran.shown,
        columns=ran.columns,
        rows=tuple(rows),
        metric="effective_cost",
        currency=str(currency),
        as_of=context.facts.through.isoformat(),
        chart="none",
    )


def _text(value: str) -> str:
    return exp.Literal.string(value).sql("postgres")
