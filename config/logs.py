"""The log of every process: a JSON object a line on stderr, with the request it
belongs to; secrets and people's words are masked.
"""

import contextvars
import hashlib
import logging
import re
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final, TextIO, TypeVar

T = TypeVar("T")

_TAG: Final = "request:"  # prefix of the tag that carries a request's id to a run of a flow
_HIDDEN: Final = "[hidden]"
_LEFT_BEHIND: Final = ("message", "asctime")  # by another handler's formatter on the same record
_SHORTEST: Final = 6  # a shorter text would be found in other words
_HANDLER: Final = "finops"
_CHATTY: Final = (
    "slack_bolt",
    "slack_sdk",
    "httpx",
    "httpcore",
    "openai",
    "urllib3",
    "botocore",
    "boto3",
    "hvac",
    "asyncio",
    "matplotlib",
)
# What looks like a secret is masked even where nobody said that it is one.
_SHAPES: Final = (
    (re.compile(r"(://[^\s:/@]*):[^\s@/]+@"), r"\1:[hidden]@"),
    (
        re.compile(
            r"\b(?:xox[a-z]|xapp|fops|hv[bsr])[-_.][\w.-]{16,}|\bs\.[A-Za-z0-9]{24,}\b|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
            r"|\bsk-[\w-]{16,}|\bgh[oprsu]_[A-Za-z0-9]{30,}|\bgithub_pat_\w{30,}|\bglpat-[\w-]{16,}|\bAIza[\w-]{30,}"
        ),
        _HIDDEN,
    ),
    (re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]{0,20000}(?:-----END [A-Z ]{0,40}-----)?"), _HIDDEN),
    (
        re.compile(r"(?i)\b(passw(?:or)?d|pwd|secret|api[_-]?key|access[_-]?key|token)(\s?[:=]\s?)[^\s,;]{6,200}"),
        r"\1\2[hidden]",
    ),
    (re.compile(r"\beyJ[\w-]{8,4000}\.[\w-]{8,8000}\.[\w-]{0,2000}"), _HIDDEN),
)

_request: contextvars.ContextVar[str | None] = contextvars.ContextVar("request_id", default=None)
_words: contextvars.ContextVar[tuple[str, ...]] = contextvars.ContextVar("words", default=())
_known: tuple[str, ...] = ()  # longest first, for one may be part of another; replaced as a whole, for threads read it


def request_id() -> str | None:
    """The request that this thread works on: from Slack's event, click or call to the flow's run."""
    return _request.get()


def new_request() -> str:
    """The id of a request that nothing names."""
    return secrets.token_hex(6)


def request_of(event: str) -> str:
    """The id of an event's request: the same in whichever process, and however often the event is delivered."""
    return hashlib.sha256(event.encode()).hexdigest()[:12]


def tags() -> list[str]:
    """The tags of a run of a flow that is started for the request at hand."""
    identity = _request.get()
    return [f"{_TAG}{identity}"] if identity else []


def tagged(tags: Iterable[str]) -> str | None:
    """The request that a run's tags name."""
    return next((tag.removeprefix(_TAG) for tag in tags if tag.startswith(_TAG)), None)


@contextmanager
def request(identity: str | None) -> Iterator[None]:
    """Work on a request for the length of a block; None leaves the one there is."""
    token = _request.set(identity or _request.get())
    try:
        yield
    finally:
        _request.reset(token)


@contextmanager
def hiding(*words: str) -> Iterator[None]:
    """What people wrote stays out of the log for the length of a block, whoever logs it."""
    token = _words.set((*_words.get(), *(word for word in words if len(word) >= _SHORTEST)))
    try:
        yield
    finally:
        _words.reset(token)


def hide(values: Iterable[str]) -> None:
    """These are secrets: whatever logs them, they are masked."""
    global _known
    _known = tuple(sorted({*_known, *(value for value in values if len(value) >= _SHORTEST)}, key=len, reverse=True))


def masked(text: str) -> str:
    """A text without known secrets, without what looks like one, and without the words of the request."""
    for value in _words.get():
        if value in text:
            text = text.replace(value, _HIDDEN)
    return without_secrets(text)


def without_secrets(text: str) -> str:
    """A text without known secrets and without what looks like one: what people type is stored so."""
    for value in _known:
        if value in text:
            text = text.replace(value, _HIDDEN)
    for shape, instead in _SHAPES:
        text = shape.sub(instead, text)
    return text


class CarryingPool(ThreadPoolExecutor):
    """A thread pool whose work belongs to the request of who handed it in."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> "Future[T]":
        """As any executor's."""
        return super().submit(contextvars.copy_context().run, fn, *args, **kwargs)


def configure(level: str) -> None:
    """Log to stderr from this level on; what was on the console before is taken off. May be called again."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        if handler.get_name() == _HANDLER or (
            isinstance(handler, logging.StreamHandler) and handler.stream in (sys.stderr, sys.stdout)
        ):
            root.removeHandler(handler)
    handler = _Stderr()
    handler.set_name(_HANDLER)
    handler.setFormatter(formatter())
    handler.addFilter(_may_speak)
    root.addHandler(handler)
    root.setLevel(level)


def _may_speak(record: logging.LogRecord) -> bool:
    """Below WARNING some libraries write requests with their bodies; Bolt's
    loggers set their own level, so it is not asked here.
    """
    return record.levelno >= logging.WARNING or record.name.partition(".")[0] not in _CHATTY


def formatter() -> logging.Formatter:
    """A record as JSON: timestamp, level, logger, event, request_id, and what it carries besides."""
    import structlog  # noqa: PLC0415 - only a long-running process writes JSON lines

    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp"),
        structlog.stdlib.ExtraAdder(),
    ]
    processors: list[Any] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        _finished,
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
    ]
    made: logging.Formatter = structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=processors)
    return made


def _finished(_logger: Any, _method: str, event: Any) -> dict[str, Any]:
    """The fixed keys first, everything masked."""
    first = {name: event.pop(name, None) for name in ("timestamp", "level", "logger", "event")}
    for name in _LEFT_BEHIND:
        event.pop(name, None)
    whole = {**first, "request_id": event.pop("request_id", None) or _request.get(), **event}
    return {key: _cleaned(value) for key, value in whole.items()}


def _cleaned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _cleaned(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_cleaned(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float) else masked(str(value))


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes to whatever stderr is at the time."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]  # a property where the base has an attribute, as logging's own last resort
        """Standard error as it is now."""
        return sys.stderr
