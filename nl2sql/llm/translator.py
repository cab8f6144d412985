"""The `Translator` of `ask` with a language model: prompt context, budgets per person and day, remembered replies."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from config.settings import Settings
from db.database import Database
from nl2sql.catalog.linking import nearest
from nl2sql.deps import Meant, NoReply, Previous, Translation, TranslationRequest, Written
from nl2sql.grammar.draft import Choice, Doubt, Refusal
from nl2sql.grammar.parse import parse
from nl2sql.grammar.query import CostQuery
from nl2sql.grammar.semantic.context import ReadingContext, Unreadable
from nl2sql.grammar.semantic.reading import read_listing, read_query
from nl2sql.grammar.semantic.writing import written, written_draft
from nl2sql.grammar.subjects.listing import SubjectListing
from nl2sql.llm import memory, use
from nl2sql.llm.prompt import PromptContext, messages
from nl2sql.llm.replies import AskBack, Cannot, Draft, QueryDraft, Reply, SqlDraft
from nl2sql.llm.translate import Model, connect_model, translate

_EXAMPLES = 4
_WORDS = 10
_CLOSE = 75  # of 100: rapidfuzz's weighted ratio, over which a name is near a word
_NAMED = (
    "team",
    "environment",
    "provider",
    "account",
    "application",
    "region",
    "service_category",
    "service",
    "commitment_type",
    "billing_account",
)
"""The dimensions whose names the model is told, the most useful first."""


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

        def checked(draft: Draft) -> str | None:
            if isinstance(draft, SqlDraft):
                return verdict(draft.sql)
            read = _read(draft, request)
            return read.text if isinstance(read, Unreadable) else None

        with Session(self.database.app) as session:
            remembered = memory.recall(session, place) if self.settings.llm_remember else None
            over = use.used_up(session, request.asker, request.calendar.today, self.settings)
        if remembered is not None and not (isinstance(remembered, Draft) and checked(remembered) is not None):
            return Translation(_as_asked(remembered, request))
        if over:
            return Translation(NoReply(over))
        reply, used = translate(request.question, context, endpoint, checked)
        with Session(self.database.app) as session, session.begin():
            use.add(session, request.asker, request.calendar.today, used)
            if self.settings.llm_remember:
                memory.keep(session, place, reply)
        return Translation(_as_asked(reply, request), used.tokens)


def _named(settings: Settings) -> tuple[str, str | None]:
    return settings.llm_model, settings.openai_base_url


def _read(draft: QueryDraft, request: TranslationRequest) -> CostQuery | SubjectListing | Unreadable:
    context = ReadingContext(request.facts.semantics, request.facts.values, request.calendar)
    return read_listing(draft.content, context) if draft.listing else read_query(draft.content, context)


def _as_asked(reply: Reply, request: TranslationRequest) -> Meant | Written | Doubt | Refusal | NoReply:
    if isinstance(reply, SqlDraft):
        return Written(reply.sql)
    if isinstance(reply, QueryDraft):
        read = _read(reply, request)
        return NoReply(read.text) if isinstance(read, Unreadable) else Meant(read)
    if isinstance(reply, AskBack):
        return Doubt(reply.text, tuple(Choice(choice, f"{request.question} ({choice})") for choice in reply.choices))
    return Refusal(reply.text) if isinstance(reply, Cannot) else NoReply(reply.reason)


def context_of(request: TranslationRequest) -> PromptContext:
    """The prompt context of a question: all that the rules made of it, the days and names of the data, the nearest
    approved answers, and notes.
    """
    from rapidfuzz import fuzz  # noqa: PLC0415 - a heavy library, where it is needed

    catalogue, values, meaning = request.facts.semantics, request.facts.values, request.meaning
    draft = parse(request.question, catalogue, values, request.calendar, following=request.previous is not None)
    whole = meaning if isinstance(meaning, CostQuery | SubjectListing) else None
    asked = request.question.casefold()
    examples = sorted(request.examples, key=lambda example: -fuzz.token_set_ratio(asked, example[0].casefold()))
    return PromptContext(
        today=request.calendar.today,
        first=request.facts.first,
        through=request.facts.through,
        currencies=values.currencies(),
        names={name: values.by_dimension[name] for name in _NAMED if values.by_dimension.get(name)},
        understood=written(whole) if whole else written_draft(draft),
        guessed=tuple(draft.discourse.notes),
        unknown=tuple((word, nearest(word, values, least=_CLOSE)) for word in draft.discourse.left[:_WORDS]),
        rules_answer=meaning.text if isinstance(meaning, Doubt | Refusal) else None,
        examples=examples[:_EXAMPLES],
        previous=_previous(request.previous),
        notes=catalogue.notes,
        taught=tuple(note.text for note in request.facts.taught),
    )


def _previous(previous: Previous | None) -> dict[str, Any] | None:
    if previous is None:
        return None
    return {
        "question": previous.question,
        **({"query": written(previous.query)} if previous.query else {"sql": previous.sql}),
    }


def connect_translator(settings: Settings, database: Database) -> LlmTranslator | None:
    """The configured model's translator; None when there is none."""
    model = connect_model(settings)
    return LlmTranslator(model, settings, database) if model else None
