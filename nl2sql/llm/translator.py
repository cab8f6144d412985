"""The language model behind the `Translator` of `ask`: context from the data and the catalogue, a token budget a person and a day."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from nl2sql.deps import Request, Silent, Written
from nl2sql.facts import Facts
from nl2sql.grammar.draft import Choice, Doubt, Refusal
from nl2sql.llm.prompt import Context
from nl2sql.llm.translate import AskBack, Cannot, Draft, Model, connect_model, translate
from nl2sql.semantics import semantics
from settings import Settings

_EXAMPLES = 4
_VALUES = 20
_CLOSE = 80  # of 100: rapidfuzz's partial ratio, over which a value counts as named


@dataclass
class LlmTranslator:
    """One model; remembers who used how many tokens today, in this process."""

    endpoint: Model
    tokens_a_day: int
    _used: dict[tuple[str, date], int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def model(self) -> str:
        """The model's name, for the card's last line."""
        return self.endpoint.name

    def translate(self, request: Request, verdict: Callable[[str], str | None]) -> Written | Doubt | Refusal | Silent:
        """One question, within the person's budget."""
        key = (request.asker, request.calendar.today)
        with self._lock:
            if self._used.get(key, 0) >= self.tokens_a_day:
                return Silent("the day's token budget of this person is used up")
        before = self.endpoint.tokens_used
        reply = translate(request.question, context_of(request), self.endpoint, verdict)
        with self._lock:
            self._used[key] = self._used.get(key, 0) + self.endpoint.tokens_used - before
        if isinstance(reply, Draft):
            return Written(reply.sql)
        if isinstance(reply, AskBack):
            return Doubt(reply.text, tuple(Choice(choice, f"{request.question} ({choice})") for choice in reply.choices))
        return Refusal(reply.text) if isinstance(reply, Cannot) else Silent(reply.reason)


def context_of(request: Request) -> Context:
    """What is known before the model is asked: values named in the question, the nearest golden questions, house notes."""
    from rapidfuzz import fuzz

    known = semantics()
    nearest = sorted(known.golden, key=lambda golden: -fuzz.token_set_ratio(request.question.lower(), golden.question.lower()))
    return Context(
        today=request.calendar.today,
        values=named_values(request.question, request.facts),
        examples=[(golden.question, golden.sql) for golden in nearest[:_EXAMPLES]],
        previous=request.previous,
        notes=known.notes,
    )


def named_values(question: str, facts: Facts) -> list[tuple[str, str]]:
    """(dimension, value) of values that the question seems to name, best first."""
    from rapidfuzz import fuzz

    asked = question.lower()
    scored = [
        (fuzz.partial_ratio(value.lower(), asked), dimension, value)
        for dimension, values in facts.values.by_dimension.items()
        for value in values
        if len(value) >= 3
    ]
    close = sorted((item for item in scored if item[0] >= _CLOSE), reverse=True)
    return [(dimension, value) for _, dimension, value in close[:_VALUES]]


def connect_translator(settings: Settings) -> LlmTranslator | None:
    """The configured model's translator; None when there is none."""
    model = connect_model(settings)
    return LlmTranslator(model, settings.llm_daily_tokens_per_person) if model else None
