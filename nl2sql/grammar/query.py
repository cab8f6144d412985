"""What a question means: one small value that is stored, amended by follow-ups and compiled to SQL."""

from dataclasses import dataclass, field
from typing import Any, Literal

from nl2sql.dates.periods import DatePeriod

Grain = Literal["hour", "day", "week", "month", "quarter", "year"]
Statistic = Literal["median", "p75", "p90", "p95", "p99", "stddev"]
Profile = Literal["weekday", "weekend", "hour"]
DEFAULT_TOP = 5  # rows of a ranking that names no number
ChangeKind = Literal["difference", "up", "down", "percent_up", "percent_down"]


@dataclass(frozen=True)
class Filter:
    """Rows whose dimension has one of the values (None: unallocated), or, negated, has none of them."""

    dimension: str
    values: tuple[str | None, ...]
    label: str
    negated: bool = False
    keep_missing: bool = True  # a negated filter keeps rows without a value, except for "non-prod"
    contains: bool = False  # the values are parts of names, in any case

    def words(self) -> str:
        """How the filter is told."""
        if self.negated and not self.keep_missing and None not in self.values:
            return f"non-{self.label}"
        return f"without {self.label}" if self.negated else self.label


@dataclass(frozen=True)
class Threshold:
    """Only groups whose cost (or share of the total, in per cent) is over or under an amount."""

    over: bool
    amount: float
    percent: bool = False
    upto: float | None = None  # between two amounts


@dataclass(frozen=True)
class CostQuery:
    """A cost question, fully resolved."""

    metric: str
    period: DatePeriod
    beside: tuple[str, ...] = ()  # further metrics, side by side with the first
    dimensions: tuple[str, ...] = ()
    grain: Grain | None = None
    filters: tuple[Filter, ...] = ()
    with_tax: bool = False
    weekdays: Literal["weekend", "weekday"] | None = None
    compared: tuple[DatePeriod, ...] = ()  # periods beside `period`, newest first
    whole_before: DatePeriod | None = None  # all of the compared period, where only its first days are compared
    unequal: bool = False  # the compared period is known in part only, so that no change is told
    change: ChangeKind | None = None
    moved_only: bool = False  # only what went the way that was asked
    why: bool = False  # the reason for the change was asked for
    scopes: tuple[Filter, ...] = ()  # things set side by side: prod vs dev
    ratio: bool = False  # the first of two scopes divided by the second
    share_of: tuple[Filter, ...] | None = None  # the numerator of a share; () with dimensions: each group's share
    average: str | None = None  # a unit of time, or the dimension over whose values it is
    statistic: Statistic | None = None  # of the `average` units, instead of their mean
    moving: int | None = None  # steps of the grain over which a moving average goes
    profile: Profile | None = None  # an average Monday, Tuesday … or weekend and weekday, or hour of the day
    appeared: Literal["new", "gone"] | None = None  # first charged in the period, or no longer charged in it
    count: str | None = None  # how many values of a dimension, or how many days, weeks … over a threshold
    run_rate: bool = False  # cost a day, and what it comes to in a month and a year
    cumulative: bool = False
    order: Literal["desc", "asc"] = "desc"
    limit: int | None = None
    offset: int = 0  # how many of the ranked rows are passed over: 1 for the second most expensive
    limit_within: str | None = None  # top N inside each value of this dimension
    threshold: Threshold | None = None
    notes: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """What is stored with a question; `from_json` reads it back."""
        left_out = ("whole_before", "unequal")  # made anew for each answer
        stored = {
            name: value
            for name, value in self.__dict__.items()
            if value not in (None, (), False) and name not in left_out
        }
        return {name: plain(value) for name, value in stored.items()} | {"share_of": plain(self.share_of)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "CostQuery":
        """The query that `to_json` wrote."""
        fields = dict(stored)
        fields["period"] = DatePeriod.from_json(fields["period"])
        fields["compared"] = tuple(DatePeriod.from_json(period) for period in fields.get("compared", ()))
        for name in ("filters", "scopes", "share_of"):
            if fields.get(name) is not None:
                fields[name] = tuple(Filter(**{**item, "values": tuple(item["values"])}) for item in fields[name])
        for name in ("dimensions", "beside", "notes"):
            fields[name] = tuple(fields.get(name, ()))
        if fields.get("threshold"):
            fields["threshold"] = Threshold(**fields["threshold"])
        return cls(**fields)


def plain(value: Any) -> Any:
    """A part of a query as JSON holds it."""
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, DatePeriod):
        return value.to_json()
    if isinstance(value, Filter | Threshold):
        return {name: plain(item) for name, item in value.__dict__.items()}
    return value


def leads(query: CostQuery) -> bool:
    """Whether a limit is of groups over the whole period, of which every step is shown: `top 3 services by week`."""
    groups = bool(query.grain and query.dimensions and query.limit and query.limit > 1)
    return groups and not (query.limit_within or query.change or query.compared or query.scopes or query.count)


def of_hours(query: CostQuery) -> bool:
    """Whether hours are told apart, which have a view of their own."""
    return query.grain == "hour" or query.profile == "hour"


def needs_resources(query: CostQuery) -> bool:
    """Whether single resources are asked for, which have a view of their own."""
    resource = {"resource", "resource_type", "resource_id"}
    return bool(
        resource & {*query.dimensions, query.count, query.average}
        or any(f.dimension in resource for f in (*query.filters, *query.scopes, *(query.share_of or ())))
    )
