"""What an interaction hands to the app for a short while: trigger ids and response URLs."""

import secrets
import time
from dataclasses import dataclass

from standins.slack.model import Limits


@dataclass
class _Trigger:
    user: str
    issued: float
    spent: bool = False


class Triggers:
    """Trigger ids: good once, for three seconds."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._issued: dict[str, _Trigger] = {}

    def issue(self, user: str) -> str:
        """A new trigger id for something this person did."""
        name = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._issued[name] = _Trigger(user, time.monotonic())
        return name

    def spend(self, name: str) -> tuple[str, str]:
        """The person and no error, or nobody and Slack's error code."""
        trigger = self._issued.get(name)
        if trigger is None:
            return "", "invalid_trigger_id"
        if trigger.spent:
            return "", "exchanged_trigger_id"
        if time.monotonic() - trigger.issued > self.limits.trigger_seconds:
            return "", "expired_trigger_id"
        trigger.spent = True
        return trigger.user, ""


@dataclass
class Hook:
    """Where a response URL points: five uses in thirty minutes."""

    user: str
    channel: str
    expires: float
    message_ts: str = ""
    thread_ts: str = ""
    ephemeral: bool = False
    uses: int = 0


class Hooks:
    """Response URLs by their secret."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._hooks: dict[str, Hook] = {}

    def issue(self, user: str, channel: str, message_ts: str = "", thread_ts: str = "", ephemeral: bool = False) -> str:
        """The secret part of a new response URL."""
        name = secrets.token_urlsafe(18)
        expires = time.monotonic() + self.limits.response_url_seconds
        self._hooks[name] = Hook(user, channel, expires, message_ts, thread_ts, ephemeral)
        return name

    def use(self, name: str) -> tuple[Hook | None, str]:
        """The hook and no error, or none and Slack's error code."""
        hook = self._hooks.get(name)
        if hook is None:
            return None, "invalid_token"
        if time.monotonic() > hook.expires:
            return None, "expired_url"
        if hook.uses >= self.limits.response_url_uses:
            return None, "used_url"
        hook.uses += 1
        return hook, ""
