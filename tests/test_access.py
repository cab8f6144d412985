"""Roles and permissions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access import PERMISSIONS, Action, Actor, Allowed, Denied, Role, check, may_see_team, roles_with


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("action", list(Action))
def test_each_role_may_what_the_table_says(role: Role, action: Action) -> None:
    """One role, one action: the table decides and nothing else."""
    decision = check(Actor(id="U", roles=frozenset({role})), action)
    assert isinstance(decision, Allowed) == (action in PERMISSIONS[role])


def test_no_role_may_nothing() -> None:
    """No role means no."""
    assert all(isinstance(check(Actor(id="U", roles=frozenset()), action), Denied) for action in Action)


def test_admins_do_not_approve_by_being_admins() -> None:
    """Approving is a role of its own."""
    assert roles_with(Action.APPROVE_REMEDIATION) == (Role.APPROVER,)


@given(st.frozensets(st.sampled_from(["a", "b", "c"])), st.sampled_from(["a", "b", "c", None]))
def test_a_narrowed_actor_sees_own_teams_only(teams: frozenset[str], team: str | None) -> None:
    """Unallocated rows belong to nobody, so a narrowed actor does not see them."""
    assert may_see_team(Actor(id="U", teams=teams), team) == (team in teams)
    assert may_see_team(Actor(id="U", sees_all=True), team)
