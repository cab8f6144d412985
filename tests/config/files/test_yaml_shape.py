"""How large a YAML text grows is known before anything is built of it."""

import pytest
import yaml

from config.files.yaml_shape import DEEPEST, MOST_NODES, fault


def test_an_ordinary_file_has_no_fault() -> None:
    assert fault("people:\n- &ann {id: U1, name: Ann}\n- *ann\n") is None
    assert fault("") is None


def test_aliases_count_as_what_they_stand_for() -> None:
    """Nine lines of ten aliases each would build a billion nodes."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    line, reason = fault("\n".join(lines)) or (0, "")
    assert line == 5  # 10 + 100 + 1,000 + 10,000 fit, 100,000 more do not
    assert f"more than {MOST_NODES:,} parts" in reason


@pytest.mark.parametrize("depth", [DEEPEST - 1, DEEPEST])
def test_depth_is_bounded(depth: int) -> None:
    """The document itself is a level."""
    deep = fault("[" * depth + "]" * depth)
    assert (deep is None) == (depth < DEEPEST)


def test_what_contains_itself_is_named_with_its_line() -> None:
    assert fault("a: 1\nb: &b\n  c: *b\n") == (3, "*b contains itself. Write it out")


def test_what_is_no_yaml_is_left_to_the_reader_to_say() -> None:
    with pytest.raises(yaml.YAMLError):
        fault("a: [1,")
