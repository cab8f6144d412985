"""Put the reporting schema, and for who may not see everything the rule of
visibility, into every place where a view is read.
"""

from collections.abc import Iterable
from functools import lru_cache

from sqlglot import exp

from config.access import Actor
from nl2sql.catalog.views import Catalog, Relation
from nl2sql.guard.text.parse import parse, tokenize

_TEAMS = "{teams}"


def narrow(views: Iterable[exp.Table], catalog: Catalog, asker: Actor) -> None:
    """Rewrite the tree in place: each view becomes `reporting.view`, or a
    subquery of the rows that the asker's teams may see.
    """
    for table in views:
        relation = catalog.relations[table.name]
        if asker.sees_all or relation.visible is None:
            table.set("db", exp.to_identifier(catalog.schema))
            continue
        alias = table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(table.name))
        joins = table.args.get("joins")
        table.set("joins", None)
        subquery: exp.Expr = exp.Subquery(
            this=_visible_rows(relation, catalog.schema, _teams(asker)).copy(), alias=alias
        )
        if joins:  # a parenthesis of joins hangs them on its first table
            subquery = exp.Table(this=subquery, joins=joins)
        table.replace(subquery)


def is_narrowed(tree: exp.Expr, catalog: Catalog, asker: Actor) -> bool:
    """Whether every view that is read stands in our schema and, for who may not
    see everything, inside its narrowing.
    """
    narrowings = (
        {}
        if asker.sees_all
        else {id(node) for node in tree.find_all(exp.Select) if _is_narrowing(node, catalog, asker)}
    )
    for table in tree.find_all(exp.Table):
        if not table.db:
            continue  # a query of the statement itself, a function or a parenthesis: the rule on names has seen it
        relation = catalog.relations.get(table.name)
        if table.db != catalog.schema or relation is None:
            return False
        if asker.sees_all or relation.visible is None:
            continue
        at = table.parent
        while at is not None and id(at) not in narrowings:
            at = at.parent
        if at is None:
            return False
    return True


def _is_narrowing(node: exp.Select, catalog: Catalog, asker: Actor) -> bool:
    source = node.args["from_"].this if node.args.get("from_") else None
    relation = catalog.relations.get(source.name) if isinstance(source, exp.Table) else None
    return (
        relation is not None
        and relation.visible is not None
        and node == _visible_rows(relation, catalog.schema, _teams(asker))
    )


def _teams(asker: Actor) -> tuple[str, ...]:
    return tuple(sorted(team for team in asker.teams if team and team.isprintable()))


@lru_cache(maxsize=512)
def _visible_rows(relation: Relation, schema: str, teams: tuple[str, ...]) -> exp.Expr:
    """The view's rows that the teams may see; OFFSET 0 keeps Postgres from
    evaluating the asker's conditions on the rows left out.
    """
    condition = str(relation.visible).replace(_TEAMS, f"'{_TEAMS}'") if teams else "FALSE"
    sql = f"SELECT * FROM {schema}.{relation.name} WHERE {condition} OFFSET 0"  # noqa: S608 - parts of the catalogue
    tokens = tokenize(sql)
    tree = tokens if isinstance(tokens, str) else parse(tokens, sql)
    if isinstance(tree, str):
        raise TypeError(f"the rule of visibility of {relation.name} is not a condition: {relation.visible}")
    for literal in list(tree.find_all(exp.Literal)):
        if literal.is_string and literal.name == _TEAMS and isinstance(literal.parent, exp.In):
            literal.parent.set("expressions", [exp.Literal.string(team) for team in teams])
    return tree
