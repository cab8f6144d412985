"""Answers to suppositions: rows of checked SQL, and plain arithmetic on them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlglot import exp

from analysis.what_if import break_even, growth, passing, savings_plan
from analysis.wording.formatting import money, percent
from nl2sql.answers.context import AnswerContext
from nl2sql.answers.declined import declined
from nl2sql.answers.outcomes import Answer, CannotAnswer, Outcome, Unavailable
from nl2sql.execution.run import AnswerRows
from nl2sql.grammar.draft import Doubt, Refusal
from nl2sql.grammar.query import CostQuery
from nl2sql.understanding import meant
from nl2sql.what_if.recognise import PlanBought, ScopeGrows, Supposition, supposed

_LOOKED_AT = timedelta(days=28)
_DISCOUNTS = (0.1, 0.2, 0.3, 0.4, 0.5)
_LEAST_HOURS = 14 * 24
_FORECAST = (
    "SELECT forecast_date, expected_cost, currency FROM reporting.forecasts WHERE scope_kind = {kind} "
    "AND scope = {scope} AND forecast_date > {through} AND made_on = (SELECT max(made_on) FROM reporting.forecasts "
    "WHERE scope_kind = {kind} AND scope = {scope}) ORDER BY currency, forecast_date"
)
_BUDGETS = (
    "SELECT budget, scope_kind, scope, period_start, period_end, amount, spent, currency FROM reporting.budgets "
    "WHERE period_start <= {through} AND period_end > {through} ORDER BY budget"
)
_ON_DEMAND = (
    "SELECT {at}, sum(effective_cost) AS cost FROM reporting.{view} WHERE {day} > {first} AND {day} <= {through} "
    "AND pricing_category = 'Standard' AND service_category = 'Compute' AND charge_category = 'Usage' "
    "AND currency = {currency} GROUP BY {at} ORDER BY {at}"
)
_OWN_DISCOUNT = (
    "SELECT sum(effective_cost) AS paid, sum(list_cost) AS listed FROM reporting.daily_costs "
    "WHERE commitment_status = 'Used' AND commitment_type LIKE '%Savings%' AND currency = {currency}"
)


def answer_supposition(question: str, context: AnswerContext) -> Outcome | None:
    """The answer to a question that supposes something; None where it does not, or what it names is not read."""
    asked = supposed(question)
    return None if asked is None else _answered(asked, context)


def _answered(asked: Supposition, context: AnswerContext) -> Outcome | None:
    if isinstance(asked, PlanBought):
        return _plan(asked, context)
    scope = _scope(asked.name, context)
    if not isinstance(scope, _Scope):
        return scope
    return _grown(asked, scope, context) if isinstance(asked, ScopeGrows) else _passing(scope, context)


@dataclass(frozen=True)
class _Scope:
    kind: str  # as forecasts and budgets store it
    label: str


def _scope(name: str, context: AnswerContext) -> _Scope | Outcome | None:
    """The one scope that a name means, linked as in any question about its cost."""
    if not name:
        return _Scope("total", "everything")
    meaning = meant(f"cost of {name} last month", context.facts, context.calendar, None)
    if isinstance(meaning, Doubt):
        return declined(meaning, context.facts)
    if not isinstance(meaning, CostQuery):
        return declined(meaning, context.facts) if isinstance(meaning, Refusal) and meaning.unsafe else None
    filters = meaning.filters
    if len(filters) != 1 or len(filters[0].values) != 1 or filters[0].negated or filters[0].values[0] is None:
        return None
    return _Scope(filters[0].dimension, str(filters[0].values[0]))


def _literal(value: str | date) -> str:
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "date").sql("postgres")
    return exp.Literal.string(value).sql("postgres")


def _run(sql: str, context: AnswerContext, **values: str | date) -> AnswerRows | Outcome:
    ran: Any = context.run(sql.format(**{name: _literal(value) for name, value in values.items()}))
    if isinstance(ran, AnswerRows):
        return ran
    return Unavailable(text="The figures for that could not be read. Try again in a minute.")


def _answer(
    text: str,
    ran: AnswerRows,
    columns: tuple[str, ...],
    rows: tuple[tuple[Any, ...], ...],
    currency: str,
    context: AnswerContext,
    chart: str = "none",
) -> Answer:
    return Answer(
        text=text,
        sql=ran.shown,
        columns=columns,
        rows=rows,
        metric="effective_cost",
        currency=currency,
        as_of=context.facts.through.isoformat(),
        chart=chart,
    )


def _ahead(scope: _Scope, context: AnswerContext) -> tuple[AnswerRows, dict[str, dict[date, float]]] | Outcome:
    """The newest forecast of a scope: by currency its cost a day."""
    ran = _run(_FORECAST, context, kind=scope.kind, scope=scope.label, through=context.facts.through)
    if not isinstance(ran, AnswerRows):
        return ran
    ahead: dict[str, dict[date, float]] = {}
    for day, cost, currency in ran.rows:
        ahead.setdefault(str(currency), {})[date.fromisoformat(str(day)[:10])] = float(cost)
    if not ahead:
        text = f"There is no forecast of {scope.label} yet, so nothing can be said of what is ahead of it."
        return CannotAnswer(text=text, as_of=context.facts.through.isoformat())
    return ran, ahead


def _grown(asked: ScopeGrows, scope: _Scope, context: AnswerContext) -> Outcome:
    of_scope, of_all = _ahead(scope, context), _ahead(_Scope("total", "everything"), context)
    if not isinstance(of_scope, tuple):
        return of_scope
    everything = of_all[1] if isinstance(of_all, tuple) else {}
    rows, lines = [], []
    for currency, days in of_scope[1].items():
        costs = [days[day] for day in sorted(days)][: asked.days]
        total = everything.get(currency, {})
        whole = growth(costs, [total[day] for day in sorted(total)][: asked.days] if total else costs, asked.share)
        rows.append((scope.label, whole.scope, whole.scope_grown, whole.scope_grown - whole.scope, currency))
        if total and scope.kind != "total":
            rows.append(("everything", whole.total, whole.total_grown, whole.total_grown - whole.total, currency))
        more = whole.scope_grown - whole.scope
        moves = f"{'grows' if asked.share > 0 else 'shrinks'} {percent(abs(asked.share))}"
        lines.append(
            f"If {scope.label} {moves} from tomorrow on, it "
            f"costs {money(whole.scope_grown, currency)} in the next {len(costs)} days instead of the "
            f"{money(whole.scope, currency)} forecast: {money(abs(more), currency)} {'more' if more > 0 else 'less'}"
            + (f", and everything {money(whole.total_grown, currency)}." if total and scope.kind != "total" else ".")
        )
    columns = ("scope", "forecast", "supposed", "difference", "currency")
    only = next(iter(of_scope[1])) if len(of_scope[1]) == 1 else "several"
    return _answer("\n".join(lines), of_scope[0], columns, tuple(rows), only, context)


def _passing(scope: _Scope, context: AnswerContext) -> Outcome:
    ran = _run(_BUDGETS, context, through=context.facts.through)
    if not isinstance(ran, AnswerRows):
        return ran
    budgets = [dict(zip(ran.columns, row, strict=True)) for row in ran.rows]
    mine = [
        one
        for one in budgets
        if scope.kind == "total" or (one["scope_kind"], one["scope"]) == (scope.kind, scope.label)
    ]
    if scope.kind == "total" and any(one["scope_kind"] == "total" for one in mine):
        mine = [one for one in mine if one["scope_kind"] == "total"]
    if not mine:
        named = ", ".join(str(one["budget"]) for one in budgets)
        has = f" Budgets there are: {named}." if named else " No budget is known."
        return CannotAnswer(
            text=f"{scope.label} has no budget that runs now.{has}", as_of=context.facts.through.isoformat()
        )
    told = [_budget_sentence(one, context) for one in mine]
    columns = ("budget", "amount", "spent", "heading_for", "passed_on", "currency")
    return _answer(
        "\n".join(line for line, _ in told), ran, columns, tuple(row for _, row in told), _only(mine), context
    )


def _only(budgets: list[dict[str, Any]]) -> str:
    currencies = {str(one["currency"]) for one in budgets}
    return currencies.pop() if len(currencies) == 1 else "several"


def _budget_sentence(budget: dict[str, Any], context: AnswerContext) -> tuple[str, tuple[Any, ...]]:
    """A sentence on when a budget is passed, and its row."""
    currency, amount, spent = str(budget["currency"]), float(budget["amount"]), float(budget["spent"])
    end = date.fromisoformat(str(budget["period_end"])[:10])
    name, of = str(budget["budget"]), f"{money(amount, currency)} budget"
    if spent >= amount:
        line = f"{name} has passed its {of} already: {money(spent, currency)} spent."
        return line, (name, amount, spent, None, "already", currency)
    found = _ahead(_Scope(str(budget["scope_kind"]), str(budget["scope"])), context)
    ahead = found[1].get(currency, {}) if isinstance(found, tuple) else {}
    if not ahead:
        line = f"{name} has spent {money(spent, currency)} of its {of}; there is no forecast of it yet."
        return line, (name, amount, spent, None, None, currency)
    result = passing(spent, amount, ahead, end)
    so_far = f"{money(spent, currency)} spent, heading for {money(result.heading, currency)}"
    if result.on is None:
        last = end - timedelta(days=1)
        line = f"{name} will not pass its {of} by {last.day} {last:%B %Y}: {so_far}."
    else:
        line = f"{name} will pass its {of} around {result.on.day} {result.on:%B %Y}: {so_far}."
    return line, (name, amount, spent, result.heading, result.on.isoformat() if result.on else None, currency)


def _plan(asked: PlanBought, context: AnswerContext) -> Outcome:
    currency = context.currencies[0]
    if len(context.currencies) > 1:
        text = f"The bills are in {' and '.join(context.currencies)}; a plan is bought in one of them."
        return CannotAnswer(text=text, as_of=context.facts.through.isoformat())
    hourly = _on_demand("hourly_costs", currency, context)
    if not isinstance(hourly, AnswerRows):
        return hourly
    ran, costs, note = hourly, [float(cost or 0) for _, cost in hourly.rows], "each hour of the last 28 days"
    if len(costs) < _LEAST_HOURS:
        daily = _on_demand("daily_costs", currency, context)
        if not isinstance(daily, AnswerRows):
            return daily
        ran, costs = daily, [float(cost or 0) / 24 for _, cost in daily.rows]
        note = "days of the last 28, as if even over their hours"
    if not any(cost > 0 for cost in costs):
        text = "The last 28 days have no on-demand compute usage that a savings plan could cover."
        return CannotAnswer(text=text, as_of=context.facts.through.isoformat())
    own = _own_discount(currency, context)
    outcomes = [savings_plan(asked.hourly, costs, one) for one in sorted({*_DISCOUNTS, *([own] if own else [])})]
    columns = ("discount", "commitment_a_month", "on_demand_replaced", "saving_a_month", "used")
    rows = tuple(
        (round(one.discount, 4), one.commitment, one.replaced, one.saving, round(one.used, 4)) for one in outcomes
    )
    return _answer(_plan_text(asked, own, costs, note, currency), ran, columns, rows, currency, context)


def _plan_text(asked: PlanBought, own: float | None, costs: list[float], note: str, currency: str) -> str:
    plan = f"A savings plan of {money(asked.hourly, currency)} an hour"
    usual = sum(costs) / len(costs)
    lines = []
    if own is not None:
        one = savings_plan(asked.hourly, costs, own)
        what = "save" if one.saving >= 0 else "lose"
        pays, replaces = money(one.commitment, currency), money(one.replaced, currency)
        lines.append(
            f"{plan} would {what} {money(abs(one.saving), currency)} a month at the {percent(own)} that your savings "
            f"plans take off list prices: it costs {pays} a month, replaces {replaces} on demand and is used to "
            f"{percent(one.used)}."
        )
    least = break_even(asked.hourly, costs)
    if least is None:
        lines.append(f"{plan} pays at no discount: on-demand compute costs {money(usual, currency)} an hour.")
    else:
        from_ = "any discount" if least < 0.001 else f"a discount of {100 * least:.1f} % on"
        lines.append(f"{plan} pays from {from_}; on-demand compute costs {money(usual, currency)} an hour.")
    lines.append(f"Measured on {note}; its discount depends on term, payment and family: the rows show several.")
    return "\n".join(lines)


def _on_demand(view: str, currency: str, context: AnswerContext) -> AnswerRows | Outcome:
    at = "usage_hour" if view == "hourly_costs" else "usage_date"
    day = "cast(usage_hour AS date)" if view == "hourly_costs" else "usage_date"
    through = context.facts.through
    sql = _ON_DEMAND.replace("{at}", at).replace("{day}", day).replace("{view}", view)
    return _run(sql, context, first=through - _LOOKED_AT, through=through, currency=currency)


def _own_discount(currency: str, context: AnswerContext) -> float | None:
    """What savings plans took off list prices so far; None where there were none."""
    ran = _run(_OWN_DISCOUNT, context, currency=currency)
    if not isinstance(ran, AnswerRows) or not ran.rows or not ran.rows[0][1]:
        return None
    paid, listed = (float(value or 0) for value in ran.rows[0])
    share = 1 - paid / listed if listed > 0 else 0.0
    return round(share, 4) if 0 < share < 1 else None
