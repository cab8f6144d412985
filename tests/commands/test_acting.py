"""Who acts at the command line."""

import pytest

from commands.acting import who_acts
from config.errors import UserError
from config.organisation import Group, Organisation, Person
from config.settings import Settings

PEOPLE = (Person(id="U0MAYA0001", name="Maya", email="maya@example.com"), Person(id="p2", name="Pia"))


@pytest.mark.parametrize("identity", ["nobody", "U0MAYA0002", "mia@example.com", ""])
def test_nobody_acts_under_a_name_that_is_not_in_the_file(settings: Settings, identity: str) -> None:
    """A mistyped name is said, with those that are known; it is not taken for a viewer."""
    with pytest.raises(UserError, match=r"U0MAYA0001 \(Maya\), p2 \(Pia\)\.") as refused:
        who_acts(settings, Organisation(people=PEOPLE), identity)
    assert repr(identity) in str(refused.value)


def test_a_file_without_people_says_so(settings: Settings) -> None:
    """There is nobody to name; without a name the operator of the machine acts."""
    with pytest.raises(UserError, match="names no people"):
        who_acts(settings, Organisation(), "U0MAYA0001")
    assert who_acts(settings, Organisation(), None).sees_all


def test_who_is_named_acts_by_id_or_email_in_any_case(settings: Settings) -> None:
    """And a member of a Slack group need not stand in the file."""
    organisation = Organisation(people=PEOPLE)
    assert who_acts(settings, organisation, "Maya@Example.com").id == "U0MAYA0001"
    assert who_acts(settings, organisation, "p2").id == "p2"
    grouped = Organisation(people=PEOPLE, groups=(Group(handle="finops"),))
    assert who_acts(settings, grouped, "U0OTHER001").id == "U0OTHER001"
    with pytest.raises(UserError, match="U0MAYA0001"):
        who_acts(settings, grouped, "other@example.com")
