"""What a tracker of tickets has to do: find, open, look, comment, close. One small port each, over httpx."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import httpx

SECONDS = 15.0  # of one call


@dataclass(frozen=True)
class Opened:
    """A ticket as its tracker names it: `key` is `12` or `FIN-12`, `url` its page for people."""

    key: str
    url: str


@dataclass(frozen=True)
class TicketChange:
    """What is asked for of one resource, with what was seen of it when the plan was made."""

    resource_id: str
    name: str
    action: str
    says: str
    seen: Mapping[str, Any]
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class TicketDraft:
    """A ticket to be opened. `marker` is in nobody else's ticket; `paragraphs` and `lines` are plain text."""

    marker: str
    title: str
    paragraphs: tuple[str, ...]
    lines: tuple[str, ...]
    labels: tuple[str, ...]
    wanted_at: datetime
    link: str = ""
    """Of the proposal on the page; empty where there is no page."""
    changes: tuple[TicketChange, ...] = ()


class TrackerError(Exception):
    """A tracker refused or was not there: a sentence for people, without secrets."""


class Tracker(Protocol):
    """A tracker of tickets. Every method raises `TrackerError`."""

    def find(self, draft: TicketDraft) -> Opened | None:
        """A ticket with the draft's marker, opened by an attempt whose end nobody noted."""

    def open(self, draft: TicketDraft) -> Opened:
        """Open one; it may be asked for once only, for a tracker does not know its own repeats."""

    def is_closed(self, key: str) -> bool:
        """Whether somebody closed it, or it is gone."""

    def comment(self, key: str, text: str) -> None:
        """Add plain text to it."""

    def close(self, key: str) -> None:
        """Close it; closing twice changes nothing."""


def call(client: "httpx.Client", method: str, path: str, expected: tuple[int, ...], **more: Any) -> Any:
    """The JSON of a reply, None of an empty one. Raises `TrackerError` for anything but an expected status."""
    import httpx  # noqa: PLC0415 - loaded where tickets are kept only

    try:
        reply = client.request(method, path, timeout=SECONDS, follow_redirects=False, **more)
        if reply.status_code not in expected:
            excerpt = reply.text[:200].replace("\n", " ")
            raise TrackerError(f"{client.base_url.host} answered {reply.status_code} to {method} {path}: {excerpt}")
        return reply.json() if reply.content else None
    except (httpx.HTTPError, ValueError) as error:
        raise TrackerError(f"{client.base_url.host} could not be asked: {type(error).__name__}") from error
