"""Periods of whole UTC days, half open, and the arithmetic of calendars."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Literal

from analysis.months import add_months

Unit = Literal["day", "week", "month", "quarter", "half", "year"]

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
MONTHS = {name: number for number, full in enumerate(_MONTHS, 1) for name in (full, full[:3])} | {"sept": 9, "febr": 2}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAYS = {name: number for number, full in enumerate(_WEEKDAYS) for name in (full, full[:3])} | {
    "tues": 1,
    "thur": 3,
    "thurs": 3,
}
UNITS: dict[str, Unit] = {
    "day": "day",
    "days": "day",
    "d": "day",
    "week": "week",
    "weeks": "week",
    "wk": "week",
    "wks": "week",
    "month": "month",
    "months": "month",
    "mo": "month",
    "mth": "month",
    "mths": "month",
    "quarter": "quarter",
    "quarters": "quarter",
    "qtr": "quarter",
    "qtrs": "quarter",
    "year": "year",
    "years": "year",
    "yr": "year",
    "yrs": "year",
    "half": "half",
}
_SMALL = {
    name: number
    for number, name in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
}
SMALL_NUMBERS = _SMALL | {
    "couple": 2,
    "fourteen": 14,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "sixty": 60,
    "ninety": 90,
    "hundred": 100,
}


@dataclass(frozen=True)
class DatePeriod:
    """Days from `start` up to but not including `end`; `unit` x `count` is what one step back means."""

    start: date
    end: date
    label: str
    unit: Unit = "day"
    count: int = 1
    whole: bool = True
    yearless: bool = False  # the year was left out
    floating: bool = False  # "previous month" beside another period means the one before that
    since: "DatePeriod | None" = field(default=None, compare=False)  # what a range until now began with
    ends: tuple["DatePeriod", "DatePeriod"] | None = (
        None  # of a worded range: "from September to October" may also be a comparison
    )

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.end - self.start).days

    def to_json(self) -> dict[str, Any]:
        """The JSON stored with a question."""
        return {
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "label": self.label,
            "unit": self.unit,
            "count": self.count,
            "whole": self.whole,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "DatePeriod":
        """Read the JSON of `to_json`."""
        return cls(
            date.fromisoformat(stored["start"]),
            date.fromisoformat(stored["end"]),
            stored["label"],
            stored["unit"],
            stored["count"],
            stored["whole"],
        )


@dataclass(frozen=True)
class QuestionCalendar:
    """What relative words refer to: today, the first day of data, the month in which fiscal years start."""

    today: date
    first: date = date(2000, 1, 1)
    fiscal_start: int = 1

    @property
    def tomorrow(self) -> date:
        """End of every period that runs until now."""
        return self.today + timedelta(1)


# ------------------------------------------------------------------ arithmetic of calendars


def floor(day: date, unit: Unit) -> date:
    """The first day of the unit that contains a day; weeks start on Monday."""
    if unit == "day":
        return day
    if unit == "week":
        return day - timedelta(day.weekday())
    size = {"month": 1, "quarter": 3, "half": 6, "year": 12}[unit]
    return date(day.year, (day.month - 1) // size * size + 1, 1)


def step(day: date, unit: Unit, count: int) -> date:
    """Move a day by whole units; keeps the day of the month where the target month has it."""
    if unit in ("day", "week"):
        return day + timedelta(count * (7 if unit == "week" else 1))
    return add_months(day, count * {"month": 1, "quarter": 3, "half": 6, "year": 12}[unit])


def whole(day: date, unit: Unit, count: int = 1) -> DatePeriod:
    """`count` whole units from the one that holds a day."""
    start = floor(day, unit)
    return period_of(start, step(start, unit, count), unit, count)


def until_now(period: DatePeriod, calendar: QuestionCalendar) -> DatePeriod:
    """The period cut at today, when it is still running."""
    if period.start <= calendar.today < period.end - timedelta(1):
        return period_of(period.start, calendar.tomorrow, period.unit, period.count, whole_units=False)
    return period


def before(period: DatePeriod) -> DatePeriod:
    """The preceding period: `count` calendar units earlier, or the same number of days."""
    if period.unit != "day":
        start = step(period.start, period.unit, -period.count)
        return period_of(start, period.start, period.unit, period.count)
    return period_of(period.start - timedelta(period.days), period.start, "day", period.count)


def shifted(period: DatePeriod, unit: Unit, count: int = -1) -> DatePeriod:
    """The same days `count` units earlier: last October for October."""
    start = step(period.start, unit, count)
    end = step(period.end, unit, count)
    return period_of(start, end, period.unit, period.count, whole_units=period.whole)


def period_of(start: date, end: date, unit: Unit, count: int = 1, whole_units: bool = True) -> DatePeriod:
    """The days from `start` up to `end`, with their label."""
    return DatePeriod(start, end, label(start, end), unit, count, whole_units)


def label(start: date, end: date) -> str:
    """How a person would name the days: `October 2026`, `Q3 2026`, `2–8 Nov 2026`, `14 Nov 2026`."""
    last = end - timedelta(1)
    if start == last:
        return f"{start.day} {start:%b %Y}"
    for unit, name in (
        ("month", f"{start:%B %Y}"),
        ("quarter", f"Q{(start.month + 2) // 3} {start.year}"),
        ("year", str(start.year)),
    ):
        if floor(start, unit) == start and step(start, unit, 1) == end:  # type: ignore[arg-type]  # a tuple of units
            return name
    if start.year != last.year:
        return f"{start.day} {start:%b %Y} – {last.day} {last:%b %Y}"
    if start.month != last.month:
        return f"{start.day} {start:%b} – {last.day} {last:%b %Y}"
    return f"{start.day}–{last.day} {last:%b %Y}"


def rolling(unit: Unit, count: int, calendar: QuestionCalendar) -> DatePeriod:
    """The last N units: whole months, quarters and years before this one; days and weeks as full days before today."""
    if unit in ("day", "week"):
        days = count * (7 if unit == "week" else 1)
        return period_of(calendar.today - timedelta(days), calendar.today, "day", days)
    end = floor(calendar.today, unit)
    return period_of(step(end, unit, -count), end, unit, count)


def opening(period: DatePeriod, days: int) -> DatePeriod:
    """The first days of a period, at most all of it."""
    end = min(period.end, period.start + timedelta(days))
    return period_of(period.start, end, "day")


def apart(period: DatePeriod) -> list[DatePeriod]:
    """The single units of a period of several, newest first."""
    starts = [step(period.start, period.unit, offset) for offset in range(period.count)]
    return [period_of(start, step(start, period.unit, 1), period.unit) for start in reversed(starts)]


def joined(first: DatePeriod, last: DatePeriod) -> DatePeriod | None:
    """The period from the first day of `first` to the last day of `last`; moves `first` a year back when the years were
    left out. None when the order is wrong.
    """
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
    span = period_of(first.start, last.end, first.unit if same else "day", count, whole_units=last.whole)
    return replace(span, ends=ends)


def distinguished(named: list[DatePeriod], said_last: list[bool]) -> list[DatePeriod]:
    """`this october against last october`: of the same month twice, the last one is that of a year ago."""
    alike = len(named) == 2 and named[0].start == named[1].start and named[0].unit in ("month", "quarter")
    if not alike or len(said_last) != 2 or sum(said_last) != 1:
        return named
    return [shifted(one, "year") if last else one for one, last in zip(named, said_last, strict=True)]
