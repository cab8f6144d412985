"""`finops mcp` as a program: a client starts it and talks to it over its stdin and stdout."""

import os
import sys
from pathlib import Path
from typing import Any

import anyio
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.types import CallToolResult

from bot.api.context import Caller, Context
from bot.api.http.limits import Buckets
from bot.mcp.server import create_server
from config.access import SYSTEM
from tests.bot.mcp.conftest import narrow

PERSON = """
visibility: own_teams
people:
  - {id: U-ANN, name: Ann, roles: [member], teams: [payments]}
"""


def _called(server: Any, *calls: tuple[str, dict[str, Any]]) -> list[CallToolResult]:
    async def go() -> list[Any]:
        async with Client(server) as client:
            return [await client.call_tool(name, arguments) for name, arguments in calls]

    return anyio.run(go)


def test_a_program_serves_one_person(filled: Context, tmp_path: Path) -> None:
    """Nothing but the protocol on stdout; narrowed to who it was started for."""
    config = tmp_path / "finops.yaml"
    config.write_text(PERSON, encoding="utf-8")
    environment = {"FINOPS_HOME": str(filled.settings.home), "FINOPS_CONFIG": str(config), "PATH": os.environ["PATH"]}
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "cli", "mcp", "--as", "U-ANN"],
        env={**environment, "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=Path(__file__).parents[3],
    )
    with (tmp_path / "stderr").open("w") as errors:
        transport = stdio_client(command, errlog=errors)
        asked, described = _called(
            transport, ("ask_cost", {"question": "cost by team in october 2026"}), ("describe_data", {})
        )
    assert asked.structured_content is not None
    assert [row[0] for row in asked.structured_content["rows"]] == ["payments"]
    assert described.structured_content is not None
    assert described.structured_content["names"]["team"] == ["payments"]


def test_who_sits_at_the_machine_is_limited_too(filled: Context) -> None:
    """Call by call; a client in a loop is told to wait."""
    tight = narrow(filled, buckets=Buckets(rate=0.001, burst=2))
    server = create_server(tight, Caller(SYSTEM, frozenset({"read", "ask"})))
    results = _called(server, *[("get_budgets", {})] * 3)
    assert [result.is_error for result in results] == [False, False, True]
    assert "Too many calls" in str(results[2].content)


def test_without_anybody_nothing_is_told(filled: Context) -> None:
    """A server that nobody signed in to and nobody sits at."""
    (result,) = _called(create_server(filled), ("get_budgets", {}))
    assert result.is_error
    assert "Nobody is signed in." in str(result.content)
