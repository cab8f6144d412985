"""The view is chosen from the whole query."""

import pytest

from config.access import SYSTEM
from nl2sql.catalog.semantics import semantics
from nl2sql.catalog.tag_dimensions import with_tags
from nl2sql.catalog.views import reporting
from nl2sql.grammar.sql.compile import compile_query
from nl2sql.grammar.sql.context import CompileContext
from nl2sql.grammar.sql.dimension_value import value_of
from nl2sql.guard import SafeQuery, check
from tests.nl2sql.builders import query

TAGS = with_tags(semantics(), ["a'b", "A-B"])


@pytest.mark.parametrize(
    ("question", "view"),
    [
        ("cost by service in october", "daily_costs"),
        ("top 3 resources in october", "resource_costs"),
        ("EC2 cost by instance type in october", "charges"),
        ("prod cost by availability zone, last month vs the month before", "charges"),
        ("top 5 SKUs in october", "charges"),
        ("how many instance types did we use last month", "charges"),
        ("what share of EC2 cost is each usage type in october", "charges"),
        ("usage quantity of lambda by usage type in october", "charges"),
        ("average cost per availability zone in october", "charges"),
        ("lambda cost by charge description by month this year", "charges"),
        ("savings by commitment name in october", "charges"),
    ],
)
def test_line_items_are_read_where_the_sums_do_not_know(question: str, view: str) -> None:
    """And what is compiled passes the guard for the engine that holds them."""
    select = compile_query(query(question), CompileContext(semantics(), None))
    checked = check(select.sql("postgres"), reporting(), SYSTEM)
    assert isinstance(checked, SafeQuery), checked
    assert checked.views == {view}
    assert checked.reads_lake is (view == "charges")


def test_a_tag_is_the_first_of_its_spellings_that_a_line_item_bears() -> None:
    """A quote in a key stays in its literal."""
    value = value_of(TAGS.dimensions["tag_a_b"])
    assert value.sql("postgres") == "COALESCE(tags['A-B'], tags['a''b'])"
    checked = check(f"SELECT {value.sql('postgres')} AS tag FROM charges", reporting(), SYSTEM)
    assert isinstance(checked, SafeQuery), checked
