"""An OpenAI-compatible endpoint on this machine that queues replies and faults."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Fault:
    """An HTTP status instead of a reply, or a pause before it."""

    status: int = 200
    pause_seconds: float = 0


@dataclass(frozen=True)
class Cut:
    """A reply that ends at its longest."""

    text: str


@dataclass(frozen=True)
class CutOff:
    """A reply of which the connection ends before all that was announced."""


@dataclass(frozen=True)
class Endless:
    """A reply without end: `text` again and again, with a pause between the pieces, until the client hangs up."""

    text: str
    pause_seconds: float = 0


@dataclass(frozen=True)
class Recorded:
    """A whole completion as an endpoint wrote it down, given back as it stands."""

    completion: dict[str, Any]


@dataclass
class Endpoint:
    """Replies are given in order; an empty queue answers 500. `requests` holds what was asked."""

    url: str
    replies: list[str | Fault | Endless | CutOff | Cut | Recorded] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    knows_formats: bool = True
    knows_schemas: bool = True
    counts_tokens: bool = True


@contextmanager
def running_endpoint() -> Iterator[Endpoint]:
    """Serve until the block ends."""
    endpoint = Endpoint("")
    stopping = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            endpoint.requests.append(body)
            if not endpoint.knows_formats and "response_format" in body:
                self._send(400, {"error": {"message": "response_format is not supported"}})
                return
            if not endpoint.knows_schemas and body.get("response_format", {}).get("type") == "json_schema":
                self._send(400, {"error": {"message": "json_schema is not supported"}})
                return
            reply = endpoint.replies.pop(0) if endpoint.replies else Fault(500)
            if isinstance(reply, Fault):
                time.sleep(reply.pause_seconds)
                self._send(reply.status, {"error": {"message": "as ordered"}})
                return
            if isinstance(reply, Recorded):
                self._send(200, reply.completion)
                return
            if isinstance(reply, CutOff):
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "5000")
                self.end_headers()
                self.wfile.write(b'{"choices": [')
                self.close_connection = True
                return
            if isinstance(reply, Endless):
                self._go_on(reply)
                return
            cut = isinstance(reply, Cut)
            text = reply.text if isinstance(reply, Cut) else reply
            message = {"role": "assistant", "content": text}
            choice = {"index": 0, "finish_reason": "length" if cut else "stop", "message": message}
            usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
            completion = {
                "id": "x",
                "object": "chat.completion",
                "created": 0,
                "model": body["model"],
                "choices": [choice],
            }
            self._send(200, completion | ({"usage": usage} if endpoint.counts_tokens else {}))

        def _go_on(self, reply: Endless) -> None:
            try:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                while not stopping.wait(reply.pause_seconds):
                    self.wfile.write(reply.text.encode())
                    self.wfile.flush()
            except OSError:
                pass  # the client has hung up

        def _send(self, status: int, content: dict[str, Any]) -> None:
            data = json.dumps(content).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            except BrokenPipeError:
                pass  # the client's time was up

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    endpoint.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()
