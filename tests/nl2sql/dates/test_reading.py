"""Words and numbers of dates."""

from datetime import date, timedelta

import pytest

from nl2sql.dates import reading
from nl2sql.dates.periods import QuestionCalendar, period_of

CALENDAR = QuestionCalendar(date(2024, 3, 1), date(2020, 1, 1))


@pytest.mark.parametrize(
    ("word", "number"), [("7", 7), ("seven", 7), ("365", 365), ("1000", None), ("-1", None), ("²", None), ("x", None)]
)
def test_a_count_is_small(word: str, number: int | None) -> None:
    assert reading.number(word) == number


@pytest.mark.parametrize(
    ("word", "day"), [("5", 5), ("5th", 5), ("31st", 31), ("32", None), ("0", None), ("5ths", None)]
)
def test_a_day_of_a_month_is_one_of_31(word: str, day: int | None) -> None:
    assert reading.day_number(word) == day


@pytest.mark.parametrize(
    ("words", "year"), [("2025", (1, 2025)), ("of 2025", (2, 2025)), ("'25", (1, 2025)), ("25", None), ("1800", None)]
)
def test_a_year_has_four_digits_or_an_apostrophe(words: str, year: tuple[int, int] | None) -> None:
    assert reading.year_at(words.split(), 0) == year


def test_a_word_beyond_either_end_is_none() -> None:
    assert [reading.word_at(["a"], index) for index in (-1, 0, 1)] == ["", "a", ""]


def test_the_newest_such_day_has_been() -> None:
    """A leap day that neither this year nor the last has is no day."""
    assert reading.recent_day(2, 29, CALENDAR) == date(2024, 2, 29)
    assert reading.recent_day(3, 2, CALENDAR) == date(2023, 3, 2)
    later = QuestionCalendar(CALENDAR.today + timedelta(days=800), CALENDAR.first)
    assert reading.recent_day(2, 29, later) is None


def test_the_longest_reading_wins_and_the_earlier_reader_on_a_tie() -> None:
    def reads(words: int, start: date) -> reading.Reader:
        return lambda *_: (words, period_of(start, start + timedelta(1), "day"))

    first, second = date(2024, 1, 1), date(2024, 1, 2)
    chosen = reading.longest([], 0, CALENDAR, [reads(1, first), reads(2, first), reads(2, second), lambda *_: None])
    assert chosen is not None
    assert (chosen[0], chosen[1].start) == (2, first)
    assert reading.longest([], 0, CALENDAR, []) is None
