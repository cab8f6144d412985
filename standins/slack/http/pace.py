"""Slack's rate limits: a token bucket per method, and one per channel for messages."""

import math
import time
from dataclasses import dataclass

from standins.slack.model import Limits

# Calls a minute, by Slack's published tiers; message methods have their own limit a channel.
TIERS = {1: 1, 2: 20, 3: 50, 4: 100}
_TIER_OF = {
    "chat.update": 3,
    "chat.delete": 3,
    "chat.postEphemeral": 4,
    "chat.startStream": 2,
    "chat.appendStream": 4,
    "chat.stopStream": 2,
    "conversations.history": 3,
    "conversations.replies": 3,
    "conversations.list": 2,
    "conversations.members": 4,
    "conversations.open": 3,
    "conversations.info": 3,
    "conversations.join": 3,
    "users.list": 2,
    "users.info": 4,
    "users.lookupByEmail": 3,
    "users.conversations": 3,
    "usergroups.list": 2,
    "views.open": 4,
    "views.push": 4,
    "views.update": 4,
    "views.publish": 4,
    "reactions.add": 3,
    "reactions.remove": 2,
    "files.getUploadURLExternal": 4,
    "files.completeUploadExternal": 4,
    "files.info": 4,
    "team.info": 3,
    "bots.info": 3,
}
_BY_CHANNEL = frozenset({"chat.postMessage", "chat.update", "chat.startStream", "chat.stopStream", "chat.appendStream"})


@dataclass
class _Bucket:
    tokens: float
    at: float


class Pace:
    """Decides whether a call is too fast."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def wait(self, method: str, channel: str) -> int:
        """Whole seconds to wait before this call may be made; 0 when it may be made now (and is then counted)."""
        if method == "chat.postMessage":
            return self._take((method, channel), self.limits.messages_per_second, self.limits.burst)
        if not self.limits.tiers or method not in _TIER_OF:
            return 0
        per_minute = TIERS[_TIER_OF[method]]
        return self._take((method, channel if method in _BY_CHANNEL else ""), per_minute / 60, per_minute)

    def _take(self, key: tuple[str, str], rate: float, burst: float) -> int:
        now = time.monotonic()
        bucket = self._buckets.setdefault(key, _Bucket(burst, now))
        bucket.tokens = min(burst, bucket.tokens + (now - bucket.at) * rate)
        bucket.at = now
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return 0
        return max(1, math.ceil((1 - bucket.tokens) / rate))
