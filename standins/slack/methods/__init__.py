"""The Web API's methods, one file per family."""

from standins.slack.methods import apps, assistant, chat, conversations, files, people, streams, validation, views
from standins.slack.methods.registry import METHODS, SlackMethod

__all__ = [
    "METHODS",
    "SlackMethod",
    "apps",
    "assistant",
    "chat",
    "conversations",
    "files",
    "people",
    "streams",
    "validation",
    "views",
]
