"""When a recurring playbook is due, on what, and how much it may do: what its YAML says, and the dates. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from analysis.months import add_months
from config.files.yaml_file import Strict, Texts, time_zone
from playbooks.guards import DAYS

_FARTHEST = 100  # days between two quarterly runs, and some
SAYS = {"week": "every week", "two_weeks": "every two weeks", "month": "every month", "quarter": "every quarter"}


class RunScope(Strict):
    """Which resources a recurring run looks at, besides the trigger's filters; empty: any."""

    teams: Texts = Field((), description="Only these teams' resources")
    accounts: Texts = Field((), description="Only these accounts, by name or id")
    environments: Texts = Field((), description="Only these environments")


class Recurring(Strict):
    """A clean-up that proposes itself again and again; people approve each run, or its next runs until a date."""

    active: bool = Field(
        True,
        description="false: each date only tells what it would propose, until somebody switches it on (in Slack, or "
        "`finops playbooks on`)",
    )
    every: Literal["week", "two_weeks", "month", "quarter"] = Field(description="How often")
    weekday: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] = Field(
        "tue", description="Day of the week; of a month or a quarter its first one"
    )
    at: time = Field(time(9), description="Time of the day")
    timezone: Annotated[str, AfterValidator(time_zone)] = Field(
        "UTC", description="Time zone of the time and the month"
    )
    scope: RunScope = Field(RunScope(), description="What it looks at")
    maximum_resources_a_run: int = Field(10, ge=1, le=500, description="Most resources of one run, over all accounts")
    maximum_resources_a_month: int = Field(
        20,
        ge=1,
        le=5_000,
        description="Most resources that this playbook touches in a calendar month, over all its runs",
    )
    snapshot: bool = Field(
        True, description="What deletes must save first (snapshot, archive); false allows actions that save nothing"
    )


def latest_due(recurring: Recurring, now: datetime) -> datetime:
    """The newest moment, not after `now`, at which a run was due."""
    today = now.astimezone(ZoneInfo(recurring.timezone)).date()
    days = (today - timedelta(days=back) for back in range(_FARTHEST))
    return next(at for day in days if _is_day(recurring, day) and (at := _moment(recurring, day)) <= now)


def next_due(recurring: Recurring, now: datetime) -> datetime:
    """The first moment after `now` at which a run is due."""
    today = now.astimezone(ZoneInfo(recurring.timezone)).date()
    days = (today + timedelta(days=ahead) for ahead in range(_FARTHEST))
    return next(at for day in days if _is_day(recurring, day) and (at := _moment(recurring, day)) > now)


def period(recurring: Recurring, moment: datetime) -> tuple[datetime, datetime]:
    """The calendar week, fortnight, month or quarter of a moment in the timetable's zone, its end exclusive: a run is
    due once in it, also where the day or the hour was changed after that run.
    """
    day = moment.astimezone(ZoneInfo(recurring.timezone)).date()
    if recurring.every in ("week", "two_weeks"):
        weeks = 1 if recurring.every == "week" else 2
        first = date.fromordinal((day.toordinal() - 1) // (7 * weeks) * 7 * weeks + 1)
        after = first + timedelta(weeks=weeks)
    else:
        months = 1 if recurring.every == "month" else 3
        first = day.replace(month=(day.month - 1) // months * months + 1, day=1)
        after = add_months(first, months)
    start, end = (datetime.combine(one, time(0), ZoneInfo(recurring.timezone)) for one in (first, after))
    return start, end


def within(scope: RunScope, team: str | None, account: Sequence[str | None], environment: str | None) -> bool:
    """Whether a resource is in scope; `account` is its name and id. What is not known is in no list."""
    return (
        (not scope.teams or team in scope.teams)
        and (not scope.accounts or bool(set(account) & set(scope.accounts)))
        and (not scope.environments or environment in scope.environments)
    )


def month_began(recurring: Recurring, now: datetime) -> datetime:
    """When the calendar month of `now` began, in the zone of the timetable."""
    local = now.astimezone(ZoneInfo(recurring.timezone))
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def last_day(recurring: Recurring, end: datetime) -> date:
    """The last whole day before a midnight in the timetable's zone."""
    return (end.astimezone(ZoneInfo(recurring.timezone)) - timedelta(seconds=1)).date()


def _moment(recurring: Recurring, day: date) -> datetime:
    return datetime.combine(day, recurring.at, ZoneInfo(recurring.timezone))


def _is_day(recurring: Recurring, day: date) -> bool:
    if DAYS[day.weekday()] != recurring.weekday:
        return False
    if recurring.every == "two_weeks":
        return (day.toordinal() - 1) // 7 % 2 == 0  # weeks are counted from a Monday long ago
    if recurring.every == "month":
        return day.day <= 7
    return recurring.every == "week" or (day.day <= 7 and day.month % 3 == 1)
