"""The recognisers in the order they run, and why: what each needs to have run, and what it must come before.

Each takes terms from the sentence and sets fields of the draft; a term that is taken is gone for those behind it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from nl2sql.catalog.linking import Values
from nl2sql.catalog.semantics import Semantics
from nl2sql.grammar.draft import Draft
from nl2sql.grammar.recognisers import (
    breakdown,
    changing,
    comparing,
    filtering,
    measuring,
    ranking,
    sharing,
    sides,
    stepwise,
    tag_names,
)
from nl2sql.grammar.tagging.terms import Sentence

Recognise = Callable[[Sentence, Draft, Semantics, Values], None]


@dataclass(frozen=True)
class Recogniser:
    """One recogniser: `needs` are those whose fields it reads, `before` those that would take its terms."""

    recognise: Recognise
    name: str
    needs: tuple[str, ...] = ()
    before: tuple[str, ...] = ()


def _plain(recognise: Callable[[Sentence, Draft], None], *needs: str, before: tuple[str, ...] = ()) -> Recogniser:
    """A recogniser that needs neither the catalogue nor the names in the data."""

    def run(sentence: Sentence, draft: Draft, _semantics: Semantics, _values: Values) -> None:
        recognise(sentence, draft)

    return Recogniser(run, recognise.__name__, needs, before)


def _with_names(recognise: Recognise, *needs: str, before: tuple[str, ...] = ()) -> Recogniser:
    """A recogniser that turns names into filters."""
    return Recogniser(recognise, recognise.__name__, needs, before)


RECOGNISERS: tuple[Recogniser, ...] = (
    # Filters that are said with a word of their own, before that word or its dimension means something else.
    _with_names(tag_names.other_tags, before=("absent", "allocated", "broken_down")),
    _plain(filtering.absent, before=("left_out", "share", "broken_down", "names")),
    _plain(filtering.allocated, before=("with_tax", "left_out", "broken_down")),
    _plain(filtering.instead, before=("metric", "ranked", "broken_down", "periods", "by_time", "names")),
    _plain(measuring.metric, before=("threshold", "share", "scopes", "names")),
    _plain(filtering.in_or_out, before=("with_tax", "left_out", "names")),
    _plain(filtering.with_tax, before=("names",)),
    _with_names(comparing.ratio, before=("left_out", "share", "scopes", "names")),
    _with_names(filtering.left_out, before=("share", "scopes", "names")),
    # What is made step by step, before its numbers, units and dimensions mean anything else.
    _plain(stepwise.moving, before=("threshold", "average", "by_time", "ranked")),
    _plain(stepwise.statistic, before=("average",)),
    _plain(stepwise.profile, before=("ranked", "average", "scopes", "weekdays", "broken_down", "by_time")),
    _plain(stepwise.appeared, before=("ranked", "average", "broken_down", "by_time")),
    # What is counted or limited, before its numbers and units are taken for a ranking.
    _plain(measuring.count, "metric", before=("threshold", "ranked", "broken_down")),
    _plain(ranking.threshold, before=("change", "ranked", "scopes", "broken_down")),
    # What moved: a ranking of changes is none of amounts.
    _plain(changing.why, before=("movers", "change")),
    _plain(changing.movers, before=("change",)),
    _plain(changing.change, "why", "movers", before=("ranked", "share", "periods")),
    # Shape: the nearest dimension or step of time belongs to the superlative, then to the average, then to `by`.
    _plain(ranking.ranked, "change", before=("average", "broken_down", "by_time")),
    _plain(measuring.run_rate, before=("average", "by_time")),
    _plain(measuring.average, "ranked", before=("broken_down", "by_time")),
    _plain(measuring.cumulative),
    _with_names(sharing.share, "absent", "change", "left_out", before=("broken_down", "scopes", "names")),
    _plain(breakdown.broken_down, "count", "ranked", "share", "change", before=("by_time",)),
    # Comparisons: sides first, for a range of months between two sides is one period.
    _plain(comparing.over_periods, before=("periods",)),
    _plain(comparing.shifted, before=("periods",)),
    _with_names(comparing.scopes, "left_out", "share", before=("periods", "names")),
    _with_names(sides.parts_apart, "share", "broken_down", "scopes", before=("names",)),
    _plain(comparing.periods, "change", "over_periods", "shifted", "scopes", "broken_down", before=("by_time",)),
    _plain(breakdown.by_time, "ranked", "average", "run_rate", "broken_down"),
    _plain(filtering.weekdays),
    # Every name that is left is a filter.
    _with_names(filtering.names, "metric", "left_out", "share", "scopes"),
)
