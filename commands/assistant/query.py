"""Queries as JSON: their schema, and their answers."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from commands.acting import AsOption, connect, day_of, read_organisation, read_settings, who_acts
from commands.printing import TableFormat, TableFormatOption, print_answer, print_json
from config.errors import UserError


class SchemaKind(StrEnum):
    """What a schema is of."""

    QUERY = "query"
    LISTING = "listing"


def schema(
    kind: Annotated[
        SchemaKind, typer.Argument(help="query: cost; listing: budgets, insights and the like")
    ] = SchemaKind.QUERY,
) -> None:
    """Print the JSON schema of a query or a listing."""
    from nl2sql.catalog.semantics import semantics
    from nl2sql.grammar.semantic.schema import listing_schema, query_schema

    print_json(query_schema(semantics()) if kind is SchemaKind.QUERY else listing_schema())


def run(
    file: Annotated[Path, typer.Argument(help='A file with one query or listing as JSON; "-" reads stdin')],
    person: AsOption = None,
    today: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Answer as if it were this day")] = None,
    thread: Annotated[str | None, typer.Option(help="Thread id: questions in it can build on this query")] = None,
    format: TableFormatOption = TableFormat.TEXT,
) -> None:
    """Answer a query or a listing; what is wrong with it is said by its field."""
    from nl2sql.ask import connect_deps, run_query

    try:
        given = json.loads(sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"{file} is not JSON: {error}") from None
    settings = read_settings()
    organisation = read_organisation(settings)
    deps = connect_deps(settings, organisation, connect(settings), today=day_of(today))
    answer = run_query(given, who_acts(settings, organisation, person), thread, deps).to_json()
    print_answer(answer, format)
    raise typer.Exit(0 if answer["outcome"] in {"answer", "cannot_answer", "blocked"} else 1)
