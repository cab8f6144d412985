"""Tags of every make become the same dictionary; what cannot be read is kept as text."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.sections.bills import AllocationRule
from flows.ingest.allocation import tag_value
from flows.ingest.formats.tags import UNREADABLE, as_json, merged, plain_key, read_tags

ROOT = Path(__file__).parents[4]
TEAM = {"team": "blue", "env": "prod"}


@pytest.mark.parametrize(
    "text",
    [
        '{"team": "blue", "env": "prod"}',
        '"team": "blue","env": "prod"',
        '"team": "blue","env": "prod",',
        '{"team": "blue", "env": "prod",}',
        "{'team': 'blue', 'env': 'prod'}",
        "{team=blue, env=prod}",
        "team:blue;env:prod",
        '{\\"team\\":\\"blue\\",\\"env\\":\\"prod\\"}',
        '"{\\"team\\": \\"blue\\", \\"env\\": \\"prod\\"}"',
        '[{"key": "team", "value": "blue"}, {"key": "env", "value": "prod"}]',
        '[{"Key": "team", "Value": "blue", "x_Inherited": false}, {"Key": "env", "Value": "prod"}]',
    ],
)
def test_one_reading_of_many_writings(text: str) -> None:
    """JSON, Azure without braces, Python, Athena, pairs, Spark, encoded twice, lists of key and value."""
    assert read_tags(text) == TEAM


@pytest.mark.parametrize("text", ["", "None", "null", "{}", "[]", "NaN", "-"])
def test_nothing_is_no_tags(text: str) -> None:
    """However a program writes that there are none."""
    assert read_tags(text) == {}


@given(st.text(max_size=200))
def test_any_text_is_kept(text: str) -> None:
    """No text raises; what is stored is a JSON object that PostgreSQL takes."""
    written, tags, readable = as_json(text)
    stored = json.loads(written)
    assert isinstance(stored, dict)
    assert "\\u0000" not in written
    assert stored == tags if readable else set(stored) == {UNREADABLE}


@pytest.mark.parametrize("key", ["team", "Team", "TEAM", "user:team", "user_team", "resourceTags/user:team"])
def test_a_rule_finds_a_key_in_any_spelling(key: str) -> None:
    """Case and a provider's prefix do not matter, unless the rule is exact."""
    assert plain_key(key) == "team"
    assert tag_value({key: "blue"}, AllocationRule(tag=("team",))) == "blue"
    assert tag_value({key: "blue"}, AllocationRule(tag=("team",), exact=True)) == ("blue" if key == "team" else None)


def test_the_key_as_it_is_written_comes_first() -> None:
    """Of two spellings with different values the rule's own wins."""
    assert tag_value({"Team": "red", "team": "blue"}, AllocationRule(tag=("team",))) == "blue"
    assert tag_value({"Team": "red", "team": ""}, AllocationRule(tag=("team",))) == "red"


def test_labels_of_several_columns_are_one() -> None:
    """The first column's value of a key wins."""
    assert json.loads(merged(['[{"Key": "team", "Value": "blue"}]', '{"team": "red", "env": "prod"}'])) == TEAM


@pytest.mark.parametrize("text", ["a=b;{}b", "a{}=b", "{}a{}", ";{}b=c"])
def test_a_tag_of_many_blanks_holds_nobody(text: str) -> None:
    """In a process of its own, which is killed: this took for ever."""
    program = f"from flows.ingest.formats.tags import as_json; as_json({text!r}.format(*[' ' * 60_000] * 2))"
    subprocess.run([sys.executable, "-c", program], timeout=120, check=True, cwd=ROOT)
