"""What commands write for people."""

import pytest

from commands.printing import TableFormat, print_answer, print_table


def test_a_name_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Escape sequences, carriage returns and marks of direction in a tag's value are left out of tables."""
    print_table(["team", "cost"], [["\x1b[31mred\x1b[0m\rblue\u202eolleh", 1.5], ["plain é", None]])
    out = capsys.readouterr().out
    assert "[31mred[0mblueolleh" in out
    assert "plain é" in out
    assert not {"\x1b", "\r", "\u202e"} & set(out)


ANSWER = {
    "outcome": "answer",
    "text": "$10 in total",
    "columns": ["team", "effective_cost"],
    "rows": [["a|b*", 8.0], ["=cmd()", 2.0]],
    "metric": "effective_cost",
    "currency": "USD",
    "as_of": "2026-11-01",
    "translator": "offline",
    "elapsed_ms": 5,
}


def test_an_answer_is_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    """Its rows alone; nothing in them runs in a spreadsheet or marks up a document."""
    print_answer(ANSWER, TableFormat.CSV)
    assert capsys.readouterr().out.splitlines() == ["Team,Effective cost (USD)", "a|b*,8.0", "'=cmd(),2.0"]
    print_answer(ANSWER, TableFormat.MARKDOWN)
    assert capsys.readouterr().out.splitlines() == [
        "| Team | Effective cost |",
        "| --- | ---: |",
        "| a\\|b\\* | 8.00 |",
        "| =cmd() | 2.00 |",
    ]


def test_where_there_are_no_rows_a_file_is_empty(capsys: pytest.CaptureFixture[str]) -> None:
    """Why is said beside it."""
    print_answer({"outcome": "cannot_answer", "text": "I know nothing of that."}, TableFormat.CSV)
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "I know nothing of that.\n")


def test_only_a_terminal_gets_colours_and_bars(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes through a pipe is text."""
    print_answer(ANSWER, TableFormat.TEXT)
    piped = capsys.readouterr().out
    assert not {"\x1b", "█"} & set(piped)
    assert piped.startswith("$10 in total\n")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    print_answer(ANSWER, TableFormat.TEXT)
    assert {"\x1b", "█"} <= set(capsys.readouterr().out)
