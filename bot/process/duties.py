"""The table of a bot's background duties; a failing duty ends neither the process nor another duty."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from prometheus_client import Counter

log = logging.getLogger(__name__)

FAILURES = Counter("finops_duty_failures", "Failures of a duty of this process", ["duty"])
_LONGEST_PAUSE = 300.0


@dataclass
class Duty:
    """Work to be done every so many seconds; after a failure later, and later still after another."""

    name: str
    every: float
    work: Callable[[], object]
    failures: int = 0
    due_at: float = 0.0

    def perform(self, now: float) -> None:
        """Do the work if it is due. Whatever fails is logged, counted and tried again: the edge of the background."""
        if now < self.due_at:
            return
        try:
            self.work()
        except Exception as error:  # noqa: BLE001 - the edge of the background: no duty ends another or the process
            self.failures += 1
            FAILURES.labels(self.name).inc()
            pause = min(max(self.every, 1.0) * 2**self.failures, _LONGEST_PAUSE)
            log.warning("the duty %s failed (%s: %s); next try in %d s", self.name, type(error).__name__, error, pause)
            self.due_at = now + pause
        else:
            self.failures = 0
            self.due_at = now + self.every


def failing(duties: Sequence[Duty]) -> str | None:
    """The duties that failed last time, for readiness and people; None when all is well."""
    names = [f"{duty.name} ({duty.failures} times)" for duty in duties if duty.failures]
    return f"failing: {', '.join(names)}" if names else None


def perform_all(duties: Sequence[Duty]) -> None:
    """Do what is due."""
    now = time.monotonic()
    for duty in duties:
        duty.perform(now)
