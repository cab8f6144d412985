"""Slips of the keyboard are repaired where one word is surely meant, and nothing else is touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nl2sql.grammar.tagging.spelling import repair

KNOWN = ["payments", "service", "services", "region", "checkout", "compute", "cost", "team", "teams", "month", "test"]


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("paymnets", "payments"),  # two letters swapped
        ("servce", "service"),  # one left out
        ("regionn", "region"),  # one twice
        ("chekcotu", "checkout"),  # two slips in a long word
        ("ayments", None),  # people rarely miss the first letter
        ("ergion", "region"),  # but swap it with the second
        ("cots", "cost"),  # a short word, swapped
        ("coxt", None),  # a short word, another letter: another word
        ("best", None),
        ("mouth", "month"),  # five letters, one of them wrong
    ],
)
def test_a_slip_becomes_the_word_that_was_meant(slip: str, meant: str | None) -> None:
    assert repair(slip, KNOWN) == meant


@pytest.mark.parametrize("word", ["cst", "serv1ce", "x", "", "m5.large", "i-0abc", "$100", "käse-"])
def test_names_numbers_and_short_words_are_left(word: str) -> None:
    assert repair(word, KNOWN) is None


def test_a_word_between_two_is_left_to_the_person() -> None:
    """Both are as near; guessing would answer another question."""
    assert repair("plant", ["plane", "plans"]) is None
    assert repair("planes", ["planet", "planer"]) is None


def test_of_a_word_and_its_plural_the_singular_is_meant() -> None:
    """They name the same thing."""
    assert repair("servicse", ["service", "services"]) == "service"  # one slip from either
    assert repair("servic", ["service", "services"]) == "service"
    assert repair("bucketz", ["bucket", "buckets"]) == "bucket"


def test_short_words_are_not_what_a_longer_one_means() -> None:
    assert repair("coss", ["cos"]) is None
    assert repair("ecss", ["ecs"]) is None


@given(word=st.sampled_from(KNOWN))
def test_a_known_word_stays_itself(word: str) -> None:
    assert repair(word, KNOWN) == word


@given(word=st.text(max_size=30))
def test_any_text_is_left_or_becomes_a_known_word(word: str) -> None:
    assert repair(word, KNOWN) in {None, *KNOWN}
