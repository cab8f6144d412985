"""The `Translator` of `ask` with a language model: prompt context, budgets per person and day, remembered replies."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from config.settings import Settings
from db.database import Database
from nl2sql.catalog.known_values import Facts
from nl2sql.catalog.semantics import semantics
from nl2sql.deps import NoReply, Translation, TranslationRequest, Written
from nl2sql.grammar.draft import Choice, Doubt, Refusal
from nl2sql.grammar.parse import parse
from nl2sql.llm import memory, use
from nl2sql.llm.prompt import PromptContext, messages
from nl2sql.llm.translate import AskBack, Cannot, Model, Reply, SqlDraft, connect_model, translate

_EXAMPLES = 4
_VALUES = 20
_CLOSE = 80  # of 100: rapidfuzz's partial ratio, over which a value counts as named


@dataclass
class LlmTranslator:
    """One model. Its use and replies are stored in the database, so budgets hold across processes and restarts. A new
    model or base URL in Vault applies to the next question.
    """

    endpoint: Model
    settings: Settings
    database: Database
    _named: tuple[str, str | None] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._named = _named(self.settings.latest())

    def newest(self) -> Model:
        """The endpoint for the model that Vault names now."""
        latest = self.settings.latest()
        if _named(latest) != self._named:
            self.endpoint, self._named = connect_model(latest) or self.endpoint, _named(latest)
        return self.endpoint

    @property
    def model(self) -> str:
        """The model's name, for the card's last line."""
        return self.endpoint.name

    def translate(self, request: TranslationRequest, verdict: Callable[[str], str | None]) -> Translation:
        """Translate a question: from memory, else by the model within the asker's budgets."""
        context, endpoint = context_of(request), self.newest()
        prompt = messages(request.question, context, [], endpoint.prompt_tokens)
        place = memory.key_of(endpoint.name, request.scope, request.facts.version, prompt)
        with Session(self.database.app) as session:
            remembered = memory.recall(session, place) if self.settings.llm_remember else None
            over = use.used_up(session, request.asker, request.calendar.today, self.settings)
        if remembered is not None and not (isinstance(remembered, SqlDraft) and verdict(remembered.sql) is not None):
            return Translation(_as_asked(remembered, request))
        if over:
            return Translation(NoReply(over))
        reply, used = translate(request.question, context, endpoint, verdict)
        with Session(self.database.app) as session, session.begin():
            use.add(session, request.asker, request.calendar.today, used)
            if self.settings.llm_remember:
                memory.keep(session, place, reply)
        return Translation(_as_asked(reply, request), used.tokens)


def _named(settings: Settings) -> tuple[str, str | None]:
    return settings.llm_model, settings.openai_base_url


def _as_asked(reply: Reply, request: TranslationRequest) -> Written | Doubt | Refusal | NoReply:
    if isinstance(reply, SqlDraft):
        return Written(reply.sql)
    if isinstance(reply, AskBack):
        return Doubt(reply.text, tuple(Choice(choice, f"{request.question} ({choice})") for choice in reply.choices))
    return Refusal(reply.text) if isinstance(reply, Cannot) else NoReply(reply.reason)


def context_of(request: TranslationRequest) -> PromptContext:
    """The prompt context of a question: dates, metric and values, the nearest golden questions, and notes."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - a heavy library, where it is needed

    catalogue = semantics()
    draft = parse(
        request.question, catalogue, request.facts.values, request.calendar, following=request.previous is not None
    )
    linked = [
        (condition.dimension, value)
        for condition in draft.filters.conditions
        for value in condition.values
        if value is not None
    ]
    golden = [*request.examples, *((golden.question, golden.sql) for golden in catalogue.golden)]
    asked = request.question.casefold()
    nearest = sorted(golden, key=lambda example: -fuzz.token_set_ratio(asked, example[0].casefold()))
    return PromptContext(
        today=request.calendar.today,
        period=(draft.filters.period.start, draft.filters.period.end) if draft.filters.period else None,
        metric=draft.measure.metrics[0] if draft.measure.metrics else None,
        values=list(dict.fromkeys([*linked, *named_values(request.question, request.facts)]))[:_VALUES],
        examples=nearest[:_EXAMPLES],
        previous=request.previous,
        notes=catalogue.notes,
    )


def named_values(question: str, facts: Facts) -> list[tuple[str, str]]:
    """(dimension, value) of values that the question seems to name, best first."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - a heavy library, where it is needed

    asked = question.casefold()
    scored = [
        (fuzz.partial_ratio(value.casefold(), asked), dimension, value)
        for dimension, values in facts.values.by_dimension.items()
        for value in values
        if len(value) >= 3
    ]
    close = sorted((item for item in scored if item[0] >= _CLOSE), reverse=True)
    return [(dimension, value) for _, dimension, value in close[:_VALUES]]


def connect_translator(settings: Settings, database: Database) -> LlmTranslator | None:
    """The configured model's translator; None when there is none."""
    model = connect_model(settings)
    return LlmTranslator(model, settings, database) if model else None
