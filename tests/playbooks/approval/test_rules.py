"""Who may approve what: the pure rules, one objection at a time and under any sequence of clicks."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.access import Actor, Allowed, Denied, Role
from config.organisation import Organisation
from config.sections.people import Person
from playbooks.approval.rules import CLOCK_SKEW, ApprovalRule, Proposal, check
from tests.playbooks.approval.builders import OTHER, reason
from tests.playbooks.builders import BOOK
from tests.playbooks.conftest import APPROVER, NOW, REQUESTER, VIEWER

RULE = ApprovalRule(1, (Role.APPROVER,), not_requester=True, typed_confirmation=False)

OPEN = Proposal(
    "proposed", BOOK.name, "web", REQUESTER.id, NOW, (), "", NOW + timedelta(hours=24), "d", "d", "p", "p", 4
)


@pytest.mark.parametrize(
    ("change", "actor", "now", "says"),
    [
        ({}, REQUESTER, NOW, "You asked for this change"),
        ({}, VIEWER, NOW, "needs the role approver"),
        ({}, replace(APPROVER, roles=frozenset({Role.ADMIN})), NOW, "needs the role approver"),
        (
            {},
            replace(APPROVER, approves_teams=frozenset({"payments"})),
            NOW,
            "You approve for payments; this belongs to web.",
        ),
        ({"team": None}, replace(APPROVER, approves_teams=frozenset({"web"})), NOW, "this belongs to no team"),
        ({"expires_at": NOW}, APPROVER, NOW, "expired"),
        ({}, APPROVER, NOW - CLOCK_SKEW - timedelta(seconds=1), "clock"),
        ({"actual_digest": "x"}, APPROVER, NOW, "not the one that was frozen"),
        ({"current_playbook_digest": "x"}, APPROVER, NOW, "was edited since"),
        ({"current_playbook_digest": None}, APPROVER, NOW, "no longer exists"),
        ({"approved_by": (APPROVER.id,)}, APPROVER, NOW, "You approved this already"),
        ({"state": "rejected"}, APPROVER, NOW, "Too late: it is rejected."),
        ({"state": "rejected", "decided": "Ari rejected it"}, APPROVER, NOW, "Too late: Ari rejected it."),
    ],
)
def test_each_objection_says_why(change: dict[str, object], actor: Actor, now: datetime, says: str) -> None:
    """One sentence for the person who clicked."""
    assert says in reason(check(replace(OPEN, **change), RULE, actor, now))  # type: ignore[arg-type]  # the fields of a parameter


def test_a_clock_may_be_behind_by_the_skew_and_no_more() -> None:
    """To the second: what is exactly as far behind as allowed counts."""
    assert check(OPEN, RULE, APPROVER, NOW - CLOCK_SKEW) == Allowed()
    assert isinstance(check(OPEN, RULE, APPROVER, NOW - CLOCK_SKEW - timedelta(microseconds=1)), Denied)


JO = Organisation(
    people=(Person(id="jo", name="Jo", email="jo@example.com", roles=(Role.APPROVER,), approves_teams=("*",)),)
).actor("jo")

JO_IN_SLACK = replace(JO, id="U0JO000001")


@pytest.mark.parametrize(
    ("change", "actor", "says"),
    [
        ({"requested_by": "U0JO000001"}, JO, "It cannot be told whether it was you who asked"),
        ({"requested_by": "jo"}, JO_IN_SLACK, "You asked for this change"),
        ({"requested_by": "Jo@Example.com"}, JO_IN_SLACK, "You asked for this change"),
        ({"requested_by": "system", "approved_by": ("U0JO000001",)}, JO, "whether it was you who approved"),
        ({"approved_by": ("jo",)}, JO_IN_SLACK, "You approved this already"),
        ({"requested_by": "cli"}, JO, "It cannot be told"),
        ({}, replace(APPROVER, id="cli"), "It cannot be told"),
    ],
)
def test_one_person_by_two_entrances_is_one(change: dict[str, object], actor: Actor, says: str) -> None:
    """Asking in Slack and approving on the command line, or the other way, needs two people all the same."""
    assert says in reason(check(replace(OPEN, **change), replace(RULE, count=2), actor, NOW))  # type: ignore[arg-type]  # the fields of a parameter
    alone = replace(RULE, not_requester=False)
    if "approved_by" not in change and "requested_by" in change:
        assert isinstance(check(replace(OPEN, **change), alone, actor, NOW), Allowed)  # type: ignore[arg-type]  # the fields of a parameter


def test_what_the_product_asked_for_anybody_with_the_role_approves() -> None:
    """A schedule is nobody's own wish."""
    assert isinstance(check(replace(OPEN, requested_by="system"), RULE, JO, NOW), Allowed)


def test_no_rule_means_no() -> None:
    """Approval is never open by default."""
    assert isinstance(check(OPEN, None, APPROVER, NOW), Denied)
    assert isinstance(check(OPEN, replace(RULE, roles=()), APPROVER, NOW), Denied)
    assert check(OPEN, RULE, APPROVER, NOW) == Allowed()


def test_what_destroys_is_typed() -> None:
    """The number of resources, and nothing else."""
    rule = replace(RULE, typed_confirmation=True)
    assert [isinstance(check(OPEN, rule, APPROVER, NOW, text), Allowed) for text in (None, "", "yes", "3", " 4 ")] == [
        *[False] * 4,
        True,
    ]


PEOPLE = (REQUESTER, APPROVER, OTHER, VIEWER, replace(APPROVER, id="U-TEAM", approves_teams=frozenset({"payments"})))


@given(
    clicks=st.lists(st.tuples(st.sampled_from(PEOPLE), st.integers(-30, 1600)), max_size=12),
    count=st.integers(1, 3),
    reject_at=st.none() | st.integers(0, 11),
)
def test_any_sequence_of_clicks_approves_at_most_once(
    clicks: list[tuple[Actor, int]], count: int, reject_at: int | None
) -> None:
    """By as many different people as the rule asks, none of them the requester
    or powerless, none late, none after a rejection.
    """
    proposal, rule, completed = OPEN, replace(RULE, count=count), 0
    for position, (actor, minutes) in enumerate(clicks):
        if position == reject_at and proposal.state == "proposed":
            proposal = replace(proposal, state="rejected")
        if isinstance(check(proposal, rule, actor, NOW + timedelta(minutes=minutes)), Allowed):
            assert actor in (APPROVER, OTHER)
            assert actor.id not in proposal.approved_by
            assert -CLOCK_SKEW <= timedelta(minutes=minutes) < timedelta(hours=24)
            proposal = replace(proposal, approved_by=(*proposal.approved_by, actor.id))
            if len(proposal.approved_by) >= count:
                proposal, completed = replace(proposal, state="approved"), completed + 1
    assert completed <= 1
    assert not (completed and count > 2)


def test_who_may_not_is_told_who_may() -> None:
    """By name, without themselves."""
    asked = replace(OPEN, approvers=("Priya", "Jonas", APPROVER.name))
    assert (
        reason(check(asked, RULE, VIEWER, NOW))
        == "Approving needs the role approver; you have viewer. Priya or Jonas or Ari can."
    )
    assert reason(check(asked, RULE, REQUESTER, NOW)).endswith(
        "somebody else has to approve it. Priya or Jonas or Ari can."
    )
    assert "Ari" not in reason(check(asked, RULE, replace(APPROVER, approves_teams=frozenset({"ads"})), NOW))
