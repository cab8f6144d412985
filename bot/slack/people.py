"""Slack users as actors: `finops.yaml` by id or e-mail, with what their Slack user groups add."""

import logging
import threading
import time
from dataclasses import dataclass, field, replace

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from config.access import Actor, Role, is_slack_id
from config.organisation import Organisation

log = logging.getLogger(__name__)

CHANNEL = "channel:"
"""Begins the id under which a channel asks; no id of Slack begins so."""
_KEPT_SECONDS = 300


@dataclass(frozen=True)
class Profile:
    """What Slack knows of somebody."""

    name: str = ""
    email: str = ""
    timezone: str = "UTC"


@dataclass
class People:
    """Looks people up, remembering for five minutes; Slack's silence makes nobody more than `finops.yaml` says."""

    client: WebClient
    organisation: Organisation
    _profiles: dict[str, tuple[float, Profile]] = field(default_factory=dict)
    _members_counted: tuple[float, int] = (0.0, 0)
    _channel_names: dict[str, tuple[float, str]] = field(default_factory=dict)
    _emails: dict[str, tuple[float, str]] = field(default_factory=dict)
    _groups: tuple[float, dict[str, frozenset[str]]] = (0.0, {})
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def profile(self, user: str) -> Profile:
        """Name, e-mail and time zone of a Slack user; empty where Slack does not say."""
        cached = self._profiles.get(user)
        if cached and cached[0] > time.monotonic():
            return cached[1]
        try:
            answer = self.client.users_info(user=user)
        except (SlackClientError, OSError) as error:
            log.warning("Slack does not tell who %s is: %s", user, error)
            return cached[1] if cached else Profile()
        person = answer["user"]
        details = person.get("profile") or {}
        fresh = Profile(
            name=str(person.get("real_name") or details.get("real_name") or person.get("name") or ""),
            email=str(details.get("email") or ""),
            timezone=str(person.get("tz") or "UTC"),
        )
        self._profiles[user] = (time.monotonic() + _KEPT_SECONDS, fresh)
        return fresh

    def actor(self, user: str) -> Actor:
        """Who a Slack user is to us."""
        if any(person.id == user for person in self.organisation.people):
            return self._with_groups(self.organisation.actor(user), user)
        profile = self.profile(user)
        if profile.email and self.organisation.knows(profile.email):
            by_email = self.organisation.actor(profile.email)
            return self._with_groups(replace(by_email, id=user), user)
        stranger = self.organisation.actor(user, profile.name)
        return self._with_groups(replace(stranger, known_as=frozenset({profile.email} - {""})), user)

    def asker(self, identity: str) -> Actor:
        """Who asked a stored question: a person, or a channel for which a workflow asked."""
        if not identity.startswith(CHANNEL):
            return self.actor(identity)
        known = self.channel(identity.removeprefix(CHANNEL))
        return known or Actor(identity, "a channel that finops.yaml does not name", frozenset(), sees_all=True)

    def channel(self, channel_id: str) -> Actor | None:
        """A channel of `finops.yaml` as an actor, who sees what its digest tells: its team's costs, or everybody's;
        None for any other channel.
        """
        named = self.organisation.channel_named(channel_id)
        if named is None and self.organisation.channels:
            named = self.organisation.channel_named(self._channel_name(channel_id))
        if named is None:
            return None
        teams = frozenset({named.team}) if named.team else frozenset()
        return Actor(f"{CHANNEL}{channel_id}", named.channel, teams=teams, sees_all=named.team is None)

    def _channel_name(self, channel_id: str) -> str:
        """The name of a channel, remembered for five minutes; its id where Slack does not say."""
        cached = self._channel_names.get(channel_id)
        if cached and cached[0] > time.monotonic():
            return cached[1]
        try:
            name = str(self.client.conversations_info(channel=channel_id)["channel"].get("name") or channel_id)
        except (SlackClientError, OSError) as error:
            log.info("Slack does not tell which channel %s is: %s", channel_id, error)
            name = channel_id
        self._channel_names[channel_id] = (time.monotonic() + _KEPT_SECONDS, name)
        return name

    def person(self, identity: str) -> Actor:
        """Who a person of `finops.yaml` is, named by id or e-mail: the same
        actor, under the same id, as when they click in Slack.
        """
        listed = self.organisation.person(identity)
        if listed is None or is_slack_id(listed.id):
            return self.actor(listed.id if listed else identity)
        slack = self._by_email(listed.email) if listed.email else None
        return self.actor(slack) if slack else self.organisation.actor(identity)

    def _by_email(self, email: str) -> str | None:
        cached = self._emails.get(email)
        if cached and cached[0] > time.monotonic():
            return cached[1]
        try:
            user_id = str(self.client.users_lookupByEmail(email=email)["user"]["id"])
        except (SlackClientError, OSError) as error:
            log.warning("Slack does not tell who has an e-mail address of finops.yaml: %s", error)
            return cached[1] if cached else None
        self._emails[email] = (time.monotonic() + _KEPT_SECONDS, user_id)
        return user_id

    def _with_groups(self, actor: Actor, user: str) -> Actor:
        for group in self.organisation.groups:
            if user in self._members().get(group.handle, frozenset()):
                actor = replace(
                    actor,
                    roles=actor.roles | set(group.roles),
                    teams=actor.teams | set(group.teams),
                    approves_teams=actor.approves_teams | set(group.approves_teams),
                    approves_playbooks=actor.approves_playbooks | set(group.approves_playbooks),
                    sees_all=actor.sees_all or Role.ADMIN in group.roles,
                )
        return actor

    def _members(self) -> dict[str, frozenset[str]]:
        with self._lock:
            until, members = self._groups
            if until > time.monotonic():
                return members
            handles = {group.handle for group in self.organisation.groups}
            try:
                listed = self.client.usergroups_list()["usergroups"]
                ids = {str(item["handle"]): str(item["id"]) for item in listed if item.get("handle") in handles}
                members = {
                    handle: frozenset(self.client.usergroups_users_list(usergroup=key)["users"])
                    for handle, key in ids.items()
                }
            except (SlackClientError, OSError) as error:
                log.warning("Slack does not list user groups: %s", error)
            self._groups = (time.monotonic() + _KEPT_SECONDS, members)
            return members

    def developers(self) -> int:
        """How many people could ask: those of `finops.yaml`, else the workspace's members; 0 where neither is known."""
        if self.organisation.people:
            return len(self.organisation.people)
        until, count = self._members_counted
        if until <= time.monotonic():
            try:
                listed = [person for page in self.client.users_list(limit=200) for person in page["members"]]
                count = sum(
                    not (person.get("is_bot") or person.get("deleted") or person.get("id") == "USLACKBOT")
                    for person in listed
                )
            except (SlackClientError, OSError) as error:
                log.warning("Slack does not list its members: %s", error)
            self._members_counted = (time.monotonic() + _KEPT_SECONDS, count)
        return count

    def with_role(self, *roles: Role) -> tuple[str, ...]:
        """Slack ids of the people of `finops.yaml` who hold one of the roles, for those who are asked."""
        return tuple(
            person.id
            for person in self.organisation.people
            if set(roles) & set(person.roles) and is_slack_id(person.id)
        )
