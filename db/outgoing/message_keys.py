"""The keys of the outbox's messages: a message is left once under its key, and later ones name it by it."""

import re
from datetime import datetime

_INSIGHT = re.compile(r"insight:(\d{1,18}):", re.ASCII)
ANSWERS = ("answer:", "csv:", "canvas:", "edited:")  # begin the keys of what holds questions and their answers


def insight_key(insight: int, rest: str) -> str:
    """Of an insight's messages: `rest` is the channel for its card, else what is told of it and where."""
    return f"insight:{insight}:{rest}"


def insight_of(key: str) -> int | None:
    """The insight that a key of `insight_key` belongs to; None for other keys."""
    match = _INSIGHT.match(key)
    return int(match.group(1)) if match else None


def answer_key(event_id: str) -> str:
    """Of the answer to a question that Slack sent as this event."""
    return f"answer:{event_id}"


def edited_key(view: str) -> str:
    """Of the answer to SQL that was edited in this modal."""
    return f"edited:{view}"


def file_key(reference: str, channel: str) -> str:
    """Of an answer's file in a channel."""
    return f"csv:{reference}:{channel}"


def digest_key(subscription: int | None, channel: str, day: object) -> str:
    """Of a channel's digest of a day; no subscription: of finops.yaml."""
    return f"digest:{subscription or 'file'}:{channel}:{day}"


def canvas_key(reference: str, channel: str) -> str:
    """Of an answer's canvas in a channel."""
    return f"canvas:{reference}:{channel}"


def step_digest_key(execution: str) -> str:
    """Of the digest that a workflow's step asked for, by the step's execution."""
    return f"digest:step:{execution}"


def request_key(request: int, place: str | None = None) -> str:
    """Of a flow request's card where it was made, or in a place to which it was put."""
    return f"request:{request}:{place}" if place else f"request:{request}"


def note_key(note: int, place: str) -> str:
    """Of a taught note's card in a place to which it was put."""
    return f"taught:{note}:{place}"


def remediation_key(remediation: int) -> str:
    """Of a remediation's card, in whose thread its undo is told too."""
    return f"remediation:{remediation}"


def recurring_key(playbook: str, due: datetime, channel: str) -> str:
    """Of the card that a date of a recurring playbook left in a channel."""
    return f"recurring:{playbook}:{due.isoformat()}:{channel}"
