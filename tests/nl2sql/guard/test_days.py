"""The days that a statement over line items reads."""

from datetime import date

import pytest

from nl2sql.catalog.views import reporting
from nl2sql.guard import SafeQuery, check
from tests.nl2sql.guard.builders import CHECKOUT, EVERYTHING

SEPTEMBER = (date(2026, 9, 1), date(2026, 10, 1))


@pytest.mark.parametrize(
    ("sql", "days"),
    [
        ("SELECT team FROM charges WHERE usage_date >= '2026-09-01' AND usage_date < '2026-10-01'", SEPTEMBER),
        ("SELECT team FROM charges WHERE usage_date BETWEEN DATE '2026-09-01' AND '2026-09-30'", SEPTEMBER),
        ("SELECT team FROM charges WHERE '2026-10-01' > usage_date AND '2026-09-01' <= (usage_date)", SEPTEMBER),
        ("SELECT team FROM charges c WHERE (c.usage_date > '2026-08-31' AND (usage_date <= '2026-09-30'))", SEPTEMBER),
        ("SELECT team FROM charges WHERE usage_date IN ('2026-09-01', '2026-09-30')", SEPTEMBER),
        (
            "SELECT team FROM charges WHERE usage_date = '2026-09-10' AND team = 'a'",
            (date(2026, 9, 10), date(2026, 9, 11)),
        ),
        ("SELECT team FROM charges WHERE usage_date >= TIMESTAMPTZ '2026-09-01'", (date(2026, 9, 1), date.max)),
        ("SELECT team FROM charges WHERE usage_date <= '2026-09-30'", (date.min, date(2026, 10, 1))),
        (
            (
                "SELECT team FROM charges WHERE usage_date = '2026-09-01' UNION ALL "
                "SELECT team FROM charges WHERE usage_date = '2026-09-30'"
            ),
            SEPTEMBER,
        ),
        (
            (
                "WITH a AS (SELECT * FROM charges WHERE usage_date = '2026-09-01'), "
                "b AS (SELECT * FROM charges WHERE usage_date = '2026-09-30') SELECT a.team FROM a JOIN b USING (team)"
            ),
            SEPTEMBER,
        ),
        (
            (
                "SELECT a.team FROM charges a LEFT JOIN charges b ON a.team = b.team "
                "WHERE a.usage_date = '2026-09-01' AND b.usage_date = '2026-09-30'"
            ),
            SEPTEMBER,
        ),
        # what may need any day
        ("SELECT team FROM charges", None),
        ("SELECT team FROM charges WHERE team = '2026-09-01'", None),
        ("SELECT team FROM charges WHERE usage_date = '2026-09-01' OR team = 'a'", None),
        ("SELECT team FROM charges WHERE NOT usage_date = '2026-09-01'", None),
        ("SELECT team FROM charges WHERE usage_date <> '2026-09-01'", None),
        ("SELECT team FROM charges WHERE usage_date NOT IN ('2026-09-01')", None),
        ("SELECT team FROM charges WHERE usage_date IN ('2026-09-01', team::date)", None),
        ("SELECT team FROM charges WHERE usage_date NOT BETWEEN '2026-09-01' AND '2026-09-30'", None),
        ("SELECT team FROM charges WHERE usage_date BETWEEN SYMMETRIC '2026-09-30' AND '2026-09-01'", None),
        ("SELECT team FROM charges WHERE usage_date < TIMESTAMP '2026-09-10 12:00'", None),
        ("SELECT team FROM charges WHERE usage_date >= '2026-09-31'", None),
        ("SELECT team FROM charges WHERE usage_date + 30 >= '2026-09-01'", None),
        ("SELECT sum(effective_cost) FILTER (WHERE usage_date = '2026-09-01') AS c FROM charges", None),
        ("SELECT team FROM (SELECT * FROM charges) c WHERE c.usage_date = '2026-09-01'", None),
        (
            (
                "SELECT a.team FROM charges a LEFT JOIN charges b ON b.usage_date = a.usage_date - 7 "
                "WHERE a.usage_date = '2026-09-01'"
            ),
            None,
        ),
        ("SELECT a.team FROM charges a JOIN charges b USING (usage_date) WHERE usage_date = '2026-09-01'", None),
        ("SELECT a.team FROM (charges a JOIN charges b ON a.team = b.team) WHERE a.usage_date = '2026-09-01'", None),
        (
            (
                "SELECT team FROM charges WHERE usage_date = '2026-09-01' "
                "AND effective_cost > (SELECT avg(effective_cost) FROM charges)"
            ),
            None,
        ),
        (
            (
                "SELECT o.team FROM charges o WHERE EXISTS (SELECT 1 FROM charges i WHERE o.usage_date = '2026-09-01') "
                "AND o.usage_date = '2026-09-01'"
            ),
            None,
        ),
    ],
)
def test_days_are_those_that_every_reading_names(sql: str, days: tuple[date, date] | None) -> None:
    """For whoever asks; where one reading may need any day, all files are opened."""
    for asker in (EVERYTHING, CHECKOUT):
        result = check(sql, reporting(), asker)
        assert isinstance(result, SafeQuery), result
        assert result.reads_lake
        assert result.days == days


def test_columns_that_are_renamed_are_not_days() -> None:
    """`usage_date` may then be the name of anything."""
    names = ["usage_date" if number == 3 else f"c{number}" for number in range(4)]
    result = check(
        f"SELECT c0 FROM charges AS c ({', '.join(names)}) WHERE usage_date = '2026-09-01'", reporting(), EVERYTHING
    )
    assert isinstance(result, SafeQuery), result
    assert result.days is None
