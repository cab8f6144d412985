"""Tag keys of the bills as dimensions."""

from nl2sql.catalog.semantics import semantics
from nl2sql.catalog.tag_dimensions import with_tags


def test_spellings_of_a_key_are_one_dimension() -> None:
    """Case, separators and a provider's prefix make no other tag."""
    found = with_tags(semantics(), ["user:Cost-Center", "cost_center", "team"])
    assert found.dimensions["tag_cost_center"].tag_keys == ("cost_center", "user:Cost-Center")
    assert found.dimensions["tag_team"].tag_keys == ("team",)
    for words in (("tag", "cost", "center"), ("cost", "center", "tag"), ("by", "cost", "center", "tag")):
        assert found.lexicon[words][0].value == "tag_cost_center"


def test_a_long_key_is_known_by_its_last_part() -> None:
    """Unless that is a key of its own."""
    found = with_tags(semantics(), ["aws:cloudformation:stack-name", "aws:ec2:team", "team"])
    assert found.lexicon["tag", "stack", "name"][0].value == "tag_stack_name"
    assert found.dimensions["tag_team"].tag_keys == ("team",)


def test_words_of_the_catalogue_keep_their_meaning() -> None:
    """A tag that is called like an attack, or like nothing, changes no other question."""
    plain = semantics()
    found = with_tags(plain, ["", "-", "by", "drop table", "\u202e", *(f"k{number}" for number in range(600))])
    assert {phrase: found.lexicon[phrase] for phrase in plain.lexicon} == plain.lexicon
    assert len(found.dimensions) <= len(plain.dimensions) + 500
    assert semantics() == plain
