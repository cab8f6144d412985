"""Days that people name instead of dating them: `christmas day 2025`, `black friday`, `the week of thanksgiving`."""

from datetime import date, timedelta

from nl2sql.catalog.word_lists import word_list
from nl2sql.dates.periods import DatePeriod, QuestionCalendar, floor, period_of, step, until_now
from nl2sql.dates.reading import Read, Words, day_of, relative_year_at, word_at, year_at

_FIXED: dict[tuple[str, ...], tuple[int, int]] = {
    ("christmas", "day"): (12, 25),
    ("christmas",): (12, 25),
    ("xmas",): (12, 25),
    ("xmas", "day"): (12, 25),
    ("christmas", "eve"): (12, 24),
    ("boxing", "day"): (12, 26),
    ("new", "years", "eve"): (12, 31),
    ("new", "year", "eve"): (12, 31),
    ("new", "years", "day"): (1, 1),
    ("new", "year", "day"): (1, 1),
    ("valentines", "day"): (2, 14),
    ("halloween",): (10, 31),
    ("independence", "day"): (7, 4),
}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}  # the first of its three months
_AFTER_THANKSGIVING: dict[tuple[str, ...], int] = {  # days after the fourth Thursday of November
    ("thanksgiving",): 0,
    ("thanksgiving", "day"): 0,
    ("black", "friday"): 1,
    ("cyber", "monday"): 4,
}
_THURSDAY = 3


def holiday(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """One day, or with `week` or `weekend` the days around it; without a year the newest that has begun."""
    for length in (3, 2, 1):
        name = tuple(words[i : i + length])
        if len(name) == length and (name in _FIXED or name in _AFTER_THANKSGIVING):
            break
    else:
        return None
    at = i + length
    span = word_at(words, at) if word_at(words, at) in ("week", "weekend") else ""
    at += bool(span)
    if year := year_at(words, at) or relative_year_at(words, at, calendar):
        at, day = at + year[0], _day(name, year[1])
    else:
        this_year = _day(name, calendar.today.year)
        begun = this_year is not None and this_year <= calendar.today
        day = this_year if begun else _day(name, calendar.today.year - 1)
    if day is None:
        return None
    if span == "week":
        start = floor(day, "week")
        return at - i, period_of(start, start + timedelta(7), "day")
    if span == "weekend":
        return at - i, _weekend(day, name)
    return at - i, period_of(day, day + timedelta(1), "day")


def season(words: Words, i: int, calendar: QuestionCalendar) -> Read | None:
    """`summer`, `last winter`, `the spring of 2026`: three whole months as meteorologists count them; without a year
    the newest that has begun. Winter has the year in which it begins.
    """
    before = word_at(words, i) in (*word_list("last"), *word_list("this"))
    at = i + before
    month = _SEASONS.get(word_at(words, at))
    if month is None:
        return None
    at += 1 + (word_at(words, at + 1) in ("months", "season"))
    if year := year_at(words, at) or relative_year_at(words, at, calendar):
        at, start = at + year[0], date(year[1], month, 1)
    else:
        start = date(calendar.today.year, month, 1)
        start = start if start <= calendar.today else step(start, "year", -1)
    return at - i, until_now(period_of(start, step(start, "month", 3), "month", 3), calendar)


def _weekend(day: date, name: tuple[str, ...]) -> DatePeriod:
    """Saturday and Sunday of the week; of Thanksgiving and the Friday behind it, with the days that lead there."""
    sunday = floor(day, "week") + timedelta(6)
    start = day if name in _AFTER_THANKSGIVING and day.weekday() >= _THURSDAY else sunday - timedelta(1)
    return period_of(start, sunday + timedelta(1), "day")


def _day(name: tuple[str, ...], year: int) -> date | None:
    if name in _FIXED:
        return day_of(year, *_FIXED[name])
    first = day_of(year, 11, 1)
    if first is None:
        return None
    thanksgiving = first + timedelta((_THURSDAY - first.weekday()) % 7 + 21)
    return thanksgiving + timedelta(_AFTER_THANKSGIVING[name])
