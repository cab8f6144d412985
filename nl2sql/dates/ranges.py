"""The language of dates: `read` takes the longest date expression at a place;
here are the ranges; `named`, `relative` and `parts` read single dates.
"""

from dataclasses import replace
from datetime import timedelta

from nl2sql.dates.holidays import holiday, season
from nl2sql.dates.named import fiscal, iso, month, month_day, quarter, year
from nl2sql.dates.parts import part_of, week_of
from nl2sql.dates.periods import UNITS, DatePeriod, QuestionCalendar, Unit, joined, period_of, shifted, until_now, whole
from nl2sql.dates.reading import Read, Reader, Words, day_number, day_of, longest, word_at
from nl2sql.dates.relative import (
    ago,
    beside_date,
    last_unit,
    last_units,
    named_day,
    this_unit,
    to_date,
    weekday,
    weekday_date,
)

ATOMS: tuple[Reader, ...] = (
    named_day,
    holiday,
    season,
    iso,
    month_day,
    month,
    quarter,
    fiscal,
    year,
    to_date,
    this_unit,
    last_unit,
    last_units,
    ago,
    weekday_date,
    beside_date,
    weekday,
    week_of,
    part_of,
)


def read(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """The longest date expression that starts at a word, or None."""
    return longest(words, i, calendar, (_since, _until, _between, _span, _two_days, *ATOMS))


def _skip(words: Words, i: int, *skippable: str) -> int:
    while word_at(words, i) in skippable:
        i += 1
    return i


def _end(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """One end of a range: a date, `the beginning of` one, `now`."""
    at = _skip(words, i, "the")
    if word_at(words, at) in ("now", "date", "present"):
        return at + 1 - i, period_of(calendar.today, calendar.tomorrow, "day")
    opening = word_at(words, at) in ("beginning", "start", "end")
    if opening and word_at(words, at + 1) == "of":
        inner = longest(words, _skip(words, at + 2, "the"), calendar, (*ATOMS, _bare_unit))
        if inner:
            length = _skip(words, at + 2, "the") + inner[0] - i
            day = inner[1].end - timedelta(1) if words[at] == "end" else inner[1].start
            return length, period_of(day, day + timedelta(1), "day")
    reading = longest(words, at, calendar, ATOMS)
    return (at + reading[0] - i, reading[1]) if reading else None


def _bare_unit(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`the year` in `since the start of the year`."""
    unit = UNITS.get(word_at(words, i))
    return (1, whole(calendar.today, unit)) if unit else None


def _bare(words: Words, i: int, other: DatePeriod) -> Read | None:
    """A day of the month whose month stands at the other end of the range: `10 and 20 october`."""
    at = _skip(words, i, "the")
    day = day_number(word_at(words, at))
    bare_day = day_of(other.start.year, other.start.month, day) if day else None
    return (at + 1 - i, period_of(bare_day, bare_day + timedelta(1), "day")) if bare_day and other.days == 1 else None


def _pair(words: Words, i: int, calendar: QuestionCalendar, links: tuple[str, ...]) -> Read | None:
    """`A link B`, where either may be a bare day number."""
    first = _end(words, i, calendar)
    if first:
        at = i + first[0]
        if word_at(words, at) in links:
            last = _end(words, at + 1, calendar)
            if first[1].days == 1 and not last:
                last = _bare(words, at + 1, first[1])
            if last:
                return _range(first[1], last[1], at + 1 + last[0] - i, calendar)
    at = _skip(words, i, "the")
    if day_number(word_at(words, at)) and word_at(words, at + 1) in links and (last := _end(words, at + 2, calendar)):
        bare = _bare(words, i, last[1])
        return _range(bare[1], last[1], at + 2 + last[0] - i, calendar) if bare else None
    return None


def _range(first: DatePeriod, last: DatePeriod, length: int, calendar: QuestionCalendar) -> Read | None:
    span = joined(first, last)
    if span and last.yearless and last.days == 1:  # 27-29 nov, on the 28th: this year's, though it is not over
        later = shifted(span, "year", 1)
        span = until_now(later, calendar) if later.start <= calendar.today else span
    return (length, span) if span else None


def _between(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`between A and B`, `from A to B`."""
    if word_at(words, i) == "between":
        return _plus(_pair(words, i + 1, calendar, ("and", "to", "-")), 1)
    if word_at(words, i) == "from":
        return _plus(_pair(words, i + 1, calendar, ("to", "until", "till", "through", "thru", "and", "-")), 1)
    return None


def _span(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`A to B`, `A through B`, `3 - 17 Oct`."""
    return _pair(words, i, calendar, ("to", "until", "till", "through", "thru", "-"))


def _two_days(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`7 and 8 october`, `oct 7 & 8`: two days, the second right behind the first."""
    reading = _pair(words, i, calendar, ("and", "+", "&"))
    return (reading[0], replace(reading[1], ends=None)) if reading and reading[1].days == 2 else None


def _since(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`since A`, `from A on(wards)`, `starting A`: through today."""
    if word_at(words, i) not in ("since", "from", "starting", "after"):
        return None
    reading = _end(words, i + 1, calendar)
    if not reading:
        return None
    length = 1 + reading[0]
    onwards = word_at(words, i + length) in ("on", "onward", "onwards", "forward")
    if words[i] == "from" and not onwards:
        return length, reading[1]
    start = reading[1].end if words[i] == "after" else reading[1].start
    unit: Unit = reading[1].unit
    until_today = period_of(start, max(calendar.tomorrow, start + timedelta(1)), "day", whole_units=unit == "day")
    return length + onwards, replace(until_today, since=reading[1] if words[i] == "since" else None)


def _until(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`until A`, `up to A`, `before A`: from the first day of data."""
    at = i + (2 if tuple(words[i : i + 2]) in (("up", "to"), ("up", "until")) else 1)
    if word_at(words, i) not in ("until", "till", "before", "up", "through") or (words[i] == "up" and at == i + 1):
        return None
    reading = _end(words, at, calendar)
    if not reading:
        return None
    end = reading[1].start if words[i] == "before" else reading[1].end
    return (at - i + reading[0], period_of(calendar.first, end, "day")) if end > calendar.first else None


def _plus(reading: Read | None, more: int) -> Read | None:
    return (reading[0] + more, reading[1]) if reading else None
