"""Roles and permissions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.access import (
    PERMISSIONS,
    SYSTEM,
    Actor,
    Allowed,
    Denied,
    Permission,
    Role,
    check,
    may_see_team,
    roles_with,
    same_person,
)
from config.organisation import Organisation
from config.sections.people import Person


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("action", list(Permission))
def test_each_role_may_what_the_table_says(role: Role, action: Permission) -> None:
    """One role, one action: the table decides and nothing else."""
    decision = check(Actor(id="U", roles=frozenset({role})), action)
    assert isinstance(decision, Allowed) == (action in PERMISSIONS[role])


def test_no_role_may_nothing() -> None:
    """No role means no."""
    assert all(isinstance(check(Actor(id="U", roles=frozenset()), action), Denied) for action in Permission)


def test_who_may_not_is_told_who_has_the_role() -> None:
    """By name, the first three; where nobody has it, the role alone."""
    names = ("Ann", "Ben", "Cid", "Dee")
    people = tuple(Person(id=f"U{at}", name=name, roles=(Role.OPERATOR,)) for at, name in enumerate(names))
    denied = check(Organisation(people=people).actor("U9"), Permission.EDIT_BUDGET)
    assert denied == Denied("That needs the role operator or admin, as Ann, Ben, Cid and 1 more have; you have viewer.")
    one = check(Organisation(people=people[:1]).actor("U9"), Permission.EDIT_BUDGET)
    assert one == Denied("That needs the role operator or admin, as Ann has; you have viewer.")
    assert check(Actor("U9"), Permission.EDIT_BUDGET) == Denied(
        "That needs the role operator or admin; you have viewer."
    )


def test_admins_do_not_approve_by_being_admins() -> None:
    """Approving is a role of its own."""
    assert roles_with(Permission.APPROVE_REMEDIATION) == (Role.APPROVER,)


@given(st.frozensets(st.sampled_from(["a", "b", "c"])), st.sampled_from(["a", "b", "c", None]))
def test_a_narrowed_actor_sees_own_teams_only(teams: frozenset[str], team: str | None) -> None:
    """Unallocated rows belong to nobody, so a narrowed actor does not see them."""
    assert may_see_team(Actor(id="U", teams=teams), team) == (team in teams)
    assert may_see_team(Actor(id="U", sees_all=True), team)


STAFF = Organisation(
    people=(
        Person(id="jo", name="Jo", email="Jo@Example.com"),
        Person(id="U0LENA0001", name="Lena", email="lena@example.com"),
        Person(id="kim", name="Kim"),
    )
)


@pytest.mark.parametrize(
    ("actor", "stored", "same"),
    [
        (STAFF.actor("jo"), "jo", True),
        (STAFF.actor("jo"), "JO@example.COM", True),
        (STAFF.actor("jo@EXAMPLE.com"), "jo", True),
        (STAFF.actor("jo"), "U0LENA0001", False),  # finops.yaml says that they are two
        (STAFF.actor("jo"), "lena@example.com", False),
        (STAFF.actor("jo"), "kim", False),
        (STAFF.actor("U0LENA0001"), "U0STRANGER", False),  # two accounts of Slack
        (STAFF.actor("jo"), "U0STRANGER", None),  # Jo's own account of Slack may be this one
        (STAFF.actor("U0STRANGER"), "jo", None),
        (Actor(id="cli"), "jo", None),
        (STAFF.actor("jo"), "cli", None),
        (STAFF.actor("jo"), "system", False),
        (SYSTEM, "jo", False),
    ],
)
def test_people_are_told_apart_or_nobody_says_so(actor: Actor, stored: str, same: bool | None) -> None:
    """One person is one by id and e-mail, whatever its case; what cannot be known is neither yes nor no."""
    assert same_person(actor, stored) is same
