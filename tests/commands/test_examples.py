"""Examples below every command's help, and lists of commands that say something whole."""

import re
import shlex
from typing import Any

import pytest
import typer

from cli import app
from commands.examples import EXAMPLES, summary


def _all(command: Any, path: str = "") -> dict[str, Any]:
    if not hasattr(command, "commands"):
        return {path: command}
    found: dict[str, Any] = {}
    for name, one in command.commands.items():
        found |= _all(one, f"{path} {name}".strip())
    return found


WHOLE: Any = typer.main.get_command(app)
COMMANDS = _all(WHOLE)


def test_every_command_has_an_example() -> None:
    """And no example is of a command that went."""
    assert EXAMPLES.keys() == COMMANDS.keys()


@pytest.mark.parametrize("path", sorted(EXAMPLES))
def test_an_example_can_be_typed(path: str) -> None:
    """Its options are the command's, and as many words as it takes."""
    command = COMMANDS[path]
    known = {flag for parameter in command.params for flag in parameter.opts}
    for line in EXAMPLES[path]:
        typed = shlex.split(line.rsplit("| ", 1)[-1])
        assert " ".join(typed).startswith(f"finops {path}")
        rest = typed[1 + len(path.split()) :]
        assert {word for word in rest if word.startswith("--")} <= known
        assert command.make_context(path, [*rest]).params is not None


def test_no_list_of_commands_is_cut_off() -> None:
    """A line ends with a word, on a terminal of 80 characters."""
    groups = [WHOLE, *(one for one in WHOLE.commands.values() if hasattr(one, "commands"))]
    for group in groups:
        context = group.make_context("finops", [], resilient_parsing=True, terminal_width=80)
        listed = group.get_help(context).split("Commands:")[1]
        assert "..." not in listed
        assert all(len(re.split(r"\s{2,}", line.strip())) == 2 for line in listed.strip().splitlines())


def test_a_summary_keeps_what_stands_first() -> None:
    """What explains goes before what adds; no line ends in the middle of a phrase."""
    assert summary("Load bills. Files given together are one delivery.") == "Load bills"
    assert summary("What is open, the most money first: anomalies, budgets, idle resources, savings.") == (
        "What is open, the most money first"
    )
    assert summary("One long phrase without any mark that goes on and on until the line of a terminal is over.") == (
        "One long phrase without any mark that goes"
    )
