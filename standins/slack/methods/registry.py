"""The table of Web API methods and how they read their arguments."""

from collections.abc import Callable
from typing import Any

from standins.slack.block_kit.schema import Json
from standins.slack.workspace import SlackError, Workspace

SlackMethod = Callable[[Workspace, Json], Json]
METHODS: dict[str, SlackMethod] = {}


def method(name: str) -> Callable[[SlackMethod], SlackMethod]:
    """Register a function as a Web API method."""

    def register(function: SlackMethod) -> SlackMethod:
        METHODS[name] = function
        return function

    return register


def need(args: Json, *names: str) -> list[str]:
    """Required string arguments; `invalid_arguments` names the first that is missing."""
    for name in names:
        if args.get(name) in (None, ""):
            message = f"[ERROR] missing required field: {name}"
            raise SlackError("invalid_arguments", response_metadata={"messages": [message]})
    return [str(args[name]) for name in names]


def page(args: Json, rows: list[Any], most: int = 100) -> tuple[list[Any], Json]:
    """One page by `limit` and `cursor`, and the response_metadata that leads to the next."""
    cursor = str(args.get("cursor") or "0")
    if not cursor.isdigit():
        raise SlackError("invalid_cursor")
    start, size = int(cursor), max(1, min(int(args.get("limit") or most), 1000))
    following = str(start + size) if start + size < len(rows) else ""
    return rows[start : start + size], {"next_cursor": following}


def yes(args: Json, name: str) -> bool:
    """A flag as forms and JSON write it."""
    return str(args.get(name, "")).lower() in ("1", "true")
