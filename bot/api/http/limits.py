"""How often a caller may call: a token bucket each, in this process."""

import hashlib
import threading
import time
from dataclasses import dataclass, field

_MOST_CALLERS = 10_000
_WELCOME_SECONDS = 600.0


@dataclass
class Buckets:
    """`rate` calls a second in the long run, `burst` at once. Forgets callers that have been away for a while."""

    rate: float = 10.0
    burst: float = 40.0
    _levels: dict[str, tuple[float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def blocked(self, caller: str, now: float | None = None) -> float:
        """Seconds until the caller may call; counts nothing."""
        now = time.monotonic() if now is None else now
        with self._lock:
            level, at = self._levels.get(caller, (self.burst, now))
        level = min(self.burst, level + (now - at) * self.rate)
        return 0.0 if level >= 1 else (1 - level) / self.rate

    def wait(self, caller: str, now: float | None = None) -> float:
        """Seconds until the caller may call; 0 when this call counts."""
        now = time.monotonic() if now is None else now
        with self._lock:
            level, at = self._levels.get(caller, (self.burst, now))
            level = min(self.burst, level + (now - at) * self.rate)
            if len(self._levels) > _MOST_CALLERS:
                self._levels = {
                    name: item for name, item in self._levels.items() if now - item[1] < self.burst / self.rate
                }
            self._levels[caller] = (level - 1 if level >= 1 else level, now)
        return 0.0 if level >= 1 else (1 - level) / self.rate


@dataclass
class Welcome:
    """Tokens that were good a short while ago: their bearers do not wait for strangers at the same address."""

    _until: dict[bytes, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def knows(self, token: str) -> bool:
        """Whether the token was good within the last minutes."""
        with self._lock:
            return self._until.get(_digest(token), 0.0) > time.monotonic()

    def note(self, token: str) -> None:
        """Remember a good token by its digest."""
        now = time.monotonic()
        with self._lock:
            if len(self._until) > _MOST_CALLERS:
                self._until = {digest: until for digest, until in self._until.items() if until > now}
            self._until[_digest(token)] = now + _WELCOME_SECONDS


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
