"""Queries as JSON: whatever the grammar makes is read back whole."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nl2sql.catalog.semantics import semantics
from nl2sql.grammar.query import CostQuery
from nl2sql.grammar.semantic.context import ReadingContext, Unreadable
from nl2sql.grammar.semantic.reading import read_query
from nl2sql.grammar.semantic.schema import query_schema
from nl2sql.grammar.semantic.sense import senseless
from tests.nl2sql.builders import CALENDAR, VALUES, understood
from tests.nl2sql.composed import ComposedQuestions

KNOWN = ReadingContext(semantics(), VALUES, CALENDAR)
SCHEMA = query_schema(semantics())
PHRASES = sorted({" ".join(words) for words in semantics().lexicon})
NAMES = [
    "payments",
    "checkout",
    "prod",
    "dev",
    "ec2",
    "rds",
    "kubernetes",
    "azure",
    "aws",
    "eu-west-1",
    "credits",
    "tax",
    "savings plans",
]
TIMES = [
    "in october",
    "last week",
    "this month",
    "last 7 days",
    "q3",
    "in 2026",
    "yesterday",
    "from august to october",
    "last 3 months",
    "october vs september",
]
GLUE = ["by", "of", "without", "vs", "top 3", "over 500", "share of", "average daily", "and", "per", "why did", "trend"]


def _bare(query: CostQuery) -> CostQuery:
    """Without what is worded here: labels and notes."""
    periods = [
        replace(one, label="", yearless=False, floating=False, ends=None) for one in (query.period, *query.compared)
    ]
    bare = {
        name: None
        if filters is None
        else tuple(replace(one, label="", values=tuple(dict.fromkeys(one.values))) for one in filters)
        for name, filters in (("filters", query.filters), ("scopes", query.scopes), ("share_of", query.share_of))
    }
    return replace(query, period=periods[0], compared=tuple(periods[1:]), notes=(), **bare)  # type: ignore[arg-type]  # the same fields


def _same_words(query: CostQuery) -> CostQuery:
    """Without the marks of how a period was said, which are only for reading the question itself."""
    said = [replace(one, yearless=False, floating=False, ends=None) for one in (query.period, *query.compared)]
    return replace(query, period=said[0], compared=tuple(said[1:]))


def _until_today(query: CostQuery) -> CostQuery:
    """A running period of others is read as far as it is; `until the end of the month` may be said in words only."""
    today = date(2026, 11, 15)
    periods = [
        replace(one, end=date(2026, 11, 16), whole=False) if one.start <= today < one.end - timedelta(days=1) else one
        for one in (query.period, *query.compared)
    ]
    return replace(query, period=periods[0], compared=tuple(periods[1:]))


def _stated(query: CostQuery) -> dict[str, Any]:
    """A query as somebody else would write it: without labels and notes."""

    def without(part: Any) -> Any:
        if isinstance(part, dict):
            return {name: without(value) for name, value in part.items() if name not in ("label", "notes")}
        return [without(one) for one in part] if isinstance(part, list) else part

    stated: dict[str, Any] = without(json.loads(json.dumps(query.to_json())))
    return stated


def _held(query: CostQuery) -> None:
    """Both ways of reading give the query again, and the schema allows what is written. What makes no sense, as
    `payments vs payments`, is read back only from our own store.
    """
    stored = json.loads(json.dumps(query.to_json()))
    stated = _stated(query)
    # a statistic is of days where the words name no unit
    query = replace(query, average=query.average or "day") if query.statistic else query
    assert read_query(stored, KNOWN, own=True) == _same_words(query)
    jsonschema_rs.validate(SCHEMA, stated)
    again = read_query(stated, KNOWN)
    if senseless(query):
        assert isinstance(again, Unreadable)
    else:
        assert isinstance(again, CostQuery), again
        assert _bare(again) == _bare(_until_today(query))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_every_composed_question_survives_as_json(seed: int) -> None:
    """Kinds, measures, filters, dimensions and periods, drawn together."""
    question = ComposedQuestions(seed).questions(1)[0]["question"]
    query = understood(question)
    if isinstance(query, CostQuery):
        _held(query)


@pytest.mark.slow
@settings(max_examples=250, deadline=None)
@given(st.lists(st.sampled_from([*NAMES * 12, *TIMES * 12, *GLUE * 12, *PHRASES]), min_size=1, max_size=7))
def test_every_query_of_the_grammar_survives_as_json(words: list[str]) -> None:
    """Whatever the grammar makes of words thrown together, its follow-ups included."""
    first = understood(" ".join(words[:4]))
    if isinstance(first, CostQuery):
        _held(first)
        second = understood(" ".join(["and", *words[4:]]), first)
        if isinstance(second, CostQuery):
            _held(second)
