"""The recognisers run in an order that satisfies what they declare."""

import inspect

import pytest

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
from nl2sql.grammar.recognisers.order import RECOGNISERS, Recogniser

PLACES = {recogniser.name: place for place, recogniser in enumerate(RECOGNISERS)}


@pytest.mark.parametrize("recogniser", RECOGNISERS, ids=lambda recogniser: recogniser.name)
def test_a_recogniser_stands_behind_what_it_needs_and_before_what_would_take_its_terms(recogniser: Recogniser) -> None:
    """Each name that is declared is a recogniser, on the side that it is declared for."""
    place = PLACES[recogniser.name]
    assert all(PLACES[name] < place for name in recogniser.needs)
    assert all(PLACES[name] > place for name in recogniser.before)


def test_every_recogniser_runs_once() -> None:
    """Each public function of the files that sets a draft from a sentence and returns nothing."""
    names = [
        name
        for module in (
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
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and list(inspect.signature(function).parameters)[:1] == ["sentence"]
        and function.__annotations__.get("return") is None
    ]
    assert sorted(names) == sorted(PLACES)
    assert len(PLACES) == len(RECOGNISERS)
