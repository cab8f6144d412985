"""YAML that people write: every mistake is named with its file, line and place."""

from pathlib import Path

import pytest
import yaml

from config.errors import UserError
from config.files.yaml_file import Location, Strict, Texts, line_of, read_model, time_zone

FILE = Path("team.yaml")


class Member(Strict):
    """Somebody."""

    name: str
    age: int = 0
    tags: Texts = ()


class Team(Strict):
    """A few."""

    members: tuple[Member, ...] = ()
    lead: Member | None = None


def mistakes(text: str) -> list[str]:
    with pytest.raises(UserError) as caught:
        read_model(FILE, text, Team)
    return str(caught.value).splitlines()


def test_a_file_is_read_into_its_model() -> None:
    """One text may stand where a list is meant."""
    found = read_model(FILE, "members:\n  - {name: Ann, tags: a}\n  - {name: Bo, tags: [a, b]}\n", Team)
    assert [(one.name, one.tags) for one in found.members] == [("Ann", ("a",)), ("Bo", ("a", "b"))]


@pytest.mark.parametrize("text", ["", "\n", "# nothing yet\n", "---\n"])
def test_an_empty_file_is_the_defaults(text: str) -> None:
    assert read_model(FILE, text, Team) == Team()


def test_all_mistakes_are_named_at_once() -> None:
    """Each with its own line and the way to it."""
    found = mistakes("members:\n  - name: Ann\n    age: old\n  - age: 3\nlead:\n  name: Bo\n  shoe: 42\n")
    assert [line.split(": ")[0:2] for line in found] == [
        ["team.yaml:3", "members.0.age"],
        ["team.yaml:4", "members.1.name"],
        ["team.yaml:7", "lead.shoe"],
    ]
    assert found[2].endswith("unknown key; remove it or correct its spelling")


def test_a_hint_says_what_to_do_about_an_unknown_key() -> None:
    def hint(location: Location) -> str:
        return f"no {location[-1]} here"

    with pytest.raises(UserError, match=r"team\.yaml:2: lead\.shoe: no shoe here"):
        read_model(FILE, "lead:\n  {name: Bo, shoe: 42}\n", Team, hint)


@pytest.mark.parametrize(
    ("text", "line"),
    [("lead: {name: A}\nmembers: []\nlead: {name: B}\n", 3), ("members:\n  - name: A\n    name: B\n", 3)],
)
def test_a_key_that_is_given_twice_is_a_mistake_at_any_depth(text: str, line: int) -> None:
    """YAML would keep the last one without a word."""
    [found] = mistakes(text)
    assert found.startswith(f"team.yaml:{line}: ")
    assert "is given twice" in found


@pytest.mark.parametrize(
    ("text", "line"),
    [("members: [1\n", 2), ("lead:\n\tname: A\n", 2), ("a: b: c\n", 1), ("lead: !!python/object:os.system {}\n", 1)],
)
def test_what_is_no_yaml_is_named_with_its_line(text: str, line: int) -> None:
    """A tag that would make an object is none either."""
    [found] = mistakes(text)
    assert found.startswith(f"team.yaml:{line}: not valid YAML")


@pytest.mark.parametrize("text", ["- a\n- b\n", "just words\n", "42\n"])
def test_a_file_of_another_shape_is_a_sentence_and_no_crash(text: str) -> None:
    assert mistakes(text)[0].startswith("team.yaml:1: ")


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"])
def test_a_time_zone_is_taken_as_it_is(name: str) -> None:
    assert time_zone(name) == name


@pytest.mark.parametrize("name", ["Europe/Berln", "", "../../etc/passwd", "/etc/passwd", "Europe", "a\0b"])
def test_what_is_no_time_zone_is_said_with_an_example(name: str) -> None:
    """Paths that lead elsewhere included."""
    with pytest.raises(ValueError, match="write one like Europe/Berlin or UTC"):
        time_zone(name)


def test_the_line_of_what_is_missing_is_that_of_its_parent() -> None:
    tree = yaml.compose("members:\n  - name: A\n  -\n    name: B\n", Loader=yaml.SafeLoader)
    lines = [line_of(tree, place) for place in ((), ("members",), ("members", 1, "name"), ("members", 1, "age"))]
    assert lines == [1, 1, 4, 4]
    assert line_of(None, ("x",)) == 1
