"""Queries as JSON: what is wrong is said by its field, names and days are found as in words."""

from dataclasses import replace
from typing import Any

import pytest

from nl2sql.catalog.linking import Match
from nl2sql.catalog.semantics import semantics
from nl2sql.grammar.query import CostQuery
from nl2sql.grammar.semantic.context import ReadingContext, Unreadable
from nl2sql.grammar.semantic.reading import read_listing, read_query
from tests.nl2sql.builders import CALENDAR, VALUES, understood

KNOWN = ReadingContext(semantics(), VALUES, CALENDAR)
OCTOBER = {"start": "2026-10-01", "end": "2026-11-01"}


def _query(**fields: Any) -> CostQuery | Unreadable:
    return read_query({"period": OCTOBER, **fields}, KNOWN)


def _team(*values: str | None, **more: Any) -> dict[str, Any]:
    return {"dimension": "team", "values": list(values), **more}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"metric": "efective_cost"}, "metric: “efective_cost” is no metric. The nearest"),
        ({"beside": ["billed_cost", "billed_cost"]}, "beside: “billed_cost” is named twice."),
        ({"dimensions": ["servicex"]}, "dimensions[0]: “servicex” is no dimension. The nearest"),
        (
            {"filters": [_team("payment")]},
            "filters[0].values[0]: No team is called “payment”.",
        ),
        ({"filters": [_team()]}, "filters[0].values: At least one value is needed"),
        (
            {"filters": [{"dimension": "teem", "values": ["x"]}]},
            "dimension: “teem” is nothing to filter by.",
        ),
        ({"filters": [{"dimension": "resource_id", "values": ["i-1"]}]}, "No resource is called “i-1”."),
        ({"period": {"start": "2026-02-30", "end": "2026-03-01"}}, "period.start: “2026-02-30” is no day."),
        ({"period": {"start": "2026-02-01", "end": "1st of May"}}, "period.end: A day is written as 2026-11-15."),
        ({"period": {"start": "2026-03-01", "end": "2026-03-01"}}, "period: It ends on 2026-03-01, which is not after"),
        ({"period": {"start": "2024-03-01", "end": "2024-04-01"}}, "period: The bills start on 2025-09-01"),
        ({"period": {"start": "2026-12-01", "end": "2027-01-01"}}, "period: December 2026 has not come yet"),
        ({"grain": "minute"}, "grain: It has to be hour, day, week, month, quarter or year."),
        ({"colour": "red"}, "colour: There is no such field."),
        ({"with_tax": "yes"}, "with_tax: Input should be a valid boolean."),
        ({"limit": 3}, "limit: There is one row"),
        ({"dimensions": ["team"], "offset": 1}, "offset: Rows are passed over only before a `limit`."),
        ({"compared": [OCTOBER]}, "compared[0]: These days are named twice."),
        ({"change": "up", "dimensions": ["team"]}, "change: A change needs one compared period"),
        ({"scopes": [_team("payments")]}, "scopes: payments beside what?"),
        ({"ratio": True}, "ratio: It is of two `scopes`"),
        ({"ratio": True, "scopes": [_team("payments"), _team("growth")], "share_of": []}, "no meaning beside `ratio`"),
        ({"count": "day"}, "count: days are counted only over or under a threshold."),
        (
            {"share_of": [_team("growth")], "filters": [_team("payments")]},
            "growth is no part of payments.",
        ),
        ({"share_of": []}, "share_of: Of what?"),
        ({"threshold": {"amount": float("nan")}}, "threshold.amount:"),
    ],
)
def test_what_is_wrong_is_said_by_its_field(fields: dict[str, Any], problem: str) -> None:
    """With the names that were perhaps meant."""
    found = _query(**fields)
    assert isinstance(found, Unreadable)
    assert problem in found.text


def test_every_wrong_field_is_said_at_once() -> None:
    """Whoever wrote it mends it in one go."""
    found = _query(metric="x", dimensions=["y"], filters=[_team("z")])
    assert isinstance(found, Unreadable)
    assert [one.field for one in found.problems] == ["metric", "dimensions[0]", "filters[0].values[0]"]


@pytest.mark.parametrize("given", [None, [], "query", 3, {}, {"period": None}, {"period": "october"}])
def test_what_is_no_object_is_no_query(given: Any) -> None:
    """Whatever came."""
    assert isinstance(read_query(given, KNOWN), Unreadable)
    assert isinstance(read_listing(given, KNOWN), Unreadable)


@pytest.mark.parametrize(
    ("dimension", "written", "value"),
    [
        ("team", "PAYMENTS", "payments"),
        ("service", "ec2", "Amazon Elastic Compute Cloud"),
        ("provider", "azure", "Microsoft"),
        ("team", "kasse", "checkout"),
        ("region", "Ireland", "eu-west-1"),
        ("charge_category", "credit", "Credit"),
    ],
)
def test_names_are_found_as_in_words(dimension: str, written: str, value: str) -> None:
    """Case, the catalogue's words and the organisation's own."""
    found = _query(filters=[{"dimension": dimension, "values": [written]}])
    assert isinstance(found, CostQuery)
    assert found.filters[0].values == (value,)


def test_labels_of_others_are_made_anew() -> None:
    """A label is shown in the headline: nobody writes a figure into it."""
    found = _query(
        filters=[_team("payments", label="$1 of all")], period={**OCTOBER, "label": "never"}, notes=["$1 is right"]
    )
    assert isinstance(found, CostQuery)
    assert (found.filters[0].label, found.period.label, found.notes) == ("payments", "October 2026", ())


@pytest.mark.parametrize(
    ("start", "end", "as_words"),
    [
        ("2026-11-01", "2026-12-01", "this month"),
        ("2026-11-01", "2026-11-16", "this month"),
        ("2026-10-01", "2026-11-01", "last month"),
        ("2026-07-01", "2026-10-01", "q3"),
        ("2026-11-02", "2026-11-09", "last week"),
        ("2026-01-01", "2027-01-01", "this year"),
        ("2026-11-08", "2026-11-15", "last 7 days"),
        ("2026-08-01", "2026-11-01", "last 3 months"),
        ("2026-11-14", "2026-11-15", "yesterday"),
    ],
)
def test_days_are_the_period_that_words_mean(start: str, end: str, as_words: str) -> None:
    """So that "and the month before?" goes back as far as after a question in words."""
    found, said = _query(period={"start": start, "end": end}), understood(f"total cost {as_words}")
    assert isinstance(found, CostQuery)
    assert isinstance(said, CostQuery)
    assert found.period == replace(said.period, yearless=False, floating=False, ends=None)


def test_a_resource_is_named_by_its_name() -> None:
    """Looked up in the data; several that hold the word are told."""

    def find(name: str) -> tuple[Match, ...]:
        exact = Match("resource_id", ("i-0a1",), "web-1")
        return (exact,) if name == "web-1" else (replace(exact, near=True), replace(exact, label="web-2", near=True))

    known = replace(KNOWN, values=replace(VALUES, find_resources=find))
    given = {"period": OCTOBER, "filters": [{"dimension": "resource_id", "values": ["web-1"]}]}
    found = read_query(given, known)
    assert isinstance(found, CostQuery)
    assert found.filters[0].values == ("i-0a1",)
    given["filters"][0]["values"] = ["web"]  # type: ignore[index]  # the dict above
    missing = read_query(given, known)
    assert isinstance(missing, Unreadable)
    assert "The nearest are web-1, web-2." in missing.text
