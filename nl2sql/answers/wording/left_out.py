"""What a ranking leaves out: the cost that no value of its dimension bears, which is no team and no account."""

from dataclasses import replace

from nl2sql.answers.context import AnswerContext, exchanged_in_sql
from nl2sql.dates.periods import UNITS
from nl2sql.execution.run import AnswerRows
from nl2sql.grammar.headlines.amounts import money
from nl2sql.grammar.headlines.describe_change import change
from nl2sql.grammar.query import CostQuery, Filter
from nl2sql.grammar.sql.ai_measures import COUNTED, PRICED
from nl2sql.grammar.sql.compile import compile_query
from nl2sql.grammar.sql.context import CompileContext
from nl2sql.grammar.sql.measures import PER_UNIT, RATES


def left_out(query: CostQuery, context: AnswerContext, compile_context: CompileContext) -> str:
    """`$5 of no team is left out, up $2 (+66.7 %) vs September 2026.`, where only the first of a ranking is told; empty
    where nothing is left out, or where it is not known in one currency.
    """
    if query.limit != 1 or len(query.dimensions) != 1 or query.share_of is not None or not _plain(query):
        return ""
    dimension = compile_context.semantics.dimensions[query.dimensions[0]]
    if not dimension.missing:
        return ""
    nobody = Filter(dimension.name, (None,), dimension.missing)
    filters = (*query.filters, nobody)
    rest = replace(
        query, dimensions=(), filters=filters, limit=None, offset=0, change=None, moved_only=False, threshold=None
    )
    ran = context.run(compile_query(rest, compile_context).sql("postgres"))
    if not isinstance(ran, AnswerRows) or len(ran.rows) != 1 or "currency" in ran.columns:
        return ""
    ran, currency, _ = exchanged_in_sql(ran, context, money=True)
    now, *others = (float(cell or 0) for cell in ran.rows[0])
    if not (now or (query.compared and others[0])):
        return ""
    what = f"{money(now, currency)} of no {dimension.name.replace('_', ' ')} is left out"
    return f"{what}, {change(now, others[0], currency)} vs {query.compared[0].label}." if query.compared else f"{what}."


def _plain(query: CostQuery) -> bool:
    """Whether its figures are amounts of the period, perhaps beside those of another."""
    shaped = query.grain or query.scopes or query.count or query.run_rate or query.beside or len(query.compared) > 1
    stepped = query.statistic or query.moving or query.profile or query.appeared
    of_things = query.average is not None and query.average not in UNITS
    return not (shaped or stepped or of_things or query.metric in (*RATES, *PER_UNIT, *COUNTED, *PRICED))
