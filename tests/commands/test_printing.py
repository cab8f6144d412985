"""What commands write for people."""

import pytest

from commands.printing import print_table


def test_a_name_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Escape sequences, carriage returns and marks of direction in a tag's value are left out of tables."""
    print_table(["team", "cost"], [["\x1b[31mred\x1b[0m\rblue\u202eolleh", 1.5], ["plain é", None]])
    out = capsys.readouterr().out
    assert "[31mred[0mblueolleh" in out
    assert "plain é" in out
    assert not {"\x1b", "\r", "\u202e"} & set(out)
