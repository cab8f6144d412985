"""Texts of people, bills and models made harmless for Slack: nothing in them can format, link, mention or run on."""

import re
from datetime import UTC, date, datetime

from analysis.wording import words

_MENTION = re.compile(r"@(?=(?:channel|here|everyone)\b)", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_FORMAT = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
_EDGE_UNDERSCORE = re.compile(r"(?<!\w)_|_(?!\w)")


def cut(text: str, most: int) -> str:
    """At most `most` characters, with an ellipsis where something was left out."""
    return text if len(text) <= most else text[: max(most - 1, 0)].rstrip() + "…"


def middle_cut(text: str, most: int) -> str:
    """At most `most` characters: its beginning and its end, which tell names of one make apart."""
    if len(text) <= most:
        return text
    end = most // 2
    return f"{text[: most - end - 1]}…{text[-end:]}"


def plain(text: object, most: int = 300) -> str:
    """One line for places that take no markup: plain_text objects, table cells, chart labels, fallbacks of modals."""
    line = _SPACE.sub(" ", _CONTROL.sub("", str(text))).strip()
    return cut(_MENTION.sub("@\u200b", line), most)


def escape(text: object, most: int = 300) -> str:
    """A name or sentence from data inside mrkdwn: one line, `&<>` escaped, no
    mention, no bold, strike, italics or code.
    """
    line = _EDGE_UNDERSCORE.sub("ˍ", plain(text, most).translate(_FORMAT))
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def title(column: str) -> str:
    """A column's name as a title: `effective_cost` is `Effective cost`, `16_to_22_nov_2026` is `16–22 Nov 2026`."""
    return words.column(column)


def sentence(text: object, most: int = 2_900) -> str:
    """A text of ours that carries names from data: escaped, line breaks kept."""
    lines = str(text).splitlines() or [""]
    return cut("\n".join(escape(line, most) for line in lines), most)


def code(text: object, most: int = 2_900) -> str:
    """A code block; what is inside cannot end it."""
    body = cut(_CONTROL.sub("", str(text)).replace("```", "ˋˋˋ"), most - 8)
    return "```" + body.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") + "```"


def link(url: str, text: str) -> str:
    """A link of Slack's own making; the text alone where the address is none."""
    plain_url = url if re.fullmatch(r"https?://[^\s<>|]{1,2000}", url) else ""
    return f"<{plain_url.replace('&', '&amp;')}|{escape(text)}>" if plain_url else escape(text)


def mention(user_id: str) -> str:
    """A mention of a person; only for owners and for those who can approve."""
    return f"<@{user_id}>" if re.fullmatch(r"[UW][A-Z0-9]{2,}", user_id) else escape(user_id)


def moment(at: datetime) -> str:
    """A time in the reader's own zone; in UTC where the client cannot."""
    utc = at.astimezone(UTC)
    return f"<!date^{int(utc.timestamp())}^{{date_short_pretty}} {{time}}|{utc:%d %b %H:%M} UTC>"


def day(value: date | str | None) -> str:
    """`16 Nov`; empty for none. Takes ISO text as it stands in stored answers."""
    if value is None or value == "":
        return ""
    parsed = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return f"{parsed.day} {parsed:%b}"


def whole_day(value: str) -> str:
    """`16 Nov 2026` of ISO text; the text as it is where it is no day."""
    try:
        parsed = date.fromisoformat(value[:10])
    except ValueError:
        return value
    return f"{parsed.day} {parsed:%b %Y}"


def month(value: str) -> str:
    """`Nov 2026` of the ISO text of any of its days."""
    return f"{date.fromisoformat(value[:10]):%b %Y}"


def span(start: date | str, end: date | str) -> str:
    """`16–22 Nov 2026` for a start and an exclusive end; months and years are written once."""
    first = date.fromisoformat(start[:10]) if isinstance(start, str) else start
    after = date.fromisoformat(end[:10]) if isinstance(end, str) else end
    last = date.fromordinal(max(after.toordinal() - 1, first.toordinal()))
    if first == last:
        return f"{first.day} {first:%b %Y}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{last.day} {last:%b %Y}"
    if first.year == last.year:
        return f"{first.day} {first:%b} – {last.day} {last:%b %Y}"
    return f"{first.day} {first:%b %Y} – {last.day} {last:%b %Y}"
