"""What a workspace is made of: people, channels, the app and its settings."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Person:
    """A member of the workspace; `title` is shown beside the name."""

    id: str
    name: str
    real_name: str
    title: str = ""
    email: str = ""
    tz: str = "Europe/Berlin"
    tz_offset: int = 3600


@dataclass(frozen=True)
class Channel:
    """A channel; `members` None means everybody, `app_joined` whether the app may read and post there."""

    id: str
    name: str
    topic: str = ""
    members: tuple[str, ...] | None = None
    app_joined: bool = True
    is_private: bool = False


@dataclass(frozen=True)
class UserGroup:
    """A group of people that can be mentioned as @handle."""

    id: str
    handle: str
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class SlashCommand:
    """A command of the app as its manifest declares it."""

    command: str
    description: str = ""
    usage_hint: str = ""


@dataclass(frozen=True)
class Shortcut:
    """A global shortcut, or one in the menu of a message."""

    callback_id: str
    name: str
    on_message: bool = False


@dataclass(frozen=True)
class Limits:
    """How fast an app may be: messages a second a channel with a burst, other
    methods by Slack's tiers, seconds for an ack.
    """

    messages_per_second: float = 1.0
    burst: int = 5
    tiers: bool = True
    ack_seconds: float = 3.0
    retry_after: tuple[float, ...] = (0.0, 60.0, 300.0)
    trigger_seconds: float = 3.0
    response_url_uses: int = 5
    response_url_seconds: float = 1800.0


@dataclass(frozen=True)
class InstalledApp:
    """The one app installed in the workspace."""

    name: str = "FinOps"
    handle: str = "finops"
    app_id: str = "A0FINOPS01"
    bot_id: str = "B0FINOPS01"
    bot_user: str = "U0FINOPS01"
    about: str = "Cloud costs: questions, alerts and approved fixes"


PEOPLE = (
    Person("U0MAYA0001", "maya", "Maya Lindqvist", "Developer, checkout", "maya@example.com"),
    Person("U0TOMAS001", "tomas", "Tomás Oliveira", "FinOps lead", "tomas@example.com"),
    Person("U0PRIYA001", "priya", "Priya Raman", "Head of platform", "priya@example.com"),
    Person("U0JONAS001", "jonas", "Jonas Weber", "Engineering manager, payments", "jonas@example.com"),
)
CHANNELS = (
    Channel("C0FINOPS01", "finops", "Costs, alerts and savings"),
    Channel("C0PAYMENTS", "team-payments", "Payments"),
    Channel("C0CHECKOUT", "team-checkout", "Checkout"),
    Channel("C0RANDOM01", "random", "No costs here", app_joined=False),
)
COMMANDS = (
    SlashCommand("/cost", "Ask what something cost", "what did EC2 cost last month by team?"),
    SlashCommand("/finops", "FinOps: refresh bills, budgets, help", "help"),
)
SUBSCRIPTIONS = frozenset(
    {
        "agent_session_stopped",
        "app_context_changed",
        "app_home_opened",
        "app_mention",
        "entity_details_requested",
        "link_shared",
        "message.im",
        "message.channels",
        "message.groups",
        "reaction_added",
        "member_joined_channel",
    }
)


@dataclass(frozen=True)
class Function:
    """A step that the app offers to workflows: names of inputs and outputs with their definition in the manifest."""

    callback_id: str
    title: str
    description: str
    inputs: dict[str, dict[str, Any]]
    outputs: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Setup:
    """Everything a workspace starts with; `request_url` delivers over signed
    HTTP instead of Socket Mode; `state` keeps conversations.

    `scopes` None grants everything.
    """

    team_id: str = "T0DEMO0001"
    team_name: str = "Acme"
    people: tuple[Person, ...] = PEOPLE
    channels: tuple[Channel, ...] = CHANNELS
    groups: tuple[UserGroup, ...] = ()
    commands: tuple[SlashCommand, ...] = COMMANDS
    shortcuts: tuple[Shortcut, ...] = ()
    functions: tuple[Function, ...] = ()
    unfurl_domains: tuple[str, ...] = ()
    app: InstalledApp = field(default_factory=InstalledApp)
    subscriptions: frozenset[str] = SUBSCRIPTIONS
    scopes: frozenset[str] | None = None
    limits: Limits = field(default_factory=Limits)
    request_url: str | None = None
    state: Path | None = None
