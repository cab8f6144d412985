"""The guard: a statement is parsed, held against every rule, narrowed, and written anew from the checked tree."""

import logging
from collections.abc import Callable
from typing import Final

from sqlglot import ErrorLevel, exp
from sqlglot.errors import SqlglotError

from config.access import Actor
from nl2sql.catalog.views import Catalog
from nl2sql.guard.days import days
from nl2sql.guard.engines import ALONE, LINE_ITEMS, for_duckdb
from nl2sql.guard.growth.bounds import bounds
from nl2sql.guard.growth.gathers import gathers
from nl2sql.guard.growth.growth import growth
from nl2sql.guard.names.labels import label_all
from nl2sql.guard.names.scope import NameScope
from nl2sql.guard.narrow import is_narrowed, narrow
from nl2sql.guard.outcome import SafeQuery, SqlRejected
from nl2sql.guard.rules.functions import functions
from nl2sql.guard.rules.nodes import nodes
from nl2sql.guard.rules.patterns import patterns
from nl2sql.guard.rules.size import size
from nl2sql.guard.rules.types import types
from nl2sql.guard.text.characters import characters
from nl2sql.guard.text.parse import DIALECT, parse, tokenize

ROW_LIMIT: Final = 1_000

# Rules on the tree, cheapest first; each says why a statement must not run, or None.
RULES: Final[tuple[Callable[[exp.Expr], str | None], ...]] = (
    size,
    nodes,
    functions,
    types,
    growth,
    gathers,
    bounds,
    patterns,
)

logging.getLogger("sqlglot").addHandler(logging.NullHandler())


def check(sql: str, catalog: Catalog, asker: Actor, row_limit: int = ROW_LIMIT) -> SafeQuery | SqlRejected:
    """Whether the asker may run the statement; if so, the SQL to run instead:
    at most `row_limit` + 1 rows of what they may see.
    """
    if problem := characters(sql):
        return SqlRejected(problem, "characters")
    tokens = tokenize(sql)
    if isinstance(tokens, str):
        return SqlRejected(tokens, "statement")
    tree = parse(tokens, sql)
    if isinstance(tree, str):
        return SqlRejected(tree, "parse")
    for rule in RULES:
        if problem := rule(tree):
            return SqlRejected(problem, rule.__name__)
    scope = NameScope(catalog)
    if problem := scope.check(tree):
        return SqlRejected(problem, "scope")
    names = {view.name for view in scope.views}
    if LINE_ITEMS in names and len(names) > 1:
        return SqlRejected(ALONE, "engines")
    return _regenerate(tree, scope, catalog, asker, row_limit)


def _regenerate(
    tree: exp.Expr, scope: NameScope, catalog: Catalog, asker: Actor, row_limit: int
) -> SafeQuery | SqlRejected:
    views = frozenset(view.name for view in scope.views)
    asked = days(scope.views) if LINE_ITEMS in views else None
    label_all(tree)
    shown = _write(tree.copy())  # writing may change the tree
    narrow(scope.views, catalog, asker)
    written = _write(tree)
    if shown is None or written is None:
        return SqlRejected("The statement uses SQL that cannot be written for Postgres.", "regenerate")
    wrapped = f"SELECT * FROM ({written}) AS answer LIMIT {row_limit + 1}"  # noqa: S608 - the checked tree, written anew
    if problem := _verify(wrapped, catalog, asker):
        return SqlRejected(problem, "regenerate")
    if LINE_ITEMS not in views:
        return SafeQuery(wrapped, shown, row_limit, views)
    translated = for_duckdb(wrapped)
    if isinstance(translated, SqlRejected):
        return translated
    return SafeQuery(translated, shown, row_limit, views, reads_lake=True, days=asked)


def _write(tree: exp.Expr) -> str | None:
    try:
        return DIALECT.generate(tree, copy=False, comments=False, unsupported_level=ErrorLevel.RAISE)
    except (SqlglotError, RecursionError, ValueError):
        return None


def _verify(sql: str, catalog: Catalog, asker: Actor) -> str | None:
    """What was written must read back as itself, keep to the grammar, and read no view but through its narrowing."""
    again = "The statement changes its meaning when it is written anew; write it more plainly."
    tokens = tokenize(sql)
    tree = again if isinstance(tokens, str) else parse(tokens, sql)
    if isinstance(tree, str) or _write(tree) != sql:
        return again
    for rule in (nodes, functions, types):
        if problem := rule(tree):
            return problem
    return None if is_narrowed(tree, catalog, asker) else again
