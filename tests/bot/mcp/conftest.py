"""A server of the protocol with the bills of two teams, and clients of the same package."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

import anyio
import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from bot.api.app import create_app
from bot.api.context import Context
from bot.process.http import served
from config.organisation import Organisation
from flows.ingest.ingest_costs import ingest
from tests.bot.api import conftest as api
from tests.nl2sql.builders import bill

T = TypeVar("T")
Talk = Callable[[Client], Awaitable[T]]
context = api.context


@pytest.fixture
def filled(context: Context, tmp_path: Any) -> Context:
    """Two months of bills, insights, budgets and forecasts of the teams payments and search."""
    ingest([bill(tmp_path / f"{month}.csv", month) for month in (9, 10)], context.database, Organisation())
    api.fill(context.database)
    return context


@pytest.fixture
def address(filled: Context) -> Iterator[str]:
    """A running API."""
    with served(create_app(filled), "127.0.0.1", 0) as address:
        yield address


def over_http(address: str, headers: dict[str, str], talk: Talk[T], mode: str = "auto") -> T:
    """What a client that signs in with these headers gets."""

    async def go() -> T:
        async with (
            httpx2.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(f"{address}/mcp", http_client=http), mode=mode) as client,
        ):
            return await talk(client)

    return anyio.run(go)


def narrow(context: Context, **changes: Any) -> Context:
    """The same context with other limits."""
    return replace(context, **changes)
