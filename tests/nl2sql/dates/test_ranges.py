"""The language of dates, asked on Sunday 15 November 2026."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nl2sql.dates import periods, ranges
from nl2sql.dates.periods import QuestionCalendar
from nl2sql.grammar.tagging.words import split

CALENDAR = QuestionCalendar(date(2026, 11, 15), date(2025, 9, 1))


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("yesterday", "2026-11-14", "2026-11-15"),
        ("7 and 8 october", "2026-10-07", "2026-10-09"),
        ("oct 30 + 31", "2026-10-30", "2026-11-01"),
        ("mtd", "2026-11-01", "2026-11-16"),
        ("year to date", "2026-01-01", "2026-11-16"),
        ("this week", "2026-11-09", "2026-11-16"),
        ("last week", "2026-11-02", "2026-11-09"),
        ("last month", "2026-10-01", "2026-11-01"),
        ("month before last", "2026-09-01", "2026-10-01"),
        ("last quarter", "2026-07-01", "2026-10-01"),
        ("last 14 days", "2026-11-01", "2026-11-15"),
        ("past 2 weeks", "2026-11-01", "2026-11-15"),
        ("last 4 weeks", "2026-10-12", "2026-11-09"),
        ("last three months", "2026-08-01", "2026-11-01"),
        ("two months ago", "2026-09-01", "2026-10-01"),
        ("october", "2026-10-01", "2026-11-01"),
        ("november", "2026-11-01", "2026-11-16"),
        ("december", "2025-12-01", "2026-01-01"),
        ("oct '25", "2025-10-01", "2025-11-01"),
        ("october last year", "2025-10-01", "2025-11-01"),
        ("q2", "2026-04-01", "2026-07-01"),
        ("q4", "2026-10-01", "2026-11-16"),
        ("h1 2026", "2026-01-01", "2026-07-01"),
        ("2025", "2025-01-01", "2026-01-01"),
        ("2026-11-05", "2026-11-05", "2026-11-06"),
        ("5th of november", "2026-11-05", "2026-11-06"),
        ("nov 20", "2025-11-20", "2025-11-21"),
        ("week of 4 nov", "2026-11-02", "2026-11-09"),
        ("first half of october", "2026-10-01", "2026-10-16"),
        ("last week of october", "2026-10-25", "2026-11-01"),
        ("last weekend", "2026-11-07", "2026-11-09"),
        ("since july", "2026-07-01", "2026-11-16"),
        ("since the start of the year", "2026-01-01", "2026-11-16"),
        ("until 10 november", "2025-09-01", "2026-11-11"),
        ("between 10 and 20 october", "2026-10-10", "2026-10-21"),
        ("from august to october", "2026-08-01", "2026-11-01"),
        ("from november to january", "2025-11-01", "2026-02-01"),
        ("3–17 Oct", "2026-10-03", "2026-10-18"),
        ("oct 3-17", "2026-10-03", "2026-10-18"),
        ("2026-10-01 to 2026-10-15", "2026-10-01", "2026-10-16"),
        ("fy26", "2026-01-01", "2026-11-16"),
    ],
)
def test_words_become_days(words: str, start: str, end: str) -> None:
    """Every construct is read whole, and means these days."""
    texts = [word.text for word in split(words)]
    found = ranges.read(texts, 0, CALENDAR)
    assert found is not None
    assert found[0] == len(texts)
    assert (found[1].start.isoformat(), found[1].end.isoformat()) == (start, end)


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("fiscal year", "2026-04-01", "2026-11-16"),
        ("fy26", "2025-04-01", "2026-04-01"),
        ("fiscal q1", "2026-04-01", "2026-07-01"),
        ("last fiscal year", "2025-04-01", "2026-04-01"),
    ],
)
def test_fiscal_years_start_where_the_organisation_says(words: str, start: str, end: str) -> None:
    """With a fiscal year from April, FY26 ends in March 2026."""
    found = ranges.read(words.split(), 0, QuestionCalendar(date(2026, 11, 15), date(2025, 1, 1), fiscal_start=4))
    assert found is not None
    assert (found[1].start.isoformat(), found[1].end.isoformat()) == (start, end)


@pytest.mark.parametrize("words", ["commerce", "03/04/2026", "13 cats", "31 february"])
def test_what_is_no_date_or_could_be_two_is_not_read(words: str) -> None:
    """3 April and March 4th look the same, so neither is taken."""
    found = ranges.read([word.text for word in split(words)], 0, CALENDAR)
    assert found is None or found[1].days != 1


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.sampled_from(["week", "month", "quarter", "year"]))
def test_the_last_unit_ends_where_this_one_starts(today: date, unit: str) -> None:
    """On every day, last week, month, quarter and year adjoin the present one, which holds today."""
    calendar = QuestionCalendar(today, date(2019, 1, 1))
    last, this = ranges.read(["last", unit], 0, calendar), ranges.read(["this", unit], 0, calendar)
    assert last is not None
    assert this is not None
    assert last[1].end == this[1].start <= today < this[1].end
    assert periods.before(last[1]).end == last[1].start
