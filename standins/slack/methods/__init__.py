"""The Web API's methods, one file per family."""

from standins.slack.methods import (
    agents,
    apps,
    assistant,
    canvases,
    chat,
    conversations,
    files,
    functions,
    people,
    streams,
    unfurls,
    validation,
    views,
)
from standins.slack.methods.registry import METHODS, SlackMethod

__all__ = [
    "METHODS",
    "SlackMethod",
    "agents",
    "apps",
    "assistant",
    "canvases",
    "chat",
    "conversations",
    "files",
    "functions",
    "people",
    "streams",
    "unfurls",
    "validation",
    "views",
]
