"""What is set side by side: periods, and things like prod and dev; and how much something changed."""

import re
from dataclasses import replace
from itertools import pairwise

from nl2sql.catalog.linking import Values
from nl2sql.catalog.semantics import Semantics
from nl2sql.catalog.word_lists import word_list
from nl2sql.dates import periods as calendar
from nl2sql.dates.periods import UNITS, DatePeriod
from nl2sql.grammar.draft import Doubt, Draft
from nl2sql.grammar.recognisers.filtering import FILTERS, filter_of
from nl2sql.grammar.recognisers.sides import put_together
from nl2sql.grammar.tagging.terms import Sentence

_CONTRASTS = ("vs", "compare", "change")


def over_periods(sentence: Sentence, draft: Draft) -> None:
    """`month over month`, `WoW`: the period against the one before."""
    for at in sentence.open("over"):
        draft.comparison.back, draft.comparison.over = "previous", UNITS[sentence.terms[at].value]
        sentence.take(at)


def shifted(sentence: Sentence, draft: Draft) -> None:
    """`the month before`, `same period last year`, `YoY`."""
    for at in sentence.open("shift"):
        value = sentence.terms[at].value
        sentence.take(at)
        if value == "aligned":
            draft.comparison.aligned = True
            continue
        draft.comparison.back = (
            "week" if value == "week" else "month" if value == "month" else "year" if value == "year" else "previous"
        )
        if sentence.kind(at - 1) == "number":  # `the 30 days before`
            unit = UNITS.get(sentence.terms[at].text.split()[0])
            if unit and draft.comparison.back == "previous":
                draft.comparison.units_back = (unit, int(sentence.terms[at - 1].amount))
            sentence.take(at - 1)
    for at in sentence.open("vs"):  # this quarter vs last
        side = sentence.after(at)
        bare = side is not None and sentence.kind(side) == "unknown" and sentence.terms[side].text in word_list("last")
        if side is not None and bare and len(sentence.open("period")) == 1:
            draft.comparison.back = "previous"
            sentence.take(at, side)


def periods(sentence: Sentence, draft: Draft) -> None:
    """The period, or the periods that are compared; adjoining ones joined by `and` are one."""
    places = sentence.open("period")
    _units_ago(sentence, draft, places)
    places = sentence.open("period")
    named = [period for at in places if (period := sentence.terms[at].period)]
    if not named:
        return
    sentence.take(*places)
    named = calendar.distinguished(named, [sentence.terms[at].text.split()[0] in word_list("last") for at in places])
    if draft.comparison.aligned and len(named) == 2:
        newest, other = sorted(named, key=lambda period: period.start, reverse=True)
        draft.filters.period, draft.comparison.compared = newest, [calendar.opening(other, newest.days)]
        sentence.take(*sentence.open("vs", "compare"))
        return
    contrast = sentence.has(*_CONTRASTS) or draft.comparison.back is not None or draft.comparison.change is not None
    contrast = contrast or _newest_first(sentence, named)
    named = _with_ends(named) if contrast else named
    floating = any(period.floating for period in named[1:])
    named = _sides_of_range(sentence, draft, named, contrast)
    if len(named) == 2 and floating and contrast and named[1].count in (1, named[0].count):
        draft.filters.period, draft.comparison.back = named[0], "previous"
        return
    alike = [one.unit for one in named] == [named[0].unit] * 2 and named[-1].count > 1
    if alike and contrast and (named[0].count != named[1].count or sentence.has("average") or draft.measure.average):
        _against_several(sentence, draft, named[0], named[1])
        return
    if len(named) > 1 and not contrast:
        named = _as_one(named)
        draft.discourse.doubt = draft.discourse.doubt or _which_period(sentence, named, places)
    if len(named) == 1 and named[0].floating and sentence.has("vs", "compare"):
        draft.comparison.back = "previous"
        return
    if (
        len(named) == 1
        and sentence.open("vs")
        and not draft.comparison.scopes
        and _opens_with_contrast(sentence, places[0])
    ):
        draft.comparison.compared = named
        sentence.take(*sentence.open("vs"))
        return
    ordered = sorted(named, key=lambda period: (period.start, period.end), reverse=True)
    draft.filters.period, draft.comparison.compared = ordered[0], ordered[1:]
    if draft.comparison.compared:
        between = [at for at in sentence.open("by") if sentence.terms[at].text in word_list("between")]
        sentence.take(*sentence.open("vs", "compare"), *between)


def _against_several(sentence: Sentence, draft: Draft, newest: DatePeriod, several: DatePeriod) -> None:
    """`october vs the average of the previous 3 months`: with an average, both are of one of the unit."""
    if several.floating:
        start = calendar.step(newest.start, several.unit, -several.count)
        several = calendar.period_of(start, newest.start, several.unit, several.count)
    draft.filters.period, draft.comparison.compared = newest, [several]
    if draft.measure.average is None:
        draft.discourse.notes.append(f"The periods differ in length, so an average {several.unit} of each is compared.")
    if draft.measure.average in (None, "day"):  # unless another unit is named
        draft.measure.average = several.unit if several.unit in ("week", "month", "quarter", "year") else "day"
    sentence.take(*sentence.open("vs", "compare"))


def _sides_of_range(sentence: Sentence, draft: Draft, named: list[DatePeriod], contrast: bool) -> list[DatePeriod]:
    """`compare the last two months`, `difference from September to October`: one range as the periods it compares."""
    if len(named) != 1:
        return named
    (period,) = named
    undivided = not (draft.comparison.scopes or draft.shape.dimensions or draft.shape.grain)
    if period.count > 1 and not period.ends and undivided and _each_apart(sentence):
        return calendar.apart(period)
    compared = contrast and period.ends and _comparable(period.ends)
    if compared and period.ends and (not draft.comparison.scopes or _differs(sentence, period)):
        return list(reversed(period.ends))
    return named


def _which_period(sentence: Sentence, named: list[DatePeriod], places: list[int]) -> Doubt | None:
    """Which period is meant, where several stand side by side without a comparison, or overlap."""
    if len(named) < 2:
        return None
    if not _listed(sentence, places):
        return Doubt(f"Do you mean {named[0].label} or {named[1].label}, or one compared with the other?")
    ordered = sorted(named, key=lambda period: period.start)
    overlap = any(a.start < b.end and b.start < a.end for a, b in pairwise(ordered))
    return Doubt(f"Do you mean {named[0].label} or {named[1].label}?") if overlap else None


def _units_ago(sentence: Sentence, draft: Draft, places: list[int]) -> None:
    """`more in October than a year ago`: beside a shorter period it is the same days, so much earlier."""
    if len(places) != 2:
        return
    for at, other in (places, places[::-1]):
        said = re.fullmatch(r"(?:a|one|1) (week|month|year) ago", sentence.terms[at].text)
        long, short = sentence.terms[at].period, sentence.terms[other].period
        if said and long and short and short.days < long.days:
            draft.comparison.back = UNITS[said[1]]
            sentence.take(at, *sentence.open("vs", "compare"))
            return


def _with_ends(named: list[DatePeriod]) -> list[DatePeriod]:
    """`this year: January to October`: the ends of the range are compared, and the year holds them anyway."""
    if len(named) != 2:
        return named
    ranged, other = sorted(named, key=lambda one: one.ends is None)
    held = ranged.ends is not None and other.ends is None and other.start <= ranged.start and ranged.end <= other.end
    return [ranged] if held else named


def _newest_first(sentence: Sentence, named: list[DatePeriod]) -> bool:
    """`the October and September cost`: backwards, two months are no span, unless their sum is asked for."""
    if len(named) != 2 or named[0].unit != named[1].unit or named[0].count != 1 or named[1].count != 1:
        return False
    summed = any(set(term.text.split()) & word_list("together") for term in sentence.terms)
    return named[0].start > named[1].start and not summed and named[0].unit != "day"


def _differs(sentence: Sentence, span: DatePeriod) -> bool:
    """`difference in dev and staging between Q2 and Q3`: of each side, the change from one period to the other."""
    return span.unit != "day" and any(
        term.kind in ("compare", "change") and term.text.startswith(("diff", "delta", "gap", "chang"))
        for term in sentence.terms
    )


def _each_apart(sentence: Sentence) -> bool:
    """`compare the last two months`: one with the other, when nothing else is compared."""
    return (
        bool(sentence.open("compare"))
        and not sentence.has("vs", "change", "dimension")
        and not sentence.has("by", "which", "top")
    )


def _listed(sentence: Sentence, places: list[int]) -> bool:
    """Whether periods are named one after the other, with `and`, `or` or a comma."""
    return sentence.has("and") or all(sentence.terms[at].comma for at in places[:-1])


def _opens_with_contrast(sentence: Sentence, at: int) -> bool:
    """`compared to september`, in a thread: the period is the other side."""
    return sentence.kind(sentence.before(at, ("noise", "noun", "all", "follow"))) == "vs"


def _comparable(ends: tuple[DatePeriod, DatePeriod]) -> bool:
    return ends[0].unit == ends[1].unit and ends[0].count == ends[1].count


def _as_one(named: list[DatePeriod]) -> list[DatePeriod]:
    """Periods that are not contrasted: of one inside the other the inner, adjoining ones as one; else as they are."""
    ordered = sorted(named, key=lambda period: (period.start, period.end))
    whole = ordered[0]
    for period in ordered[1:]:
        if (whole.start <= period.start and period.end <= whole.end) or period.start == whole.start:
            whole = min(whole, period, key=lambda each: each.days)
        elif whole.end == period.start and (both := calendar.joined(whole, period)):
            whole = both
        else:
            return named
    return [whole]


def ratio(sentence: Sentence, draft: Draft, semantics: Semantics, values: Values) -> None:
    """`prod to dev ratio`, `ratio of prod to non-prod`: the first side by the second."""
    ratio_words = [at for at in sentence.open("share") if sentence.terms[at].text == "ratio"]
    places = sentence.open(*FILTERS)
    if not ratio_words or len(places) != 2 or _dimension(sentence, places[0]) != _dimension(sentence, places[1]):
        return
    between = range(places[0] + 1, places[1])
    if any(sentence.kind(place) not in ("noise", "vs", "and", "not", "by") for place in between):
        return
    sides = []
    for place in places:
        side = filter_of(sentence.terms[place], semantics, values)
        if sentence.kind(place - 1) == "not":
            joined = sentence.terms[place - 1].text == "non"
            side = replace(side, negated=True, label=f"non-{side.label}", keep_missing=not joined)
            sentence.take(place - 1)
        sides.append(side)
    draft.comparison.scopes, draft.comparison.ratio = sides, True
    sentence.take(*ratio_words, *places, *(place for place in between if sentence.kind(place) in ("vs", "by")))


def scopes(sentence: Sentence, draft: Draft, semantics: Semantics, values: Values) -> None:
    """`prod vs dev`, `compare payments and checkout`, `difference between aws and azure`: one row each."""
    contrasts = sentence.open("vs", "compare", "rather") + [
        at
        for at in sentence.open("by")
        if sentence.kind(sentence.after(at)) in FILTERS and word_list("between") & set(sentence.terms[at].text.split())
    ]
    if not contrasts:
        return
    places = sentence.open(*FILTERS)
    sides = sides_of(sentence, places)
    first = next(iter(sentence.open("vs")), None)
    if (
        not sides
        and first is not None
        and len(places) == 1
        and sentence.before(first, ("noise", "and", "follow")) is None
    ):
        sides = places
    elif len(sides) < 2:
        return
    if draft.comparison.change == "difference" and any(term.text.startswith("differ") for term in sentence.terms):
        draft.comparison.change = None  # how prod differs from dev, now
    draft.comparison.scopes = put_together(
        sentence, sides, [filter_of(sentence.terms[at], semantics, values) for at in sides]
    )
    sentence.take(*sides, *contrasts)


def sides_of(sentence: Sentence, places: list[int]) -> list[int]:
    """The names on both sides of `vs`; else the names of one dimension that
    `compare` joins with `and`, `with` or `to`.
    """
    for at in sentence.open("vs"):
        left = next((place for place in reversed(places) if place < at), None)
        right = next((place for place in places if place > at), None)
        if left is None or right is None:
            continue
        between = [place for place in sentence.open("period") if left < place < right]
        if between and sentence.open("period") and len(sentence.open("period")) > 1:
            continue
        dimension = _dimension(sentence, right)
        if _dimension(sentence, left) == dimension:
            return [place for place in places if _dimension(sentence, place) == dimension]
        others = [place for place in places if _dimension(sentence, place) == dimension and place < at]
        return [*others, right] if others else [left, right]
    if sentence.open("compare", "rather") or any(
        word_list("between") & set(sentence.terms[at].text.split()) for at in sentence.open("by")
    ):
        counted: dict[str, list[int]] = {}
        for place in places:
            counted.setdefault(_dimension(sentence, place), []).append(place)
        return next((same for same in counted.values() if len(same) > 1), [])
    return []


def _dimension(sentence: Sentence, at: int) -> str:
    term = sentence.terms[at]
    return term.matches[0].dimension if term.matches else term.kind
