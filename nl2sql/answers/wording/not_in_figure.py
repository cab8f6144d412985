"""What a single figure does not show: usage whose list price nobody knows, purchases that were given back."""

from dataclasses import replace

from sqlglot import exp

from nl2sql.answers.context import AnswerContext, exchanged_in_sql
from nl2sql.execution.run import AnswerRows
from nl2sql.grammar.headlines.amounts import money
from nl2sql.grammar.headlines.rows import scope_of
from nl2sql.grammar.query import CostQuery
from nl2sql.grammar.sql.compile import compile_query
from nl2sql.grammar.sql.context import CompileContext

_AT_LIST = frozenset({"savings", "savings_rate", "list_cost"})
_COSTS = frozenset({"effective_cost", "billed_cost", "invoice_cost"})
_USAGE = "SUM(effective_cost - COALESCE(listed_cost, 0)) FILTER (WHERE charge_category = 'Usage') AS effective_cost"
_BOUGHT = "SUM(billed_cost) FILTER (WHERE charge_category = 'Purchase' AND billed_cost > 0) AS billed_cost"
_RETURNED = "SUM(billed_cost) FILTER (WHERE charge_category = 'Purchase' AND billed_cost < 0) AS effective_cost"


def unknown_list_price(query: CostQuery, context: AnswerContext, compile_context: CompileContext) -> str:
    """`The list price is unknown for $40 of usage, which is left out.`; empty where all prices are known."""
    if query.metric not in _AT_LIST or not _is_one_amount(query):
        return ""
    found = _amounts(replace(query, metric="effective_cost"), (_USAGE,), context, compile_context)
    if found is None or abs(found[0][0]) < 0.005:
        return ""
    return f"The list price is unknown for {money(found[0][0], found[1])} of usage, which is left out."


def bought_and_returned(query: CostQuery, context: AnswerContext, compile_context: CompileContext) -> str:
    """`$500 bought and $500 returned: savings plans, May 2026.`; empty where nothing was given back, or where the query
    is not about purchases or commitments.
    """
    bought = any(one.dimension == "charge_category" and "Purchase" in one.values for one in query.filters)
    committed = any(one.dimension.startswith("commitment_") for one in query.filters)
    if query.metric not in _COSTS or not (bought or committed) or not _is_one_amount(query):
        return ""
    found = _amounts(query, (_BOUGHT, _RETURNED), context, compile_context)
    if found is None or not found[0][1]:
        return ""
    (paid, back), currency = found
    return f"{money(paid, currency)} bought and {money(-back, currency)} returned: {scope_of(query)}."


def invoice_beside(query: CostQuery, billed: float, context: AnswerContext, compile_context: CompileContext) -> str:
    """`By day of use; the invoice of May 2026 is $119, with tax.` beside what was billed in whole months; empty where
    the invoice says the same.
    """
    whole = query.period.start.day == query.period.end.day == 1
    narrowed = any(one.dimension in ("charge_category", "billing_period", "invoice_id") for one in query.filters)
    if query.metric != "billed_cost" or not whole or narrowed or query.dimensions or not _is_one_amount(query):
        return ""
    ran = context.run(compile_query(replace(query, metric="invoice_cost"), compile_context).sql("postgres"))
    if not isinstance(ran, AnswerRows) or len(ran.rows) != 1 or "currency" in ran.columns:
        return ""
    ran, currency, _ = exchanged_in_sql(ran, context, money=True)
    invoiced = float(ran.rows[0][0] or 0)
    if abs(invoiced - billed) < 0.005:
        return ""
    return f"By day of use; the invoice of {query.period.label} is {money(invoiced, currency)}, with tax."


def _amounts(
    query: CostQuery, sums: tuple[str, ...], context: AnswerContext, compile_context: CompileContext
) -> tuple[list[float], str] | None:
    """Sums over the rows of a query in place of its own, with their currency; None where they are not of one."""
    tree = compile_query(replace(query, dimensions=(), limit=None, offset=0), compile_context)
    if not isinstance(tree, exp.Select) or len(tree.expressions) != 1 or tree.args.get("group"):
        return None
    ran = context.run(tree.select(*sums, append=False, dialect="postgres").sql("postgres"))
    if not isinstance(ran, AnswerRows) or len(ran.rows) != 1:
        return None
    ran, currency, _ = exchanged_in_sql(ran, context, money=True)
    return [float(cell or 0) for cell in ran.rows[0]], currency


def _is_one_amount(query: CostQuery) -> bool:
    shaped = query.grain or query.scopes or query.count or query.run_rate or query.beside or query.compared
    stepped = query.statistic or query.moving or query.profile or query.appeared or query.average
    return not (shaped or stepped or query.share_of is not None or query.threshold or query.cumulative or query.ratio)
