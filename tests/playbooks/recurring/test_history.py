"""What a playbook would have saved, counted by hand from the same bills."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.organisation import RemediationSettings
from db.database import Database
from db.tables import Recommendation, Resource, resource_costs
from playbooks.recurring.history import DryRunHistory, sentence, would_have_saved
from playbooks.schema import Playbook, read_playbooks

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # a Tuesday
IDLE = read_playbooks()["ec2-stop-idle"]
FIGURES = {"arithmetic": {"effective_cost": 300.0, "saved": 240.0}}  # four fifths


def found(database: Database, name: str, days_ago: float, until: float = 0, **more: Any) -> None:
    """A recommendation that was found from so many days ago until then, for a resource that costs 10 a day."""
    evidence, tags = more.pop("evidence", FIGURES), more.pop("tags", {"team": "web"})
    known = {"team": "web", "environment": "dev", **more}
    with Session(database.app) as session, session.begin():
        session.add(
            Resource(
                resource_id=name,
                resource_type="ec2",
                account_id="1",
                account="sandbox",
                tags=tags,
                currency="USD",
                **known,
            )
        )
        session.add(
            Recommendation(
                fingerprint=f"stop_idle:{name}",
                kind="stop_idle",
                resource_id=name,
                account="sandbox",
                team=known["team"],
                current_state="running",
                proposed_state="stopped",
                monthly_savings=240,
                currency="USD",
                confidence="high",
                evidence=evidence,
                status="gone" if until else "open",
                created_at=NOW - timedelta(days=days_ago),
                last_seen_at=NOW - timedelta(days=until),
            )
        )
        session.execute(sa.insert(resource_costs), [_day(name, back) for back in range(1, 91)])


def _day(name: str, back: int) -> dict[str, Any]:
    day: date = (NOW - timedelta(days=back)).date()
    month = datetime(day.year, day.month, 1, tzinfo=UTC)
    said = {"resource_id": name, "usage_date": day, "source_id": 1, "billing_period_start": month}
    return {**said, "charge_category": "Usage", "effective_cost": 10, "currency": "USD"}


def told(database: Database, playbook: Playbook = IDLE, **more: Any) -> DryRunHistory:
    with Session(database.app) as session:
        return would_have_saved(session, playbook, RemediationSettings(), NOW, **more)


def recurring(**more: Any) -> Playbook:
    return Playbook.model_validate({**IDLE.model_dump(), "mode": "notify", "recurring": {"every": "week", **more}})


def test_the_share_of_what_the_bills_say_from_the_day_after_it_was_found(clean_database: Database) -> None:
    """Found 15 days ago: 14 whole days of 10 dollars follow, of which four fifths are saved."""
    found(clean_database, "i-1", 15)
    assert told(clean_database).saved == {"USD": 112.0}


def test_it_ends_with_the_last_look_that_found_it(clean_database: Database) -> None:
    """From 15 days ago to five days ago: ten days."""
    found(clean_database, "i-1", 15, until=5)
    assert told(clean_database).saved == {"USD": 80.0}


def test_no_more_than_eight_weeks_are_counted_and_it_says_so(clean_database: Database) -> None:
    found(clean_database, "i-1", 80)
    history = told(clean_database)
    assert history.saved == {"USD": 440.0}  # 55 whole days after the first of the 56
    assert sentence(history) == "It would have saved $440 in 8 weeks, over 1 resource."


def test_a_short_past_is_said(clean_database: Database) -> None:
    found(clean_database, "i-1", 15)
    says = sentence(told(clean_database))
    assert says == "It would have saved $112 since 9 Nov, when the first of it was found, over 1 resource."
    assert sentence(told(clean_database, read_playbooks()["rds-stop-idle"])).startswith("Nothing that it answers")


def test_a_recurring_one_waits_for_its_date(clean_database: Database) -> None:
    """Found on Monday two weeks ago; the run of the day after it changes it, and 13 days follow."""
    found(clean_database, "i-1", 15)
    assert told(clean_database, recurring()).saved == {"USD": 104.0}


def test_the_caps_of_a_run_and_of_a_month_hold(clean_database: Database) -> None:
    """One a run: the second is changed a week later. One a month: in November only one is."""
    for name in ("i-1", "i-2"):
        found(clean_database, name, 15)
    assert told(clean_database, recurring(maximum_resources_a_run=1)).saved == {"USD": 104.0 + 48.0}
    one = told(clean_database, recurring(maximum_resources_a_month=1))
    assert (one.saved, one.resources) == ({"USD": 104.0}, 1)


@pytest.mark.parametrize(
    "kept",
    [{"environment": "prod"}, {"tags": {}}, {"tags": {"team": "web", "do-not-stop": "true"}}, {"team": "shop"}],
)
def test_what_guards_and_scope_keep_away_is_not_counted(clean_database: Database, kept: dict[str, Any]) -> None:
    found(clean_database, "i-1", 15, **kept)
    assert told(clean_database, recurring(scope={"teams": ["web"]})).resources == 0


def test_what_has_no_figures_is_named_and_counts_nothing(clean_database: Database) -> None:
    found(clean_database, "i-1", 15, evidence={})
    assert "1 resource, 1 of them without figures" in sentence(told(clean_database))
    assert told(clean_database).saved == {}


def test_other_teams_costs_are_not_told(clean_database: Database) -> None:
    """Who sees the shop's costs only learns nothing of the web's."""
    found(clean_database, "i-1", 15)
    assert told(clean_database, visible=lambda team: team == "shop").since is None
