"""What the tests beside this file share."""

from typing import Any

from standins.slack import Handle


def states(message: dict[str, Any]) -> list[str]:
    """The states of a streamed message's steps."""
    return [task["status"] for block in message["blocks"] if block["type"] == "plan" for task in block["tasks"]]


def streaming(slack: Handle) -> dict[str, Any]:
    """The streamed message, once its first step ended."""
    return slack.wait_for_message(lambda m: m.get("streaming") and states(m)[:1] == ["complete"], 20)
