"""The language of dates: words become a period, half open, in UTC days."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

Unit = Literal["day", "week", "month", "quarter", "half", "year"]

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
MONTHS = {name: number for number, full in enumerate(_MONTHS, 1) for name in (full, full[:3])} | {"sept": 9, "febr": 2}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAYS = {name: number for number, full in enumerate(_WEEKDAYS) for name in (full, full[:3])} | {"tues": 1, "thur": 3, "thurs": 3}
UNITS: dict[str, Unit] = {
    "day": "day", "days": "day", "d": "day", "week": "week", "weeks": "week", "wk": "week", "wks": "week", "month": "month", "months": "month", "mo": "month",
    "mth": "month", "mths": "month", "quarter": "quarter", "quarters": "quarter", "qtr": "quarter", "qtrs": "quarter", "year": "year", "years": "year",
    "yr": "year", "yrs": "year", "half": "half",
}  # fmt: skip
_SMALL = {
    name: number
    for number, name in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
}
SMALL_NUMBERS = _SMALL | {"couple": 2, "fourteen": 14, "fifteen": 15, "twenty": 20, "thirty": 30, "sixty": 60, "ninety": 90, "hundred": 100}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_FIRST_YEAR, _LAST_YEAR = 1990, 2200
_LAST = ("last", "past", "previous", "prior", "preceding", "trailing", "latest")
_THIS = ("this", "current", "present")


@dataclass(frozen=True)
class Period:
    """Days from `start` up to but not including `end`; `unit` x `count` is what one step back means."""

    start: date
    end: date
    label: str
    unit: Unit = "day"
    count: int = 1
    whole: bool = True
    yearless: bool = False  # the year was left out
    floating: bool = False  # "previous month" beside another period means the one before that
    ends: tuple["Period", "Period"] | None = None  # of a worded range: "from September to October" may also be a comparison

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.end - self.start).days

    def to_json(self) -> dict[str, Any]:
        """What is stored with a question."""
        return {
            "start": self.start.isoformat(), "end": self.end.isoformat(), "label": self.label, "unit": self.unit, "count": self.count, "whole": self.whole,
        }  # fmt: skip

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Period":
        """The period that `to_json` wrote."""
        return cls(
            date.fromisoformat(stored["start"]), date.fromisoformat(stored["end"]), stored["label"], stored["unit"], stored["count"], stored["whole"]
        )  # fmt: skip


@dataclass(frozen=True)
class Calendar:
    """What relative words refer to: today, the first day of data, the month in which fiscal years start."""

    today: date
    first: date = date(2000, 1, 1)
    fiscal_start: int = 1

    @property
    def tomorrow(self) -> date:
        """End of every period that runs until now."""
        return self.today + timedelta(1)


Words = Sequence[str]
Read = tuple[int, Period]  # words read, what they mean


# ------------------------------------------------------------------ arithmetic of calendars


def floor(day: date, unit: Unit) -> date:
    """The first day of the unit that holds a day; weeks start on Monday."""
    if unit == "day":
        return day
    if unit == "week":
        return day - timedelta(day.weekday())
    size = {"month": 1, "quarter": 3, "half": 6, "year": 12}[unit]
    return date(day.year, (day.month - 1) // size * size + 1, 1)


def step(day: date, unit: Unit, count: int) -> date:
    """A day moved by whole units; the day of the month is kept where the month has it."""
    if unit in ("day", "week"):
        return day + timedelta(count * (7 if unit == "week" else 1))
    index = day.year * 12 + day.month - 1 + count * {"month": 1, "quarter": 3, "half": 6, "year": 12}[unit]
    year, month = divmod(index, 12)
    last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(1)).day
    return date(year, month + 1, min(day.day, last))


def whole(day: date, unit: Unit, count: int = 1) -> Period:
    """`count` whole units from the one that holds a day."""
    start = floor(day, unit)
    return _period(start, step(start, unit, count), unit, count)


def until_now(period: Period, calendar: Calendar) -> Period:
    """The period cut at today, when it is still running."""
    if period.start <= calendar.today < period.end - timedelta(1):
        return _period(period.start, calendar.tomorrow, period.unit, period.count, whole_units=False)
    return period


def before(period: Period) -> Period:
    """The period just before: the calendar unit before, or as many days."""
    if period.unit != "day":
        start = step(period.start, period.unit, -period.count)
        return _period(start, period.start, period.unit, period.count)
    return _period(period.start - timedelta(period.days), period.start, "day", period.count)


def shifted(period: Period, unit: Unit, count: int = -1) -> Period:
    """The same days some units earlier, as last year's October for October."""
    start = step(period.start, unit, count)
    end = step(period.end, unit, count)
    return _period(start, end, period.unit, period.count, whole_units=period.whole)


def _period(start: date, end: date, unit: Unit, count: int = 1, whole_units: bool = True) -> Period:
    return Period(start, end, label(start, end), unit, count, whole_units)


def label(start: date, end: date) -> str:
    """How a person would name the days: `October 2026`, `Q3 2026`, `2–8 Nov 2026`, `14 Nov 2026`."""
    last = end - timedelta(1)
    if start == last:
        return f"{start.day} {start:%b %Y}"
    for unit, name in (("month", f"{start:%B %Y}"), ("quarter", f"Q{(start.month + 2) // 3} {start.year}"), ("year", str(start.year))):
        if floor(start, unit) == start and step(start, unit, 1) == end:  # type: ignore[arg-type]
            return name
    if start.year != last.year:
        return f"{start.day} {start:%b %Y} – {last.day} {last:%b %Y}"
    if start.month != last.month:
        return f"{start.day} {start:%b} – {last.day} {last:%b %Y}"
    return f"{start.day}–{last.day} {last:%b %Y}"


# ------------------------------------------------------------------ small readers


def _word(words: Words, index: int) -> str:
    return words[index] if 0 <= index < len(words) else ""


def number(word: str) -> int | None:
    """A small count in digits or words."""
    if word.isdecimal() and len(word) <= 3:
        return int(word)
    return SMALL_NUMBERS.get(word)


def _year(words: Words, index: int) -> tuple[int, int] | None:
    """(words read, year) for `2025`, `'25`, `of 2025`."""
    skipped = 1 if _word(words, index) in ("of", "in") else 0
    word = _word(words, index + skipped)
    if re.fullmatch(r"(19|20)\d\d", word):
        return skipped + 1, int(word)
    if re.fullmatch(r"'\d\d", word):
        return skipped + 1, 2000 + int(word[1:])
    return None


def _relative_year(words: Words, index: int, calendar: Calendar) -> tuple[int, int] | None:
    skipped = 1 if _word(words, index) in ("of", "in") else 0
    if _word(words, index + skipped) in (*_LAST, *_THIS) and _word(words, index + skipped + 1) == "year":
        return skipped + 2, calendar.today.year - (_word(words, index + skipped) in _LAST)
    return None


def _day_number(word: str) -> int | None:
    match = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?", word)
    return int(match.group(1)) if match and 1 <= int(match.group(1)) <= 31 else None


def _recent(month: int, day: int, calendar: Calendar) -> date | None:
    """The newest such day that is not in the future."""
    for year in (calendar.today.year, calendar.today.year - 1):
        found = _date(year, month, day)
        if found and found <= calendar.today:
            return found
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if _FIRST_YEAR <= year <= _LAST_YEAR else None
    except ValueError:
        return None


def _one_day(day: date | None, read: int) -> Read | None:
    return (read, _period(day, day + timedelta(1), "day")) if day else None


# ------------------------------------------------------------------ one reader a construct


def named_day(words: Words, i: int, calendar: Calendar) -> Read | None:
    """`today`, `yesterday`, `the day before yesterday`."""
    word = _word(words, i)
    if word in ("today", "yesterday"):
        return _one_day(calendar.today - timedelta(word == "yesterday"), 1)
    if tuple(words[i : i + 3]) == ("day", "before", "yesterday"):
        return _one_day(calendar.today - timedelta(2), 3)
    return None


def iso(words: Words, i: int, calendar: Calendar) -> Read | None:
    """`2026-11-05`, `2026-10`, and written days whose order of day and month is not in doubt."""
    word = _word(words, i)
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", word):
        return _one_day(_date(*map(int, match.groups())), 1)
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})", word):
        day = _date(int(match.group(1)), int(match.group(2)), 1)
        return (1, until_now(whole(day, "month"), calendar)) if day else None
    if match := re.fullmatch(r"(\d{1,2})([./])(\d{1,2})[./](\d{4})", word):
        first, second, year = int(match.group(1)), int(match.group(3)), int(match.group(4))
        day_first = match.group(2) == "." or first > 12
        if match.group(2) == "/" and first <= 12 and second <= 12 and first != second:
            return None
        return _one_day(_date(year, second, first) if day_first else _date(year, first, second), 1)
    return None


def month_day(words: Words, i: int, calendar: Calendar) -> Read | None:
    """`5 november`, `the 5th of november`, `nov 5`, with or without a year."""
    at, day, month = i, _day_number(_word(words, i)), None
    if day:
        at += 1 + (_word(words, i + 1) == "of")
        month = MONTHS.get(_word(words, at))
    elif month := MONTHS.get(_word(words, i)):
        at += 1 + (_word(words, i + 1) == "the")
        day = _day_number(_word(words, at))
    if not (day and month):
        return None
    at += 1
    if year := _year(words, at):
        return _one_day(_date(year[1], month, day), at + year[0] - i)
    found = _one_day(_recent(month, day, calendar), at - i)
    return (found[0], replace(found[1], yearless=True)) if found else None


def month(words: Words, i: int, calendar: Calendar) -> Read | None:
    """`october`, `october 2025`, `oct '25`, `october last year`, `last october`."""
    skipped = 1 if _word(words, i) in (*_LAST, *_THIS) and _word(words, i + 1) in MONTHS else 0
    found = MONTHS.get(_word(words, i + skipped))
    if not found:
        return None
    at = i + skipped + 1
    year = _year(words, at) or _relative_year(words, at, calendar)
    if year:
        return at + year[0] - i, until_now(whole(date(year[1], found, 1), "month"), calendar)
    start = _recent(found, 1, calendar)
    if start and skipped and words[i] in _LAST and floor(calendar.today, "month") == start:
        start = step(start, "year", -1)
    return (at - i, replace(until_now(whole(start, "month"), calendar), yearless=not skipped)) if start else None


def quarter(words: Words, i: int, calendar: Calendar) -> Read | None:
    """`Q3`, `q3 2025`, `third quarter`, `H1`, `second half of 2025`."""
    word, read = _word(words, i), 1
    match = re.fullmatch(r"([qh])([1-4])", word)
    size: Unit
    if match and (match.group(1) == "q" or match.group(2) in "12"):
        size, index = ("quarter" if match.group(1) == "q" else "half"), int(match.group(2))
    elif word in _ORDINALS and _word(words, i + 1) == "quarter":
        size, index, read = "quarter", _ORDINALS[word], 2
    elif word in ("first", "second") and _word(words, i + 1) == "half" and (_year(words, i + 2) or _relative_year(words, i + 2, calendar)):
        size, index, read = "half", _ORDINALS[word], 2
    else:
        return None
    start_month = (index - 1) * (3 if size == "quarter" else 6) + 1
    year = _year(words, i + read) or _relative_year(words, i + read, calendar)
    start = date(year[1], start_month, 1) if year else _recent(start_month, 1, calendar)
    return (read + (year[0] if year else 0), until_now(whole(start, size), calendar)) if start else None


def fiscal(words: Words, i: int, calendar: Calendar) -> Read | None:
    """`fiscal year`, `FY26`, `last fiscal year`, `fiscal Q2`: years are named by the calendar year in which they end."""
    back, at = (1, i + 1) if _word(words, i) in _LAST else (0, i + (_word(words, i) in _THIS))
    shift = calendar.fiscal_start - 1
    inside = step(calendar.today, "month", -shift)
    ends_later = 1 if shift else 0
    match = re.fullmatch(r"fy(\d\d)?(\d\d)?", _word(words, at))
    if match:
        at += 1
        digits = match.group(2) or match.group(1)
        if not digits and (year := _year(words, at)):
            digits, at = f"{year[1] % 100:02d}", at + year[0]
        start_year = 2000 + int(digits) - ends_later if digits else inside.year - back
    elif _word(words, at) == "fiscal" and _word(words, at + 1) in ("year", "quarter"):
        if words[at + 1] == "quarter":
            start = step(step(floor(inside, "quarter"), "quarter", -back), "month", shift)
            return at + 2 - i, until_now(_period(start, step(start, "quarter", 1), "quarter"), calendar)
        start_year, at = inside.year - back, at + 2
    elif _word(words, at) == "fiscal" and (match := re.fullmatch(r"q([1-4])", _word(words, at + 1))):
        start = step(date(inside.year, 3 * int(match.group(1)) - 2, 1), "month", shift)
        start = step(start, "year", -1) if start > calendar.today else start
        return at + 2 - i, until_now(_period(start, step(start, "quarter", 1), "quarter"), calendar)
    else:
        return None
    start = step(date(start_year, 1, 1), "month", shift)
    return at - i, until_now(_period(start, step(start, "year", 1), "year"), calendar)


def year(words: Words, i: int, calendar: Calendar) -> Read | None:
    """`2025`, `'25`."""
    named = 1 if _word(words, i) == "year" else 0
    found = _year(words, i + named) if _word(words, i + named) not in ("of", "in") else None
    return (found[0] + named, until_now(whole(date(found[1], 1, 1), "year"), calendar)) if found else None


def to_date(words: Words, i: int, calendar: Calendar) -> Read | None:
    """`MTD`, `month to date`, `year-to-date`, `wtd`, `qtd`."""
    short: dict[str, Unit] = {"mtd": "month", "qtd": "quarter", "ytd": "year", "wtd": "week"}
    if unit := short.get(_word(words, i)):
        return 1, until_now(whole(calendar.today, unit), calendar)
    unit = UNITS.get(_word(words, i))
    if unit and tuple(words[i + 1 : i + 3]) == ("to", "date"):
        return 3, until_now(whole(calendar.today, unit), calendar)
    return None


def this_unit(words: Words, i: int, calendar: Calendar) -> Read | None:
    """`this month`, `the current quarter`: from its first day through today."""
    unit = UNITS.get(_word(words, i + 1))
    if _word(words, i) in _THIS and unit:
        return 2, until_now(whole(calendar.today, unit), calendar)
    return None


def last_unit(words: Words, i: int, calendar: Calendar) -> Read | None:
    """`last week`, `the previous month`, `the month before last`, `last calendar month`: one whole calendar unit."""
    if _word(words, i) in _LAST and words[i] != "trailing":
        extra = 1 if _word(words, i + 1) in ("full", "calendar", "complete", "whole") else 0
        unit = UNITS.get(_word(words, i + 1 + extra))
        if unit and words[i] == "past" and unit != "day":  # "over the past month" rolls
            return 2 + extra, rolling(unit, 1, calendar)
        if unit:
            found = whole(step(floor(calendar.today, unit), unit, -1), unit)
            return 2 + extra, replace(found, floating=words[i] in ("previous", "prior", "preceding"))
    unit = UNITS.get(_word(words, i))
    if unit and tuple(words[i + 1 : i + 3]) == ("before", "last"):
        return 3, whole(step(floor(calendar.today, unit), unit, -2), unit)
    return None


def rolling(unit: Unit, count: int, calendar: Calendar) -> Period:
    """The last N units: whole months, quarters and years before this one; days and weeks as full days before today."""
    if unit in ("day", "week"):
        days = count * (7 if unit == "week" else 1)
        return _period(calendar.today - timedelta(days), calendar.today, "day", days)
    end = floor(calendar.today, unit)
    return _period(step(end, unit, -count), end, unit, count)


def last_units(words: Words, i: int, calendar: Calendar) -> Read | None:
    """`last 14 days`, `past 2 weeks`, `previous three months`: last N weeks are calendar weeks, past N weeks days that roll."""
    if _word(words, i) not in _LAST:
        return None
    at = i + 1 + (_word(words, i + 1) == "a")
    count = number(_word(words, at))
    at += 1 + (_word(words, at + 1) in ("of", "full", "calendar", "complete", "whole"))
    unit = UNITS.get(_word(words, at))
    if _word(words, i + 1) in ("fortnight",):
        return 2, rolling("week", 2, calendar)
    if not count or not unit:
        return None
    if unit == "week" and words[i] != "past":
        end = floor(calendar.today, "week")
        found = _period(step(end, "week", -count), end, "week", count)
    else:
        found = rolling(unit, count, calendar)
    return at + 1 - i, replace(found, floating=words[i] in ("previous", "prior", "preceding"))


def ago(words: Words, i: int, calendar: Calendar) -> Read | None:
    """`3 days ago`, `two months ago`, `a week ago`."""
    count = 1 if _word(words, i) in ("a", "an") else number(_word(words, i))
    unit = UNITS.get(_word(words, i + 1))
    if count and unit and _word(words, i + 2) in ("ago", "back"):
        return 3, whole(step(calendar.today, unit, -count), unit)
    return None


def weekday(words: Words, i: int, calendar: Calendar) -> Read | None:
    """`monday`, `last friday`, `last weekend`, `this weekend`."""
    skipped = 1 if _word(words, i) in (*_LAST, *_THIS) else 0
    word = _word(words, i + skipped)
    if word == "weekend" and skipped:
        saturday = floor(calendar.today, "week") + timedelta(5)
        if saturday > calendar.today or (words[i] in _LAST and saturday + timedelta(1) >= calendar.today):
            saturday -= timedelta(7)
        return 2, _period(saturday, saturday + timedelta(2), "day", 2)
    if word in WEEKDAYS and (skipped or len(word) > 3):
        back = (calendar.today.weekday() - WEEKDAYS[word]) % 7 or 7
        return _one_day(calendar.today - timedelta(back), 1 + skipped)
    return None


def week_of(words: Words, i: int, calendar: Calendar) -> Read | None:
    """`week of 2 Nov`, `week starting 2026-11-02`, `week 45`, `cw 45`."""
    if _word(words, i) not in ("week", "wk", "cw", "kw"):
        return None
    at = i + 1
    while _word(words, at) in ("of", "starting", "beginning", "commencing", "from", "on", "the"):
        at += 1
    if at > i + 1 and (found := _first(words, at, calendar, (iso, month_day))):
        return at + found[0] - i, whole(found[1].start, "week")
    index = number(_word(words, i + 1))
    if index and 1 <= index <= 53:
        given = _year(words, i + 2)
        start = date.fromisocalendar(given[1] if given else calendar.today.isocalendar()[0], min(index, 52), 1)
        start = step(start, "week", -52) if start > calendar.today and not given else start
        return 2 + (given[0] if given else 0), whole(start, "week")
    return None


def part_of(words: Words, i: int, calendar: Calendar) -> Read | None:
    """`first half of october`, `first 10 days of november`, `last week of september`, `start of q3`."""
    word, at = _word(words, i), i + 1
    count = number(_word(words, at))
    at += 1 if count else 0
    unit = _word(words, at)
    if (
        word not in ("first", "second", "last")
        or unit not in ("half", "week", "weeks", "day", "days")
        or _word(words, at + 1) not in ("of", "in")
    ):
        return None
    skipped = 1 if _word(words, at + 2) == "the" else 0
    found = _first(words, at + 2 + skipped, calendar, (month, last_unit, this_unit, quarter, year))
    if not found:
        return None
    outer = found[1]
    full_end = step(outer.start, outer.unit, outer.count) if outer.unit != "day" else outer.end
    if unit == "half":
        middle = (
            date(outer.start.year, outer.start.month, 16)
            if outer.unit == "month"
            else step(outer.start, "month", 6 if outer.unit == "year" else 1)
        )
        start, end = (outer.start, middle) if word == "first" else (middle, full_end)
    else:
        days = (count or 1) * (7 if unit.startswith("week") else 1)
        start, end = (full_end - timedelta(days), full_end) if word == "last" else (outer.start, outer.start + timedelta(days))
        if word == "second":
            start, end = start + timedelta(days), end + timedelta(days)
    return at + 2 + skipped + found[0] - i, _period(start, min(end, max(calendar.tomorrow, start + timedelta(1))), "day")


Reader = Callable[[Words, int, Calendar], Read | None]
ATOMS: tuple[Reader, ...] = (
    named_day, iso, month_day, month, quarter, fiscal, year, to_date, this_unit, last_unit, last_units, ago, weekday, week_of, part_of,
)  # fmt: skip


def _first(words: Words, i: int, calendar: Calendar, readers: Sequence[Reader]) -> Read | None:
    """The longest reading at a place, the earlier reader on a tie."""
    found = [read for reader in readers if (read := reader(words, i, calendar))]
    return max(found, key=lambda read: read[0], default=None)


# ------------------------------------------------------------------ ranges


def read(words: Words, i: int, calendar: Calendar) -> Read | None:
    """The longest date expression that starts at a word, or None."""
    return _first(words, i, calendar, (_since, _until, _between, _span, *ATOMS))


def _skip(words: Words, i: int, *skippable: str) -> int:
    while _word(words, i) in skippable:
        i += 1
    return i


def _end(words: Words, i: int, calendar: Calendar) -> Read | None:
    """One end of a range: a date, `the beginning of` one, `now`."""
    at = _skip(words, i, "the")
    if _word(words, at) in ("now", "date", "present"):
        return at + 1 - i, _period(calendar.today, calendar.tomorrow, "day")
    opening = _word(words, at) in ("beginning", "start", "end")
    if opening and _word(words, at + 1) == "of":
        inner = _first(words, _skip(words, at + 2, "the"), calendar, (*ATOMS, _bare_unit))
        if inner:
            length = _skip(words, at + 2, "the") + inner[0] - i
            day = inner[1].end - timedelta(1) if words[at] == "end" else inner[1].start
            return length, _period(day, day + timedelta(1), "day")
    found = _first(words, at, calendar, ATOMS)
    return (at + found[0] - i, found[1]) if found else None


def _bare_unit(words: Words, i: int, calendar: Calendar) -> Read | None:
    """`the year` in `since the start of the year`."""
    unit = UNITS.get(_word(words, i))
    return (1, whole(calendar.today, unit)) if unit else None


def joined(first: Period, last: Period) -> Period | None:
    """The period from the first day of one to the last day of the other, last year's where the years were left out; None the wrong way round."""
    ends = (first, last)
    if first.start >= last.end and first.yearless:
        first = shifted(first, "year")
    if first.start >= last.end:
        return None
    same = first.unit == last.unit and first.unit != "day"
    count = 1
    if same:
        while step(first.start, first.unit, count) < last.end:
            count += 1
    found = _period(first.start, last.end, first.unit if same else "day", count, whole_units=last.whole)
    return replace(found, ends=ends)


def _bare(words: Words, i: int, other: Period) -> Read | None:
    """A day of the month whose month stands at the other end of the range: `10 and 20 october`."""
    at = _skip(words, i, "the")
    day = _day_number(_word(words, at))
    found = _date(other.start.year, other.start.month, day) if day else None
    return (at + 1 - i, _period(found, found + timedelta(1), "day")) if found and other.days == 1 else None


def _pair(words: Words, i: int, calendar: Calendar, links: tuple[str, ...]) -> Read | None:
    """`A link B`, where either may be a bare day number."""
    first = _end(words, i, calendar)
    if first:
        at = i + first[0]
        if _word(words, at) in links:
            last = _end(words, at + 1, calendar)
            if first[1].days == 1 and not last:
                last = _bare(words, at + 1, first[1])
            if last:
                return _range(first[1], last[1], at + 1 + last[0] - i)
    at = _skip(words, i, "the")
    if _day_number(_word(words, at)) and _word(words, at + 1) in links and (last := _end(words, at + 2, calendar)):
        bare = _bare(words, i, last[1])
        return _range(bare[1], last[1], at + 2 + last[0] - i) if bare else None
    return None


def _range(first: Period, last: Period, length: int) -> Read | None:
    found = joined(first, last)
    return (length, found) if found else None


def _between(words: Words, i: int, calendar: Calendar) -> Read | None:
    """`between A and B`, `from A to B`."""
    if _word(words, i) == "between":
        return _plus(_pair(words, i + 1, calendar, ("and", "to", "-")), 1)
    if _word(words, i) == "from":
        return _plus(_pair(words, i + 1, calendar, ("to", "until", "till", "through", "thru", "and", "-")), 1)
    return None


def _span(words: Words, i: int, calendar: Calendar) -> Read | None:
    """`A to B`, `A through B`, `3 - 17 Oct`."""
    return _pair(words, i, calendar, ("to", "until", "till", "through", "thru", "-"))


def _since(words: Words, i: int, calendar: Calendar) -> Read | None:
    """`since A`, `from A on(wards)`, `starting A`: through today."""
    if _word(words, i) not in ("since", "from", "starting", "after"):
        return None
    found = _end(words, i + 1, calendar)
    if not found:
        return None
    length = 1 + found[0]
    onwards = _word(words, i + length) in ("on", "onward", "onwards", "forward")
    if words[i] == "from" and not onwards:
        return length, found[1]
    start = found[1].end if words[i] == "after" else found[1].start
    unit: Unit = found[1].unit
    return length + onwards, replace(_period(start, max(calendar.tomorrow, start + timedelta(1)), "day", whole_units=unit == "day"))


def _until(words: Words, i: int, calendar: Calendar) -> Read | None:
    """`until A`, `up to A`, `before A`: from the first day of data."""
    at = i + (2 if tuple(words[i : i + 2]) in (("up", "to"), ("up", "until")) else 1)
    if _word(words, i) not in ("until", "till", "before", "up", "through") or (words[i] == "up" and at == i + 1):
        return None
    found = _end(words, at, calendar)
    if not found:
        return None
    end = found[1].start if words[i] == "before" else found[1].end
    return (at - i + found[0], _period(calendar.first, end, "day")) if end > calendar.first else None


def _plus(found: Read | None, more: int) -> Read | None:
    return (found[0] + more, found[1]) if found else None
