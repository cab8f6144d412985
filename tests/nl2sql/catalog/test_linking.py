"""Names in the data, and the words that mean them."""

from nl2sql.catalog.linking import Match, nearest
from tests.nl2sql.builders import VALUES


def test_a_name_means_its_value() -> None:
    """As it is written, however it is hyphenated."""
    assert VALUES.exact[("data", "platform")] == (Match("team", ("data-platform",), "data-platform"),)


def test_the_organisation_s_own_word_means_the_name_it_stands_for() -> None:
    """`kasse` is checkout."""
    assert VALUES.exact[("kasse",)][0].label == "checkout"


def test_a_part_of_a_name_is_near() -> None:
    """One match per value; a whole name is no part of itself."""
    matches = VALUES.partial(("commerce",))
    assert [match.label for match in matches] == ["commerce-nonprod", "commerce-prod"]
    assert all(match.near for match in matches)
    assert VALUES.partial(("sandbox",), "account") == ()


def test_the_nearest_names_come_first() -> None:
    """For a refusal that says what there is."""
    assert nearest("paymentz", VALUES)[0] == "payments"
