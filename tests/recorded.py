"""A service that answers on loopback what was recorded of the real one, and notes what it was asked."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """What is answered to a method and path (without its query), once; `{url}` in a header is the service's own."""

    method: str
    path: str
    status: int
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: Any


@dataclass
class Recorded:
    """The replies that are left, in their order, and the requests so far; what was not expected is a fault."""

    url: str
    replies: list[Reply]
    asked: list[Asked] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@contextmanager
def recorded(replies: Sequence[Reply]) -> Iterator[Recorded]:
    """Serve the replies; at the end every one was asked for, and nothing else."""
    service = Recorded("", list(replies))

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            path, _, query = self.path.partition("?")
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            is_json = headers.get("content-type", "").startswith("application/json")
            service.asked.append(Asked(self.command, path, query, headers, json.loads(text) if is_json else text))
            wanted = service.replies[0] if service.replies else None
            if wanted is None or (wanted.method, wanted.path) != (self.command, path):
                service.faults.append(f"{self.command} {path} instead of {wanted}")
                wanted = Reply(self.command, path, 599)
            else:
                service.replies.pop(0)
            body = b"" if wanted.body is None else json.dumps(wanted.body).encode()
            self.send_response(wanted.status)
            for name, value in wanted.headers:
                self.send_header(name, value.replace("{url}", service.url))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - the base class calls these names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield service
        assert service.faults == []
        assert service.replies == []
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
