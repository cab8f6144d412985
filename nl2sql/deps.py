"""What answering needs from outside: the database, the organisation, the day, and perhaps a language model."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

from config import clock
from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from nl2sql.catalog.known_values import Facts
from nl2sql.dates.periods import QuestionCalendar
from nl2sql.grammar.draft import Doubt, Refusal
from nl2sql.grammar.query import CostQuery
from nl2sql.grammar.subjects.listing import SubjectListing


@dataclass(frozen=True)
class Previous:
    """The question that a follow-up amends, with its query, or the SQL where it has none."""

    question: str
    sql: str
    query: CostQuery | None = None


@dataclass(frozen=True)
class TranslationRequest:
    """A question for a translator: what the rules made of it, the question that a follow-up amends, and answers that an
    admin approved.
    """

    question: str
    facts: Facts
    calendar: QuestionCalendar
    previous: Previous | None
    asker: str
    scope: tuple[str, ...] = ("*",)
    """The teams the asker may see, sorted; `*` for everything."""
    examples: tuple[tuple[str, str], ...] = ()
    meaning: CostQuery | SubjectListing | Doubt | Refusal | None = None


@dataclass(frozen=True)
class Meant:
    """A query or a listing, whole and valid: it is compiled as if the rules had made it."""

    meaning: CostQuery | SubjectListing


@dataclass(frozen=True)
class Written:
    """SQL that passed `verdict`; `metric` and `period` (half open) as far as the translator knows them."""

    sql: str
    metric: str | None = None
    period: tuple[date, date] | None = None


@dataclass(frozen=True)
class NoReply:
    """No usable reply; the grammar's outcome stands, `reason` is told."""

    reason: str


@dataclass(frozen=True)
class Translation:
    """What a translator made of a question, and the tokens it took; none where the reply was remembered."""

    reply: Meant | Written | Doubt | Refusal | NoReply
    tokens: int = 0


class Translator(Protocol):
    """Turns a question into a query or, where none can say it, SQL; `verdict` checks and runs SQL and gives back the
    problem, None when it was answered.
    """

    @property
    def model(self) -> str:
        """The model's name."""

    def translate(self, request: TranslationRequest, verdict: Callable[[str], str | None]) -> Translation:
        """One question, with repairs, within the translator's own budgets."""


@dataclass(frozen=True)
class StepProgress:
    """How far an answer of several steps is: `step` (from 0) of `steps`, all by their titles, began or ended; `text` is
    what a step that ended says.
    """

    title: str
    steps: tuple[str, ...]
    step: int
    state: Literal["in_progress", "complete", "error"]
    text: str = ""


class AnswerStopped(Exception):  # noqa: N818 - no error: a person asked for it
    """Raised by who watches the steps, where a person stopped the answer: none of the steps after it is run, nothing is
    stored.
    """


def _quiet(_status: str) -> None:
    """Nobody listens to the status."""


def _unwatched(_progress: StepProgress) -> None:
    """Nobody watches the steps."""


@dataclass(frozen=True)
class Deps:
    """The dependencies of `ask`."""

    database: Database
    settings: Settings
    organisation: Organisation
    today: date | None = None
    translator: Translator | None = None
    with_change: bool = False  # a second query for the change against the period before
    channel: str | None = None
    say: Callable[[str], None] = field(default=_quiet)
    watch: Callable[[StepProgress], None] = field(default=_unwatched)
    """Told of each step of an answer of several; may end the answer by `AnswerStopped`."""

    def day(self) -> date:
        """Today in the organisation's time zone, unless another day was given."""
        return self.today or clock.today(self.settings, self.organisation.timezone)
