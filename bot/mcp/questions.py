"""Tools that answer: a question in words, a query, the reason of a change, SQL, and what there is to ask about."""

from typing import Annotated, Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field, WithJsonSchema

from bot.api.context import Context
from bot.mcp.tool_context import ToolContext
from config import logs
from config.access import Actor, Permission
from nl2sql.answers.outcomes import CannotAnswer, Outcome
from nl2sql.ask import ask, run_query
from nl2sql.ask import run_sql as answer_sql
from nl2sql.catalog.known_values import NoData
from nl2sql.catalog.semantics import semantics
from nl2sql.grammar.semantic.schema import inlined, query_schema
from nl2sql.history.notes import facts_for

READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
_FAILED = ("blocked", "timeout", "unavailable")
_NAMES = 200
Question = Annotated[str, Field(min_length=1, max_length=2_000, description="In English")]
Thread = Annotated[
    str | None, Field(max_length=100, description="Any id; the same one makes the next question a follow-up")
]


def add(server: MCPServer[Any], tools: ToolContext) -> None:
    """Register the tools."""
    catalogue = semantics()
    context = tools.context
    query_json = WithJsonSchema(inlined(query_schema(catalogue)))
    query = Annotated[dict[str, Any], query_json, Field(description="What to add up, for which days, of what, by what")]

    @server.tool(title="Ask about cloud cost", annotations=READS)
    def ask_cost(question: Question, thread: Thread = None) -> dict[str, Any]:
        """Ask a question about cloud cost in plain English: "EC2 cost last month by team". Answers with a sentence and
        the rows behind it, or asks back (`choices`). Figures come from the bills and are narrowed to what you may see.
        """
        asker = tools.asker(Permission.ASK, "ask")
        with logs.hiding(question), tools.share(asker):
            return _content_of(ask(question, asker, _thread(asker, thread), context.answers))

    @server.tool(title="Query cloud cost", annotations=READS)
    def query_costs(query: query, thread: Thread = None) -> dict[str, Any]:
        """Query cloud cost exactly, without words that could be misread. Names as `describe_data` lists them; `end` of
        a period is the day after the last one. What is wrong with a query is said by its field.
        """
        asker = tools.asker(Permission.ASK, "ask")
        with tools.share(asker):
            return _queried(query, asker, thread, context)

    @server.tool(title="Explain a change of cost", annotations=READS)
    def explain_change(
        start: Annotated[str, Field(description="First day, as 2026-10-01")],
        end: Annotated[str, Field(description="The day after the last one")],
        before_start: Annotated[str, Field(description="First day of the period to compare with")],
        before_end: Annotated[str, Field(description="The day after its last one")],
        by: Annotated[str, Field(description="A dimension to break the change down by")] = "service",
        filters: Annotated[list[dict[str, Any]] | None, Field(description="As the filters of `query_costs`")] = None,
        thread: Thread = None,
    ) -> dict[str, Any]:
        """What stands behind a change of cost between two periods: usage, price, what is new, what is gone."""
        asker = tools.asker(Permission.ASK, "ask")
        given = {
            "period": {"start": start, "end": end},
            "compared": [{"start": before_start, "end": before_end}],
            "change": "difference",
            "why": True,
            "dimensions": [by],
            "filters": filters or [],
        }
        with tools.share(asker):
            return _queried(given, asker, thread, context)

    @server.tool(title="Run SQL on the cost views", annotations=READS)
    def run_sql(sql: Annotated[str, Field(min_length=1, max_length=20_000)]) -> dict[str, Any]:
        """Run one PostgreSQL SELECT over the reporting views, for what `query_costs` cannot say. It is checked,
        narrowed to what you may see, limited in time and rows; figures of its own are refused.
        """
        asker = tools.asker(Permission.ASK, "ask")
        with logs.hiding(sql), tools.share(asker):
            return _content_of(answer_sql(sql, asker, None, context.answers))

    @server.tool(title="Describe the cost data", annotations=READS)
    def describe_data() -> dict[str, Any]:
        """What there is to ask about: metrics and dimensions with their meaning, the names in the data that you may
        see, the days that the bills reach, the currencies.
        """
        asker = tools.asker(Permission.ASK, "ask")
        data = facts_for(context.database, context.organisation.synonyms, asker, context.answers.day())
        if isinstance(data, NoData):
            raise ToolError("No bills are loaded yet.")
        names = {name: list(values) for name, values in data.values.by_dimension.items() if values}
        return {
            "first": data.first.isoformat(),
            "through": data.through.isoformat(),
            "currencies": list(data.values.currencies()),
            "metrics": {metric.name: metric.definition for metric in catalogue.metrics.values()},
            "dimensions": list(catalogue.dimensions),
            "names": {name: values[:_NAMES] for name, values in names.items()},
            "notes_of_teams": [note.text for note in data.taught],
            "more_names": {name: len(values) - _NAMES for name, values in names.items() if len(values) > _NAMES},
        }


def _queried(given: dict[str, Any], asker: Actor, thread: str | None, context: Context) -> dict[str, Any]:
    outcome = run_query(given, asker, _thread(asker, thread), context.answers)
    if isinstance(outcome, CannotAnswer):  # whoever wrote it mends it by what is said
        raise ToolError(outcome.text)
    return _content_of(outcome)


def _thread(asker: Actor, thread: str | None) -> str | None:
    return f"mcp:{asker.id}:{thread}" if thread else None


def _content_of(outcome: Outcome) -> dict[str, Any]:
    """What is given back; raises `ToolError` for what was not run."""
    content = outcome.to_json()
    if content["outcome"] in _FAILED:
        raise ToolError(outcome.text)
    return content
