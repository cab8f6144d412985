"""What a person sees while an answer is made: a status line with what is being done, and, where the answer has several
steps and takes its time, a message in which the steps end one by one.
"""

import logging
import threading
import time
from collections.abc import Callable

from slack_sdk.errors import SlackClientError

from bot.process.runtime import Runtime
from bot.slack import streams
from bot.slack.streams import UNKNOWN, Stream
from nl2sql.deps import AnswerStopped, StepProgress

log = logging.getLogger(__name__)

STREAM_AFTER = 0.5  # seconds; an answer that is there before is posted whole
_STATUS_AFTER, _WAITING_AFTER = 0.25, 3.0
_PAUSE = 0.7  # between two additions: Slack takes about a hundred a minute
_JOIN_SECONDS = 15.0


class Following:
    """Follows one answer: `say` and `watch` are told what is being done, and one thread tells Slack, the newest only;
    nobody waits for it but `finish`. `stopped` names who stopped the answer, if anybody did.
    """

    def __init__(
        self, runtime: Runtime, channel: str, thread: str | None, stream: Stream | None, stopped: Callable[[], str]
    ) -> None:
        self._runtime, self._channel, self._thread = runtime, channel, thread
        self._stream, self._stopped = stream, stopped
        self._doing = "reading the question"
        self._lock = threading.Lock()
        self._newest: StepProgress | None = None
        self._states: dict[int, StepProgress] = {}
        self._steps_began = 0.0
        self._changed, self._over = threading.Event(), threading.Event()
        self._teller = threading.Thread(target=self._tell, name="status", daemon=True)

    def __enter__(self) -> "Following":
        if self._thread:
            self._teller.start()
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        if failure is not None:
            self.discard()
        self._over.set()
        self._changed.set()

    @property
    def ended(self) -> tuple[int, int]:
        """How many of how many steps ended."""
        with self._lock:
            ended = sum(state.state != "in_progress" for state in self._states.values())
            return ended, len(self._newest.steps) if self._newest else 0

    def say(self, doing: str) -> None:
        """What is being done now; shown when the question is slow enough for a status."""
        self._doing = doing
        self._changed.set()

    def watch(self, progress: StepProgress) -> None:
        """A step began or ended. Raises AnswerStopped where the answer was stopped before a step began."""
        if progress.state == "in_progress" and (by := self._stopped()):
            raise AnswerStopped(by)
        with self._lock:
            self._steps_began = self._steps_began or time.monotonic()
            self._newest = progress
            self._states[progress.step] = progress
        self._changed.set()

    def finish(self) -> str | None:
        """The ts of the message that was begun, `UNKNOWN` where Slack did not say, None where none was; nothing is told
        any more. Waits for what is being told.
        """
        self._over.set()
        self._changed.set()
        if self._stream is None or not self._teller.ident:
            return None
        self._teller.join(_JOIN_SECONDS)
        return UNKNOWN if self._teller.is_alive() else self._stream.ts

    def discard(self) -> None:
        """Take the message away, if one was begun: the answer failed, or is for one person only."""
        ts, stream = self.finish(), self._stream
        if ts is not None and stream is not None:
            streams.discard(stream.client, stream.channel, stream.thread, ts, stream.key, self._runtime.clock())

    def _tell(self) -> None:
        if self._over.wait(_STATUS_AFTER):
            return
        began, shown = time.monotonic(), ""
        while not self._over.is_set():
            self._changed.clear()
            if self._over.is_set():
                return
            wait = _WAITING_AFTER
            if (left := self._until_streamed()) is None:
                waits = "still " if time.monotonic() - began > _WAITING_AFTER else ""
                words = f"is {waits}{self._doing}…"
                if words != shown:
                    self._show(words)
                    shown = words
            elif left > 0:
                wait = left
            else:
                self._show_steps()
                self._over.wait(_PAUSE)
            self._changed.wait(wait)

    def _until_streamed(self) -> float | None:
        """Seconds until the steps are shown; None where there are none, or none can be shown."""
        if self._stream is None or not self._stream.open or not self._steps_began:
            return None
        return self._steps_began + STREAM_AFTER - time.monotonic()

    def _show_steps(self) -> None:
        assert self._stream is not None
        with self._lock:
            newest, states = self._newest, dict(self._states)
        if newest is not None:
            self._stream.tell(newest.title, newest.steps, states)

    def _show(self, words: str) -> None:
        try:
            self._runtime.client.assistant_threads_setStatus(
                channel_id=self._channel, thread_ts=str(self._thread), status=words
            )
        except (SlackClientError, OSError) as error:
            log.debug("no status can be shown: %s", error)
