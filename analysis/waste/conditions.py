"""Checks a resource against a rule's conditions and collects the evidence."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from analysis.waste.facts import BilledResource, UsageDay
from analysis.waste.rules import AttributeCondition, MetricCondition, WasteRule
from analysis.wording import words

Usage = Mapping[str, Sequence[UsageDay]]
"""By metric, the days of one resource."""


@dataclass(frozen=True)
class Met:
    """All conditions hold. `doubts` are reasons to be less sure."""

    reasons: tuple[str, ...]
    metrics: Mapping[str, Any]
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class Unmet:
    """A condition does not hold, or cannot be judged."""

    reason: str


def meets(
    rule: WasteRule, resource: BilledResource, usage: Usage, complete: AbstractSet[str], today: date
) -> Met | Unmet:
    """Judge all of a rule's conditions but its savings; `complete` are metrics that were read without an error."""
    if resource.resource_type not in rule.resource_types or (rule.states and resource.state not in rule.states):
        return Unmet("of another type or state")
    evidence: list[str] = []
    doubts: list[str] = []
    metrics: dict[str, Any] = {}
    for attribute in rule.attributes:
        value = _attribute(attribute, resource, today)
        if isinstance(value, Unmet):
            return value
        evidence += value.reasons
        doubts += value.doubts
    for metric in rule.metrics:
        value = _metric(metric, resource, usage, complete, today)
        if isinstance(value, Unmet):
            return value
        evidence += value.reasons
        metrics |= value.metrics
    return Met(tuple(evidence), metrics, tuple(doubts))


def _metric(
    condition: MetricCondition, resource: BilledResource, usage: Usage, complete: AbstractSet[str], today: date
) -> Met | Unmet:
    limit = condition.below
    if condition.of_attribute is not None:
        whole = resource.attributes.get(condition.of_attribute)
        if not isinstance(whole, int | float):
            return Unmet(f"its {condition.of_attribute} is not known")
        limit *= whole
    first = today - timedelta(days=condition.window)
    days = {
        one.day: getattr(one, condition.statistic)
        for one in usage.get(condition.metric, ())
        if first <= one.day < today
    }
    values: list[float] = [value for value in days.values() if value is not None]
    if condition.absent_is_zero and condition.metric in complete:
        values += [0.0] * (condition.window - len(values))
    if len(values) < condition.least:
        return Unmet(f"{condition.metric} is known of {len(values)} days; {condition.least} are needed")
    under = sum(value < limit for value in values)
    if under < condition.days:
        return Unmet(f"{condition.metric} was under {limit:g} on {under} days only")
    counted = condition.unit == condition.metric  # connections under 1, not under 1 connections
    unit = "" if counted else condition.unit
    named, on_days = words.value(condition.metric), f"on {under} of {condition.window} days"
    says = (
        f"{condition.statistic} {named} under {words.quantity(limit, unit)} {on_days} "
        f"(highest {words.quantity(max(values), unit)})"
        if max(values) > 0 or not counted
        else f"no {named} {on_days}"
    )
    figures = {
        "statistic": condition.statistic,
        "limit": limit,
        "days_under": under,
        "window": condition.window,
        "highest": max(values),
    }
    return Met((says,), {condition.metric: figures}, ())


def _attribute(condition: AttributeCondition, resource: BilledResource, today: date) -> Met | Unmet:
    name, doubts = condition.attribute, []
    value = resource.attributes.get(name)
    if value is None and condition.or_attribute is not None:
        doubts.append(f"{name} is not known, {condition.or_attribute} is taken")
        name, value = condition.or_attribute, resource.attributes.get(condition.or_attribute)
    if condition.empty is not None:
        # an attribute that the inventory does not hold at all is unknown, not empty
        held = condition.attribute in resource.attributes
        return (
            Met((_nothing(name),), {}, ())
            if held and bool(value) != condition.empty
            else Unmet(f"{name} is {value or 'unknown'}")
        )
    if value is None:
        return Met((), {}, (f"{name} is not known",)) if condition.optional else Unmet(f"{name} is not known")
    if condition.equals is not None or condition.one_of is not None:
        accepted = condition.one_of or (condition.equals,)
        return (
            Met((f"{words.value(name)} is {value}",), {}, ()) if str(value) in accepted else Unmet(f"{name} is {value}")
        )
    if condition.above is not None:
        number = len(value) if isinstance(value, list | tuple) else value
        above = isinstance(number, int | float) and number > condition.above
        return Met((f"{words.value(name)}: {number}",), {}, ()) if above else Unmet(f"{name} is {number}")
    age = _age(value, today)
    if age is None or condition.older_than_days is None:
        return Unmet(f"{name} is no date")
    if age < condition.older_than_days:
        return Unmet(f"{name} is {age} days ago")
    return Met((f"{name.removesuffix('_at').replace('_', ' ')} {age} days ago",), {}, tuple(doubts))


def _nothing(attribute: str) -> str:
    """`no replica`, `attached to nothing`: an attribute without a value."""
    return {"replica_of": "no replica of another"}.get(attribute, f"{words.value(attribute)} nothing")


def _age(value: object, today: date) -> int | None:
    """Days since a date, a time or an ISO text; None when it is none of these."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        value = value.date()
    return (today - value).days if isinstance(value, date) else None
