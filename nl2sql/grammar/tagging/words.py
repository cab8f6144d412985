"""A question as words: lower case, split where people join them, with the place each came from."""

import re
from dataclasses import dataclass, replace

from nl2sql.catalog.word_lists import word_list, word_map
from nl2sql.dates.periods import MONTHS, WEEKDAYS

_PIECE = re.compile(
    r"(?P<short>\b(?:w/o|b/w|w/)(?![\w/]))"
    r"|(?P<uri>(?:arn:|/subscriptions/|//)[\w:/.@-]+)"
    r"|(?P<iso>\b\d{4}-\d{1,2}(?:-\d{1,2})?\b|\b\d{4}/\d{1,2}(?:/\d{1,2})?\b|\b\d{1,2}/\d{4}\b|\b\d{1,2}/\d{1,2}/\d{4}\b|\b\d{1,2}\.\d{1,2}\.\d{4}\b)"
    r"|(?P<account>\b\d{9,}\b)"
    r"|(?P<year>'\d\d\b)"
    r"|(?P<amount>(?:[$€£]\s?)?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?\s?(?:million|thousand|grand|mio|k|m)?(?![\w])\s?(?:%|percent\b|per\Wcent\b|usd\b|eur\b|gbp\b|dollars?\b|bucks\b|euros?\b)?)"
    r"|(?P<ordinal>\b\d{1,2}(?:st|nd|rd|th)\b)"
    r"|(?P<first>#\s?1\b|\b(?:no|nr)\. ?1\b)"
    r"|(?P<percent>%|\bper\Wcent\b)"
    r"|(?P<word>[^\W_]+(?:['’][^\W\d_]+)?)"
    r"|(?P<compare>>=|<=|≥|≤|>|<)"
    r"|(?P<and>[&+])"
    r"|(?P<dash>[-–—→]+>?|\.{2,3})"
)
_BETWEEN = 4  # words of an object that stands in the middle of a verb
_GLUED = re.compile(r"(top|last|past|week)(\d+)|(\d+)(d|days?|wks?|weeks?|mo|months?|hrs?|hours?)")
_ACCOUNT = re.compile(r"[-_]|\s+(?:acc|sub|proj)")
_REGION_TAIL = re.compile(r"[-_ ]?(east|west|central|gov)")
MAXIMUM_LENGTH = 2_000  # longer questions are refused before they come here


@dataclass(frozen=True)
class Word:
    """One word; `joined` when a hyphen, underscore, dot or slash ties it to the word before."""

    text: str
    start: int
    end: int
    joined: bool = False
    kind: str = "word"
    comma: bool = False  # a comma follows


@dataclass(frozen=True)
class _Parted:
    """A verb of two words with its object between them, and the one word that says the same."""

    verbs: tuple[str, ...]
    seconds: tuple[str, ...]
    means: str


_PARTED = (
    _Parted(("break", "split", "slice"), ("down",), "show"),
    _Parted(("leave", "put", "set", "take", "keep"), ("aside",), "without"),
    _Parted(("leave", "take", "keep"), ("out",), "without"),
)


def split(question: str) -> tuple[Word, ...]:
    """The words of a question, punctuation dropped except what carries meaning
    (amounts, dashes between numbers, comparison signs).
    """
    text = question[:MAXIMUM_LENGTH].replace("’", "'")
    words: list[Word] = []
    for match in _PIECE.finditer(text):
        kind = match.lastgroup or "word"
        piece = match.group().strip().casefold()
        start, end = match.start(), match.start() + len(match.group().rstrip())
        if kind == "dash":
            if _is_range(text, match):
                words.append(Word("-", start, end, kind="dash"))
            continue
        if kind == "first":
            words += [Word("number", start, end), Word("one", start, end)]
            continue
        piece = re.sub(r"per\Wcent$", "percent", piece)
        if kind in ("and", "percent"):
            words.append(Word(kind, start, end))
            continue
        joined = (
            start > 0
            and text[start - 1] in "-_./:"
            and start > 1
            and text[start - 2].isalnum()
            and bool(words)
            and words[-1].end == start - 1
        )
        if kind in ("word", "amount") and words and words[-1].end == start:
            joined = True
        if piece == "x" and not joined and words:  # team x environment
            piece = "and"
        if piece == "nonprod" and not joined and not _ACCOUNT.match(text[end:]):
            words += [Word("non", start, end), Word("prod", start, end)]
            continue
        if piece == "us" and not _REGION_TAIL.match(text[end:]) and _is_country(text, start, end, words):
            piece = "usa"
        words += [
            replace(word, comma=text[end : end + 1] == ",") for word in _spelled_out(piece, start, end, joined, kind)
        ]
    return tuple(_put_together(words))


def _put_together(words: list[Word]) -> list[Word]:
    """`break october down by team`, `leave tax aside`: a verb whose second word stands behind its object."""
    for at, word in enumerate(words):
        verb = next((one for one in _PARTED if word.text in one.verbs), None)
        if verb is None or word.joined:
            continue
        behind = range(at + 2, min(at + 2 + _BETWEEN, len(words)))
        second = next((place for place in behind if words[place].text in verb.seconds), None)
        if second is not None and not words[second].joined:
            rest = [replace(words[at], text=verb.means), *words[at + 1 : second], *words[second + 1 :]]
            return [*words[:at], *_put_together(rest)] if verb.means not in verb.verbs else rest
    return words


def _is_country(text: str, start: int, end: int, words: list[Word]) -> bool:
    written = text[start:end] == "US" and not text.isupper()
    return written or not words or words[-1].text in word_list("before_country")


def _is_range(text: str, dash: re.Match[str]) -> bool:
    before, after = text[: dash.start()], text[dash.end() :]
    spaced = before[-1:].isspace() and after[:1].isspace()
    return spaced or (_dated(re.search(r"\w*$", before)) and _dated(re.match(r"\w*", after)))


def _dated(beside: re.Match[str] | None) -> bool:
    """Whether what stands at one end of a dash is a number or the name of a month or day: `3-17`, `jan-mar`."""
    word = beside.group().casefold() if beside else ""
    return word in MONTHS or word in WEEKDAYS or bool(re.fullmatch(r"q[1-4]|\d+\w{0,2}", word))


def _spelled_out(piece: str, start: int, end: int, joined: bool, kind: str) -> list[Word]:
    if piece in word_map("contracted"):
        return [Word(part, start, end, joined) for part in word_map("contracted")[piece].split()]
    if glued := _GLUED.fullmatch(piece):  # top10, 30d
        return [Word(part, start, end, joined, "amount" if part.isdigit() else kind) for part in glued.groups() if part]
    if kind == "word" and "'" in piece:
        piece = piece.removesuffix("'s").replace("'", "")
    return [Word(piece, start, end, joined, kind)]


def until_comma(words: tuple[Word, ...], at: int) -> list[str]:
    """The words up to a comma that parts a count from a month: `top 3, september`, `october, the 3 biggest`."""
    texts = [word.text for word in words]
    for place in range(at, len(words) - 1):
        behind = texts[place + 1 : place + 3]
        number = next((text for text in behind if text != "the"), "")
        counted = _is_count(texts[place]) and behind[0] in MONTHS
        if words[place].comma and (counted or (texts[place] in MONTHS and _is_count(number))):
            return texts[: place + 1]
    return texts


def _is_count(text: str) -> bool:
    return text.isdecimal() and len(text) <= 2
