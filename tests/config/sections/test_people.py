"""Nobody is listed so that they could approve what they asked for."""

import pytest

from config.sections.people import Person, named_once


def person(identity: str, name: str, email: str | None = None) -> Person:
    return Person(id=identity, name=name, email=email)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (person("U0ANN0001", "Ann"), person("U0ANN0001", "Anne"), "has `U0ANN0001`"),
        (person("U0ANN0001", "Ann", "a@x.org"), person("U0BEN0001", "Ben", "A@X.org"), "has `a@x.org`"),
        (person("U0ANN0001", "Ann", "a@x.org"), person("A@x.org", "Anne"), "has `a@x.org`"),
        (person("U0ANN0001", "Ann"), person("ann-laptop", "ANN"), "has the name of U0ANN0001"),
    ],
)
def test_who_may_be_one_person_is_refused(first: Person, second: Person, reason: str) -> None:
    """By id, by e-mail whatever its case, by an id that is another's e-mail, and by a name beside no Slack id."""
    with pytest.raises(ValueError, match=r"entry 2 .*" + reason):
        named_once((first, second))


def test_two_people_of_one_name_need_two_slack_ids() -> None:
    people = (person("U0ANN0001", "Ann"), person("U0ANN0002", "Ann"))
    assert named_once(people) == people


@pytest.mark.parametrize("own", ["system", "cli"])
def test_an_id_of_the_bots_own_is_nobodys(own: str) -> None:
    with pytest.raises(ValueError, match="an id of the bot's own"):
        named_once((person(own, "Mallory"),))
