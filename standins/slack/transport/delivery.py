"""Sends envelopes to the app and waits for the ack: events are delivered again
when none comes, interactions are not.
"""

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from standins.slack.block_kit.schema import Json
from standins.slack.faults import Faults
from standins.slack.model import Limits


@dataclass(frozen=True)
class Envelope:
    """One delivery: kind `events_api`, `interactive` or `slash_commands`; `attempt` counts repetitions from 0."""

    id: str
    kind: str
    payload: Json
    attempt: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Acked:
    """The app answered within its time; `reply` is what it sent along."""

    reply: Json | None
    seconds: float


@dataclass(frozen=True)
class Missed:
    """No ack: `reason` in the words of Slack's retry_reason; `final` when the app asked for no repetition."""

    reason: str
    final: bool = False


@dataclass(frozen=True)
class Ack:
    """A line of the ack log; `seconds` None when none came."""

    envelope_id: str
    kind: str
    attempt: int
    seconds: float | None
    reason: str
    payload: Json
    reply: Json | None


class Transport(Protocol):
    """A way to the app."""

    async def ready(self) -> None:
        """Return when something may be sent."""

    async def send(self, envelope: Envelope, seconds: float) -> Acked | Missed:
        """Send one envelope and wait that long for its ack."""


class EventDelivery:
    """Everything that goes from the workspace to the app."""

    def __init__(self, transport: Transport, limits: Limits, faults: Faults) -> None:
        self.transport = transport
        self.limits = limits
        self.faults = faults
        self.acks: list[Ack] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._number = 0

    def start(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run something in the background until `stop`."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Give up everything under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def event(self, payload: Json) -> None:
        """Deliver an event in the background, again after a missing ack, and in copies where a fault asks for them."""
        for _ in range(1 + self.faults.duplicate_events):
            self.start(self._until_acked(payload))

    async def _until_acked(self, payload: Json) -> None:
        reason = ""
        for attempt in range(len(self.limits.retry_after) + 1):
            if attempt:
                await asyncio.sleep(self.limits.retry_after[attempt - 1])
            await self.transport.ready()
            outcome = await self._send("events_api", payload, attempt, reason)
            if isinstance(outcome, Acked) or outcome.final:
                return
            reason = outcome.reason

    async def interact(self, kind: str, payload: Json) -> Acked | Missed:
        """Deliver an interaction once and return what the app replied."""
        return await self._send(kind, payload, 0, "")

    async def _send(self, kind: str, payload: Json, attempt: int, reason: str) -> Acked | Missed:
        self._number += 1
        envelope = Envelope(f"{self._number:08d}-{time.time_ns():x}", kind, payload, attempt, reason)
        outcome = await self.transport.send(envelope, self.limits.ack_seconds)
        log = (envelope.id, kind, attempt)
        if isinstance(outcome, Acked):
            self.acks.append(Ack(*log, outcome.seconds, "", payload, outcome.reply))
        else:
            self.acks.append(Ack(*log, None, outcome.reason, payload, None))
        return outcome
