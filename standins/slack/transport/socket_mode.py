"""Socket Mode: WebSockets opened by ticket, one envelope to one connection, acks by envelope_id."""

import asyncio
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from standins.slack.block_kit.schema import Json
from standins.slack.faults import Faults
from standins.slack.transport.delivery import Acked, Envelope, Missed

CONNECTIONS = 10


@dataclass(eq=False)
class _Connection:
    socket: web.WebSocketResponse
    transport: asyncio.WriteTransport | None
    waiting: dict[str, asyncio.Future[Acked | Missed]] = field(default_factory=dict)
    sent: dict[str, float] = field(default_factory=dict)
    delivered: int = 0


class SocketHub:
    """All sockets of the app; a transport for `Delivery`."""

    def __init__(self, app_id: str, faults: Faults) -> None:
        self.app_id = app_id
        self.faults = faults
        self.connections: list[_Connection] = []
        self.opened = 0
        self.on_change: Callable[[], None] = lambda: None
        self._tickets: set[str] = set()
        self._turn = 0
        self._arrival = asyncio.Event()

    def ticket(self) -> str:
        """A one-time ticket for a new connection."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return ticket

    async def ready(self) -> None:
        """Wait for a connection: with none, an event is held as Slack would repeat it later."""
        while not self.connections:
            self._arrival.clear()
            await self._arrival.wait()

    async def send(self, envelope: Envelope, seconds: float) -> Acked | Missed:
        """Send to the next connection in turn."""
        if not self.connections:
            return Missed("connection_failed")
        self._turn += 1
        connection = self.connections[self._turn % len(self.connections)]
        message: Json = {"envelope_id": envelope.id, "type": envelope.kind, "payload": envelope.payload}
        message["accepts_response_payload"] = envelope.kind != "events_api"
        if envelope.kind == "events_api":
            message |= {"retry_attempt": envelope.attempt, "retry_reason": envelope.reason}
        ack = connection.waiting[envelope.id] = asyncio.get_running_loop().create_future()
        connection.sent[envelope.id] = time.monotonic()
        connection.delivered += 1
        try:
            await connection.socket.send_json(message)
            return await asyncio.wait_for(ack, seconds)
        except TimeoutError:
            return Missed("timeout")
        except ConnectionError:
            return Missed("connection_failed")
        finally:
            connection.waiting.pop(envelope.id, None)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one socket for as long as it lives."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets or self.faults.refuse_connections or len(self.connections) >= CONNECTIONS:
            return web.Response(status=403)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        transport = request.transport
        connection = _Connection(socket, transport if isinstance(transport, asyncio.WriteTransport) else None)
        await socket.send_json(self._hello())
        self.connections.append(connection)
        self.opened += 1
        self._arrival.set()
        self.on_change()
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    await self._received(connection, message.data)
        finally:
            self._gone(connection)
        return socket

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections) + 1,
            "debug_info": {"host": "demo", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self.app_id},
        }

    async def _received(self, connection: _Connection, data: str) -> None:
        try:
            message = json.loads(data)
        except ValueError:
            return
        name = message.get("envelope_id") if isinstance(message, dict) else None
        if name not in connection.sent:
            return
        seconds = time.monotonic() - connection.sent.pop(name)
        if self.faults.hold_acks:
            asyncio.get_running_loop().call_later(
                self.faults.hold_acks, self._settle, connection, name, message, seconds
            )
        else:
            self._settle(connection, name, message, seconds)

    @staticmethod
    def _settle(connection: _Connection, name: str, message: Json, seconds: float) -> None:
        ack = connection.waiting.get(name)
        if ack is not None and not ack.done():
            payload = message.get("payload")
            ack.set_result(Acked(payload if isinstance(payload, dict) else None, seconds))

    def _gone(self, connection: _Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
        for ack in connection.waiting.values():
            if not ack.done():
                ack.set_result(Missed("connection_failed"))
        self.on_change()

    async def refresh(self) -> None:
        """Ask every connection to come again, as Slack does every few hours."""
        for connection in list(self.connections):
            await connection.socket.send_json(
                {"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "demo"}}
            )
            await connection.socket.close()

    def drop(self) -> None:
        """Cut every connection without a word."""
        for connection in list(self.connections):
            if connection.transport is not None:
                connection.transport.abort()
            self._gone(connection)  # at once: what is sent next waits for a new connection

    async def close(self) -> None:
        """Close every connection in order."""
        for connection in list(self.connections):
            await connection.socket.close()
