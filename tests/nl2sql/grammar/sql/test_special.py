"""Figures that are made in two steps, over a small bill, beside the same ones by hand."""

from pathlib import Path
from statistics import median
from typing import Any

import pytest

from config.access import SYSTEM, Actor
from config.organisation import Organisation
from db.database import Database
from flows.ingest.ingest_costs import ingest
from nl2sql.answers.outcomes import Answer, CannotAnswer
from nl2sql.ask import ask, run_query
from nl2sql.deps import Deps
from tests.nl2sql.conftest import HEADER

SEPTEMBER = {"start": "2026-09-01", "end": "2026-10-01"}
OCTOBER = {"start": "2026-10-01", "end": "2026-11-01"}


def rows(query: dict[str, Any], deps: Deps, actor: Actor = SYSTEM) -> tuple[tuple[Any, ...], ...]:
    answer = run_query({"period": OCTOBER, **query}, actor, None, deps)
    assert isinstance(answer, Answer), answer.text
    return answer.rows


def test_a_median_and_a_percentile_are_of_all_days(deps: Deps) -> None:
    """100, 40 and 15 dollars on three of the seven days that the bills reach; a day without cost is a day of 0."""
    assert rows({"statistic": "median"}, deps) == ((median([100, 40, 15, 0, 0, 0, 0]),),)
    assert rows({"statistic": "p75"}, deps) == ((27.5,),)
    assert rows({"statistic": "median", "average": "account"}, deps) == ((77.5,),)
    assert rows({"statistic": "p90", "dimensions": ["team"]}, deps) == (
        ("payments", pytest.approx(46)),
        ("checkout", pytest.approx(16)),
        ("unallocated", pytest.approx(2)),
    )
    last_three = {"statistic": "median", "period": {"start": "2026-10-05", "end": "2026-10-08"}}
    assert rows(last_three, deps) == ((40.0,),)
    assert rows({**last_three, "dimensions": ["team"]}, deps)[0] == ("payments", 10.0)
    narrow = Actor(id="U1", teams=frozenset({"checkout"}))
    assert rows({"statistic": "p75", "period": last_three["period"]}, deps, narrow) == ((20.0,),)


def test_weeks_and_weekdays_without_cost_count_too(deps: Deps) -> None:
    """Of the weeks from 10 September to 7 October two have cost; of its weekend days none has."""
    both = {"period": {"start": "2026-09-10", "end": "2026-10-08"}}
    assert rows({**both, "statistic": "p90", "average": "week"}, deps) == ((pytest.approx(80 + 0.6 * 75),),)
    assert rows({**both, "statistic": "p99", "weekdays": "weekend"}, deps) == ((0.0,),)
    found = rows(
        {"statistic": "p75", "period": {"start": "2026-10-01", "end": "2026-10-08"}, "weekdays": "weekday"}, deps
    )
    assert found == ((40.0,),)


def test_a_moving_average_of_weeks_counts_those_without_cost(deps: Deps) -> None:
    """Between 7 September and 5 October lie three weeks without any: the one before them is in no average of two."""
    query = {"grain": "week", "moving": 2, "period": {"start": "2026-09-01", "end": "2026-10-12"}}
    assert rows(query, deps) == (("2026-10-05", 155.0, 77.5),)
    months = {"grain": "month", "moving": 2, "period": {"start": "2026-09-01", "end": "2026-11-01"}}
    assert rows(months, deps) == (("2026-10-01", 155.0, 117.5),)


def test_a_moving_average_counts_days_without_cost(deps: Deps) -> None:
    """Three days back by the calendar; what lies before the period is in it, what lies before the bills is not told."""
    found = rows({"grain": "day", "moving": 3, "period": {"start": "2026-10-05", "end": "2026-10-08"}}, deps)
    assert [(row[0], row[1], round(row[2], 4)) for row in found] == [
        ("2026-10-05", 100.0, round(100 / 3, 4)),
        ("2026-10-06", 40.0, round(140 / 3, 4)),
        ("2026-10-07", 15.0, round(155 / 3, 4)),
    ]
    early = {"grain": "day", "moving": 3, "period": {"start": "2026-09-01", "end": "2026-10-01"}}
    assert rows(early, deps) == ()


def test_a_profile_is_over_the_days_of_its_kind(deps: Deps) -> None:
    """5 October 2026 is a Monday: one of those that the bills reach."""
    found = {row[0]: row[1:] for row in rows({"profile": "weekday"}, deps)}
    assert list(found) == ["Monday", "Tuesday", "Wednesday"]
    assert found["Monday"] == (100.0, 100.0)
    halves = {row[0]: row[2] for row in rows({"profile": "weekend"}, deps)}
    assert halves == {"weekday": 155.0}


def test_an_average_hour_is_over_all_days(
    deps: Deps, clean_database: Database, organisation: Organisation, tmp_path: Path
) -> None:
    """An hour that is charged on one of the seven days that the bills reach costs a seventh of it on average."""
    october, hour = "2026-10-01T00:00:00Z", "2026-10-05T{:02d}:00:00Z"
    bill = tmp_path / "hourly.csv"
    bill.write_text(
        f"{HEADER}\n14,2,Two,USD,2026-11-01T00:00:00Z,{october},Usage,text,{hour.format(14)},{hour.format(13)},14,14,14,"
        "AWS,AWS,AWS,1,Compute,AWS Lambda,two,two,eu-west-1,fn-2,,\n",
        encoding="utf-8",
    )
    result = ingest([str(bill)], clean_database, organisation)
    assert all(load["status"] == "loaded" for load in result.to_json()["loads"]), result.to_json()
    assert rows({"profile": "hour"}, deps) == ((13, 2.0, 14.0),)


def test_what_is_new_was_charged_on_no_day_before(deps: Deps) -> None:
    """Lambda and the test account came in October; nothing of September is gone."""
    assert rows({"appeared": "new", "dimensions": ["service"]}, deps) == (("AWS Lambda", 15.0, "2026-10-07"),)
    assert rows({"appeared": "new", "dimensions": ["account"]}, deps) == (("shop-test", 40.0, "2026-10-06"),)
    gone: dict[str, Any] = {
        "appeared": "gone",
        "dimensions": ["team"],
        "period": {"start": "2026-10-06", "end": "2026-10-07"},
    }
    gone["compared"] = [{"start": "2026-10-05", "end": "2026-10-06"}]
    assert rows(gone, deps) == (("payments", 100.0, "2026-10-05"),)
    narrow = Actor(id="U1", teams=frozenset({"payments"}))
    assert rows({"appeared": "new", "dimensions": ["account"]}, deps, narrow) == ()


def test_what_is_gone_stopped_in_the_period_and_is_not_back(deps: Deps) -> None:
    """Through 7 October: checkout's account was charged on the 6th for the last time, EC2 too; what was charged on the
    newest day is still there, and what went before the period is not gone in it.
    """
    since = {"appeared": "gone", "period": {"start": "2026-10-05", "end": "2026-11-03"}}
    assert rows({**since, "dimensions": ["team"]}, deps) == (("checkout", 40.0, "2026-10-06"),)
    assert rows({**since, "dimensions": ["service"]}, deps) == (("Amazon Elastic Compute Cloud", 220.0, "2026-10-06"),)
    september = {"appeared": "gone", "period": {"start": "2026-09-01", "end": "2026-10-01"}}
    assert rows({**september, "dimensions": ["service"]}, deps) == ()  # it came back in October


def test_a_part_of_a_name_is_text(deps: Deps) -> None:
    """Wildcards and quotes of an asker mean themselves."""
    account = {"dimension": "account", "contains": True}
    assert rows({"filters": [{**account, "values": ["TEST"]}]}, deps) == ((40.0,),)
    assert rows({"filters": [{**account, "values": ["test"], "negated": True}]}, deps) == ((115.0,),)
    for part in ("%", "_", "' OR 1=1 --", "\\"):
        assert rows({"filters": [{**account, "values": [part]}]}, deps) == ((0.0,),)


def test_hours_say_what_they_are_of(deps: Deps) -> None:
    """The small bill has days only: no hour is no cost of nothing."""
    answer = ask("hourly cost on 5 october", SYSTEM, None, deps)
    assert isinstance(answer, Answer)
    assert "billed by the hour" in answer.text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"appeared": "new"}, "appeared"),
        ({"moving": 7}, "moving"),
        ({"statistic": "median", "grain": "day"}, "grain"),
        ({"profile": "weekday", "average": "day"}, "average"),
        ({"statistic": "median", "metric": "savings_rate"}, "statistic"),
        ({"grain": "hour", "dimensions": ["resource"]}, "grain"),
        ({"grain": "hour", "period": {"start": "2026-09-01", "end": "2026-11-01"}}, "period"),
        ({"appeared": "new", "dimensions": ["team"], "compared": [SEPTEMBER]}, "compared"),
        ({"filters": [{"dimension": "account", "contains": True, "values": [None]}]}, "filters"),
    ],
)
def test_what_means_nothing_together_is_said_by_its_field(query: dict[str, Any], field: str, deps: Deps) -> None:
    """Nothing is dropped."""
    refused = run_query({"period": OCTOBER, **query}, SYSTEM, None, deps)
    assert isinstance(refused, CannotAnswer)
    assert field in refused.text
