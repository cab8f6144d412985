"""Whatever others put together is refused by its field, or compiles."""

import json
import random
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.access import SYSTEM
from nl2sql import guard
from nl2sql.catalog import views
from nl2sql.catalog.semantics import semantics
from nl2sql.grammar.semantic.context import ReadingContext, Unreadable
from nl2sql.grammar.semantic.reading import read_query
from nl2sql.grammar.semantic.schema import listing_schema, query_schema, strict
from nl2sql.grammar.sql.compile import compile_query
from nl2sql.grammar.sql.context import CompileContext
from tests.nl2sql.builders import CALENDAR, VALUES

KNOWN = ReadingContext(semantics(), VALUES, CALENDAR)


def _filters_of_json() -> st.SearchStrategy[dict[str, Any]]:
    values: dict[str, list[str | None]] = {
        "team": ["payments", "checkout", None, "nobody"],
        "service": ["ec2", "AWS Lambda"],
        "charge_category": ["Tax", "Credit"],
        "environment": ["prod", "dev", None],
        "provider": ["AWS", "azure"],
        "commitment_type": ["Compute Savings Plan", None],
        "resource_type": ["box"],
    }
    return st.sampled_from(sorted(values)).flatmap(
        lambda name: st.fixed_dictionaries(
            {"dimension": st.just(name), "values": st.lists(st.sampled_from(values[name]), min_size=1, max_size=3)},
            optional={"negated": st.booleans(), "keep_missing": st.booleans()},
        )
    )


def _periods_of_json() -> st.SearchStrategy[dict[str, str]]:
    days = ["2026-09-01", "2026-09-16", "2026-10-01", "2026-10-15", "2026-11-01", "2026-11-16", "2026-12-01"]
    pairs = st.lists(st.sampled_from(days), min_size=2, max_size=2, unique=True).map(sorted)
    return pairs.map(lambda pair: {"start": pair[0], "end": pair[1]})


METRICS, DIMENSIONS = list(semantics().metrics), list(semantics().dimensions)
GRAINS = ["day", "week", "month", "quarter", "year"]
QUERIES = st.fixed_dictionaries(
    {"period": _periods_of_json(), "metric": st.sampled_from(["effective_cost", *METRICS])},
    optional={
        "beside": st.lists(st.sampled_from(METRICS), max_size=2),
        "dimensions": st.lists(st.sampled_from(DIMENSIONS), max_size=2),
        "grain": st.sampled_from(GRAINS),
        "filters": st.lists(_filters_of_json(), max_size=2),
        "with_tax": st.booleans(),
        "weekdays": st.sampled_from(["weekend", "weekday"]),
        "compared": st.lists(_periods_of_json(), max_size=2),
        "change": st.sampled_from(["difference", "up", "down", "percent_up", "percent_down"]),
        "moved_only": st.booleans(),
        "why": st.booleans(),
        "scopes": st.lists(_filters_of_json(), max_size=3),
        "ratio": st.booleans(),
        "share_of": st.lists(_filters_of_json(), max_size=2),
        "average": st.sampled_from([*GRAINS, *DIMENSIONS]),
        "count": st.sampled_from([*GRAINS, *DIMENSIONS]),
        "run_rate": st.booleans(),
        "cumulative": st.booleans(),
        "order": st.sampled_from(["asc", "desc"]),
        "limit": st.integers(1, 20),
        "offset": st.integers(0, 3),
        "limit_within": st.sampled_from(DIMENSIONS),
        "threshold": st.fixed_dictionaries(
            {"amount": st.floats(0, 1e6)},
            optional={"over": st.booleans(), "percent": st.booleans(), "upto": st.floats(0, 1e6)},
        ),
    },
)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(QUERIES, st.integers(0, 6))
def test_what_is_read_is_compiled(given: dict[str, Any], kept: int) -> None:
    """Whatever others put together: it is refused by its field, or it compiles to SQL that the guard lets pass."""
    chance = random.Random(json.dumps(given))
    optional = sorted(set(given) - {"period", "metric"})
    chosen = chance.sample(optional, min(kept, len(optional)))
    found = read_query({name: given[name] for name in ("period", "metric", *chosen)}, KNOWN)
    if isinstance(found, Unreadable):
        assert found.problems
        assert all(problem.text for problem in found.problems)
        return
    sql = compile_query(found, CompileContext(semantics(), CALENDAR.today)).sql("postgres")
    checked = guard.check(sql, views.reporting(), SYSTEM)
    assert isinstance(checked, guard.SafeQuery), (found, checked)


def test_the_schema_for_structured_output_is_strict() -> None:
    """Every object lists all its fields as required and takes no others, as strict endpoints demand."""
    objects = 0
    for schema in (strict(query_schema(semantics())), strict(listing_schema())):
        jsonschema_rs.meta.validate(schema)
        for part in (schema, *schema["$defs"].values()):
            objects += 1
            assert part["additionalProperties"] is False
            assert part["required"] == list(part["properties"])
            assert not {"label", "notes"} & set(part["properties"])
    assert objects == 7
