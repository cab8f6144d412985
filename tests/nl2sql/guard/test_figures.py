"""Where a figure comes from, by its arithmetic alone."""

import pytest
import sqlglot

from nl2sql.guard import figures
from nl2sql.guard.figures import Kind


def expression(sql: str) -> sqlglot.exp.Expr:
    return sqlglot.parse_one(sql, dialect="postgres")


@pytest.mark.parametrize(
    ("sql", "left", "right", "kind"),
    [
        ("cost * 30", Kind.DATA, Kind.CONSTANT, Kind.DATA),
        ("cost / 1000", Kind.DATA, Kind.CONSTANT, Kind.DATA),
        ("cost * 0", Kind.DATA, Kind.CONSTANT, Kind.CONSTANT),
        ("cost + 5000", Kind.DATA, Kind.CONSTANT, Kind.CONSTANT),
        ("1 - share", Kind.CONSTANT, Kind.DATA, Kind.DATA),
        ("100 - share", Kind.CONSTANT, Kind.DATA, Kind.DATA),
        ("cost - -1", Kind.DATA, Kind.CONSTANT, Kind.CONSTANT),
        ("usage_date - 7", Kind.DATA, Kind.CONSTANT, Kind.DATA),
        ("cost - cost", Kind.DATA, Kind.DATA, Kind.CONSTANT),
        ("(cost) / cost", Kind.DATA, Kind.DATA, Kind.CONSTANT),
        ("cost - list_cost", Kind.DATA, Kind.DATA, Kind.DATA),
        ("current_date - 7", Kind.OTHER, Kind.CONSTANT, Kind.OTHER),
        ("7 * 6", Kind.CONSTANT, Kind.CONSTANT, Kind.CONSTANT),
    ],
)
def test_arithmetic_keeps_what_descends_from_data_and_nothing_else(
    sql: str, left: Kind, right: Kind, kind: Kind
) -> None:
    """To scale data is to show them; to add to them, or to take them out of themselves, is to invent."""
    tree = expression(sql)
    assert isinstance(tree, sqlglot.exp.Binary)
    assert figures.calculated(tree, left, right) is kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("'payments'", Kind.OTHER),
        ("'2026-11-01'", Kind.OTHER),
        ("'$12 saved'", Kind.CONSTANT),
        ("'99 %'", Kind.CONSTANT),
        ("'1,234'", Kind.CONSTANT),
        ("'123456'", Kind.CONSTANT),
        ("42", Kind.CONSTANT),
    ],
)
def test_a_text_that_reads_like_a_figure_is_one(text: str, kind: Kind) -> None:
    literal = expression(text)
    assert isinstance(literal, sqlglot.exp.Literal)
    assert figures.literal(literal) is kind


def test_one_invention_among_the_values_of_a_column_is_enough() -> None:
    assert figures.worst(Kind.DATA, Kind.OTHER, Kind.CONSTANT) is Kind.CONSTANT
    assert figures.worst(Kind.DATA, Kind.OTHER) is Kind.DATA
    assert figures.worst() is Kind.OTHER


@pytest.mark.parametrize(
    ("parts", "kind"), [(("1", "0"), Kind.FLAG), (("1", "5000"), Kind.CONSTANT), (("cost", "0"), Kind.DATA)]
)
def test_one_and_none_of_something_counted_are_no_inventions(parts: tuple[str, ...], kind: Kind) -> None:
    trees = [expression(part) for part in parts]
    kinds = [Kind.DATA if isinstance(tree, sqlglot.exp.Column) else Kind.CONSTANT for tree in trees]
    assert figures.chosen(trees, kinds) is kind
