"""Calling a cloud's REST interface with a bearer token, and waiting for what it does behind its answer."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

SECONDS = 30.0  # of one call
LONGEST = 900.0  # seconds until a change has to be through
_DENIED = frozenset({"AuthorizationFailed", "LinkedAuthorizationFailed", "PERMISSION_DENIED", "forbidden", "403"})
_SAFE = re.compile(r"https://[^\s/]+|http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/|$)")


class RestError(OSError):
    """A cloud refused a request or could not be reached; `code` is the cloud's own error code."""

    def __init__(self, cloud: str, code: str, message: str) -> None:
        super().__init__(message)
        self.cloud, self.code, self.message = cloud, code, message

    def denied(self) -> bool:
        """Whether a permission is missing."""
        return self.code in {
            "AuthorizationFailed",
            "LinkedAuthorizationFailed",
            "PERMISSION_DENIED",
            "forbidden",
            "403",
        }


@dataclass(frozen=True)
class Reply:
    """A status with its JSON (an empty object where there is none) and headers in lower case."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rest:
    """One cloud's interface. `token` is asked before each call; it keeps its own as long as it holds."""

    cloud: str
    url: str
    token: Callable[[], str]
    sleep: Callable[[float], None] = time.sleep

    def call(self, method: str, path: str, expected: tuple[int, ...], body: Any = None) -> Reply:
        """`path` begins with a slash, or is an address of the same host that an answer named. Raises `RestError`."""
        address = path if path.startswith("http") else f"{self.url}{path}"
        if not _SAFE.match(self.url) or not address.startswith(f"{self.url}/"):
            raise RestError(self.cloud, "address", f"{address[:200]} is not on {self.url}: no token is sent there")
        headers = {"Authorization": f"Bearer {self.token()}"}
        reply = request(self.cloud, method, address, headers=headers, **({} if body is None else {"json": body}))
        if reply.status not in expected:
            raise refusal(self.cloud, reply)
        return reply

    def until(self, look: Callable[[], tuple[bool, float]]) -> None:
        """Look until it says True; it also says how many seconds to wait. Raises `RestError` after a quarter hour."""
        waited = 0.0
        while True:
            through, pause = look()
            if through:
                return
            if waited > LONGEST:
                raise RestError(self.cloud, "timeout", f"it was not through after {LONGEST / 60:.0f} minutes")
            self.sleep(pause)
            waited += max(pause, 0.1)


def request(cloud: str, method: str, address: str, **more: Any) -> Reply:
    """One call; raises `RestError` where nobody answers. Redirects are not followed."""
    import httpx  # noqa: PLC0415 - loaded where another cloud than AWS is changed only

    try:
        reply = httpx.request(method, address, timeout=SECONDS, follow_redirects=False, **more)
        body = reply.json() if reply.content else {}
    except (httpx.HTTPError, ValueError) as error:
        raise RestError(cloud, type(error).__name__, f"{cloud} could not be asked: {type(error).__name__}") from error
    shown = body if isinstance(body, dict) else {"value": body}
    return Reply(reply.status_code, shown, {name.lower(): value for name, value in reply.headers.items()})


def refusal(cloud: str, reply: Reply) -> RestError:
    """The error for an unexpected reply, with the cloud's own code and message."""
    error = reply.body.get("error")
    if isinstance(error, dict):
        code = str(error.get("status") or error.get("code") or reply.status)
        return RestError(cloud, code, f"{code}: {str(error.get('message') or '')[:300]}")
    description = str(reply.body.get("error_description") or error or "")[:300]
    return RestError(cloud, str(reply.status), f"{reply.status} {description}".strip())
