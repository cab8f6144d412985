"""One question to the model and back: structured output where the endpoint has it, plain JSON where it has not."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nl2sql.llm.prompt import Attempt, Context, messages
from settings import Settings

if TYPE_CHECKING:
    from openai import OpenAI

_REPAIRS = 2
_TEXT_CAP = 500
_SQL_CAP = 20_000
_MAX_OUTPUT_TOKENS = 1_500

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
class Draft:
    """SQL that the model wrote; nothing is run before the guard has rewritten it."""

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
    """No usable reply: the grammar takes over. `reason` is for the log and the card's last line."""

    reason: str


Reply = Draft | AskBack | Cannot | Down
Verdict = Callable[[str], str | None]
"""Checks and runs SQL; the problem as a sentence, None when it was answered."""


@dataclass
class Model:
    """An OpenAI-compatible endpoint; remembers which output format it can do and what was used."""

    client: "OpenAI"
    name: str
    timeout_seconds: float
    prompt_tokens: int
    tokens_used: int = 0
    _format: int = field(default=0, repr=False)

    def reply(self, question: str, context: Context, attempts: Sequence[Attempt], deadline: float) -> Reply:
        """Ask once, within what is left of the time budget."""
        from openai import APIStatusError, APITimeoutError, OpenAIError

        asked: Any = messages(question, context, attempts, self.prompt_tokens)
        while True:
            left = deadline - time.monotonic()
            if left <= 0.1:
                return Down(f"the model took longer than {self.timeout_seconds:g} s")
            form = _FORMATS[self._format]
            wanted: Any = {"response_format": form, "max_completion_tokens": _MAX_OUTPUT_TOKENS} if form else {}
            try:
                client = self.client.with_options(timeout=left, max_retries=0)
                done = client.chat.completions.create(model=self.name, messages=asked, **wanted)
            except APITimeoutError:
                return Down(f"the model took longer than {self.timeout_seconds:g} s")
            except APIStatusError as error:
                if error.status_code in {400, 404, 422} and self._format < len(_FORMATS) - 1:
                    self._format += 1  # this endpoint does not know the format; the next is simpler
                    continue
                return Down(f"the model's endpoint answered {error.status_code}")
            except OpenAIError as error:
                return Down(f"the model cannot be reached ({type(error).__name__})")
            self.tokens_used += done.usage.total_tokens if done.usage else 0
            return parse(done.choices[0].message.content or "" if done.choices else "")


def parse(content: str) -> Reply:
    """The model's JSON, from anywhere in its text; anything else is `Down`."""
    start = content.find("{")
    if start < 0:
        return Down("the model answered with prose instead of SQL")
    try:
        found, _ = json.JSONDecoder().raw_decode(content[start:])
    except ValueError:
        return Down("the model's answer was not whole")
    kind, sql, text = found.get("kind"), found.get("sql"), str(found.get("text") or "")[:_TEXT_CAP]
    choices = found.get("choices") if isinstance(found.get("choices"), list) else []
    if kind == "query" and isinstance(sql, str) and 0 < len(sql.strip()) <= _SQL_CAP:
        return Draft(sql.strip())
    if kind == "clarify" and text:
        return AskBack(text, tuple(str(choice)[:75] for choice in choices[:5]))
    if kind == "cannot_answer":
        return Cannot(text or "The bills do not hold that.")
    return Down("the model's answer had another form than asked for")


def translate(question: str, context: Context, model: Model, verdict: Verdict) -> Reply:
    """Ask, check, and give an error back at most twice; stops when the SQL repeats. `Down` when nothing passed."""
    deadline = time.monotonic() + model.timeout_seconds
    attempts: list[Attempt] = []
    while True:
        reply = model.reply(question, context, attempts, deadline)
        if not isinstance(reply, Draft):
            return reply
        if any(attempt.sql == reply.sql for attempt in attempts):
            return Down("the model repeated SQL that cannot be run")
        problem = verdict(reply.sql)
        if problem is None:
            return reply
        attempts.append(Attempt(reply.sql, problem))
        if len(attempts) > _REPAIRS:
            return Down("the model's SQL did not pass the checks")


def connect_model(settings: Settings) -> Model | None:
    """The configured model; None when neither key nor base URL is set."""
    if settings.openai_api_key is None and settings.openai_base_url is None:
        return None
    from openai import OpenAI

    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else "none"
    client = OpenAI(api_key=key, base_url=settings.openai_base_url, max_retries=0)
    return Model(client, settings.llm_model, settings.llm_timeout_seconds, settings.llm_prompt_tokens)
