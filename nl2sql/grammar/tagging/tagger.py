"""From words to terms: names in the data, dates, amounts and the words of the catalogue, the longest phrase first."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from nl2sql.catalog.linking import WEAK, Values
from nl2sql.catalog.semantics import Entry, Semantics
from nl2sql.catalog.word_lists import word_list
from nl2sql.dates import periods, ranges
from nl2sql.dates.periods import QuestionCalendar
from nl2sql.grammar.tagging.spelling import repair
from nl2sql.grammar.tagging.terms import Term
from nl2sql.grammar.tagging.words import Word, until_comma

_YIELDING = frozenset(
    {"noise", "outside", "all", "follow", "unit", "vague", "state"}
)  # words that a name in the data takes precedence of
_CHARGE_COLUMNS = frozenset({"commitment_type"})
_CONTRIBUTES = frozenset(
    {("account", "for"), ("accounts", "for")}
)  # `what share does prod account for`, but not `by account for prod`
# A slip becomes a name, a dimension, a date, a word for cost, but no word that turns a question into another one.
_NEVER_REPAIRED = frozenset(
    {"unsafe", "outside", "trend", "cumulative", "run_rate", "not", "instead", "clear", "state"}
    | {"moving", "statistic", "appeared", "contains", "profile"}
)
_SHORT = 3  # letters
_SCALE = {"k": 1e3, "thousand": 1e3, "grand": 1e3, "m": 1e6, "mio": 1e6, "million": 1e6}
_FRACTIONS = {
    **dict.fromkeys(("half", "a half", "one half"), 50.0),
    **dict.fromkeys(("a third", "one third"), 100 / 3),
    "two thirds": 200 / 3,
    **dict.fromkeys(("a quarter", "one quarter"), 25.0),
    "three quarters": 75.0,
    **dict.fromkeys(("a fifth", "one fifth"), 20.0),
    **dict.fromkeys(("a tenth", "one tenth"), 10.0),
}
_DATE_WORDS = tuple(
    word for word in (*periods.MONTHS, *periods.WEEKDAYS, *periods.UNITS, "yesterday", "today") if len(word) > 3
)


@dataclass(frozen=True)
class Tagger:
    """Reads words against one catalogue, one version of the data and one calendar."""

    semantics: Semantics
    values: Values
    calendar: QuestionCalendar

    def tag(self, words: tuple[Word, ...]) -> tuple[list[Term], tuple[str, ...]]:
        """The terms, and notes on words that were read as others."""
        terms = list(self._terms(words))
        repaired, notes = self._repaired(words, terms)
        if repaired != words:
            terms = list(self._terms(repaired))
        return terms, (*notes, *_as_taught(terms))

    # ------------------------------------------------------------------ one pass

    def _terms(self, words: tuple[Word, ...]) -> Iterator[Term]:
        at = 0
        while at < len(words):
            group = _group_end(words, at)
            reading = self._best(words, at, whole=True)
            if reading:
                yield _placed(reading[1], words[at : at + reading[0]])
                at += reading[0]
                continue
            if words[at].kind == "dash":  # between two parts of a sentence
                at += 1
                continue
            if group - at > 1 and (pieces := self._split(words, at, group)):
                yield from pieces
            else:
                text = " ".join(word.text for word in words[at:group])
                yield _placed(Term("unknown", text, text), words[at:group])
            at = group

    def _split(self, words: tuple[Word, ...], at: int, end: int) -> list[Term]:
        """The terms of a hyphenated word that is no name, when each part is
        known: `ec2-cost`, `pre-tax`; else nothing.
        """
        pieces: list[Term] = []
        while at < end:
            reading = self._best(words[:end], at, whole=False)
            if not reading:
                return []
            pieces.append(_placed(reading[1], words[at : at + reading[0]]))
            at += reading[0]
        if [piece.kind for piece in pieces] == ["number", "unit"]:  # 7-day
            return pieces
        names = [piece for piece in pieces if piece.kind == "value"]
        contrasted = any(piece.kind in ("vs", "and", "not") for piece in pieces)
        return [] if any(piece.kind == "number" for piece in pieces) or (len(names) > 1 and not contrasted) else pieces

    def _best(self, words: tuple[Word, ...], at: int, whole: bool) -> tuple[int, Term] | None:
        """The longest reading that does not cut a hyphenated word in two; on a
        tie dates, then names, then the catalogue's words.
        """
        readings: list[tuple[int, int, Term]] = []
        texts = [word.text for word in words]
        amount = self._amount(words, at)
        if amount:
            readings.append((1, 3, amount))
        if worded := _worded_amount(texts, at) or _fraction(texts, at):
            readings.append((len(worded.text.split()), 3, worded))
        date = ranges.read(until_comma(words, at), at, self.calendar)
        if date and not (
            amount
            and at
            and texts[at - 1] in ("over", "under", "above", "below", "than", "top", "least")
            and date[0] == 1
            and not self._over_a_year(texts, at)
        ):
            readings.append((date[0], 4, Term("period", "", " ".join(texts[at : at + date[0]]), period=date[1])))
        for length in range(min(max(self.semantics.longest, self.values.longest), len(words) - at), 0, -1):
            if any(word.comma for word in words[at : at + length - 1]):  # a comma ends a name
                continue
            phrase = tuple(texts[at : at + length])
            if length == 2 and phrase in _CONTRIBUTES and not self._contributes(texts, at):
                continue
            entries = self.semantics.lexicon.get(phrase, ())
            if matches := self.values.exact.get(phrase):
                named = Term("value", matches[0].label, " ".join(phrase), matches=matches)
                readings.append((length, 2 if self._name_first(entries, named, words, at, length) else 0, named))
            if entries:
                readings.append((length, 1, _term(entries[0], " ".join(phrase))))
        if texts[at] in periods.SMALL_NUMBERS and words[at].kind == "word":
            readings.append(
                (1, 0, Term("number", texts[at], texts[at], amount=float(periods.SMALL_NUMBERS[texts[at]])))
            )
        fitting = [reading for reading in readings if not whole or not _cuts(words, at + reading[0])]
        best = max(fitting, key=lambda reading: reading[:2], default=None)
        return (best[0], best[2]) if best else None

    def _over_a_year(self, texts: list[str], at: int) -> bool:
        """`monthly cost over 2026`: a year that the bills hold is no amount."""
        known = range(self.calendar.first.year, self.calendar.today.year + 1)
        return texts[at - 1] == "over" and texts[at].isdecimal() and int(texts[at]) in known

    def _contributes(self, texts: list[str], at: int) -> bool:
        """Whether `account for` is a verb: `what share does prod account for`, but
        neither `by account for prod` nor `paid in the sandbox account for October`.
        """
        if at and texts[at - 1] in word_list("breaks_down"):
            return False
        verb = next((place for place in range(at - 1, -1, -1) if texts[place] in ("do", "does", "did")), None)
        between = texts[verb + 1 : at] if verb is not None else []
        spent = any(
            entry.kind in ("noun", "metric") for text in between for entry in self.semantics.lexicon.get((text,), ())
        )
        parted = any(text in word_list("parts") for text in texts[:at])
        return (verb is not None and not spent) or (texts[at] == "accounts" and parted)

    def _name_first(
        self, entries: tuple[Entry, ...], named: Term, words: tuple[Word, ...], at: int, length: int
    ) -> bool:
        """Whether a phrase that is both a name in the data and a word of the catalogue means the name."""
        if not entries:
            return True
        if all(match.dimension in _CHARGE_COLUMNS for match in named.matches) and entries[0].kind == "charge":
            return False
        if entries[0].kind in _YIELDING and not all(match.dimension in WEAK for match in named.matches):
            return True
        beside = [words[place].text for place in (at - 1, at + length) if 0 <= place < len(words)]
        dimensions = {
            entry.value
            for text in beside
            for entry in self.semantics.lexicon.get((text,), ())
            if entry.kind == "dimension"
        }
        return any(match.dimension in dimensions for match in named.matches)

    @staticmethod
    def _amount(words: tuple[Word, ...], at: int) -> Term | None:
        word = words[at]
        match = (
            re.fullmatch(
                r"([$€£])?\s?([\d,]+(?:\.\d+)?)\s?(million|thousand|grand|mio|k|m)?\s?(%|percent|\w+)?", word.text
            )
            if word.kind == "amount"
            else None
        )
        if not match:
            return None
        sign, digits, scale, unit = match.groups()
        value = float(digits.replace(",", "") or 0) * _SCALE.get(scale or "", 1)
        kind = "percent" if unit in ("%", "percent") else "money" if sign or scale or unit else "number"
        return Term(kind, word.text, word.text, amount=value)

    # ------------------------------------------------------------------ repair

    def _repaired(self, words: tuple[Word, ...], terms: list[Term]) -> tuple[tuple[Word, ...], tuple[str, ...]]:
        unknown = {
            word
            for term in terms
            if term.kind == "unknown" and not self._is_partial_name(term)
            for word in term.text.split()
        }
        if not unknown:
            return words, ()
        vocabulary = self._vocabulary
        repairs = {
            word: repaired for word in unknown if word not in vocabulary and (repaired := repair(word, vocabulary))
        }
        for word, before in zip(words[1:], words, strict=False):
            if word.text in unknown and before.text in ("by", "per") and (dimension := self._dimension_of(word.text)):
                repairs[word.text] = dimension
        names = set(self.values.vocabulary)
        notes = tuple(
            f"read “{word}” as “{repaired}”" for word, repaired in sorted(repairs.items()) if repaired in names
        )
        return tuple(replace(word, text=repairs.get(word.text, word.text)) for word in words), notes

    def _dimension_of(self, word: str) -> str | None:
        """The one dimension's word that lacks a letter, where it is what costs are broken down by: `by tem`."""
        if len(word) != _SHORT:
            return None
        near = {
            phrase[0]
            for phrase, entries in self.semantics.lexicon.items()
            if len(phrase) == 1 and len(phrase[0]) == _SHORT + 1 and entries[0].kind in ("dimension", "unit")
            if any(phrase[0][:at] + phrase[0][at + 1 :] == word for at in range(_SHORT + 1))
        }
        return near.pop() if len(near) == 1 else None

    def _is_partial_name(self, term: Term) -> bool:
        return bool(self.values.partial(tuple(term.text.split())))

    @cached_property
    def _vocabulary(self) -> set[str]:
        harmless = (
            phrase for phrase, entries in self.semantics.lexicon.items() if entries[0].kind not in _NEVER_REPAIRED
        )
        catalogue_words = {word for phrase in harmless for word in phrase if len(word) > 3}
        return catalogue_words | set(self.values.vocabulary) | set(_DATE_WORDS)


def _as_taught(terms: list[Term]) -> list[str]:
    """What is known by a note only is told with the answer."""
    matches = [(term.text, match) for term in terms for match in term.matches[:1] if match.taught]
    return [f"“{text}” is {match.dimension.replace('_', ' ')} {match.label}, as a note says" for text, match in matches]


def _worded_amount(texts: list[str], at: int) -> Term | None:
    """`thirty grand`, `half a million`, `a thousand`."""
    tenfold = {name: scale for name, scale in _SCALE.items() if len(name) > 1}
    if texts[at : at + 2] == ["half", "a"] and texts[at + 2 : at + 3] and texts[at + 2] in tenfold:
        amount, read = tenfold[texts[at + 2]] / 2, 3
    elif texts[at + 1 : at + 2] and texts[at + 1] in tenfold and (count := _count(texts[at])):
        amount, read = count * tenfold[texts[at + 1]], 2
    else:
        return None
    text = " ".join(texts[at : at + read])
    return Term("money", text, text, amount=amount)


def _fraction(texts: list[str], at: int) -> Term | None:
    """`more than a fifth`, `over half`, `at least two thirds`: an amount in per cent."""
    if not at or texts[at - 1] not in ("than", "over", "above", "under", "below", "least", "most", "exceeding"):
        return None
    said = (" ".join(texts[at : at + count]) for count in (2, 1))
    text = next((one for one in said if one in _FRACTIONS), None)
    return Term("percent", text, text, amount=_FRACTIONS[text]) if text else None


def _count(word: str) -> float | None:
    return 1.0 if word == "a" else periods.SMALL_NUMBERS.get(word)


def _term(entry: Entry, text: str) -> Term:
    return Term(entry.kind, entry.value, text, plural=entry.plural)


def _placed(term: Term, words: tuple[Word, ...]) -> Term:
    return replace(term, start=words[0].start, end=words[-1].end, comma=words[-1].comma)


def _group_end(words: tuple[Word, ...], at: int) -> int:
    end = at + 1
    while end < len(words) and words[end].joined:
        end += 1
    return end


def _cuts(words: tuple[Word, ...], end: int) -> bool:
    return end < len(words) and words[end].joined
