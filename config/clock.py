"""Which day it is: by the clock, unless a file says another, so that a demonstration can show a time to come."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from config.errors import UserError
from config.settings import Settings


def today(settings: Settings, zone: str = "UTC") -> date:
    """Today where that time zone is. Raises `UserError` for a file of `today_file` that names no day."""
    return date_of_file(settings) or datetime.now(ZoneInfo(zone)).date()


def now(settings: Settings) -> datetime:
    """The moment in UTC: the clock's time, of the day that counts as today."""
    moment = datetime.now(UTC)
    day = date_of_file(settings)
    return datetime.combine(day, moment.time(), UTC) if day else moment


def date_of_file(settings: Settings) -> date | None:
    """The day in `today_file`; None where none is named, or it is not there or empty."""
    path = settings.today_file
    try:
        text = path.read_text().strip() if path else ""
    except FileNotFoundError:
        return None
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UserError(f"FINOPS_TODAY_FILE: {path} holds {text[:20]!r} and not a day like 2026-11-28.") from None
