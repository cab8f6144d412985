"""Times as bills write them."""

import re
from datetime import UTC, datetime, timedelta

_YEAR_FIRST = re.compile(r"\d{4}[-/]\d\d[-/]\d\d", re.ASCII)
_ZONE = re.compile(r"\s*(?:\[(?:Etc/)?(?:UTC|GMT|Z)\]|(?<=\d) (?:UTC|GMT))$")  # BigQuery's CSV, Java's zoned times


def read_time(text: str) -> str | None:
    """An ISO 8601 time (no zone means UTC) as `YYYY-MM-DD HH:MM:SS[.ffffff]` in
    UTC, so that texts sort as times; None when it is none.
    """
    written = _ZONE.sub("", text.strip()).replace("/", "-") if _YEAR_FIRST.match(text.strip()) else text.strip()
    if written[-1:] == "z":
        written = written[:-1] + "Z"
    if written[11:19] == "24:00:00":  # the end of the day, as ISO 8601 has it
        written, after = written.replace("24:00:00", "00:00:00", 1), timedelta(days=1)
    else:
        after = timedelta(0)
    try:
        time = datetime.fromisoformat(written)
        time = (time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)) + after
    except (ValueError, OverflowError):
        return None
    return time.replace(tzinfo=None).isoformat(sep=" ") if 1970 <= time.year <= 2200 else None
