"""Rule on names: every table is a reporting view or a query of the statement
itself, every column a known column of one of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlglot import exp

from nl2sql.guard.growth.growth import series_rows
from nl2sql.guard.names.expressions import ExpressionScope, Queries
from nl2sql.guard.names.frame import Frame, RelationShape, merge_using, renamed
from nl2sql.guard.names.labels import label
from nl2sql.guard.names.shapes import alias_columns, is_function, is_parenthesis_of_joins, select_rows, shown
from nl2sql.guard.rules.functions import SERIES

MAX_ROWS: Final = 1e9  # guessed rows between the joins and the grouping


@dataclass
class NameScope(ExpressionScope):
    """One walk through the queries and sources of a statement."""

    def check(self, tree: exp.Expr) -> str | None:
        """The first problem of a whole statement, None when every name in it was resolved."""
        self.query(tree, {}, None)
        if not self.problems:
            for node in tree.find_all(exp.Table, exp.Column):
                if id(node) not in self.resolved:
                    self.problems.append(f"The name {shown(node.name)} cannot stand there.")
        return self.problems[0] if self.problems else None

    # ------------------------------------------------------------ queries

    def query(self, node: exp.Expr, queries: Queries, outer: Frame | None) -> RelationShape:
        """Resolve a query; `queries` are the WITH queries it can see."""
        queries = self._with(node, queries, outer)
        if isinstance(node, exp.Select):
            return self._select(node, queries, outer)
        if isinstance(node, exp.SetOperation):
            left, right = self.query(node.this, queries, outer), self.query(node.expression, queries, outer)
            rows = left.rows + right.rows if isinstance(node, exp.Union) else left.rows
            return self._ordered(node, RelationShape(left.columns, rows), queries, outer)
        if isinstance(node, exp.Values):
            self.expression_list(node.expressions, Frame(outer), queries)
            width = len(node.expressions[0].expressions) if isinstance(node.expressions[0], exp.Tuple) else 1
            return RelationShape(tuple(f"column{i + 1}" for i in range(width)), float(len(node.expressions)))
        if isinstance(node, exp.Subquery):
            return self._ordered(node, self.query(node.this, queries, outer), queries, outer)
        self.problems.append("Only SELECT may be run.")
        return RelationShape((), 1.0)

    def _with(self, node: exp.Expr, queries: Queries, outer: Frame | None) -> Queries:
        clause = node.args.get("with_")
        if clause is None:
            return queries
        visible = dict(queries)
        for cte in clause.expressions:
            result = self.query(cte.this, visible, outer)
            visible[cte.alias] = RelationShape(renamed(result.columns, alias_columns(cte)), result.rows)
        return visible

    def _ordered(self, node: exp.Expr, result: RelationShape, queries: Queries, outer: Frame | None) -> RelationShape:
        """ORDER BY and LIMIT behind a whole query see its columns only."""
        frame = Frame(outer, {"": result})
        if order := node.args.get("order"):
            self.expression_list((item.this for item in order.expressions), frame, queries)
        return self._limited(node, result, queries)

    def _limited(self, node: exp.Expr, result: RelationShape, queries: Queries) -> RelationShape:
        rows = result.rows
        for key in ("limit", "offset"):
            clause = node.args.get(key)
            if clause is None:
                continue
            count = clause.args.get("count") if isinstance(clause, exp.Fetch) else clause.expression
            if isinstance(count, exp.Expr):
                self.expression(count, Frame(), queries)
                if key == "limit" and isinstance(count, exp.Literal) and not count.is_string:
                    rows = min(rows, float(count.name))
        return RelationShape(result.columns, rows)

    def _select(self, node: exp.Select, queries: Queries, outer: Frame | None) -> RelationShape:
        frame = Frame(outer)
        if from_ := node.args.get("from_"):
            self._source(from_.this, frame, queries)
        for join in [*(node.args.get("joins") or ()), *(node.args.get("laterals") or ())]:
            self._join(join, frame, queries)
        if where := node.args.get("where"):
            frame.ties += self.condition(where.this, frame, queries)
        columns = self._projections(node, frame, queries)
        self._clauses(node, frame, queries, columns)
        rows = select_rows(node, frame)
        if max(rows, frame.product()) > MAX_ROWS:
            self.problems.append(
                "The statement joins large views without a condition that ties them together; add ON … = …."
            )
        return self._limited(node, RelationShape(columns, rows), queries)

    def _clauses(self, node: exp.Select, frame: Frame, queries: Queries, outputs: tuple[str | None, ...]) -> None:
        group, order, distinct = (node.args.get(key) for key in ("group", "order", "distinct"))
        self._named_list(group.expressions if group else (), frame, queries, outputs)
        if having := node.args.get("having"):
            self.expression(having.this, frame, queries)
        self.expression_list(node.args.get("windows") or (), frame, queries)
        self._named_list((item.this for item in order.expressions) if order else (), frame, queries, outputs)
        if distinct and (on := distinct.args.get("on")):
            self._named_list([on], frame, queries, outputs)

    def _named_list(
        self, items: Iterable[exp.Expr], frame: Frame, queries: Queries, outputs: tuple[str | None, ...]
    ) -> None:
        """GROUP BY, ORDER BY and DISTINCT ON: an item that is a bare name may also be a column of the result."""
        for item in items:
            if isinstance(item, exp.Tuple | exp.GroupingSets | exp.Rollup | exp.Cube):
                self._named_list(item.expressions, frame, queries, outputs)
            elif isinstance(item, exp.Paren):
                self._named_list([item.this], frame, queries, outputs)
            elif isinstance(item, exp.Column) and not item.table and item.name in outputs:
                self.resolved.add(id(item))
            else:
                self.expression(item, frame, queries)

    def _projections(self, node: exp.Select, frame: Frame, queries: Queries) -> tuple[str | None, ...]:
        columns: list[str | None] = []
        if not node.expressions:
            self.problems.append("The SELECT has no columns.")
        for item in node.expressions:
            if isinstance(item, exp.Star):
                columns += (name for part in frame.stars for name in part)
                if not frame.stars:
                    self.problems.append("* needs a FROM.")
            elif isinstance(item, exp.Column) and isinstance(item.this, exp.Star):
                columns += self._all_of(item, frame)
            else:
                self.expression(item.this if isinstance(item, exp.Alias) else item, frame, queries)
                columns.append(label(item))
        return tuple(columns)

    def _all_of(self, item: exp.Column, frame: Frame) -> tuple[str | None, ...]:
        self.resolved.add(id(item))
        at: Frame | None = frame
        while at is not None:
            if item.table in at.sources and self.schema_is_right(item, at):
                return at.sources[item.table].columns
            at = at.outer
        self.problems.append(f"{shown(item.table)}.* is not a table of this statement.")
        return ()

    # ------------------------------------------------------------ sources

    def _source(self, node: exp.Expr, frame: Frame, queries: Queries, lateral: bool = False) -> str | None:
        """Add one item of a FROM clause; returns its key, None for a parenthesis of joins."""
        self.resolved.add(id(node))
        if is_parenthesis_of_joins(node):
            if node.alias:
                self.problems.append("Joins in parentheses take no alias here.")
            return self._source(node.this, frame, queries)
        result, default = self._relation(node, frame, queries, lateral)
        key = node.alias or default
        names = alias_columns(node)
        if (
            default
            and node.alias
            and not names
            and isinstance(node.this, exp.Anonymous)
            and (node.this.this != "unnest" or len(node.this.expressions) == 1)
        ):
            names = [node.alias]  # the column of a function with one column bears the table's alias
        result = RelationShape(renamed(result.columns, names), result.rows)
        if not key:
            key = f"({len(frame.sources)})"  # no name: its columns can be read, itself not
        if key in frame.sources:
            self.problems.append(f"The name {shown(key)} stands twice in one FROM.")
        frame.sources[key] = result
        if isinstance(node, exp.Table) and not node.alias and any(node is view for view in self.views):
            frame.bare_views.add(key)
        frame.stars.append(list(result.columns))
        for join in node.args.get("joins") or ():
            self._join(join, frame, queries)
        return key

    def _relation(self, node: exp.Expr, frame: Frame, queries: Queries, lateral: bool) -> tuple[RelationShape, str]:
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            return self._table(node, queries), node.name
        if isinstance(node, exp.Table | exp.Lateral) and isinstance(node.this, exp.Anonymous):
            return self._series(node, node.this, frame, queries)
        if isinstance(node, exp.Lateral):
            return self.query(node.this, queries, frame), ""
        if isinstance(node, exp.Subquery):
            inner = self._with(node, queries, frame.outer)
            return self._ordered(
                node, self.query(node.this, inner, frame if lateral else frame.outer), inner, frame.outer
            ), ""
        if isinstance(node, exp.Values):
            return self.query(node, queries, frame if lateral else frame.outer), ""
        self.problems.append("That cannot stand in a FROM.")
        return RelationShape((), 1.0), ""

    def _table(self, node: exp.Table, queries: Queries) -> RelationShape:
        name, schema = node.name, node.db
        if not schema and name in queries:
            return queries[name]
        if schema not in ("", self.catalog.schema):
            self.problems.append(f"Only the reporting views may be read, not {shown(schema)}.{shown(name)}.")
            return RelationShape((), 1.0)
        relation = self.catalog.relations.get(name)
        if relation is None:
            self.problems.append(f"There is no view {shown(name)}.")
            return RelationShape((), 1.0)
        self.views.append(node)
        return RelationShape(relation.columns, relation.rows)

    def _series(self, node: exp.Expr, call: exp.Anonymous, frame: Frame, queries: Queries) -> tuple[RelationShape, str]:
        if call.this not in SERIES:
            self.problems.append(f"The function {shown(call.name)} cannot stand in a FROM.")
        self.expression(call, frame, queries)
        width = len(call.expressions) if call.this == "unnest" else 1
        names: tuple[str, ...] = (call.this,) * width
        if node.args.get("ordinality"):
            names = (*names, "ordinality")
        return RelationShape(names, series_rows(call)), call.this

    def _join(self, join: exp.Expr, frame: Frame, queries: Queries) -> None:
        if not isinstance(join, exp.Join):
            self._source(join, frame, queries, lateral=True)
            return
        before = list(frame.sources)
        width = len(frame.stars)
        start = len(self.references)
        self._source(join.this, frame, queries)
        added = [key for key in frame.sources if key not in before]
        if isinstance(join.this, exp.Lateral) or is_function(join.this):
            frame.ties += [frozenset({key, *added}) for at, key in self.references[start:] if at is frame]
        left, right = (
            [name for part in frame.stars[width - 1 : width] for name in part],
            [n for part in frame.stars[width:] for n in part],
        )
        shared = self._shared(join, left, right)
        if shared:
            frame.ties += [
                frozenset({key, new})
                for key in before
                for new in added
                if set(shared) & set(frame.sources[key].columns) & set(frame.sources[new].columns)
            ]
        comma = not (
            join.args.get("kind")
            or join.args.get("side")
            or join.args.get("method")
            or join.args.get("on")
            or join.args.get("using")
        )
        if not comma:
            frame.stars[width - 1 :] = [merge_using(left, right, shared)]
        if on := join.args.get("on"):
            frame.ties += self.condition(on, frame, queries)

    def _shared(self, join: exp.Join, left: list[str | None], right: list[str | None]) -> list[str]:
        if join.args.get("method") == "NATURAL":
            return [name for name in left if name is not None and name in right]
        shared = [item.name for item in join.args.get("using") or ()]
        for name in shared:
            if name not in left or name not in right:
                self.problems.append(f"Both sides of the join need the column {shown(name)}.")
        return shared
