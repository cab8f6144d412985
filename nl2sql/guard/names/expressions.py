"""The rule on names within expressions: each column belongs to a source that its place can see."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlglot import exp

from nl2sql.catalog.views import Catalog
from nl2sql.guard.names.frame import Frame, RelationShape
from nl2sql.guard.names.shapes import shown

_MANY_ROWS: Final = 1e6
Queries = Mapping[str, RelationShape]


@dataclass
class ExpressionScope(ABC):
    """Resolves expressions. `problems` is empty while every name is known; `views` are the places where views
    are read, `references` the sources of the columns read so far, `resolved` the ids of the nodes whose name is known.
    """

    catalog: Catalog
    problems: list[str] = field(default_factory=list)
    views: list[exp.Table] = field(default_factory=list)
    references: list[tuple[Frame, str]] = field(default_factory=list)
    resolved: set[int] = field(default_factory=set)

    @abstractmethod
    def query(self, node: exp.Expr, queries: Queries, outer: Frame | None) -> RelationShape:
        """Resolve a query; `queries` are the WITH queries it can see."""

    def condition(self, node: exp.Expr, frame: Frame, queries: Queries) -> list[frozenset[str]]:
        """Resolve a condition; returns the sets of this frame's sources that it
        ties together (under OR: only if every branch does).
        """
        if isinstance(node, exp.Paren):
            return self.condition(node.this, frame, queries)
        if isinstance(node, exp.And | exp.Or):
            left, right = self.condition(node.this, frame, queries), self.condition(node.expression, frame, queries)
            if isinstance(node, exp.And):
                return left + right
            return [a & b for a in left for b in right if len(a & b) > 1]
        start = len(self.references)
        self.expression(node, frame, queries)
        keys = frozenset(key for at, key in self.references[start:] if at is frame)
        large = sum(frame.sources[key].rows >= _MANY_ROWS for key in keys)
        weak = large > 1 and not isinstance(
            node, exp.EQ | exp.NullSafeEQ | exp.In
        )  # a range over two large views is nearly all pairs
        return [keys] if len(keys) > 1 and not weak else []

    def expression_list(self, items: Iterable[exp.Expr], frame: Frame, queries: Queries) -> None:
        """Resolve each of several expressions."""
        for item in items:
            self.expression(item, frame, queries)

    def expression(self, root: exp.Expr, frame: Frame, queries: Queries) -> None:
        """Resolve every column and subquery of an expression."""
        stack = [root]
        while stack:
            node = stack.pop()
            if isinstance(node, exp.Column):
                self._column(node, frame)
            elif isinstance(node, exp.Query | exp.Values):
                self.query(node, queries, frame)
            elif isinstance(node, exp.Kwarg | exp.Collate):
                walked, dropped = (
                    (node.expression, node.this) if isinstance(node, exp.Kwarg) else (node.this, node.expression)
                )
                self.resolved.add(id(dropped))  # a parameter's or a collation's name
                stack.append(walked)
            else:
                stack.extend(node.iter_expressions())

    def _column(self, node: exp.Column, frame: Frame) -> None:
        self.resolved.add(id(node))
        reference = frame.find(node.name, node.table or None)
        if reference is None or not self.schema_is_right(node, reference[0]):
            where = f"{shown(node.table)}." if node.table else ""
            self.problems.append(f"There is no column {where}{shown(node.name)} here.")
            return
        self.references.append(reference)

    def schema_is_right(self, node: exp.Column, frame: Frame) -> bool:
        """Whether a column names no schema, or the one of a view that stands in FROM under its own name."""
        schema = node.args.get("db")
        if schema is None:
            return True
        if schema.name != self.catalog.schema or node.table not in frame.bare_views:
            return False
        node.set("db", None)  # the same column; narrowing may put a subquery in the view's place
        return True
