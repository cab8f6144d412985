"""Numbered weeks, and parts of a period: `week 45`, `first half of October`, `last week of Q3`."""

from datetime import date, timedelta

from nl2sql.dates.named import iso, month, month_day, quarter, year
from nl2sql.dates.periods import (
    QuestionCalendar,
    Unit,
    period_of,
    step,
    whole,
)
from nl2sql.dates.reading import Read, Words, longest, number, word_at, year_at
from nl2sql.dates.relative import last_unit, this_unit


def week_of(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`week of 2 Nov`, `week starting 2026-11-02`, `week 45`, `cw 45`: the ISO week of that number, or nothing."""
    if word_at(words, i) not in ("week", "wk", "cw", "kw"):
        return None
    at = i + 1
    while word_at(words, at) in ("of", "starting", "beginning", "commencing", "from", "on", "the"):
        at += 1
    if at > i + 1 and (reading := longest(words, at, calendar, (iso, month_day))):
        return at + reading[0] - i, whole(reading[1].start, "week")
    index = number(word_at(words, i + 1))
    if not index:
        return None
    given = year_at(words, i + 2)
    start = _start_of_week(given[1], index) if given else _recent_week(index, calendar)
    return (2 + (given[0] if given else 0), whole(start, "week")) if start else None


def _start_of_week(year: int, index: int) -> date | None:
    """The Monday of an ISO week; None for week 53 of a year that has 52 weeks."""
    try:
        return date.fromisocalendar(year, index, 1)
    except ValueError:
        return None


def _recent_week(index: int, calendar: QuestionCalendar) -> date | None:
    """The Monday of the newest such ISO week that has begun, of this or the last year; None when neither has it."""
    this_year = calendar.today.isocalendar()[0]
    mondays = (_start_of_week(year, index) for year in (this_year, this_year - 1))
    return next((monday for monday in mondays if monday and monday <= calendar.today), None)


def part_of(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`first half of october`, `first 10 days of november`, `last week of september`, `start of q3`."""
    word, at = word_at(words, i), i + 1
    count = number(word_at(words, at))
    at += 1 if count else 0
    unit = word_at(words, at)
    if unit == "half" and word_at(words, at + 1) not in ("of", "in") and (other := _other_half(words, i, calendar)):
        return other
    if (
        word not in ("first", "second", "last")
        or unit not in ("half", "week", "weeks", "day", "days")
        or word_at(words, at + 1) not in ("of", "in")
    ):
        return None
    skipped = 1 if word_at(words, at + 2) == "the" else 0
    reading = longest(words, at + 2 + skipped, calendar, (month, last_unit, this_unit, quarter, year))
    if not reading:
        return None
    outer = reading[1]
    full_end = step(outer.start, outer.unit, outer.count) if outer.unit != "day" else outer.end
    if unit == "half":
        middle = _middle(outer.start, full_end, outer.unit)
        start, end = (outer.start, middle) if word == "first" else (middle, full_end)
    else:
        days = (count or 1) * (7 if unit.startswith("week") else 1)
        start, end = (
            (full_end - timedelta(days), full_end) if word == "last" else (outer.start, outer.start + timedelta(days))
        )
        if word == "second":
            start, end = start + timedelta(days), end + timedelta(days)
    return at + 2 + skipped + reading[0] - i, period_of(
        start, min(end, max(calendar.tomorrow, start + timedelta(1))), "day"
    )


def _other_half(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`the second half`, behind or before `the first half of October`: of the same month."""
    for at in range(len(words)):
        of = words[at : at + 3]
        if at != i and of[:1] in (["first"], ["second"]) and of[1:2] == ["half"] and of[2:] in (["of"], ["in"]):
            reading = part_of([words[i], "half", *words[at + 2 :]], 0, calendar)
            return (2, reading[1]) if reading else None
    return None


def _middle(start: date, end: date, unit: Unit) -> date:
    """The first day of the second half. Years are halved after six months, everything else by days; of an odd
    number of days the first half has the smaller part: a week is Monday to Wednesday, then Thursday to Sunday.
    """
    return step(start, "month", 6) if unit == "year" else start + timedelta((end - start).days // 2)
