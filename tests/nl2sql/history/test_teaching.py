"""Notes as they are read: names held against the bills, their end, and what cannot be taken."""

from datetime import date

import pytest

from nl2sql.history.teaching import Lesson, Unclear, read_lesson
from tests.nl2sql.builders import CALENDAR, FACTS


@pytest.mark.parametrize(
    ("text", "words", "dimension", "values", "through"),
    [
        ("phoenix = account 210045678801 until May", "phoenix", "account_id", ("210045678801",), date(2027, 5, 31)),
        ("The Till = checkout", "the till", "team", ("checkout",), date(2027, 11, 15)),
        ("“till” = team checkout through 2026-12-31", "till", "team", ("checkout",), date(2026, 12, 31)),
        ("backends = ec2 and lambda", "backends", "service", None, date(2027, 11, 15)),
        ("nightbird = the sandbox account until Q1 2027", "nightbird", "account", ("sandbox",), date(2027, 3, 31)),
    ],
)
def test_a_name_is_taught(text: str, words: str, dimension: str, values: tuple[str, ...] | None, through: date) -> None:
    """The end is a day to come and belongs to it; without one a note holds for a year."""
    lesson = read_lesson(text, FACTS, CALENDAR)
    assert isinstance(lesson, Lesson), lesson
    assert (lesson.words, lesson.dimension, lesson.valid_through) == (words, dimension, through)
    assert values is None or lesson.values == values


def test_a_sentence_is_taught_without_a_name() -> None:
    """It is for the model alone."""
    lesson = read_lesson("checkout moved to GCP in March", FACTS, CALENDAR)
    assert isinstance(lesson, Lesson)
    assert (lesson.words, lesson.values) == (None, ())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Teach a name like this"),
        ("prod = staging", "“prod” means environment prod already"),
        ("cost = payments", "“cost” means something in questions already"),
        ("2026 = payments", "“2026” means a number or a day already"),
        ("phoenix = account nowhere", "I do not know"),
        ("phoenix = payments in october", "is not one name"),
        ("phoenix = prod payments", "is not one name"),
        ("phoenix = without payments", "is not one name"),
        ("phoenix = credits", "is a part of every bill"),
        ("phoenix =", "Teach a name like this"),
        ("phoenix = payments until 2026-10-01", "is over already"),
        ("x" * 301, "a note has at most 300"),
    ],
)
def test_what_cannot_be_taken_says_why(text: str, says: str) -> None:
    """Words that mean something already, names that the bills do not hold, ends that are over."""
    unclear = read_lesson(text, FACTS, CALENDAR)
    assert isinstance(unclear, Unclear), unclear
    assert says in unclear.reason
