"""One exchange with the model: a query as structured output where the endpoint supports it, otherwise as plain JSON;
SQL is the second choice.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from config.settings import Settings
from nl2sql.llm.prompt import ModelAttempt, PromptContext, messages
from nl2sql.llm.replies import Down, Draft, Reply, SqlDraft, parse, reply_schema
from nl2sql.llm.use import Prices, Use, use_of

if TYPE_CHECKING:
    from openai import OpenAI

_REPAIRS = 2
_MAX_OUTPUT_TOKENS = 4_000  # what a reasoning model thinks is counted in it; twice as much is tried once
_BODY_CAP = 200_000  # bytes of one reply: a model that repeats itself without end is cut here at the latest

_SCHEMA, _JSON, _NOTHING = "json_schema", "json_object", None
# (response format, whether reasoning effort is sent), the best first: each endpoint is asked as well as it can be.
_FORMATS: tuple[tuple[str | None, bool], ...] = ((_SCHEMA, True), (_SCHEMA, False), (_JSON, False), (_NOTHING, False))


DraftCheck = Callable[[Draft], str | None]
"""Reads a query, or checks and runs SQL; the problem as a sentence, None when it can be used."""


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
    effort: str | None = None
    """How much a reasoning model thinks; None says nothing of it."""
    _format: int = field(default=0, repr=False)

    def __post_init__(self) -> None:
        self._format = max(self._format, 0 if self.effort else 1)

    def reply(
        self, question: str, context: PromptContext, attempts: Sequence[ModelAttempt], deadline: float
    ) -> tuple[Reply, Use]:
        """Ask once, within the remaining time budget; returns reply and use, also when the reply is unusable."""
        asked = messages(question, context, attempts, self.prompt_tokens)
        used, room = Use(), _MAX_OUTPUT_TOKENS
        while True:
            form = self._format
            started = time.monotonic()
            body, taken = self._post(asked, form, room, deadline)
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
            content, reported, cut = _content(body)
            used += use_of(asked, content, reported, spent, self.prices)
            if cut and room == _MAX_OUTPUT_TOKENS:
                room *= 2
                continue
            return Down("the model's answer was longer than it may be") if cut else parse(content), used

    def _post(self, asked: Any, form: int, room: int, deadline: float) -> tuple[bytes | int | Down, bool]:
        """The body of the reply, an error status, or `Down`; and whether the endpoint accepted the request."""
        # Slow to load, and needed only with a model.
        from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAIError  # noqa: PLC0415 - slow to load, and needed only with a model

        slow = Down(f"the model took longer than {self.timeout_seconds:g} s")
        left = deadline - time.monotonic()
        if left <= 0.1:
            return slow, False
        options = self._options(form, room)
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

    def _options(self, form: int, room: int) -> dict[str, Any]:
        """What is asked of the endpoint besides the messages."""
        kind, thinks = _FORMATS[form]
        if kind is None:
            return {}
        response: dict[str, Any] = {"type": kind}
        if kind == _SCHEMA:
            response["json_schema"] = {"name": "translation", "strict": True, "schema": reply_schema()}
        effort = {"reasoning_effort": self.effort} if thinks else {}
        return {"response_format": response, "max_completion_tokens": room, **effort}


def _transport_errors() -> tuple[type[Exception], ...]:
    """The errors of reading a body, which the SDK does not translate."""
    import httpx2  # noqa: PLC0415 - what openai 3 reads with, loaded with it

    return (httpx2.HTTPError, httpx2.StreamError)


def _content(body: bytes) -> tuple[str, dict[str, Any], bool]:
    """The text and usage of a chat completion, and whether it was cut at its length; empty when the body is none."""
    try:
        done = json.loads(body)
        choice = done["choices"][0]
        message, cut = choice["message"]["content"], choice.get("finish_reason") == "length"
        usage = done.get("usage")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        return "", {}, False
    return (message if isinstance(message, str) else ""), (usage if isinstance(usage, dict) else {}), cut


def translate(question: str, context: PromptContext, model: Model, verdict: DraftCheck) -> tuple[Reply, Use]:
    """Ask the model, check its draft, and return errors to it at most twice; stops when the draft repeats. Returns the
    reply (`Down` when nothing passed) and the use.
    """
    deadline = time.monotonic() + model.timeout_seconds
    attempts: list[ModelAttempt] = []
    earlier: list[Draft] = []
    used = Use()
    while True:
        reply, took = model.reply(question, context, attempts, deadline)
        used += took
        if not isinstance(reply, Draft):
            return reply, used
        if any(_same(draft, reply) for draft in earlier):
            return Down("the model repeated what cannot be used"), used
        problem = verdict(reply)
        if problem is None:
            return reply, used
        earlier.append(reply)
        attempts.append(ModelAttempt(_written(reply), problem))
        if len(attempts) > _REPAIRS:
            return Down("what the model wrote did not pass the checks"), used


def _written(draft: Draft) -> str:
    """A draft as the model's own reply."""
    if isinstance(draft, SqlDraft):
        return json.dumps({"kind": "sql", "sql": draft.sql})
    kind = "listing" if draft.listing else "query"
    return json.dumps({"kind": kind, kind: draft.content}, ensure_ascii=False)


def _same(one: Draft, other: Draft) -> bool:
    """Whether two queries are equal, or two statements differ in nothing but spaces, case and a last semicolon."""
    if isinstance(one, SqlDraft) and isinstance(other, SqlDraft):
        return one.sql.casefold().rstrip("; \n").split() == other.sql.casefold().rstrip("; \n").split()
    return one == other


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
        settings.llm_reasoning_effort,
    )
