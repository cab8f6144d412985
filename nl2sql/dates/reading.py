"""What every reader of dates uses: words, numbers, years, and the longest reading at a place."""

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from nl2sql.catalog.word_lists import word_list
from nl2sql.dates.periods import (
    SMALL_NUMBERS,
    DatePeriod,
    QuestionCalendar,
    period_of,
)

Words = Sequence[str]


Read = tuple[int, DatePeriod]  # words read, what they mean


ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}


_FIRST_YEAR, _LAST_YEAR = 1990, 2200


def word_at(words: Words, index: int) -> str:
    """The word at a place, empty beyond the ends."""
    return words[index] if 0 <= index < len(words) else ""


def number(word: str) -> int | None:
    """A small count in digits or words."""
    if word.isdecimal() and len(word) <= 3:
        return int(word)
    return SMALL_NUMBERS.get(word)


def year_at(words: Words, index: int) -> tuple[int, int] | None:
    """(words read, year) for `2025`, `'25`, `of 2025`."""
    skipped = 1 if word_at(words, index) in ("of", "in") else 0
    word = word_at(words, index + skipped)
    if re.fullmatch(r"(19|20)\d\d", word):
        return skipped + 1, int(word)
    if re.fullmatch(r"'\d\d", word):
        return skipped + 1, 2000 + int(word[1:])
    return None


def relative_year_at(words: Words, index: int, calendar: QuestionCalendar) -> tuple[int, int] | None:
    skipped = 1 if word_at(words, index) in ("of", "in") else 0
    if (
        word_at(words, index + skipped) in (*word_list("last"), *word_list("this"))
        and word_at(words, index + skipped + 1) == "year"
    ):
        return skipped + 2, calendar.today.year - (word_at(words, index + skipped) in word_list("last"))
    return None


def day_number(word: str) -> int | None:
    """A day of the month: `5`, `5th`."""
    match = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?", word)
    return int(match.group(1)) if match and 1 <= int(match.group(1)) <= 31 else None


def recent_day(month: int, day: int, calendar: QuestionCalendar) -> date | None:
    """The newest such day that is not in the future."""
    for year in (calendar.today.year, calendar.today.year - 1):
        candidate = day_of(year, month, day)
        if candidate and candidate <= calendar.today:
            return candidate
    return None


def day_of(year: int, month: int, day: int) -> date | None:
    """The date, where there is one in the years that bills can be of."""
    try:
        return date(year, month, day) if _FIRST_YEAR <= year <= _LAST_YEAR else None
    except ValueError:
        return None


def one_day(day: date | None, read: int) -> Read | None:
    return (read, period_of(day, day + timedelta(1), "day")) if day else None


Reader = Callable[[Words, int, QuestionCalendar], Read | None]


def longest(words: Words, i: int, calendar: QuestionCalendar, readers: Sequence[Reader]) -> Read | None:
    """The longest reading at a place, the earlier reader on a tie."""
    readings = [read for reader in readers if (read := reader(words, i, calendar))]
    return max(readings, key=lambda read: read[0], default=None)
