"""Whether every figure of a statement comes from the bills: followed from the output back to columns of views.

A value is `DATA` where it descends from a column of a view, `CONSTANT` where it is a figure that the statement itself
brings along, `FLAG` where it only says yes or no, `OTHER` where it is text, a day or nothing. Scaling what descends
from a column by a constant (per cent, per day, a year) is no invention; adding a constant to it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from nl2sql.catalog.views import Catalog
from nl2sql.guard.figures import Kind, calculated, cast, chosen, function, literal, number, worst

Columns = list[tuple[str, Kind]]
_YES_OR_NO = (exp.Predicate, exp.And, exp.Or, exp.Not, exp.LogicalAnd, exp.LogicalOr)
_PLACES = (exp.Count, exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile)
_NOTHING = "The statement reads no view, so it tells nothing of the bills."


def invented(sql: str, catalog: Catalog) -> str | None:
    """Why a checked statement must not be shown: a figure of its own; None where every figure is of the bills."""
    try:
        tree = sqlglot.parse_one(sql, dialect="postgres")
    except SqlglotError:
        return "The statement cannot be followed back to the bills."
    columns = _Follower(catalog).outputs(tree, None, {})
    for name, kind in columns:
        if kind is Kind.CONSTANT:
            return (
                f"The column {name or '?'} is a figure of the statement's own; every figure has to come from the views."
            )
    reads = any(table.name in catalog.relations for table in tree.find_all(exp.Table))
    return None if reads else _NOTHING


@dataclass(frozen=True)
class _Sources:
    """What a SELECT reads by alias, and what surrounds it."""

    tables: Mapping[str, Mapping[str, Kind]]
    outer: "_Sources | None"

    def kind(self, column: exp.Column) -> Kind:
        """Where a column comes from; what is found nowhere is taken for an invention."""
        scope: _Sources | None = self
        while scope is not None:
            for alias, columns in scope.tables.items():
                if column.table in ("", alias) and column.name in columns:
                    return columns[column.name]
            scope = scope.outer
        return Kind.DATA if self._row(column.name) else Kind.CONSTANT

    def _row(self, name: str) -> bool:
        """Whether a name is that of a whole row, as in count(d)."""
        return name in self.tables and any(kind is Kind.DATA for kind in self.tables[name].values())


Named = Mapping[str, Columns]


class _Follower:
    """Follows values through the queries of one statement."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def outputs(self, query: exp.Expr, outer: _Sources | None, named: Named) -> Columns:
        """The output columns of a query in order, each with its kind."""
        named = self._with(query, outer, named)
        if isinstance(query, exp.SetOperation):
            left = self.outputs(query.this, outer, named)
            right = self.outputs(query.expression, outer, named)
            return [(name, worst(kind, other)) for (name, kind), (_, other) in zip(left, right, strict=False)]
        if isinstance(query, exp.Subquery):
            return self._renamed(self.outputs(query.this, outer, named), query)
        if isinstance(query, exp.Values):
            return self._renamed(self._values(query, outer, named), query)
        if isinstance(query, exp.Select):
            return self._select(query, outer, named)
        return [("", Kind.CONSTANT)]

    def _with(self, query: exp.Expr, outer: _Sources | None, named: Named) -> Named:
        for cte in query.args["with_"].expressions if query.args.get("with_") else ():
            body = cte.this
            if isinstance(body, exp.SetOperation):  # of a recursive one, the part that it begins with
                begun = self._renamed(self.outputs(body.left, outer, named), cte)
                named = {**named, cte.alias: begun}
            named = {**named, cte.alias: self._renamed(self.outputs(body, outer, named), cte)}
        return named

    def _values(self, values: exp.Values, outer: _Sources | None, named: Named) -> Columns:
        rows = [
            [self.kind(cell, _Sources({}, outer), named) for cell in (row.expressions or [row.this])]
            for row in values.expressions
        ]
        width = max((len(row) for row in rows), default=0)
        return [(f"column{at + 1}", worst(*(row[at] for row in rows if at < len(row)))) for at in range(width)]

    @staticmethod
    def _renamed(columns: Columns, query: exp.Expr) -> Columns:
        """With the names of `AS t(a, b)`."""
        alias = query.args.get("alias")
        names = [column.name for column in alias.columns] if isinstance(alias, exp.TableAlias) else []
        return [(names[at] if at < len(names) else name, kind) for at, (name, kind) in enumerate(columns)]

    def _select(self, select: exp.Select, outer: _Sources | None, named: Named) -> Columns:
        sources = self._sources(select, outer, named)
        outputs: Columns = []
        for expression in select.expressions:
            star = expression.this if isinstance(expression, exp.Column) else expression
            if isinstance(star, exp.Star):
                table = expression.table if isinstance(expression, exp.Column) else ""
                for alias, columns in sources.tables.items():
                    outputs += [item for item in columns.items() if table in ("", alias)]
                continue
            outputs.append((expression.alias_or_name, self.kind(expression, sources, named)))
        return outputs

    def _sources(self, select: exp.Select, outer: _Sources | None, named: Named) -> _Sources:
        tables: dict[str, Mapping[str, Kind]] = {}
        start = select.args.get("from_")
        reads = [start.this] if start else []
        reads += [join.this for join in select.args.get("joins") or ()]
        reads += list(select.args.get("laterals") or ())
        for at, source in enumerate(reads):
            beside = _Sources(dict(tables), outer)  # what a LATERAL may look at
            tables[source.alias_or_name or f"?{at}"] = self._read(source, beside, named)
            tables |= self._parenthesis(source, beside, named)
        return _Sources(tables, outer)

    def _parenthesis(self, source: exp.Expr, beside: _Sources, named: Named) -> dict[str, Mapping[str, Kind]]:
        """The tables of `(a JOIN b)`, and those that a table brings along."""
        tables = {}
        inner = source.this if isinstance(source, exp.Subquery | exp.Paren | exp.Table) else None
        reads = [inner] if isinstance(inner, exp.Table | exp.Paren) else []
        reads += [join.this for part in (source, inner) if part is not None for join in part.args.get("joins") or ()]
        for one in reads:
            tables[one.alias_or_name] = self._read(one, beside, named)
            tables |= self._parenthesis(one, beside, named)
        return tables

    def _read(self, source: exp.Expr, beside: _Sources, named: Named) -> Mapping[str, Kind]:
        if isinstance(source, exp.Lateral):
            inner = source.this
            return dict(self._renamed(self.outputs(inner, beside, named), source))
        if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
            if not source.db and source.name in named:
                return dict(self._renamed(named[source.name], source))
            relation = self._catalog.relations.get(source.name)
            columns = [(name, Kind.DATA) for name in relation.columns] if relation else []
            return dict(self._renamed(columns, source))
        if isinstance(source, exp.Query | exp.Values):
            return dict(self.outputs(source, beside, named))
        return self._series(source, beside, named)

    def _series(self, source: exp.Expr, beside: _Sources, named: Named) -> Mapping[str, Kind]:
        """A series or an unnested list: of days and texts no invention, of numbers one."""
        function = source.this if isinstance(source, exp.Table) else source
        kind = worst(*(self.kind(part, beside, named) for part in _arguments(function)))
        alias = source.args.get("alias")
        names = [column.name for column in alias.columns] if alias else []
        return dict.fromkeys([*names, source.alias_or_name], kind)

    # ------------------------------------------------------------------ values

    def kind(self, value: exp.Expr, sources: _Sources, named: Named) -> Kind:
        """Where the value of an expression comes from."""
        if isinstance(value, exp.Column):
            return sources.kind(value)
        if isinstance(value, exp.Literal):
            return literal(value)
        if isinstance(value, exp.Null | exp.CurrentDate | exp.CurrentTimestamp | exp.Interval):
            return Kind.OTHER
        if isinstance(value, exp.Boolean):
            return Kind.OTHER
        if isinstance(value, exp.Subquery | exp.Select | exp.SetOperation):
            columns = self.outputs(value, sources, named)
            return columns[0][1] if columns else Kind.OTHER
        return self._composed(value, sources, named)

    def _composed(self, value: exp.Expr, sources: _Sources, named: Named) -> Kind:
        def of(*parts: exp.Expr) -> list[Kind]:
            return [self.kind(part, sources, named) for part in parts]

        if isinstance(value, _YES_OR_NO):
            return Kind.FLAG
        if isinstance(value, exp.Case):
            branches = [branch.args["true"] for branch in value.args["ifs"]]
            rest = [value.args["default"]] if value.args.get("default") else []
            return chosen([*branches, *rest], of(*branches, *rest))
        if isinstance(value, exp.Coalesce | exp.Greatest | exp.Least):
            parts = [value.this, *value.expressions]
            return chosen(parts, of(*parts))
        if isinstance(value, exp.Nullif | exp.Alias | exp.Paren | exp.Neg | exp.Filter | exp.Window | exp.Distinct):
            inner = value.this if value.this is not None else value.expressions[0]
            return of(inner)[0]
        if isinstance(value, exp.Cast):
            return cast(value, of(value.this)[0])
        if isinstance(value, exp.Add | exp.Sub | exp.Mul | exp.Div | exp.Mod):
            return calculated(value, *of(value.left, value.right))
        if isinstance(value, _PLACES):
            return Kind.DATA if sources.tables else Kind.CONSTANT
        if isinstance(value, exp.Sum) and of(value.this) == [Kind.CONSTANT] and number(value.this) == 1:
            return Kind.DATA if sources.tables else Kind.CONSTANT
        return function(value, of(*_arguments(value)))


def _arguments(value: exp.Expr) -> Sequence[exp.Expr]:
    return [
        part
        for part in value.iter_expressions()
        if not isinstance(part, exp.DataType | exp.Identifier | exp.Var | exp.TableAlias)
    ]
