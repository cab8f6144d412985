"""A workspace in a background thread with plain blocking methods: for tests and for the demo's fixed conversation."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from standins.slack.block_kit.schema import Json
from standins.slack.faults import Faults
from standins.slack.http.server import start
from standins.slack.methods.conversations import enter
from standins.slack.methods.streams import break_off
from standins.slack.model import Setup
from standins.slack.people import gestures, modals, workflows
from standins.slack.transport.delivery import Ack, Acked, Missed
from standins.slack.workspace import Call, Workspace

T = TypeVar("T")


class Handle:
    """What tests hold: addresses and secrets, gestures of people, and what can be seen."""

    def __init__(self, workspace: Workspace, loop: asyncio.AbstractEventLoop) -> None:
        self.workspace = workspace
        self.url = workspace.url
        self.api_url = f"{workspace.url}/api/"
        self.bot_token = workspace.bot_token
        self.app_token = workspace.app_token
        self.signing_secret = workspace.signing_secret
        self.client_id = workspace.client_id
        self.client_secret = workspace.client_secret
        self._loop = loop

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _call(self, function: Callable[..., T], *args: Any) -> T:
        if asyncio._get_running_loop() is self._loop:  # inside a condition of `wait_until`
            return function(*args)

        async def run() -> T:
            return function(*args)

        return self._wait(run())

    @property
    def faults(self) -> Faults:
        """Switches for what goes wrong."""
        return self.workspace.faults

    def post_as(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Json:
        """Post as a person (id or name) in a channel (id, #name, or a person's
        id for their direct message with the app).
        """
        return self._call(gestures.post, self.workspace, user, channel, text, thread_ts)

    def say_to_app(self, user: str, text: str, thread_ts: str | None = None) -> Json:
        """Post in a person's direct message with the app."""
        return self.post_as(user, self.workspace.store.im_of(self.workspace.person(user).id), text, thread_ts)

    def click(self, user: str, ts: str, action_id: str, value: Any = None) -> Acked | Missed:
        """Press a button of a message, or choose `value` in one of its menus."""
        return self._wait(gestures.click(self.workspace, user, ts, action_id, value))

    select = click

    def press(
        self, user: str, action_id: str, value: Any = None, values: Json | None = None, view_id: str | None = None
    ) -> Acked | Missed:
        """Press or choose in the person's top modal, else in their Home tab."""
        return self._wait(
            modals.press(self.workspace, user, view_id or self._view_id(user), action_id, value, values or {})
        )

    def submit(self, user: str, values: Json | None = None, view_id: str | None = None) -> dict[str, str]:
        """Submit the top modal with values by action_id; the complaints by block_id."""
        return self._wait(modals.submit(self.workspace, user, view_id or self._view_id(user), values or {})).errors

    def close_view(self, user: str) -> None:
        """Close the top modal."""
        self._call(modals.close, self.workspace, user, self._view_id(user))

    def suggest(self, user: str, action_id: str, text: str, ts: str | None = None) -> list[Json]:
        """Options of an external menu for what was typed, in a message or in the top modal."""
        view = None if ts else self._view_id(user)
        return self._wait(modals.suggest(self.workspace, user, action_id, text, ts, view))

    def slash(self, user: str, command: str, text: str = "", channel: str = "#finops") -> Acked | Missed:
        """Run a slash command."""
        return self._wait(gestures.slash(self.workspace, user, command, text, channel))

    def shortcut(self, user: str, callback_id: str, ts: str | None = None) -> Acked | Missed:
        """Use a shortcut, with `ts` one of a message."""
        return self._wait(gestures.shortcut(self.workspace, user, callback_id, ts))

    def react(self, user: str, channel: str, ts: str, name: str) -> None:
        """React to a message."""
        self._call(gestures.react, self.workspace, user, channel, ts, name)

    def stop(self, user: str, channel: str, thread_ts: str) -> None:
        """Press the stop button of a thread in which the app is at work."""
        self._call(gestures.stop, self.workspace, user, channel, thread_ts)

    def break_off(self, channel: str, thread_ts: str) -> list[str]:
        """End what the app streams in a thread, as Slack does after some minutes."""
        return self._call(lambda: break_off(self.workspace, self.workspace.conversation(channel), thread_ts))

    def open_details(self, user: str, ts: str, url: str) -> None:
        """Open a Work Object of a message."""
        self._call(gestures.open_details, self.workspace, user, ts, url)

    def details(self, user: str) -> Json | None:
        """What opened for a person last: an entity, or why there is none."""
        return self.workspace.store.details.get(self.workspace.person(user).id)

    def look_at(self, user: str, channel: str) -> None:
        """Look at a channel while the app is open beside it."""
        self._call(gestures.look_at, self.workspace, user, channel)

    def run_step(self, callback_id: str, **inputs: Any) -> str:
        """Come to a step of the app in somebody's workflow; the id of its execution."""
        return self._call(workflows.run_step, self.workspace, callback_id, inputs)

    def step(self, execution: str) -> Json:
        """How far a workflow's step is: its status, and its outputs or error."""
        return self.workspace.store.executions[execution]

    def open_home(self, user: str, tab: str = "home") -> Json | None:
        """Open the app's Home (or messages) tab; the Home view as it was before."""
        return self._call(gestures.open_home, self.workspace, user, tab)

    def invite_app(self, channel: str) -> None:
        """Make the app a member of a channel."""
        self._call(lambda: enter(self.workspace, self.workspace.conversation(channel)))

    def _view_id(self, user: str) -> str:
        view = self.view(user) or self.home(user)
        if view is None:
            raise gestures.NotThereError(f"{user} has no view open")
        return str(view["id"])

    def view(self, user: str) -> Json | None:
        """The modal a person looks at, None when none is open."""
        return self._call(modals.top_view, self.workspace, user)

    def home(self, user: str) -> Json | None:
        """A person's Home tab."""
        return self.workspace.store.homes.get(self.workspace.person(user).id)

    def messages(self, channel: str) -> list[Json]:
        """All messages of a channel with its threads, oldest first."""
        return self._call(lambda: list(self.workspace.conversation(channel).messages.values()))

    def thread(self, ts: str) -> list[Json]:
        """A message and its replies, wherever it is."""
        return self._call(lambda: [m for c in self.workspace.store.conversations.values() for m in c.thread(ts)])

    def ephemerals(self, user: str) -> list[Json]:
        """What only this person was shown, oldest first."""
        person = self.workspace.person(user).id
        return self._call(lambda: [m for m in self.workspace.store.ephemerals if m["to"] == person])

    def status(self, thread_ts: str) -> str:
        """What the assistant says it is doing in a thread; empty when nothing."""
        statuses = [s["status"] for (_, thread), s in self.workspace.store.statuses.items() if thread == thread_ts]
        return str(statuses[0]) if statuses else ""

    def calls(self, method: str | None = None) -> list[Call]:
        """The Web API's log."""
        return [call for call in list(self.workspace.calls) if method in (None, call.method)]

    @property
    def acks(self) -> list[Ack]:
        """Deliveries with the latency of their acks."""
        return list(self.workspace.delivery.acks)

    @property
    def sockets(self) -> int:
        """Open Socket Mode connections."""
        return len(self.workspace.hub.connections)

    def drop_sockets(self) -> None:
        """Cut every Socket Mode connection."""
        self._call(self.workspace.hub.drop)

    def close_sockets(self) -> None:
        """Close every Socket Mode connection in order."""
        self._wait(self.workspace.hub.close())

    def refresh_sockets(self) -> None:
        """Ask every Socket Mode connection to come again."""
        self._wait(self.workspace.hub.refresh())

    def wait_until(self, condition: Callable[[], T], timeout: float = 60) -> T:
        """Wait until a condition over this workspace holds and return its
        value; TimeoutError with the API's refusals.
        """

        async def wait() -> T:
            while not (result := condition()):
                await asyncio.sleep(0.02)
            return result

        try:
            return self._wait(asyncio.wait_for(wait(), timeout))
        except TimeoutError:
            refusals = [(call.method, call.error) for call in self.calls() if call.error]
            raise TimeoutError(f"nothing came within {timeout} s; calls refused: {refusals}") from None

    def wait_for_message(self, predicate: Callable[[Json], object], timeout: float = 60) -> Json:
        """The first message (ephemeral ones too, with `channel`) for which the predicate holds."""
        store = self.workspace.store

        def look() -> Json | None:
            shown = [{**m, "channel": c.id} for c in store.conversations.values() for m in c.messages.values()]
            return next((m for m in [*shown, *store.ephemerals] if predicate(m)), None)

        message = self.wait_until(look, timeout)
        assert message is not None
        return message

    def wait_for_reply(self, ts: str, timeout: float = 60) -> Json:
        """The app's first message in the thread of `ts` that is not being streamed any more."""
        bot = self.workspace.app.bot_id
        return self.wait_for_message(
            lambda m: m.get("thread_ts") == ts and m.get("bot_id") == bot and not m.get("streaming"), timeout
        )

    def wait_for_view(self, user: str, timeout: float = 60) -> Json:
        """The modal that opens for a person."""
        stacks, person = self.workspace.stacks, self.workspace.person(user).id
        return (
            self.wait_until(
                lambda: self.workspace.store.views[stacks[person][-1]] if stacks.get(person) else None, timeout
            )
            or {}
        )

    def wait_for_socket(self, timeout: float = 60) -> None:
        """Wait until the app is connected."""
        self.wait_until(lambda: self.workspace.hub.connections, timeout)


@contextmanager
def running_workspace(setup: Setup | None = None, port: int = 0) -> Iterator[Handle]:
    """A workspace served from a background thread for the length of a `with`."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="slack-stand-in", daemon=True)
    thread.start()
    try:
        workspace, stop = asyncio.run_coroutine_threadsafe(start(setup, port), loop).result()
        try:
            yield Handle(workspace, loop)
        finally:
            asyncio.run_coroutine_threadsafe(_shut(stop), loop).result(timeout=15)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _shut(stop: Callable[[], Any]) -> None:
    await stop()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    await asyncio.sleep(0)
