"""The words for dates: a reader for each construct, from `yesterday` to `first half of October`."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from nl2sql.dates.periods import (
    MONTHS,
    SMALL_NUMBERS,
    UNITS,
    WEEKDAYS,
    DatePeriod,
    QuestionCalendar,
    Unit,
    floor,
    period_of,
    rolling,
    step,
    until_now,
    whole,
)

Words = Sequence[str]
Read = tuple[int, DatePeriod]  # words read, what they mean

_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_FIRST_YEAR, _LAST_YEAR = 1990, 2200
_LAST = ("last", "past", "previous", "prior", "preceding", "trailing", "latest")
_THIS = ("this", "current", "present")


# ------------------------------------------------------------------ small readers


def word_at(words: Words, index: int) -> str:
    """The word at a place, empty beyond the ends."""
    return words[index] if 0 <= index < len(words) else ""


def number(word: str) -> int | None:
    """A small count in digits or words."""
    if word.isdecimal() and len(word) <= 3:
        return int(word)
    return SMALL_NUMBERS.get(word)


def _year(words: Words, index: int) -> tuple[int, int] | None:
    """(words read, year) for `2025`, `'25`, `of 2025`."""
    skipped = 1 if word_at(words, index) in ("of", "in") else 0
    word = word_at(words, index + skipped)
    if re.fullmatch(r"(19|20)\d\d", word):
        return skipped + 1, int(word)
    if re.fullmatch(r"'\d\d", word):
        return skipped + 1, 2000 + int(word[1:])
    return None


def _relative_year(words: Words, index: int, calendar: QuestionCalendar) -> tuple[int, int] | None:
    skipped = 1 if word_at(words, index) in ("of", "in") else 0
    if word_at(words, index + skipped) in (*_LAST, *_THIS) and word_at(words, index + skipped + 1) == "year":
        return skipped + 2, calendar.today.year - (word_at(words, index + skipped) in _LAST)
    return None


def day_number(word: str) -> int | None:
    """A day of the month: `5`, `5th`."""
    match = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?", word)
    return int(match.group(1)) if match and 1 <= int(match.group(1)) <= 31 else None


def _recent(month: int, day: int, calendar: QuestionCalendar) -> date | None:
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


def _one_day(day: date | None, read: int) -> Read | None:
    return (read, period_of(day, day + timedelta(1), "day")) if day else None


# ------------------------------------------------------------------ one reader a construct


def named_day(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`today`, `yesterday`, `the day before yesterday`."""
    word = word_at(words, i)
    if word in ("today", "yesterday"):
        return _one_day(calendar.today - timedelta(word == "yesterday"), 1)
    if tuple(words[i : i + 3]) == ("day", "before", "yesterday"):
        return _one_day(calendar.today - timedelta(2), 3)
    return None


def iso(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`2026-11-05`, `2026-10`, and written days whose order of day and month is not in doubt."""
    word = word_at(words, i)
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", word):
        return _one_day(day_of(*map(int, match.groups())), 1)
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})", word):
        day = day_of(int(match.group(1)), int(match.group(2)), 1)
        return (1, until_now(whole(day, "month"), calendar)) if day else None
    if match := re.fullmatch(r"(\d{1,2})([./])(\d{1,2})[./](\d{4})", word):
        first, second, year = int(match.group(1)), int(match.group(3)), int(match.group(4))
        day_first = match.group(2) == "." or first > 12
        if match.group(2) == "/" and first <= 12 and second <= 12 and first != second:
            return None
        return _one_day(day_of(year, second, first) if day_first else day_of(year, first, second), 1)
    return None


def month_day(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`5 november`, `the 5th of november`, `nov 5`, with or without a year."""
    at, day, month = i, day_number(word_at(words, i)), None
    if day:
        at += 1 + (word_at(words, i + 1) == "of")
        month = MONTHS.get(word_at(words, at))
    elif month := MONTHS.get(word_at(words, i)):
        at += 1 + (word_at(words, i + 1) == "the")
        day = day_number(word_at(words, at))
    if not (day and month):
        return None
    at += 1
    if year := _year(words, at):
        return _one_day(day_of(year[1], month, day), at + year[0] - i)
    reading = _one_day(_recent(month, day, calendar), at - i)
    return (reading[0], replace(reading[1], yearless=True)) if reading else None


def month(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`october`, `october 2025`, `oct '25`, `october last year`, `last october`."""
    skipped = 1 if word_at(words, i) in (*_LAST, *_THIS) and word_at(words, i + 1) in MONTHS else 0
    number_of_month = MONTHS.get(word_at(words, i + skipped))
    if not number_of_month:
        return None
    at = i + skipped + 1
    if word_at(words, at) == "month" and word_at(words, at + 1) not in (
        "over",
        "on",
        "by",
        "to",
        "before",
    ):  # in september month
        at += 1
    year = _year(words, at) or _relative_year(words, at, calendar)
    if year:
        return at + year[0] - i, until_now(whole(date(year[1], number_of_month, 1), "month"), calendar)
    start = _recent(number_of_month, 1, calendar)
    if start and skipped and words[i] in _LAST and floor(calendar.today, "month") == start:
        start = step(start, "year", -1)
    return (at - i, replace(until_now(whole(start, "month"), calendar), yearless=not skipped)) if start else None


def quarter(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`Q3`, `q3 2025`, `third quarter`, `H1`, `second half of 2025`."""
    word, read = word_at(words, i), 1
    match = re.fullmatch(r"([qh])([1-4])", word)
    size: Unit
    if match and (match.group(1) == "q" or match.group(2) in "12"):
        size, index = ("quarter" if match.group(1) == "q" else "half"), int(match.group(2))
    elif word in _ORDINALS and word_at(words, i + 1) == "quarter":
        size, index, read = "quarter", _ORDINALS[word], 2
    elif (
        word in ("first", "second")
        and word_at(words, i + 1) == "half"
        and (_year(words, i + 2) or _relative_year(words, i + 2, calendar))
    ):
        size, index, read = "half", _ORDINALS[word], 2
    else:
        return None
    start_month = (index - 1) * (3 if size == "quarter" else 6) + 1
    year = _year(words, i + read) or _relative_year(words, i + read, calendar)
    start = date(year[1], start_month, 1) if year else _recent(start_month, 1, calendar)
    return (read + (year[0] if year else 0), until_now(whole(start, size), calendar)) if start else None


def fiscal(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`fiscal year`, `FY26`, `last fiscal year`, `fiscal Q2`: years are named
    by the calendar year in which they end.
    """
    back, at = (1, i + 1) if word_at(words, i) in _LAST else (0, i + (word_at(words, i) in _THIS))
    shift = calendar.fiscal_start - 1
    inside = step(calendar.today, "month", -shift)
    ends_later = 1 if shift else 0
    match = re.fullmatch(r"fy(\d\d)?(\d\d)?", word_at(words, at))
    if match:
        at += 1
        digits = match.group(2) or match.group(1)
        if not digits and (year := _year(words, at)):
            digits, at = f"{year[1] % 100:02d}", at + year[0]
        start_year = 2000 + int(digits) - ends_later if digits else inside.year - back
    elif word_at(words, at) == "fiscal" and word_at(words, at + 1) in ("year", "quarter"):
        if words[at + 1] == "quarter":
            start = step(step(floor(inside, "quarter"), "quarter", -back), "month", shift)
            return at + 2 - i, until_now(period_of(start, step(start, "quarter", 1), "quarter"), calendar)
        start_year, at = inside.year - back, at + 2
    elif word_at(words, at) == "fiscal" and (match := re.fullmatch(r"q([1-4])", word_at(words, at + 1))):
        start = step(date(inside.year, 3 * int(match.group(1)) - 2, 1), "month", shift)
        start = step(start, "year", -1) if start > calendar.today else start
        return at + 2 - i, until_now(period_of(start, step(start, "quarter", 1), "quarter"), calendar)
    else:
        return None
    start = step(date(start_year, 1, 1), "month", shift)
    return at - i, until_now(period_of(start, step(start, "year", 1), "year"), calendar)


def year(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`2025`, `'25`."""
    named = 1 if word_at(words, i) == "year" else 0
    in_front = MONTHS.get(word_at(words, i + 1)) if re.fullmatch(r"(19|20)\d\d", word_at(words, i)) else None
    if in_front and not _year(words, i + 2) and not day_number(word_at(words, i + 2)):  # 2025 november
        return 2, until_now(whole(date(int(words[i]), in_front, 1), "month"), calendar)
    named_year = _year(words, i + named) if word_at(words, i + named) not in ("of", "in") else None
    return (
        (named_year[0] + named, until_now(whole(date(named_year[1], 1, 1), "year"), calendar)) if named_year else None
    )


def to_date(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`MTD`, `month to date`, `year-to-date`, `wtd`, `qtd`."""
    short: dict[str, Unit] = {"mtd": "month", "qtd": "quarter", "ytd": "year", "wtd": "week"}
    if unit := short.get(word_at(words, i)):
        return 1, until_now(whole(calendar.today, unit), calendar)
    unit = UNITS.get(word_at(words, i))
    if unit and tuple(words[i + 1 : i + 3]) == ("to", "date"):
        return 3, until_now(whole(calendar.today, unit), calendar)
    return None


def this_unit(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`this month`, `the current quarter`: from its first day through today."""
    unit = UNITS.get(word_at(words, i + 1))
    if word_at(words, i) in _THIS and unit:
        return 2, until_now(whole(calendar.today, unit), calendar)
    return None


def last_unit(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`last week`, `the previous month`, `the month before last`, `last calendar month`: one whole calendar unit."""
    if word_at(words, i) in _LAST and words[i] != "trailing":
        extra = 1 if word_at(words, i + 1) in ("full", "calendar", "complete", "whole") else 0
        unit = UNITS.get(word_at(words, i + 1 + extra))
        if unit and tuple(words[i + 2 + extra : i + 4 + extra]) == (
            "to",
            "date",
        ):  # last month to date: as far as this one is
            start = step(floor(calendar.today, unit), unit, -1)
            return 4 + extra, period_of(
                start,
                min(start + (calendar.tomorrow - floor(calendar.today, unit)), floor(calendar.today, unit)),
                "day",
            )
        if unit and words[i] == "past" and unit != "day":  # "over the past month" rolls
            return 2 + extra, rolling(unit, 1, calendar)
        if unit:
            period = whole(step(floor(calendar.today, unit), unit, -1), unit)
            return 2 + extra, replace(period, floating=words[i] in ("previous", "prior", "preceding"))
    unit = UNITS.get(word_at(words, i))
    if unit and tuple(words[i + 1 : i + 3]) == ("before", "last"):
        return 3, whole(step(floor(calendar.today, unit), unit, -2), unit)
    return None


def last_units(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`last 14 days`, `past 2 weeks`, `previous three months`: last N weeks are
    calendar weeks, past N weeks days that roll.
    """
    if word_at(words, i) not in _LAST:
        return None
    at = i + 1 + (word_at(words, i + 1) == "a")
    count = number(word_at(words, at))
    if word_at(words, at) == "half" and word_at(words, at + 1) in ("year", "years", "a"):  # last half year
        return at + 2 + (words[at + 1] == "a") - i, rolling("month", 6, calendar)
    at += 1 + (word_at(words, at + 1) in ("of", "full", "calendar", "complete", "whole"))
    unit = UNITS.get(word_at(words, at))
    if word_at(words, i + 1) in ("fortnight",):
        return 2, rolling("week", 2, calendar)
    if count and count % 24 == 0 and word_at(words, at) in ("hours", "hrs", "hour", "h"):
        return at + 1 - i, rolling("day", count // 24, calendar)
    if not count or not unit:
        return None
    if unit == "week" and words[i] != "past":
        end = floor(calendar.today, "week")
        period = period_of(step(end, "week", -count), end, "week", count)
    else:
        period = rolling(unit, count, calendar)
    return at + 1 - i, replace(period, floating=words[i] in ("previous", "prior", "preceding"))


def ago(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`3 days ago`, `two months ago`, `a week ago`."""
    count = 1 if word_at(words, i) in ("a", "an") else number(word_at(words, i))
    unit = UNITS.get(word_at(words, i + 1))
    if count and unit and word_at(words, i + 2) in ("ago", "back"):
        return 3, whole(step(calendar.today, unit, -count), unit)
    return None


def weekday(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`monday`, `last friday`, `last weekend`, `this weekend`."""
    skipped = 1 if word_at(words, i) in (*_LAST, *_THIS) else 0
    word = word_at(words, i + skipped)
    if word == "weekend" and word_at(words, i + skipped + 1) in ("of", "on", "around") and (at := i + skipped + 2):
        at += word_at(words, at) == "the"
        if reading := longest(words, at, calendar, (iso, month_day)):
            saturday = floor(reading[1].start, "week") + timedelta(5)
            return at + reading[0] - i, period_of(saturday, saturday + timedelta(2), "day", 2)
    if word == "weekend" and skipped:
        saturday = floor(calendar.today, "week") + timedelta(5)
        if saturday > calendar.today or (words[i] in _LAST and saturday + timedelta(1) >= calendar.today):
            saturday -= timedelta(7)
        return 2, period_of(saturday, saturday + timedelta(2), "day", 2)
    if word in WEEKDAYS and (skipped or len(word) > 3):
        back = (calendar.today.weekday() - WEEKDAYS[word]) % 7 or 7
        return _one_day(calendar.today - timedelta(back), 1 + skipped)
    return None


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
    given = _year(words, i + 2)
    start = _start_of_week(given[1], index) if given else _recent_week(index, calendar)
    return (2 + (given[0] if given else 0), whole(start, "week")) if start else None


def _start_of_week(year: int, index: int) -> date | None:
    """The Monday of an ISO week; None for week 53 of a year that has 52 weeks."""
    try:
        return date.fromisocalendar(year, index, 1)
    except ValueError:
        return None


def _recent_week(index: int, calendar: QuestionCalendar) -> date | None:
    """The Monday of the newest such ISO week that has begun, of this year or the one before; None when neither has it."""
    this_year = calendar.today.isocalendar()[0]
    mondays = (_start_of_week(year, index) for year in (this_year, this_year - 1))
    return next((monday for monday in mondays if monday and monday <= calendar.today), None)


def part_of(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`first half of october`, `first 10 days of november`, `last week of september`, `start of q3`."""
    word, at = word_at(words, i), i + 1
    count = number(word_at(words, at))
    at += 1 if count else 0
    unit = word_at(words, at)
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


def _middle(start: date, end: date, unit: Unit) -> date:
    """The first day of the second half. Years are halved after six months, everything else by days; of an odd
    number of days the first half has the smaller part: a week is Monday to Wednesday, then Thursday to Sunday.
    """
    return step(start, "month", 6) if unit == "year" else start + timedelta((end - start).days // 2)


Reader = Callable[[Words, int, QuestionCalendar], Read | None]
ATOMS: tuple[Reader, ...] = (
    named_day, iso, month_day, month, quarter, fiscal, year, to_date, this_unit, last_unit, last_units, ago, weekday, week_of, part_of,
)  # fmt: skip


def longest(words: Words, i: int, calendar: QuestionCalendar, readers: Sequence[Reader]) -> Read | None:
    """The longest reading at a place, the earlier reader on a tie."""
    readings = [read for reader in readers if (read := reader(words, i, calendar))]
    return max(readings, key=lambda read: read[0], default=None)
