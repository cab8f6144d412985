"""What a team teaches, read from its words: `phoenix = account 12 until May`, or a sentence for the model. Pure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from nl2sql.catalog.known_values import Facts
from nl2sql.catalog.semantics import key
from nl2sql.dates import ranges
from nl2sql.dates.periods import QuestionCalendar, step
from nl2sql.grammar.draft import Doubt
from nl2sql.grammar.parse import parse
from nl2sql.grammar.query import Filter
from nl2sql.grammar.tagging.words import split

MOST_CHARACTERS = 300
_MOST_WORDS = 5
_YEAR = 12  # months that a note holds which names no end
_END = re.compile(
    r"^(?P<said>.+?)[\s,;(]+(?:valid )?(?:until|till|through|up to)\s+(?P<end>[^=()]{2,40}?)[\s).]*$", re.I
)
_HOW = "Teach a name like this: phoenix = account 12 until May. What is on the right has to be in the bills."


@dataclass(frozen=True)
class Lesson:
    """A note as it was read: `words` mean the values of `dimension`; without words it is a sentence. It holds through
    the day `valid_through`.
    """

    text: str
    valid_through: date
    words: str | None = None
    dimension: str | None = None
    values: tuple[str, ...] = ()
    label: str | None = None


@dataclass(frozen=True)
class Unclear:
    """Why a note cannot be taken, and how it could."""

    reason: str


def read_lesson(text: str, facts: Facts, calendar: QuestionCalendar) -> Lesson | Unclear:
    """The note that somebody wrote; names on its right are held against the bills, the name on its left must be new."""
    note = " ".join("".join(one if one.isprintable() else " " for one in text).split()).strip("\"“”'")
    if not note:
        return Unclear(_HOW)
    if len(note) > MOST_CHARACTERS:
        return Unclear(f"That is {len(note)} characters; a note has at most {MOST_CHARACTERS}.")
    body, through = _validity(note, calendar)
    if through < calendar.today:
        return Unclear(f"{through} is over already: a note has to hold from today on.")
    name, equals, means = (part.strip("\"“”' ") for part in body.partition("="))
    if not equals:
        return Lesson(note, through)
    return _named(note, name, means, through, facts, calendar)


def _validity(note: str, calendar: QuestionCalendar) -> tuple[str, date]:
    """The note without its end, and the last day on which it holds: May is through 31 May, the next one to come."""
    default = step(calendar.today, "month", _YEAR)
    match = _END.match(note)
    if not match:
        return note, default
    words = tuple(word.text for word in split(match["end"]))
    reading = ranges.read(words, 0, calendar)
    if reading is None or reading[0] != len(words):
        return note, default
    period = reading[1]
    start = period.start
    whole = step(start, period.unit, period.count) if period.unit != "day" else period.end
    last = whole - timedelta(1)
    if last < calendar.today and period.yearless:
        last = step(whole, "year", 1) - timedelta(1)
    return match["said"], last


def _named(
    note: str, name: str, means: str, through: date, facts: Facts, calendar: QuestionCalendar
) -> Lesson | Unclear:
    words = key(name)
    if not words or not means or len(words) > _MOST_WORDS:
        return Unclear(_HOW)
    if taken := _meaning(words, facts):
        return Unclear(f"“{name}” means {taken} already; teach another name.")
    value_filter = _values(means, facts, calendar)
    if isinstance(value_filter, Unclear):
        return value_filter
    values = tuple(str(value) for value in value_filter.values)
    return Lesson(note, through, " ".join(words), value_filter.dimension, values, value_filter.label)


def _meaning(words: tuple[str, ...], facts: Facts) -> str | None:
    """What the words mean without the note; None where they mean nothing."""
    if matches := facts.values.exact.get(words):
        return f"{matches[0].dimension.replace('_', ' ')} {matches[0].label}"
    if facts.semantics.lexicon.get(words):
        return "something in questions"
    return "a number or a day" if all(word.isdigit() for word in words) else None


def _values(means: str, facts: Facts, calendar: QuestionCalendar) -> Filter | Unclear:
    """The one condition that the right side names."""
    draft = parse(f"cost of {means}", facts.semantics, facts.values, calendar)
    if isinstance(draft.discourse.doubt, Doubt):
        several = ", ".join(choice.label for choice in draft.discourse.doubt.choices)
        return Unclear(f"{draft.discourse.doubt.text} {several}".strip())
    if draft.discourse.refusal:
        return Unclear(f"{draft.discourse.refusal.text} {_HOW}")
    conditions = draft.filters.conditions
    plain = len(conditions) == 1 and not (
        conditions[0].negated or conditions[0].contains or None in conditions[0].values
    )
    if not plain or draft.shaped or draft.filters.period:
        return Unclear(f"“{means}” is not one name, or several of one kind. {_HOW}")
    if conditions[0].dimension in ("charge_category", "pricing_category", "charge_class", "commitment_status"):
        return Unclear(f"“{means}” is a part of every bill, no name. {_HOW}")
    return conditions[0]
