"""One exchange with the model: structured output where the endpoint supports it, otherwise plain JSON."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from config.settings import Settings
from nl2sql.llm.prompt import Attempt, PromptContext, messages
from nl2sql.llm.use import Prices, Use, use_of

if TYPE_CHECKING:
    from openai import OpenAI

_REPAIRS = 2
_TEXT_CAP = 500
_SQL_CAP = 20_000
_MAX_OUTPUT_TOKENS = 1_500
_BODY_CAP = 200_000  # bytes of one reply: a model that repeats itself without end is cut here at the latest

_SCHEMA = {
    "type": "object",
    "properties": {
        "kind": {"type": "string", "enum": ["query", "clarify", "cannot_answer"]},
        "sql": {"type": "string"},
        "text": {"type": "string"},
        "choices": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["kind", "sql", "text", "choices"],
    "additionalProperties": False,
}
_FORMATS: tuple[dict[str, Any] | None, ...] = (
    {"type": "json_schema", "json_schema": {"name": "translation", "strict": True, "schema": _SCHEMA}},
    {"type": "json_object"},
    None,
)


@dataclass(frozen=True)
class SqlDraft:
    """SQL that the model wrote; it runs only after the guard has rewritten it."""

    sql: str


@dataclass(frozen=True)
class AskBack:
    """The model found several meanings."""

    text: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Cannot:
    """The model says that the views do not hold it."""

    text: str


@dataclass(frozen=True)
class Down:
    """No usable reply: the grammar answers. `reason` is shown in the log and on the card's last line."""

    reason: str


Reply = SqlDraft | AskBack | Cannot | Down
SqlCheck = Callable[[str], str | None]
"""Checks and runs SQL; the problem as a sentence, None when it was answered."""


@dataclass
class Model:
    """An OpenAI-compatible endpoint; remembers which output format it can do."""

    client: "OpenAI"
    name: str
    timeout_seconds: float
    prompt_tokens: int
    prices: Prices = field(default_factory=Prices)
    refused: Callable[[], bool] = lambda: False
    """Whether there is another key than the one that was refused."""
    _format: int = field(default=0, repr=False)

    def reply(
        self, question: str, context: PromptContext, attempts: Sequence[Attempt], deadline: float
    ) -> tuple[Reply, Use]:
        """Ask once, within the remaining time budget; returns reply and use, also when the reply is unusable."""
        asked = messages(question, context, attempts, self.prompt_tokens)
        used = Use()
        while True:
            form = self._format
            started = time.monotonic()
            body, taken = self._post(asked, form, deadline)
            spent = time.monotonic() - started
            if isinstance(body, int):
                used += Use(requests=1, seconds=spent)
                if body == 401 and self.refused():
                    continue  # the key was changed meanwhile, and the client takes the new one
                if body in {400, 404, 422} and form < len(_FORMATS) - 1:
                    self._format = max(
                        self._format, form + 1
                    )  # this endpoint does not know the format; the next is simpler
                    continue
                return Down(f"the model's endpoint answered {body}"), used
            if isinstance(body, Down):
                return body, used + use_of(asked, "", {}, spent, self.prices) if taken else used
            content, reported = _content(body)
            return parse(content), used + use_of(asked, content, reported, spent, self.prices)

    def _post(self, asked: Any, form: int, deadline: float) -> tuple[bytes | int | Down, bool]:
        """The body of the reply, an error status, or `Down`; and whether the endpoint accepted the request."""
        # Slow to load, and needed only with a model.
        from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAIError  # noqa: PLC0415 - slow to load, and needed only with a model

        slow = Down(f"the model took longer than {self.timeout_seconds:g} s")
        left = deadline - time.monotonic()
        if left <= 0.1:
            return slow, False
        options: Any = (
            {"response_format": _FORMATS[form], "max_completion_tokens": _MAX_OUTPUT_TOKENS} if _FORMATS[form] else {}
        )
        try:
            client = self.client.with_options(timeout=left, max_retries=0)
            with client.chat.completions.with_streaming_response.create(
                model=self.name, messages=asked, **options
            ) as response:
                body = bytearray()
                for piece in response.iter_bytes():  # a reply that drips in never meets the timeout of one read
                    body += piece
                    if time.monotonic() > deadline:
                        return slow, True
                    if len(body) > _BODY_CAP:
                        return Down("the model's answer had no end"), True
                return bytes(body), True
        except APITimeoutError:
            return slow, True
        except APIStatusError as error:
            return error.status_code, True
        except APIConnectionError as error:
            return Down(f"the model cannot be reached ({type(error).__name__})"), False
        except OpenAIError as error:
            return Down(f"the model cannot be used ({type(error).__name__})"), False
        except _transport_errors() as error:
            return (slow if "Timeout" in type(error).__name__ else Down("the model's answer broke off")), True


def _transport_errors() -> tuple[type[Exception], ...]:
    """The errors of reading a body, which the SDK does not translate."""
    import httpx2  # noqa: PLC0415 - what openai 3 reads with, loaded with it

    return (httpx2.HTTPError, httpx2.StreamError)


def _content(body: bytes) -> tuple[str, dict[str, Any]]:
    """The text and usage of a chat completion; empty when the body is none."""
    try:
        done = json.loads(body)
        message = done["choices"][0]["message"]["content"]
        usage = done.get("usage")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        return "", {}
    return (message if isinstance(message, str) else ""), (usage if isinstance(usage, dict) else {})


def parse(content: str) -> Reply:
    """Parse the first JSON object in the model's text; `Down` for anything else."""
    start = content.find("{")
    if start < 0:
        return Down("the model answered with prose instead of SQL" if content.strip() else "the model did not answer")
    try:
        reply, _ = json.JSONDecoder().raw_decode(content[start:])
    except (ValueError, RecursionError):
        return Down("the model's answer was not whole")
    kind, sql, text = reply.get("kind"), reply.get("sql"), str(reply.get("text") or "")[:_TEXT_CAP]
    choices = reply.get("choices") if isinstance(reply.get("choices"), list) else []
    if kind == "query" and isinstance(sql, str) and 0 < len(sql.strip()) <= _SQL_CAP:
        return SqlDraft(sql.strip())
    if kind == "clarify" and text:
        return AskBack(text, tuple(str(choice)[:75] for choice in choices[:5]))
    if kind == "cannot_answer":
        return Cannot(text or "The bills do not hold that.")
    return Down("the model's answer had another form than asked for")


def translate(question: str, context: PromptContext, model: Model, verdict: SqlCheck) -> tuple[Reply, Use]:
    """Ask the model, check its SQL, and return errors to it at most twice; stops when the SQL repeats. Returns the
    reply (`Down` when nothing passed) and the use.
    """
    deadline = time.monotonic() + model.timeout_seconds
    attempts: list[Attempt] = []
    used = Use()
    while True:
        reply, took = model.reply(question, context, attempts, deadline)
        used += took
        if not isinstance(reply, SqlDraft):
            return reply, used
        if any(_same(attempt.sql, reply.sql) for attempt in attempts):
            return Down("the model repeated SQL that cannot be run"), used
        problem = verdict(reply.sql)
        if problem is None:
            return reply, used
        attempts.append(Attempt(reply.sql, problem))
        if len(attempts) > _REPAIRS:
            return Down("the model's SQL did not pass the checks"), used


def _same(one: str, other: str) -> bool:
    """Whether two statements differ in nothing but spaces, case and a last semicolon."""
    return one.casefold().rstrip("; \n").split() == other.casefold().rstrip("; \n").split()


def connect_model(settings: Settings) -> Model | None:
    """The configured model; None when neither key nor base URL is set, or when it is never to be used."""
    if settings.llm_use == "never" or (settings.openai_api_key is None and settings.openai_base_url is None):
        return None
    from openai import OpenAI  # noqa: PLC0415 - slow to load, and needed only with a model

    def key() -> str:  # asked at each request, so that a rotated one is used without a restart
        newest = settings.latest().openai_api_key
        return newest.get_secret_value() if newest else "none"

    client = OpenAI(api_key=key, base_url=settings.openai_base_url, max_retries=0)
    prices = Prices(settings.llm_input_price, settings.llm_output_price)
    return Model(
        client,
        settings.llm_model,
        settings.llm_timeout_seconds,
        settings.llm_prompt_tokens,
        prices,
        lambda: settings.latest().refresh_after_refusal(),
    )
