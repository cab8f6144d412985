"""Filters as conditions: values are bound as literals, and rows without a value are not forgotten."""

from dataclasses import replace
from datetime import date

import pytest

from nl2sql.catalog.semantics import semantics
from nl2sql.dates.periods import DatePeriod
from nl2sql.grammar.query import Filter
from nl2sql.grammar.sql.conditions import condition, conditions
from nl2sql.grammar.sql.context import CompileContext
from tests.nl2sql.builders import query

CONTEXT = CompileContext(semantics())


@pytest.mark.parametrize(
    ("values", "negated", "keep_missing", "sql"),
    [
        (("web",), False, True, "team = 'web'"),
        (("web", "shop"), False, True, "team IN ('web', 'shop')"),
        ((None,), False, True, "team IS NULL"),
        (("web", None), False, True, "team = 'web' OR team IS NULL"),
        (("web",), True, True, "team IS NULL OR NOT (team = 'web')"),
        (("web",), True, False, "NOT (team = 'web')"),
        (("web", None), True, True, "NOT (team = 'web' OR team IS NULL)"),
        ((), False, True, "FALSE"),
        ((), True, True, "TRUE"),
        (("a'; --",), False, True, "team = 'a''; --'"),
    ],
)
def test_a_filter(values: tuple[str | None, ...], negated: bool, keep_missing: bool, sql: str) -> None:
    """Everything but web includes what belongs to nobody; of what the data have none of, there are no rows."""
    written = condition(Filter("team", values, "x", negated, keep_missing), CONTEXT).sql("postgres")
    assert written.replace("NOT team = 'web'", "NOT (team = 'web')") == sql


def test_tax_is_left_out_unless_it_is_asked_for() -> None:
    plain = query("cost in october")
    taxless = "charge_category <> 'Tax'"

    def where(**changes: object) -> list[str]:
        return [one.sql("postgres") for one in conditions(replace(plain, **changes), CONTEXT, "daily_costs")]  # type: ignore[arg-type]  # fields of a query

    assert taxless in where()
    assert taxless not in where(with_tax=True)
    assert taxless not in where(metric="invoice_cost")
    assert taxless not in where(filters=(Filter("charge_category", ("Tax",), "tax"),))


def test_adjoining_periods_are_one_condition() -> None:
    """A comparison with the month before reads both at once; one with a gap reads neither too much."""
    october, september, july = (DatePeriod(date(2026, month, 1), date(2026, month + 1, 1), "") for month in (10, 9, 7))
    asked = replace(query("cost in october"), period=october)
    near = conditions(replace(asked, compared=(september,)), CONTEXT, "daily_costs")[0].sql("postgres")
    far = conditions(replace(asked, compared=(july,)), CONTEXT, "daily_costs")[0].sql("postgres")
    assert "2026-10-01" not in near
    assert {"2026-09-01", "2026-11-01"} <= set(near.split("'"))
    assert {"2026-07-01", "2026-08-01", "2026-10-01", "2026-11-01"} <= set(far.split("'"))
