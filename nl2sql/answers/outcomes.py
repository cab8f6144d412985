"""The outcomes of a question: an answer, a question back, or a reason why there is none."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from nl2sql.answers.wording.certificate import Certificate
from nl2sql.grammar.draft import Choice


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    """The fields of every outcome: a text for people, the translator, and the reference under which the question is
    stored.
    """

    outcome: ClassVar[str]
    text: str
    translator: str = "offline"
    as_of: str | None = None
    elapsed_ms: int = 0
    reference: str = ""
    fallback: str | None = None  # why the model did not answer, where rules had to

    def to_json(self) -> dict[str, Any]:
        """The contract of `finops ask`: the same keys for every outcome;
        `period` is half open, `rows` hold floats, text and ISO dates.
        """
        return {
            "outcome": self.outcome,
            "text": self.text,
            "sql": None,
            "columns": [],
            "rows": [],
            "choices": [],
            "period": None,
            "metric": None,
            "currency": None,
            "as_of": self.as_of,
            "translator": self.translator,
            "elapsed_ms": self.elapsed_ms,
        }

    def to_stored(self) -> dict[str, Any]:
        """What is kept with the question: the contract, and what cards draw besides."""
        return self.to_json() | {"fallback": self.fallback}


@dataclass(frozen=True)
class Section:
    """A step of an answer that has several: what it says, and its rows; without SQL where it could not be run."""

    title: str
    text: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    sql: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As it is stored and printed."""
        return {
            "title": self.title,
            "text": self.text,
            "sql": self.sql,
            "columns": list(self.columns),
            "rows": [list(row) for row in self.rows],
        }


@dataclass(frozen=True, kw_only=True)
class Answer(_Outcome):
    """Rows of checked SQL. `chart` is line, stacked, bars, waterfall, any or none; `truncated` is true when the row cap
    cut the rows, `export` when a file was requested.
    """

    outcome: ClassVar[str] = "answer"
    sql: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    period: tuple[str, str] | None = None
    metric: str | None = None
    currency: str | None = None
    chart: str = "none"
    notes: tuple[str, ...] = ()
    truncated: bool = False
    model: str | None = None
    export: bool = False
    shown_in: str | None = None  # the currency that was asked for; follow-ups keep it
    whole: float | None = None  # of a ranking that was cut: the metric over everything that was ranked
    certified: Certificate | None = None  # where the answer is, or comes from, one that an admin approved
    sections: tuple[Section, ...] = ()  # of a recipe; `columns` and `rows` are those of the section that is drawn

    def to_json(self) -> dict[str, Any]:
        """The contract of `finops ask`, with `sections` where the answer has several steps, and `certified`."""
        optional: dict[str, Any] = {"sections": [one.to_json() for one in self.sections]} if self.sections else {}
        if self.certified:
            optional["certified"] = self.certified.to_json()
        return (
            super().to_json()
            | optional
            | {
                "sql": self.sql,
                "columns": list(self.columns),
                "rows": [list(row) for row in self.rows],
                "metric": self.metric,
                "currency": self.currency,
                "period": {"start": self.period[0], "end": self.period[1]} if self.period else None,
            }
        )

    def to_stored(self) -> dict[str, Any]:
        """The contract, and what cards draw besides."""
        return self.to_json() | {
            "chart": self.chart,
            "notes": list(self.notes),
            "truncated": self.truncated,
            "model": self.model,
            "export": self.export,
            "shown_in": self.shown_in,
            "whole": self.whole,
            "fallback": self.fallback,
        }


@dataclass(frozen=True, kw_only=True)
class Clarify(_Outcome):
    """The question fits several things."""

    outcome: ClassVar[str] = "clarify"
    choices: tuple[Choice, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """The contract of `finops ask`."""
        return super().to_json() | {"choices": [choice.to_json() for choice in self.choices]}


@dataclass(frozen=True, kw_only=True)
class CannotAnswer(_Outcome):
    """The bills do not hold it, or the question was not understood; `choices` are questions that can be answered."""

    outcome: ClassVar[str] = "cannot_answer"
    choices: tuple[Choice, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """The contract of `finops ask`."""
        return super().to_json() | {"choices": [choice.to_json() for choice in self.choices]}


@dataclass(frozen=True, kw_only=True)
class Blocked(_Outcome):
    """Not run, for safety."""

    outcome: ClassVar[str] = "blocked"


@dataclass(frozen=True, kw_only=True)
class TimedOut(_Outcome):
    """The database needed more time than one question may use."""

    outcome: ClassVar[str] = "timeout"


@dataclass(frozen=True, kw_only=True)
class Unavailable(_Outcome):
    """A service or data that the answer needs is missing; `bills` where it is those that are not there yet."""

    outcome: ClassVar[str] = "unavailable"
    bills: bool = False

    def to_stored(self) -> dict[str, Any]:
        """What is kept with the question, and whether loading bills would help."""
        return super().to_stored() | {"no_bills": self.bills}


Outcome = Answer | Clarify | CannotAnswer | Blocked | TimedOut | Unavailable
