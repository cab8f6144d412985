"""`by tag cost-center`, and what is said of a key that is none."""

import pytest

from nl2sql.catalog.semantics import semantics
from nl2sql.catalog.tag_dimensions import with_tags
from nl2sql.grammar.assembly.complete import complete
from nl2sql.grammar.draft import Doubt, Refusal
from nl2sql.grammar.parse import parse
from nl2sql.grammar.query import CostQuery
from tests.nl2sql.builders import CALENDAR, VALUES

CATALOGUE = with_tags(semantics(), ["user:Cost-Center", "team", "squad"])


def understood(question: str) -> CostQuery | Doubt | Refusal:
    """What the grammar makes of a question over bills with these tags."""
    draft = parse(question, CATALOGUE, VALUES, CALENDAR)
    return draft.discourse.refusal or draft.discourse.doubt or complete(draft, question, CALENDAR)


@pytest.mark.parametrize(
    ("question", "dimension"),
    [
        ("cost by tag cost-center last month", "tag_cost_center"),
        ("spend by cost center tag in october", "tag_cost_center"),
        ("cost by tag team for last month", "tag_team"),
        ("top 3 squad tags in prod last month", "tag_squad"),
        ("cost by team last month", "team"),
        ("cost per squad last month", "team"),
    ],
)
def test_a_tag_is_a_dimension_where_it_is_called_one(question: str, dimension: str) -> None:
    """The word alone keeps the meaning that it has."""
    query = understood(question)
    assert isinstance(query, CostQuery), query
    assert query.dimensions == (dimension,)


@pytest.mark.parametrize("question", ["cost by tag colour last month", "cost by project tag", "cost by tag last month"])
def test_a_tag_that_nobody_bears_is_refused_with_those_that_are(question: str) -> None:
    """The total would be another answer."""
    refused = understood(question)
    assert isinstance(refused, Refusal)
    assert "There are squad, team, user:Cost-Center." in refused.text


def test_without_tags_the_rules_are_named() -> None:
    """There is nothing to choose from then."""
    draft = parse("cost by tag colour", semantics(), VALUES, CALENDAR)
    assert isinstance(draft.discourse.refusal, Refusal)
    assert "`allocation`" in draft.discourse.refusal.text
