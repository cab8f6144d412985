"""Medians and percentiles, moving averages, profiles of a week or a day, and what is new or gone."""

from dataclasses import replace

from nl2sql.grammar.draft import Draft
from nl2sql.grammar.query import Grain
from nl2sql.grammar.recognisers.breakdown import GRAINS
from nl2sql.grammar.tagging.terms import Sentence

_USUAL: dict[Grain, int] = {"day": 7, "week": 4, "month": 3, "quarter": 4, "year": 2}
_LONGEST = 366
_PASSIVE = ("was ", "were ", "got ", "been ")


def statistic(sentence: Sentence, draft: Draft) -> None:
    """`median daily cost`, `95th percentile per team`: said as an average is, of the same units."""
    for at in sentence.open("statistic"):
        draft.measure.statistic = sentence.terms[at].value  # type: ignore[assignment]  # the catalogue's are these
        if sentence.has("average"):
            sentence.take(at)
        else:
            sentence.terms[at] = replace(sentence.terms[at], kind="average")


def moving(sentence: Sentence, draft: Draft) -> None:
    """`7 day moving average`, `rolling average over 4 weeks`."""
    for at in sentence.open("moving"):
        sentence.take(at)
        number = next((place for place in sentence.open("number") if _with_unit(sentence, place)), None)
        grain: Grain = "day"
        steps = None
        if number is not None:
            grain, steps = GRAINS[sentence.terms[number + 1].value], int(sentence.terms[number].amount)
            sentence.take(number, number + 1)
            over = sentence.before(number)
            if over is not None and over > at and sentence.kind(over) in ("cmp", "by"):
                sentence.take(over)
        elif grains := sentence.open("grain"):
            grain = GRAINS[sentence.terms[grains[0]].value]
        sentence.take(*sentence.open("grain"))
        draft.shape.grain = grain
        draft.measure.moving = min(max(steps or _USUAL.get(grain, 2), 2), _LONGEST)


def _with_unit(sentence: Sentence, at: int) -> bool:
    return sentence.kind(at + 1) == "unit" and sentence.terms[at + 1].value in GRAINS and at + 1 not in sentence.taken


def profile(sentence: Sentence, draft: Draft) -> None:
    """`by day of the week`, `weekends vs weekdays`, `by hour of the day`."""
    for at in sentence.open("profile"):
        draft.shape.profile = sentence.terms[at].value  # type: ignore[assignment]  # the catalogue's are these
        sentence.take(at, *sentence.open("by", value="by"))
    parts = sentence.open("weekdays")
    if {sentence.terms[at].value for at in parts} == {"weekend", "weekday"}:
        draft.shape.profile = "weekend"
        ratio = [at for at in sentence.open("share") if sentence.terms[at].text == "ratio"]
        sentence.take(*parts, *ratio, *sentence.open("vs", "compare", "rather", "cmp"))
    if draft.shape.profile:
        sentence.take(*sentence.open("average"), *sentence.open("grain", value="day"))


def appeared(sentence: Sentence, draft: Draft) -> None:
    """`new resources this week`, `which services disappeared`: first charged in the period, or no longer charged."""
    places = sentence.open("appeared")
    if not places:
        return
    if sentence.has("value") and sentence.has("noun", "metric") and sentence.terms[places[0]].text.startswith(_PASSIVE):
        sentence.take(*places)  # web-1 was shut down, what did it cost
        return
    draft.measure.appeared = sentence.terms[places[0]].value  # type: ignore[assignment]  # the catalogue's are these
    sentence.take(*places)
    draft.measure.unseen = sentence.terms[places[0]].text.startswith(("no ", "not ", "have not", "has not", "did not"))
    named = sentence.open("dimension")
    draft.shape.dimensions += [sentence.terms[at].value for at in named] or ["resource"]
    beside = [place for at in named for place in (at - 1, at + 1) if sentence.kind(place) in ("which", "by")]
    sentence.take(*named, *beside)
    daily = sentence.open("grain", value="day")
    if daily or sentence.open("average"):
        draft.measure.average = "day"
        sentence.take(*daily, *sentence.open("average"))
