"""Sides of a comparison that are not single names: parts of the bill of different columns, and names put together."""

from dataclasses import replace

from nl2sql.catalog.linking import Values
from nl2sql.catalog.semantics import Semantics
from nl2sql.catalog.word_lists import word_list
from nl2sql.grammar.draft import Draft
from nl2sql.grammar.query import Filter
from nl2sql.grammar.recognisers.filtering import filter_of
from nl2sql.grammar.tagging.terms import Sentence


def parts_apart(sentence: Sentence, draft: Draft, semantics: Semantics, values: Values) -> None:
    """`refunds and credits`, `on demand or savings plans`: parts of the bill that different columns tell stand side by
    side, for no charge is both.
    """
    _names_or(sentence, draft, semantics, values)
    for at in sentence.open("charge"):
        other = at + 2
        joined = sentence.kind(at + 1) == "and" and sentence.kind(other) == "charge" and other not in sentence.taken
        if not joined or draft.comparison.scopes or draft.shape.dimensions or draft.measure.share:
            continue
        sides = [filter_of(sentence.terms[place], semantics, values) for place in (at, other)]
        if sides[0].dimension != sides[1].dimension and all(side.values for side in sides):
            draft.comparison.scopes = sides
            sentence.take(at, at + 1, other)


def _names_or(sentence: Sentence, draft: Draft, semantics: Semantics, values: Values) -> None:
    """`cost of ml-platform or the ml team`: of different kinds, either is asked for, and not what is both."""
    for at in sentence.open("value"):
        joint = sentence.after(at)
        other = sentence.after(joint) if joint is not None and sentence.terms[joint].text == "or" else None
        if other is None or sentence.kind(other) != "value" or other in sentence.taken:
            continue
        sides = [filter_of(sentence.terms[place], semantics, values) for place in (at, other)]
        apart = sides[0].dimension != sides[1].dimension and not (draft.comparison.scopes or draft.shape.dimensions)
        if apart and not draft.measure.share and joint is not None:
            draft.comparison.scopes = sides
            sentence.take(at, joint, other)


def put_together(sentence: Sentence, places: list[int], sides: list[Filter]) -> list[Filter]:
    """`staging and dev together vs prod`: the names on one side of `vs` as one, where they are said to be."""
    versus = next((at for at in sentence.open("vs") if places[0] < at < places[-1]), None)
    together = word_list("together") | {"both", "plus"}
    if versus is None or not any(set(term.text.split()) & together for term in sentence.terms):
        return sides
    left = [side for place, side in zip(places, sides, strict=True) if place < versus]
    right = [side for place, side in zip(places, sides, strict=True) if place > versus]
    return [_as_one(left), _as_one(right)]


def _as_one(sides: list[Filter]) -> Filter:
    first = sides[0]
    if any(side.dimension != first.dimension or side.contains for side in sides):
        return first
    values = tuple(dict.fromkeys(value for side in sides for value in side.values))
    return replace(first, values=values, label=" and ".join(side.label for side in sides))
