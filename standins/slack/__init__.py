"""A strict stand-in for Slack with a page for the browser:
`running_workspace()` in tests, `server.start()` in the demo.
"""

from standins.slack.handle import Handle, running_workspace
from standins.slack.model import Channel, InstalledApp, Limits, Person, Setup, Shortcut, SlashCommand, UserGroup

__all__ = [
    "Channel",
    "Handle",
    "InstalledApp",
    "Limits",
    "Person",
    "Setup",
    "Shortcut",
    "SlashCommand",
    "UserGroup",
    "running_workspace",
]
