"""Subscriptions: when one is due, and what it says it is."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from db.tables import Subscription

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def due(row: Subscription, now: datetime) -> date | None:
    """The local day for which a subscription is due now: its time has come on one of its days, in its own zone, and it
    was not sent for that day.
    """
    local = now.astimezone(ZoneInfo(row.timezone))
    come = (local.hour, local.minute) >= (row.at_hour, row.at_minute or 0)
    days = days_of(row)
    fits = come and (not days or local.weekday() in days) and row.last_sent_for != local.date()
    return local.date() if fits else None


def today_if_over(row: Subscription, now: datetime) -> date | None:
    """Today where its time has passed already: the first one then comes on its next day."""
    local = now.astimezone(ZoneInfo(row.timezone))
    return local.date() if (local.hour, local.minute) >= (row.at_hour, row.at_minute) else None


def days_of(row: Subscription) -> list[int]:
    """The days of the week on which it comes, 0 is Monday; none for every day."""
    if row.weekdays is not None:
        return [int(day) for day in row.weekdays]
    return [] if row.weekday is None else [row.weekday]


def describe(row: Subscription) -> str:
    """`digest of payments, every Monday at 09:00 (Europe/Berlin)`."""
    digest = "weekly digest" if row.frequency == "weekly" else "digest"
    what = f"“{row.question}”" if row.question else f"{digest} of {', '.join(row.scope.values()) or 'everything'}"
    return f"{what}, {_on(days_of(row))} at {row.at_hour:02d}:{row.at_minute or 0:02d} ({row.timezone})"


def _on(days: list[int]) -> str:
    if not days:
        return "every day"
    if days == [0, 1, 2, 3, 4]:
        return "on weekdays"
    return "every " + ", ".join(WEEKDAYS[day] for day in days)
