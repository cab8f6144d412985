"""Times as bills write them."""

from datetime import UTC, datetime


def read_time(text: str) -> str | None:
    """An ISO 8601 time (no zone means UTC) as `YYYY-MM-DD HH:MM:SS[.ffffff]` in
    UTC, so that texts sort as times; None when it is none.
    """
    written = text.strip()
    if written[-4:] == " UTC":  # BigQuery's CSV
        written = written[:-4]
    elif written[-1:] == "z":
        written = written[:-1] + "Z"
    try:
        time = datetime.fromisoformat(written)
        time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return time.replace(tzinfo=None).isoformat(sep=" ") if 1970 <= time.year <= 2200 else None
