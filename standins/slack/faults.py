"""What can be made to go wrong on purpose."""

from collections import deque
from dataclasses import dataclass, field


@dataclass
class Faults:
    """Switches for tests: each does to the app what Slack or the network sometimes does.

    `queued` answers the next calls of a method with 429, 500 or "timeout" (silence, then a closed connection);
    `hold_acks` seconds are added before an ack is noticed; `duplicate_events` further copies of each event are
    delivered; `clock_skew` seconds shift the timestamp of signed requests; `refuse_connections` turns new sockets away.
    """

    queued: dict[str, deque[int | str]] = field(default_factory=dict)
    hold_acks: float = 0.0
    duplicate_events: int = 0
    clock_skew: float = 0.0
    refuse_connections: bool = False
    silence_seconds: float = 35.0

    def fail(self, method: str, outcome: int | str, times: int = 1) -> None:
        """Answer the next `times` calls of `method` with 429, 500, "timeout" or a Slack error code."""
        self.queued.setdefault(method, deque()).extend([outcome] * times)

    def next_for(self, method: str) -> int | str | None:
        """The outcome to fake for this call, None for none."""
        queue = self.queued.get(method)
        return queue.popleft() if queue else None
