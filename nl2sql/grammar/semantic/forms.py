"""The shape of queries and listings as JSON; what their words mean is read elsewhere. None stands for left out."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from nl2sql.grammar.semantic.context import Problem, Unreadable, printable

_MOST_FILTERS, _MOST_VALUES, _MOST_PERIODS = 12, 200, 12
MOST_ROWS = 1_000

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="A day as 2026-11-15")]
Count = Annotated[int, Field(ge=1, le=1_000)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, given: Any) -> Any:
        """Null is the same as left out, and 7.0 is 7, as JSON Schema has it."""
        if not isinstance(given, dict):
            return given
        return {name: _whole(value) for name, value in given.items() if value is not None}


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


class PeriodForm(_Form):
    """Whole UTC days."""

    start: Day
    end: Annotated[Day, Field(description="The day after the last one, as 2026-12-01 for November 2026")]
    unit: Annotated[
        Literal["day", "week", "month", "quarter", "half", "year"] | None,
        Field(description="What one step back means; found from the days when left out"),
    ] = None
    count: Annotated[Count | None, Field(description="How many of the unit the period is long")] = None
    whole: bool | None = None
    label: Name | None = None


class FilterForm(_Form):
    """Rows whose dimension has one of the values, or, negated, none of them."""

    dimension: Name
    values: Annotated[
        list[Name | None],
        Field(max_length=_MOST_VALUES, description="Names as they stand in the bills; null for rows without a value"),
    ]
    negated: bool = False
    keep_missing: Annotated[bool, Field(description="Whether a negated filter keeps the rows without a value")] = True
    contains: Annotated[bool, Field(description="The values are parts of names, as web in payments-web-1")] = False
    label: Name | None = None


class ThresholdForm(_Form):
    """Only groups whose amount is over (or under) `amount`, or between it and `upto`."""

    over: bool = True
    amount: Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]
    percent: Annotated[bool, Field(description="Of the share, or of the change in a comparison")] = False
    upto: Annotated[float | None, Field(ge=0, le=1e15, allow_inf_nan=False)] = None


class QueryForm(_Form):
    """A question about cost. Without dimensions, grain and scopes it is one figure."""

    metric: Annotated[Name, Field(description="What is added up")] = "effective_cost"
    beside: Annotated[list[Name], Field(max_length=5, description="Further metrics in columns beside the first")] = []
    period: PeriodForm
    dimensions: Annotated[list[Name], Field(max_length=4, description="One row for each value")] = []
    grain: Annotated[
        Literal["hour", "day", "week", "month", "quarter", "year"] | None,
        Field(description="One row for each step of time"),
    ] = None
    filters: Annotated[list[FilterForm], Field(max_length=_MOST_FILTERS, description="All of them hold")] = []
    with_tax: Annotated[bool, Field(description="Tax is left out otherwise")] = False
    weekdays: Annotated[
        Literal["weekend", "weekday"] | None, Field(description="Only Saturdays and Sundays, or only the other days")
    ] = None
    compared: Annotated[
        list[PeriodForm], Field(max_length=_MOST_PERIODS, description="Periods set beside `period`, newest first")
    ] = []
    change: Annotated[
        Literal["difference", "up", "down", "percent_up", "percent_down"] | None,
        Field(description="Ranks by what changed; in a comparison, or from step to step of the grain"),
    ] = None
    moved_only: Annotated[bool, Field(description="Only what went the way of `change`")] = False
    why: Annotated[bool, Field(description="Says what stands behind the change; needs one compared period")] = False
    scopes: Annotated[
        list[FilterForm], Field(max_length=_MOST_FILTERS, description="Sides set beside each other, as prod and dev")
    ] = []
    ratio: Annotated[bool, Field(description="The first of two scopes divided by the second")] = False
    share_of: Annotated[
        list[FilterForm] | None,
        Field(
            max_length=_MOST_FILTERS,
            description="Per cent of all that `filters` let through: what meets these filters, or, empty, each group",
        ),
    ] = None
    average: Annotated[
        Name | None, Field(description="Average per day, week, month, quarter, year, or per value of a dimension")
    ] = None
    statistic: Annotated[
        Literal["median", "p75", "p90", "p95", "p99", "stddev"] | None,
        Field(description="Of the units of `average`, instead of their mean"),
    ] = None
    moving: Annotated[
        int | None, Field(ge=2, le=366, description="Moving average over so many steps of the `grain`")
    ] = None
    profile: Annotated[
        Literal["weekday", "weekend", "hour"] | None,
        Field(description="An average Monday, Tuesday …; a weekend day beside a weekday; each hour of the day, UTC"),
    ] = None
    appeared: Annotated[
        Literal["new", "gone"] | None,
        Field(description="Only `dimensions` that were charged first in the period, or before it and no longer in it"),
    ] = None
    count: Annotated[
        Name | None,
        Field(description="How many values of a dimension; with a threshold also how many days, weeks, months …"),
    ] = None
    run_rate: Annotated[bool, Field(description="Cost a day, and what it comes to in a month and a year")] = False
    cumulative: Annotated[bool, Field(description="Running total over the grain")] = False
    order: Literal["desc", "asc"] = "desc"
    limit: Annotated[int | None, Field(ge=1, le=MOST_ROWS, description="Only the first rows of the order")] = None
    offset: Annotated[int, Field(ge=0, le=MOST_ROWS, description="Rows passed over; 1 for the second")] = 0
    limit_within: Annotated[Name | None, Field(description="The limit is for each value of this dimension")] = None
    threshold: ThresholdForm | None = None
    notes: Annotated[list[Name], Field(max_length=20)] = []


class ListingForm(_Form):
    """Rows of a view other than the bills."""

    subject: Name
    filters: Annotated[list[FilterForm], Field(max_length=_MOST_FILTERS)] = []
    period: PeriodForm | None = None
    limit: Annotated[int | None, Field(ge=1, le=MOST_ROWS)] = None
    exceeded: Annotated[bool, Field(description="Of budgets: whether one is exceeded")] = False
    instance_type: Annotated[Name | None, Field(description="Of prices: a machine, as m6i.large")] = None
    kinds: Annotated[list[Name], Field(max_length=20, description="Of recommendations: stop_idle, rightsize …")] = []
    by: Annotated[Name | None, Field(description="Of forecasts: one row for each value of a dimension")] = None
    state: Annotated[Name | None, Field(description="How far it has come: open, waiting, approved, resolved …")] = None


def problems_of(error: ValidationError) -> Unreadable:
    """What does not have the shape, each with its path."""
    problems = []
    for one in error.errors(include_url=False):
        steps = (f"[{step}]" if isinstance(step, int) else f".{printable(step)}" for step in one["loc"])
        path = "".join(steps).lstrip(".")
        problems.append(Problem(path, _sentence(one["type"], one["msg"], one.get("ctx", {}))))
    return Unreadable(tuple(problems[:10]))


def _sentence(kind: str, message: str, details: dict[str, Any]) -> str:
    if kind == "extra_forbidden":
        return "There is no such field."
    if kind == "missing":
        return "This has to be given."
    if kind == "string_pattern_mismatch":
        return (
            "A day is written as 2026-11-15." if "[0-9]" in details["pattern"] else "It holds unprintable characters."
        )
    if kind == "literal_error":
        return f"It has to be {details['expected'].replace(chr(39), '')}."
    return f"{message}."
