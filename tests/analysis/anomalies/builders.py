"""Series to detect in."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from analysis.anomalies.score import Finding, score
from analysis.anomalies.state import Floats, State, new_state

START = datetime(2025, 2, 3)  # a Monday in a season without holidays


WEEK = np.array([1.05, 1.0, 1.02, 1.0, 0.98, 0.6, 0.55])


def usual(days: int, seed: int = 1, level: float = 500.0, noise: float = 0.03) -> Floats:
    """Cost with a weekly profile and a little noise."""
    rng = np.random.default_rng(seed)
    return level * np.resize(WEEK, days) * np.exp(rng.normal(0, noise, days))


def watch(
    values: Sequence[Floats] | Floats, state: State | None = None, start: datetime = START, **given: Floats
) -> list[Finding]:
    """Replay series (one a row) day by day."""
    series = np.atleast_2d(values)
    state = state or new_state(len(series))
    found: list[Finding] = []
    for day in range(series.shape[1]):
        outcome, state = score(
            state, start + timedelta(day), series[:, day], **{name: array[day] for name, array in given.items()}
        )
        found += outcome.findings
    return found


def told(found: list[Finding]) -> list[tuple[str, str, int]]:
    """Kind, direction and day of each finding."""
    return [(finding.kind, finding.direction, (finding.moment - START).days) for finding in found]
