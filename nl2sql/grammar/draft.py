"""What the recognisers found in one question, before defaults or the question before fill what was left open."""

from dataclasses import dataclass, field
from typing import Literal

from nl2sql.dates.periods import DatePeriod, Unit
from nl2sql.grammar.query import ChangeKind, Filter, Grain, Profile, Statistic, Threshold


@dataclass(frozen=True)
class Choice:
    """One thing that somebody may have meant: its label on a button, and the whole question in those words."""

    label: str
    question: str

    def to_json(self) -> dict[str, str]:
        """As it is stored and printed."""
        return {"label": self.label, "question": self.question}


@dataclass(frozen=True)
class Doubt:
    """Something to ask back, with the choices."""

    text: str
    choices: tuple[Choice, ...] = ()
    of_shape: bool = False  # how it is to be shown is open, not which name is meant


def dimension_doubt(question: str) -> Doubt:
    """Which dimension a ranking is of."""
    asked = question.rstrip(" ?.!")
    return Doubt(
        "Broken down by what?",
        tuple(
            Choice(f"by {name}", f"{asked} by {name}")
            for name in ("service", "team", "account", "environment", "region")
        ),
        of_shape=True,
    )


@dataclass(frozen=True)
class Refusal:
    """Something that is not answered: `unsafe`, `outside` of what bills hold, or not understood."""

    text: str
    unsafe: bool = False
    outside: bool = False
    choices: tuple[Choice, ...] = ()  # what can be asked instead


@dataclass
class Filters:
    """Which rows: the period, and the conditions on dimensions."""

    period: DatePeriod | None = None
    conditions: list[Filter] = field(default_factory=list)
    widens: bool = False  # a follow-up adds to what was asked before
    with_tax: bool = False
    weekdays: Literal["weekend", "weekday"] | None = None


@dataclass
class Measure:
    """What is added up, averaged, counted or shared."""

    metrics: list[str] = field(default_factory=list)
    average: str | None = None
    statistic: Statistic | None = None
    moving: int | None = None
    appeared: Literal["new", "gone"] | None = None
    unseen: bool = False  # `no longer charged in`: charged before the period and not in it, whenever it went
    count: str | None = None
    run_rate: bool = False
    cumulative: bool = False
    share: bool = False
    numerators: list[Filter] = field(default_factory=list)
    of_named: bool = False  # `as a share of AWS`, in a thread: the names are the whole, what was asked before the part
    noun: bool = False  # a word for cost
    asks_amount: bool = False  # `how much`, with or without a word for cost


@dataclass
class Comparison:
    """What is set side by side, and what moved."""

    compared: list[DatePeriod] = field(default_factory=list)
    back: Literal["previous"] | Unit | None = None  # compare with the period before, or the same one a unit earlier
    units_back: tuple[Unit, int] | None = None  # `the 4 weeks before`
    aligned: bool = False  # the same first days of the other period
    over: Unit | None = None  # week over week and the like
    change: ChangeKind | None = None
    moved_only: bool = False
    why: bool = False
    scopes: list[Filter] = field(default_factory=list)
    ratio: bool = False  # the first of two sides by the second
    contrasts: bool = False  # versus, compared, changed
    compares: bool = False  # compare, difference: something has to be beside it


@dataclass
class Shape:
    """How rows are grouped, ordered and cut."""

    dimensions: list[str] = field(default_factory=list)
    grain: Grain | Literal["auto"] | None = None
    profile: Profile | None = None
    order: Literal["desc", "asc"] | None = None
    limit: int | None = None
    offset: int = 0  # the second most expensive: one is passed over
    limit_within: str | None = None
    threshold: Threshold | None = None
    peak: bool = False  # `the peak`, `the highest`, in a thread: the first of what was listed
    broken_down: bool = False  # a breakdown was asked for, by something or other


@dataclass
class Discourse:
    """How the question stands in its conversation, and what hinders an answer."""

    subject: str | None = None  # another view than the bills
    subject_named: bool = False  # by a word of its own, not only by a state or by being ahead
    kinds: tuple[str, ...] = ()  # of recommendations
    state: str | None = None  # how far what is listed has come: open, waiting, approved …
    exceeded: bool = False  # only what is over its budget
    kept: bool = False  # whether a budget is kept
    instance_type: str | None = None
    clear: str | None = None  # a follow-up drops the filters, the limit, or the shape
    empty: bool = False  # nothing but filler: `thanks`
    follows: bool = False
    same: bool = False  # `same for applications`: as before, of something else
    each_drawn: bool = False  # `prod and dev per week`: names set out side by side, not added up
    points_back: bool = False  # `it`, `that`: something said before
    notes: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)  # words that no recogniser took
    left_at: list[tuple[int, int]] = field(default_factory=list)  # where they stand, in characters
    doubt: Doubt | None = None
    refusal: Refusal | None = None


@dataclass
class Draft:
    """The parts of a question as they were recognised; None and empty mean that the question does not say."""

    filters: Filters = field(default_factory=Filters)
    measure: Measure = field(default_factory=Measure)
    comparison: Comparison = field(default_factory=Comparison)
    shape: Shape = field(default_factory=Shape)
    discourse: Discourse = field(default_factory=Discourse)

    @property
    def shaped(self) -> bool:
        """Whether the question says more than a period and filters."""
        measure, comparison, shape = self.measure, self.comparison, self.shape
        return bool(
            measure.metrics
            or measure.share
            or measure.average
            or measure.moving
            or measure.appeared
            or measure.count
            or measure.run_rate
            or measure.cumulative
            or comparison.scopes
            or comparison.change
            or comparison.compared
            or comparison.back
            or shape.dimensions
            or shape.grain
            or shape.profile
            or shape.limit
            or shape.order
            or shape.threshold
        )
