"""What people declared about scopes, turned into arrays over series: events that absorb a step, and sensitivities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from analysis.anomalies.state import Flags, Floats

Scope = Mapping[str, str]
SETTLING = timedelta(days=7)  # after a declared start or end the new level is learned silently
SHORT = timedelta(days=14)  # an event as long as this is silent throughout; a longer one becomes usual


@dataclass(frozen=True)
class DeclaredEvent:
    """A declared event: a launch, a sale, a commitment's end, or an alert
    marked as expected. Without an end the step stays.
    """

    start: date
    end: date | None
    scope: Scope


def covers(wider: Scope, scope: Scope) -> bool:
    """Whether every dimension of the wider scope has the same value in the scope; the empty scope covers everything."""
    return all(scope.get(dimension) == value for dimension, value in wider.items())


def touches(one: Scope, other: Scope) -> bool:
    """Whether two scopes can share spend: no dimension that both name differs."""
    return all(other.get(dimension, value) == value for dimension, value in one.items())


def absorbed(scopes: Sequence[Scope], events: Sequence[DeclaredEvent], day: date) -> Flags:
    """Per series, whether a declared event explains deviations on that day, in
    its own scope and in wider and crossing ones.
    """
    current = [event for event in events if _explains(event, day)]
    return np.array([any(touches(event.scope, scope) for event in current) for scope in scopes], dtype=bool)


def _explains(event: DeclaredEvent, day: date) -> bool:
    end = event.end or event.start
    at_an_edge = any(edge <= day <= edge + SETTLING for edge in (event.start, end))
    return at_an_edge or (event.start <= day <= end <= event.start + SHORT)


def sensitivities(scopes: Sequence[Scope], rules: Sequence[tuple[Scope, float]]) -> Floats:
    """Per series, the sensitivity of the most specific rule that covers it; 1 without a rule."""

    def of(scope: Scope) -> float:
        matching = [(len(wider), value) for wider, value in rules if covers(wider, scope)]
        return max(matching, key=lambda rule: rule[0])[1] if matching else 1.0

    return np.array([of(scope) for scope in scopes])
