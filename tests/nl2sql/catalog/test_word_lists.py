"""The word lists of the grammar."""

import re

import pytest

from nl2sql.catalog.word_lists import word_list, word_map


def test_a_list_holds_lower_case_phrases() -> None:
    """`no` and `on` stay words, not truth values."""
    assert "grand total" in word_list("totals")
    assert all(phrase == phrase.casefold() for phrase in word_list("passed_over") | word_list("openings"))


def test_us_dollars_are_tried_last() -> None:
    """`canadian dollars` are no US dollars; and every pattern can be compiled."""
    assert list(word_map("currencies"))[-1] == "USD"
    assert all(re.compile(words) for words in word_map("currencies").values())


def test_an_unknown_list_is_an_error() -> None:
    """A list that is misspelt does not count as empty."""
    with pytest.raises(KeyError):
        word_list("totls")
