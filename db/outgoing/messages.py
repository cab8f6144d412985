"""The messages that the outbox carries: what each kind holds, as JSON.

The flows leave them, the bot draws them: both take these types. Money is a float in `currency`, days and moments are
ISO texts, people are Slack ids. A message may have been left by another release, so that a card is ready to miss what
is not needed to draw it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, Required, TypedDict, cast, get_args, get_type_hints

from db.outgoing.remediation_messages import ProposalCard, RecurringCard, RemediationProgress


class Note(TypedDict):
    """A plain sentence or a few; `stream` as of an `AnswerCard`."""

    type: Literal["note"]
    text: str
    stream: NotRequired[str]


class Help(TypedDict):
    """What the bot is for."""

    type: Literal["help"]


class InsightFields(TypedDict, total=False):
    """What every card of an insight shows of it."""

    id: int
    title: str
    kind: str
    severity: str
    status: str
    status_reason: str | None
    team: str | None
    service: str | None
    account: str | None
    owner: str | None
    currency: str
    impact_amount: float | None
    """A day."""
    starts_on: str | None
    minutes_after_data: float | None
    playbook: str | None
    """What could be proposed about it."""
    evidence: dict[str, Any]
    """series {dates, actual, expected, low, high}, confidence, cause {what … why, contributions}, figure, missing."""


class Alert(InsightFields):
    """An insight with what, when, where, who and why."""

    type: Literal["alert"]


class Why(InsightFields):
    """The five W's and the contributions, for an alert's thread."""

    type: Literal["why"]


class BudgetFields(TypedDict, total=False):
    """Where a budget stands in its period."""

    budget: str
    scope: str
    amount: float
    spent: float
    forecast: float | None
    forecast_low: float | None
    forecast_high: float | None
    currency: str
    crosses_on: str | None
    period: str
    period_start: str
    period_end: str
    owner: str | None
    reason: str
    note: str
    figure: Any
    band_held: int | None
    band_seen: int | None


class BudgetAlert(BudgetFields, total=False):
    """A budget that was passed or will be, with the state of its insight."""

    type: Required[Literal["budget"]]
    insight_id: int
    status: str
    status_reason: str | None


class Assignment(TypedDict):
    """Tells an insight's new owner."""

    type: Literal["assignment"]
    owner: str
    by: str
    title: str


class AnswerCard(TypedDict):
    """A question's stored result, whatever became of it; `asked` says who asked what, where the question does not stand
    above it, and `question` is one that can be asked elsewhere in the same words. `stream` is the timestamp of the
    streamed message that becomes the answer, or empty where one may be in the thread that has to be looked for.
    """

    type: Literal["answer"]
    result: dict[str, Any]
    reference: str
    asked: str | None
    question: NotRequired[str]
    stream: NotRequired[str]


class FileUpload(TypedDict):
    """A file for a thread."""

    type: Literal["file"]
    filename: str
    content: str
    comment: str


class CanvasLink(TypedDict):
    """Leads to a canvas that was made of an answer."""

    type: Literal["canvas"]
    title: str
    url: str


class DigestCard(TypedDict):
    """A title and at most three lines; `late` is a sentence where the bills have not arrived."""

    type: Literal["digest"]
    title: str
    lines: list[str]
    late: str | None
    figure: Any
    details: bool


class DigestTable(TypedDict):
    """A table in a digest's thread; `right` holds the columns that stand at the right."""

    title: str
    columns: list[str]
    rows: list[list[Any]]
    right: NotRequired[Sequence[int]]


class DigestDetails(TypedDict):
    """What stands in a digest's thread."""

    type: Literal["digest_details"]
    sections: list[DigestTable]


class ForecastCard(TypedDict):
    """An expected total with its 80 % band; `error` is the mean |relative error| of earlier ones."""

    type: Literal["forecast"]
    scope_kind: str
    scope: str
    currency: str
    days: int
    total: float
    low: float
    high: float
    model: str
    made_on: str
    error: float | None
    figure: Any


class LoadCard(TypedDict, total=False):
    """What a load brought; `totals` is {currency: {effective, billed}}, `standing` a list of {period, currency, now,
    before}.
    """

    type: Required[Literal["load"]]
    loads: list[dict[str, Any]]
    replaced: list[dict[str, Any]]
    rows: int
    rejected: int
    totals: dict[str, Any]
    standing: list[dict[str, Any]]
    title: str | None


class RequestCard(TypedDict):
    """A request for a flow and how far it is; `asked` holds the places to which it was put besides. In a `private`
    one nobody reads it but who asked.
    """

    type: Literal["request"]
    private: NotRequired[bool]
    id: int
    state: str
    what: str
    requested_by: str | None
    approved_by: str | None
    approvers: list[str]
    asked: list[str]
    reason: str | None


class TaughtCard(TypedDict):
    """A note that somebody taught, for an admin to approve, and what became of it."""

    type: Literal["taught"]
    id: int
    state: str
    text: str
    means: str | None
    teams: list[str]
    valid_through: str
    taught_by: str
    decided_by: str | None


class RequestWaiting(TypedDict):
    """Said once while Prefect is down."""

    type: Literal["request_waiting"]
    what: str


Drawn = (
    Note
    | Help
    | Alert
    | Why
    | BudgetAlert
    | Assignment
    | AnswerCard
    | CanvasLink
    | DigestCard
    | DigestDetails
    | ForecastCard
    | LoadCard
    | RequestCard
    | RequestWaiting
    | TaughtCard
    | ProposalCard
    | RemediationProgress
    | RecurringCard
)
"""What is drawn as a card."""
Message = Drawn | FileUpload
TYPES: frozenset[str] = frozenset(get_args(get_type_hints(message)["type"])[0] for message in get_args(Message))


def stored(kind: str, payload: Mapping[str, Any]) -> Message | None:
    """A message as it lies in the outbox; None for a kind of another release."""
    return cast(Message, {**payload, "type": kind}) if kind in TYPES else None


def note(text: str) -> Note:
    """A sentence as a message."""
    return Note(type="note", text=text)
