"""Arithmetic of calendar months, for every package that counts in them."""

from calendar import monthrange
from datetime import date


def days_in_month(day: date) -> int:
    """28 to 31: the length of the month that a day is in."""
    return monthrange(day.year, day.month)[1]


def add_months(day: date, months: int) -> date:
    """The same day of a month `months` later (earlier where negative), or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    return first.replace(day=min(day.day, days_in_month(first)))
