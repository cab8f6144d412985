"""Dates relative to today: `yesterday`, `last week`, `past 14 days`, `3 days ago`, `last friday`."""

from dataclasses import replace
from datetime import timedelta

from nl2sql.catalog.word_lists import word_list
from nl2sql.dates.named import iso, month_day
from nl2sql.dates.periods import (
    UNITS,
    WEEKDAYS,
    QuestionCalendar,
    Unit,
    floor,
    period_of,
    rolling,
    step,
    until_now,
    whole,
)
from nl2sql.dates.reading import Read, Words, longest, number, one_day, word_at


def named_day(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`today`, `yesterday`, `the day before yesterday`."""
    word = word_at(words, i)
    if word in ("today", "yesterday"):
        return one_day(calendar.today - timedelta(word == "yesterday"), 1)
    if tuple(words[i : i + 3]) == ("day", "before", "yesterday"):
        return one_day(calendar.today - timedelta(2), 3)
    return None


def to_date(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`MTD`, `month to date`, `year-to-date`, `wtd`, `qtd`."""
    short: dict[str, Unit] = {"mtd": "month", "qtd": "quarter", "ytd": "year", "wtd": "week"}
    if unit := short.get(word_at(words, i)):
        return 1, until_now(whole(calendar.today, unit), calendar)
    unit = UNITS.get(word_at(words, i))
    if unit and tuple(words[i + 1 : i + 3]) == ("to", "date"):
        return 3, until_now(whole(calendar.today, unit), calendar)
    if unit and word_at(words, i - 1) == "the" and tuple(words[i + 1 : i + 3]) == ("so", "far"):  # the year so far
        return 3, until_now(whole(calendar.today, unit), calendar)
    return None


def this_unit(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`this month`, `the current quarter`: from its first day through today."""
    unit = UNITS.get(word_at(words, i + 1))
    if word_at(words, i) in word_list("this") and unit:
        return 2, until_now(whole(calendar.today, unit), calendar)
    return None


def last_unit(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`last week`, `the previous month`, `the month before last`, `last calendar month`: one whole calendar unit."""
    if word_at(words, i) in word_list("last") and words[i] != "trailing":
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
    if word_at(words, i) not in word_list("last"):
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
    skipped = 1 if word_at(words, i) in (*word_list("last"), *word_list("this")) else 0
    word = word_at(words, i + skipped)
    if word == "weekend" and word_at(words, i + skipped + 1) in ("of", "on", "around") and (at := i + skipped + 2):
        at += word_at(words, at) == "the"
        if reading := longest(words, at, calendar, (iso, month_day)):
            saturday = floor(reading[1].start, "week") + timedelta(5)
            return at + reading[0] - i, period_of(saturday, saturday + timedelta(2), "day", 2)
    if word == "weekend" and skipped:
        saturday = floor(calendar.today, "week") + timedelta(5)
        if saturday > calendar.today or (words[i] in word_list("last") and saturday + timedelta(1) >= calendar.today):
            saturday -= timedelta(7)
        return 2, period_of(saturday, saturday + timedelta(2), "day", 2)
    if word in WEEKDAYS and (skipped or len(word) > 3):
        back = (calendar.today.weekday() - WEEKDAYS[word]) % 7 or 7
        return one_day(calendar.today - timedelta(back), 1 + skipped)
    return None


def weekday_date(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`monday 28 september`, `friday, the 30th of october`: one day, which the date says."""
    if word_at(words, i) not in WEEKDAYS:
        return None
    at = i + 1 + (word_at(words, i + 1) == "the")
    reading = longest(words, at, calendar, (iso, month_day))
    return (at + reading[0] - i, reading[1]) if reading else None


def beside_date(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`7 days before october 20`, `the week after 2026-10-20`: days that end or begin at a date."""
    count = number(word_at(words, i))
    at = i + 1 if count else i
    unit = UNITS.get(word_at(words, at))
    side = word_at(words, at + 1)
    opens = side in ("from", "starting", "beginning") and count is not None  # 7 days from october 20 on
    if not unit or not (opens or side in ("before", "after", "preceding", "following")):
        return None
    at += 2 + (word_at(words, at + 2) == "the")
    reading = longest(words, at, calendar, (weekday_date, iso, month_day))
    if not reading:
        return None
    day, steps = reading[1], count or 1
    if opens:
        onwards = word_at(words, at + reading[0]) in ("on", "onward", "onwards")
        return at + reading[0] + onwards - i, period_of(day.start, step(day.start, unit, steps), "day")
    if side in ("before", "preceding"):
        return at + reading[0] - i, period_of(step(day.start, unit, -steps), day.start, "day")
    return at + reading[0] - i, period_of(day.end, step(day.end, unit, steps), "day")
