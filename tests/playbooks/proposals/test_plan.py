"""What a plan leaves alone, when changes are closed, and what its digest binds."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.organisation import RemediationSettings
from playbooks.guards import DAYS, ChangeWindow, Freeze, Guards
from playbooks.proposals.plan import PlannedStep, Target, changed, closed, digest, from_json, objection, over_limits
from playbooks.schema import Playbook, read_playbooks
from tests.playbooks.builders import plan

BOOK = read_playbooks()["ec2-stop-idle"]
SEEN: dict[str, Any] = {"state": "running", "tags": {"team": "web"}}


def target(environment: str | None = "dev") -> Target:
    return Target("i-1", "web-1", "1", "sandbox", "us-east-1", "web", environment, 10.0)


def guarded(**changes: Any) -> Playbook:
    return BOOK.model_copy(update={"guards": BOOK.guards.model_copy(update=changes)})


def step(number: int, amount: float = 10.0) -> PlannedStep:
    return PlannedStep(f"i-{number}", "web", "1", "us-east-1", "ec2.stop", {}, 0, {}, "stop", "", amount)


@pytest.mark.parametrize(
    ("seen", "environment", "reason"),
    [
        (SEEN, "dev", None),
        ({}, "dev", "it no longer exists"),
        ({**SEEN, "tags": {}}, "dev", "no tag team: untagged counts as protected"),
        ({**SEEN, "tags": {"team": ""}}, "dev", "no tag team: untagged counts as protected"),
        ({**SEEN, "tags": {"team": "web", "Do-Not-Stop": "TRUE"}}, "dev", "protected by tag Do-Not-Stop=TRUE"),
        (SEEN, "prod", "environment prod is not one of dev, staging, sandbox, test"),
        (SEEN, None, "environment unknown is not one of dev, staging, sandbox, test"),
        ({**SEEN, "state": "stopped"}, "dev", "state is stopped, not running"),
    ],
)
def test_what_must_be_left_alone_is_named(seen: dict[str, Any], environment: str | None, reason: str | None) -> None:
    """Missing tags and unknown environments protect."""
    assert objection(target(environment), seen, BOOK, RemediationSettings()) == reason


def test_a_playbook_cannot_weaken_the_organisations_protection() -> None:
    """Its own values of a tag come on top."""
    weaker = guarded(protected_tags={"do-not-stop": ("never",), "keep": ("*",)})
    for tag in ({"do-not-stop": "true"}, {"do-not-stop": "never"}, {"keep": "anything"}):
        seen = {**SEEN, "tags": {"team": "web", **tag}}
        assert str(objection(target(), seen, weaker, RemediationSettings())).startswith("protected by tag")


@pytest.mark.parametrize(
    ("guards", "of_this_type", "says"),
    [
        (Guards(maximum_resources=3), None, None),
        (Guards(maximum_resources=2), None, "3 resources; the playbook allows 2 at once"),
        (Guards(maximum_percent=30), 10, None),
        (Guards(maximum_percent=20), 10, "3 of 10 resources of this type; the playbook allows 20 %"),
        (Guards(maximum_percent=20), None, "the inventory does not know"),
        (Guards(maximum_monthly_amount=29), None, "30 a month; the playbook allows 29"),
    ],
)
def test_a_plan_has_a_size(guards: Guards, of_this_type: int | None, says: str | None) -> None:
    """In resources, per cent of the account's resources of the type, and amount."""
    found = over_limits(guards, [step(number) for number in range(3)], of_this_type)
    assert found is None if says is None else says in str(found)


WEEKDAYS = ChangeWindow(start=time(8), end=time(18), timezone="Europe/Berlin")


@pytest.mark.parametrize(
    ("now", "says"),
    [
        (datetime(2026, 11, 23, 7, 0, tzinfo=UTC), None),
        (datetime(2026, 11, 23, 6, 59, tzinfo=UTC), "outside the change window"),
        (datetime(2026, 11, 23, 17, 0, tzinfo=UTC), "outside the change window"),
        (datetime(2026, 7, 20, 6, 0, tzinfo=UTC), None),
        (datetime(2026, 11, 22, 12, 0, tzinfo=UTC), "outside the change window"),
        (datetime(2026, 12, 23, 12, 0, tzinfo=UTC), "frozen through 06 Jan: holidays"),
    ],
)
def test_changes_have_their_hours(now: datetime, says: str | None) -> None:
    """In the window's own zone, with its summer time; a freeze goes first."""
    guards = Guards(
        windows=(WEEKDAYS,), freezes=(Freeze(start=date(2026, 12, 20), end=date(2027, 1, 6), reason="holidays"),)
    )
    found = closed(guards, now)
    assert found is None if says is None else says in str(found)


def test_a_stored_plan_reads_back_the_same() -> None:
    """And every edit shows in its digest."""
    content = plan(3).to_json()
    assert from_json(content).to_json() == content
    assert from_json(content) == plan(3)
    for edited in (
        {**content, "account_id": "2"},
        {**content, "steps": content["steps"][:2]},
        {**content, "left_out": [{}]},
    ):
        assert digest(edited) != digest(content)


@given(
    st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=5),
    st.text(max_size=5),
    st.integers(),
)
def test_any_change_of_what_was_seen_is_noticed(planned: dict[str, Any], key: str, value: int) -> None:
    """A key more on the live resource is no change, another value of a known key is."""
    if planned:
        assert changed(planned, {**planned, f"new-{key}": value}) is None
        known = next(iter(planned))
        assert f"{known} was" in str(changed(planned, {**planned, known: (planned[known], "other")}))
    assert changed(planned, {}) == "it no longer exists"


def test_a_part_names_what_was_not_chosen() -> None:
    """Nothing vanishes from a plan."""
    part = plan(3).only(["i-1"])
    assert part.resources() == ("i-1",)
    assert [(item.resource_id, item.reason) for item in part.left_out] == [("i-0", "not chosen"), ("i-2", "not chosen")]
    assert part.monthly_savings() == 10


def test_a_freeze_is_of_days_where_the_window_is() -> None:
    """In Auckland 24 December ends eleven hours before it does in London."""
    guards = Guards(
        windows=(ChangeWindow(days=DAYS, start=time(0), end=time(23, 59), timezone="Pacific/Auckland"),),
        freezes=(Freeze(start=date(2026, 12, 24), end=date(2026, 12, 24), reason="holidays"),),
    )
    assert closed(guards, datetime(2026, 12, 23, 12, tzinfo=UTC)) is not None
    assert closed(guards, datetime(2026, 12, 24, 12, tzinfo=UTC)) is None
