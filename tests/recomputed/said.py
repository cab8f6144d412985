"""The numbers that a card shows, in the order in which they are read, each with how exactly it is said."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = (
    r"(?P<{0}>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:tember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?)\b"
)
_DATES = (
    re.compile(rf"(?P<first>\d{{1,2}})–(?P<last>\d{{1,2}}) {_MONTH.format('month')}(?: (?P<year>20\d\d))?\b"),
    re.compile(rf"(?<!\d)(?P<last>\d{{1,2}}) {_MONTH.format('month')}(?: (?P<year>20\d\d))?\b"),
    re.compile(r"(?P<year>20\d\d)-(?P<number>\d\d)(?:-(?P<last>\d\d))?(?!\d)"),
    re.compile(rf"\b{_MONTH.format('month')} (?P<year>20\d\d)\b"),
    re.compile(rf"\b{_MONTH.format('month')}\b(?! \d)(?=[ ,.:]|$)"),
)
_NUMBER = re.compile(
    r"(?P<word>\b(?:up|down) )?(?P<sign>[−+-])?(?P<unit>[$€£¥₹]|\b[A-Z]{3} )?(?P<size>\d[\d,]*(?:\.\d+)?)"
    r"(?P<step>[kMB]\b)?(?P<percent> ?%)?"
)
_TIMES = re.compile(r"×(?P<size>\d+(?:\.\d+)?)")
_STEPS = {"k": 1e3, "M": 1e6, "B": 1e9}
_MARKUP = re.compile(r"<!date\^\d+\^[^|]*\|[^>]*>|<@[A-Z0-9]+>|:[a-z_]+:")


@dataclass(frozen=True)
class Number:
    """A number as it is said: `unit` is money, %, × or empty; half of `step` is how far it may be from the truth."""

    value: float
    unit: str
    step: float
    text: str = ""


@dataclass(frozen=True)
class Day:
    """A day, or with `day` 0 a month, as it is said; `year` is 0 where none is named."""

    day: int
    month: int
    year: int
    text: str = ""


Said = Number | Day


def money(value: float) -> Number:
    """An amount that should be said."""
    return Number(value, "money", 0)


def percent(value: float) -> Number:
    """A per cent that should be said; 18.2 for 18.2 %."""
    return Number(value, "%", 0)


def times(value: float) -> Number:
    """A multiple that should be said."""
    return Number(value, "×", 0)


def count(value: float) -> Number:
    """A plain number that should be said."""
    return Number(value, "", 0)


def day(value: date) -> Day:
    """A day that should be said."""
    return Day(value.day, value.month, value.year)


def month(value: date) -> Day:
    """A month that should be said."""
    return Day(0, value.month, value.year)


def numbers(text: str, names: tuple[str, ...] = ()) -> list[Said]:
    """Every number and date of a text in order; what stands in `names` is no number."""
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    text = _MARKUP.sub(" ", text)
    found: list[tuple[int, list[Said]]] = []
    for pattern in _DATES:
        found += [(match.start(), _days(match)) for match in pattern.finditer(text)]
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    found += [(match.start(), [_number(match["size"], "×", 1.0, match[0])]) for match in _TIMES.finditer(text)]
    text = _TIMES.sub(lambda match: " " * len(match[0]), text)
    for match in _NUMBER.finditer(text):
        negative = match["sign"] in ("−", "-") or (match["word"] or "").startswith("down")
        unit = "%" if match["percent"] else "money" if match["unit"] else ""
        sign = -1.0 if negative else 1.0
        found.append((match.start(), [_number(match["size"], unit, sign * _STEPS.get(match["step"], 1), match[0])]))
    return [one for _, group in sorted(found, key=lambda pair: pair[0]) for one in group]


def _number(size: str, unit: str, scale: float, text: str) -> Number:
    plain = size.replace(",", "")
    digits = len(plain.partition(".")[2])
    return Number(float(plain) * scale, unit, abs(scale) * 10.0**-digits, text.strip())


def _days(match: re.Match[str]) -> list[Said]:
    found = match.groupdict()
    number = int(found["number"]) if found.get("number") else MONTHS.index(found["month"][:3]) + 1
    year = int(found.get("year") or 0)
    days = [found[name] for name in ("first", "last") if found.get(name)]
    return [Day(int(one), number, year, match[0]) for one in days] or [Day(0, number, year, match[0])]


def agree(said: Said, true: Said) -> bool:
    """Whether what is said is the truth, rounded to as many digits as are said."""
    if isinstance(said, Day) or isinstance(true, Day):
        same = isinstance(said, Day) and isinstance(true, Day) and (said.day, said.month) == (true.day, true.month)
        return same and said.year in (0, true.year)
    return said.unit == true.unit and abs(said.value - true.value) <= said.step * 0.5001 + 1e-9 * abs(true.value)


def parts(card: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """A card's texts by where they stand: text, section, context, table, chart, alt, button."""
    if card.get("text"):
        yield "text", card["text"]
    for block in card["blocks"]:
        match block["type"]:
            case "section" | "alert":
                yield "section", block["text"]["text"]
            case "context":
                yield from (("context", element["text"]) for element in block["elements"])
            case "header":
                yield "section", block["text"]["text"]
            case "image":
                yield "alt", block["alt_text"]
            case "table":
                yield from (("table", cell["text"]) for row in block["rows"] for cell in row)
            case "data_table":  # its rows are those of the file; the plain table that stands in for it is counted
                plain = (card.get("plain_tables") or {}).get(block["block_id"], block)
                shown = {**block, "type": "table"} if plain is block else plain
                yield from parts({"blocks": [shown]})
            case "data_visualization":
                yield "chart", block["title"]
            case "plan":
                yield from (("section", text) for text in (block["title"], *(t["title"] for t in block["tasks"])))
            case "actions" | "context_actions" | "divider" | "input":
                pass  # what is pressed or filled in
            case unknown:
                raise AssertionError(f"a block of the kind {unknown!r} is read by nobody")


def charted(card: dict[str, Any]) -> list[list[float | None]]:
    """The values of each series that the card's chart or picture shows, then the band's sides and the limit."""
    if figure := card.get("chart"):
        rest = [
            *(list(side) for side in figure.get("band") or ()),
            *([[figure["limit"]]] if figure.get("limit") else []),
        ]
        return [*(list(values) for _, values in figure["series"]), *rest]
    return [
        [point["value"] for point in series["data"]]
        for block in card["blocks"]
        if block["type"] == "data_visualization"
        for series in block["chart"]["series"]
    ]
