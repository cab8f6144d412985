"""Every reason to leave a resource alone says what would allow it."""

import pytest

from config.organisation import RemediationSettings
from playbooks.guards import Guards
from playbooks.proposals.plan import PlannedStep, objection, over_limits
from playbooks.proposals.remedies import remedy
from playbooks.schema import read_playbooks
from tests.playbooks.builders import target

BOOK = read_playbooks()["ec2-stop-idle"]


@pytest.mark.parametrize(
    ("observed", "says"),
    [
        ({"tags": {"do-not-stop": "true", "team": "web"}, "state": "running"}, "take that tag off"),
        ({"tags": {}, "state": "running"}, "give the resource that tag"),
        ({"tags": {"team": "web"}, "state": "stopped"}, "preconditions ask for"),
    ],
)
def test_what_a_guard_asks_for_is_named(observed: dict[str, object], says: str) -> None:
    """A tag to take off or to give, or the state it should be in."""
    limits = RemediationSettings(protected_tags={"do-not-stop": ("true",)})
    reason = objection(target("i-0001"), observed, BOOK, limits)
    assert reason is not None
    assert says in remedy(reason)


def test_what_a_limit_asks_for_is_named() -> None:
    """Too many, or too much at stake."""
    steps = [PlannedStep(f"i-{n}", f"i-{n}", "1", "r", "stop", {}, 0, {}, "stop", "idle", 900.0) for n in range(3)]
    many, much = (
        over_limits(Guards(**limit), steps, 10) for limit in ({"maximum_resources": 2}, {"maximum_monthly_amount": 10})
    )
    assert many is not None
    assert much is not None
    assert "maximum_resources" in remedy(many)
    assert "maximum_monthly_amount" in remedy(much)


@pytest.mark.parametrize(
    "reason",
    [
        "nobody knows",
        "AWS says: User: arn:aws:iam::1:user/x is not authorized to perform: ec2:StopInstances",
        "changes are frozen until 2 Dec: this is peak week",
    ],
)
def test_where_nothing_is_known_to_help_nothing_is_said(reason: str) -> None:
    """A cloud's own words are no guard's."""
    assert remedy(reason) == ""
