"""Periods of JSON: days that exist, in order, that the bills can hold."""

from datetime import date

from nl2sql.dates import periods
from nl2sql.dates.periods import DatePeriod, QuestionCalendar, Unit
from nl2sql.grammar.semantic.context import Problem, quoted
from nl2sql.grammar.semantic.forms import PeriodForm

_FIRST_YEAR, _LAST_YEAR = 1990, 2190
_UNITS: tuple[Unit, ...] = ("year", "quarter", "month", "week")
_RUNNING: tuple[Unit, ...] = ("month", "week", "quarter", "year")


def read_period(form: PeriodForm, at: str, calendar: QuestionCalendar, own: bool) -> DatePeriod | Problem:
    """The period; its label is made here unless it is our own."""
    start, end = _day(form.start), _day(form.end)
    for name, day, given in (("start", start, form.start), ("end", end, form.end)):
        if day is None or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            return Problem(f"{at}.{name}", f"{quoted(given)} is no day.")
    assert start is not None
    assert end is not None
    if end <= start:
        return Problem(at, f"It ends on {end}, which is not after its start {start}; `end` is the day after the last.")
    unit, count, whole = _steps(start, end, calendar)
    if form.unit:
        unit, count = form.unit, form.count or 1
        whole = _end(start, unit, count) == end
    whole = whole if form.whole is None else form.whole
    label = form.label if own and form.label else periods.label(start, end)
    return DatePeriod(start, end, label, unit, count, whole)


def unreached(period: DatePeriod, at: str, calendar: QuestionCalendar) -> Problem | None:
    """Why the bills hold nothing of a period."""
    if period.end <= calendar.first:
        return Problem(at, f"The bills start on {calendar.first}; {period.label} is before.")
    if period.start > calendar.today:
        return Problem(at, f"{period.label} has not come yet: today is {calendar.today}. Forecasts are a listing.")
    return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _end(start: date, unit: Unit, count: int) -> date:
    try:
        return periods.step(start, unit, count)
    except (ValueError, OverflowError):
        return date.max


def _steps(start: date, end: date, calendar: QuestionCalendar) -> tuple[Unit, int, bool]:
    """The unit that the days are whole ones of, its number, and whether it is over."""
    if end == calendar.tomorrow and start < calendar.today:
        running = next((unit for unit in _RUNNING if start == periods.floor(calendar.today, unit)), None)
        if running:
            return running, 1, periods.step(start, running, 1) == end
    for unit in _UNITS:
        if periods.floor(start, unit) != start or periods.floor(end, unit) != end:
            continue
        count = 1
        while (reached := _end(start, unit, count)) < end:
            count += 1
        if reached == end:
            return unit, count, True
    return "day", (end - start).days, True
