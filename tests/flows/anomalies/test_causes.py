"""What stands behind a change, worked out from rollups of a few resources."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from analysis.root_cause import RootCause
from flows.anomalies.causes import cause_json, explain_change
from tests.flows.anomalies.builders import BEFORE, PAYMENTS, SINCE, change, resource
from tests.flows.daily import spend


def explained(session: Session, **more: Any) -> tuple[RootCause, dict[str, Any]]:
    asked = change(**more)
    cause = explain_change(session.connection(), asked)
    return cause, cause_json(cause, asked)


def test_more_of_the_same_at_the_same_price_is_usage(session: Session) -> None:
    """10 a day became 40; what has no name stays beside it, so that both add up to the team's cost."""
    resource(session, "db-1", BEFORE, [(10.0, 24.0)] * 14 + [(40.0, 96.0)] * 3)
    spend(session, BEFORE, [100.0] * 17, team="payments", service="S3")
    cause, told = explained(session)
    assert (cause.before, cause.after) == (pytest.approx(110), pytest.approx(140))
    assert told["compared"] == "$110 a day in the two weeks before became $140 in its first 3 days"
    assert told["effects"] == {"usage": 30.0, "price": 0.0, "mix": 0.0, "unmetered": 0.0}
    assert told["contributions"][0] == {"name": "db-1", "amount": 30.0, "dimension": "resource"}


def test_the_same_usage_at_another_price_is_price(session: Session) -> None:
    resource(session, "db-1", BEFORE, [(10.0, 24.0)] * 14 + [(15.0, 24.0)] * 3)
    assert explained(session)[1]["compared"] == "$10 a day in the two weeks before became $15 in its first 3 days"


def test_a_new_resource_is_named_as_the_reason(session: Session) -> None:
    resource(session, "db-1", BEFORE, [(10.0, 24.0)] * 17)
    resource(session, "db-9", SINCE, [(50.0, 24.0)] * 3)
    _, told = explained(session)
    assert told["why"] == "1 new resource (BoxUsage:m5): db-9 carries all of it"
    assert told["resources"] == [{"name": "db-9", "change": "new", "before": 0, "after": 50.0, "kind": "BoxUsage:m5"}]


def test_the_days_of_a_change_end_with_the_bills_and_after_three(session: Session) -> None:
    """A cost per day of the days that there are: two of 20; or three of them, whatever follows."""
    resource(session, "db-1", BEFORE, [(10.0, 24.0)] * 14 + [(20.0, 48.0)] * 3 + [(90.0, 216.0)] * 5)
    assert explained(session, through=SINCE + timedelta(days=1))[0].after == pytest.approx(20)
    assert explained(session, through=SINCE + timedelta(days=7))[0].after == pytest.approx(20)
    assert explained(session, through=SINCE + timedelta(days=7))[0].before == pytest.approx(10)


def test_other_teams_currencies_and_taxes_are_not_mixed_in(session: Session) -> None:
    resource(session, "db-1", BEFORE, [(10.0, 24.0)] * 17)
    resource(session, "theirs", SINCE, [(70.0, 24.0)] * 3, team="search")
    resource(session, "euros", SINCE, [(70.0, 24.0)] * 3, currency="EUR")
    spend(session, SINCE, [500.0], team="payments", charge_category="Tax")
    cause, told = explained(session)
    assert (cause.before, cause.after) == (pytest.approx(10), pytest.approx(10))
    assert told["why"] == ""
    assert explained(session, currency="EUR")[1]["compared"].startswith("€0 a day in the two weeks before became €70 ")


def test_what_no_team_owns_is_a_scope_too(session: Session) -> None:
    resource(session, "db-1", BEFORE, [(10.0, 24.0)] * 17)
    resource(session, "stray", SINCE, [(30.0, 24.0)] * 3, team=None)
    cause, told = explained(session, scope={"team": "unallocated"})
    assert (cause.before, cause.after) == (0, pytest.approx(30))
    assert told["resources"][0]["name"] == "stray"


def test_a_word_that_is_no_dimension_narrows_nothing_and_reaches_no_sql(session: Session) -> None:
    resource(session, "db-1", BEFORE, [(10.0, 24.0)] * 17)
    scope = {**PAYMENTS, "1=0; DROP TABLE finops.daily_costs --": "x", "service": "EC2' OR '1'='1"}
    assert explained(session, scope=scope)[0].after == 0
    assert explained(session)[0].after == pytest.approx(10)


def test_each_dimensions_parts_add_up_to_the_change(session: Session) -> None:
    """Over two accounts, two regions and a resource that went."""
    resource(session, "db-1", BEFORE, [(10.0, 24.0)] * 14 + [(60.0, 144.0)] * 3)
    resource(session, "db-2", BEFORE, [(20.0, 24.0)] * 14, account="dev", account_id="2", region="eu-west-1")
    spend(session, BEFORE, [5.0] * 14 + [8.0] * 3, team="payments", service="S3")
    cause, told = explained(session)
    assert cause.delta == pytest.approx(60 + 8 - 10 - 20 - 5)
    for dimension, parts in told["by"].items():
        assert sum(part["amount"] for part in parts) == pytest.approx(cause.delta, abs=1e-3), dimension
    assert {part["name"]: part["amount"] for part in told["by"]["account"]} == {"prod": 53.0, "dev": -20.0}


def test_the_five_questions_are_answered_in_words(session: Session) -> None:
    """Where follows the value that leads the change; who did it is said as it was found."""
    resource(session, "db-1", BEFORE, [(10.0, 24.0)] * 14 + [(60.0, 144.0)] * 3)
    asked = change()
    cause = explain_change(session.connection(), asked)
    told = cause_json(cause, asked, ["ann ran ModifyDBInstance at 09:12", "bob ran RunInstances at 09:20"])
    assert told["where"] == "prod, us-east-1, EC2, payments"
    assert told["who"] == "ann ran ModifyDBInstance at 09:12; bob ran RunInstances at 09:20"


def test_where_no_resource_is_named_services_carry_the_change(session: Session) -> None:
    spend(session, BEFORE, [5.0] * 14 + [25.0] * 3, team="payments", service="Lambda")
    spend(session, BEFORE, [50.0] * 17, team="payments", service="S3")
    _, told = explained(session)
    assert told["contributions"][0] == {"name": "Lambda", "amount": 20.0, "dimension": "service"}
    assert told["verdict"] == "unmetered"
