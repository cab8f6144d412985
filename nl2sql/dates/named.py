"""Dates that are named: `2026-11-05`, `5 november`, `october 2025`, `Q3`, `FY26`, `2025`."""

import re
from dataclasses import replace
from datetime import date

from nl2sql.catalog.word_lists import word_list
from nl2sql.dates.periods import (
    MONTHS,
    QuestionCalendar,
    Unit,
    floor,
    period_of,
    step,
    until_now,
    whole,
)
from nl2sql.dates.reading import (
    ORDINALS,
    Read,
    Words,
    day_number,
    day_of,
    one_day,
    recent_day,
    relative_year_at,
    word_at,
    year_at,
)


def iso(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`2026-11-05`, `2026-10`, and written days whose order of day and month is not in doubt."""
    word = word_at(words, i)
    if match := re.fullmatch(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", word):
        return one_day(day_of(*map(int, match.groups())), 1)
    if match := re.fullmatch(r"(\d{4})[-/](\d{1,2})|(\d{1,2})/(\d{4})", word):
        day = day_of(int(match.group(1) or match.group(4)), int(match.group(2) or match.group(3)), 1)
        return (1, until_now(whole(day, "month"), calendar)) if day else None
    if match := re.fullmatch(r"(\d{1,2})([./])(\d{1,2})[./](\d{4})", word):
        first, second, year = int(match.group(1)), int(match.group(3)), int(match.group(4))
        day_first = match.group(2) == "." or first > 12
        if match.group(2) == "/" and first <= 12 and second <= 12 and first != second:
            return None
        return one_day(day_of(year, second, first) if day_first else day_of(year, first, second), 1)
    return None


def month_day(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`5 november`, `the 5th of november`, `nov 5`, with or without a year."""
    at, day, month = i, day_number(word_at(words, i)), None
    if not day and tuple(words[i + 1 : i + 2]) == ("of",) and word_at(words, i + 2) in MONTHS:
        day = ORDINALS.get(word_at(words, i))  # the first of september
    if day:
        at += 1 + (word_at(words, i + 1) == "of")
        month = MONTHS.get(word_at(words, at))
    elif month := MONTHS.get(word_at(words, i)):
        at += 1 + (word_at(words, i + 1) == "the")
        day = day_number(word_at(words, at))
    if not (day and month):
        return None
    at += 1
    if year := year_at(words, at):
        return one_day(day_of(year[1], month, day), at + year[0] - i)
    reading = one_day(recent_day(month, day, calendar), at - i)
    return (reading[0], replace(reading[1], yearless=True)) if reading else None


def month(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`october`, `october 2025`, `oct '25`, `october last year`, `last october`."""
    skipped = (
        1 if word_at(words, i) in (*word_list("last"), *word_list("this")) and word_at(words, i + 1) in MONTHS else 0
    )
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
    year = year_at(words, at) or relative_year_at(words, at, calendar)
    if year:
        return at + year[0] - i, until_now(whole(date(year[1], number_of_month, 1), "month"), calendar)
    start = recent_day(number_of_month, 1, calendar)
    if start and skipped and words[i] in word_list("last") and floor(calendar.today, "month") == start:
        start = step(start, "year", -1)
    return (at - i, replace(until_now(whole(start, "month"), calendar), yearless=not skipped)) if start else None


def quarter(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`Q3`, `q3 2025`, `third quarter`, `H1`, `second half of 2025`."""
    word, read = word_at(words, i), 1
    match = re.fullmatch(r"([qh])([1-4])", word)
    size: Unit
    if match and (match.group(1) == "q" or match.group(2) in "12"):
        size, index = ("quarter" if match.group(1) == "q" else "half"), int(match.group(2))
    elif word in ORDINALS and word_at(words, i + 1) == "quarter":
        size, index, read = "quarter", ORDINALS[word], 2
    elif (
        word in ("first", "second")
        and word_at(words, i + 1) == "half"
        and (year_at(words, i + 2) or relative_year_at(words, i + 2, calendar))
    ):
        size, index, read = "half", ORDINALS[word], 2
    else:
        return None
    start_month = (index - 1) * (3 if size == "quarter" else 6) + 1
    year = year_at(words, i + read) or relative_year_at(words, i + read, calendar)
    start = date(year[1], start_month, 1) if year else recent_day(start_month, 1, calendar)
    return (read + (year[0] if year else 0), until_now(whole(start, size), calendar)) if start else None


def fiscal(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`fiscal year`, `FY26`, `last fiscal year`, `fiscal Q2`: years are named
    by the calendar year in which they end.
    """
    back, at = (
        (1, i + 1) if word_at(words, i) in word_list("last") else (0, i + (word_at(words, i) in word_list("this")))
    )
    shift = calendar.fiscal_start - 1
    inside = step(calendar.today, "month", -shift)
    ends_later = 1 if shift else 0
    match = re.fullmatch(r"fy(\d\d)?(\d\d)?", word_at(words, at))
    if match:
        at += 1
        digits = match.group(2) or match.group(1)
        if not digits and (year := year_at(words, at)):
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
    if in_front and not year_at(words, i + 2) and not day_number(word_at(words, i + 2)):  # 2025 november
        return 2, until_now(whole(date(int(words[i]), in_front, 1), "month"), calendar)
    named_year = year_at(words, i + named) if word_at(words, i + named) not in ("of", "in") else None
    return (
        (named_year[0] + named, until_now(whole(date(named_year[1], 1, 1), "year"), calendar)) if named_year else None
    )
