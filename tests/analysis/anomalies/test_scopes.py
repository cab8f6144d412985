"""Declared events and sensitivities."""

from datetime import date

import pytest

from analysis.anomalies.scopes import DeclaredEvent, absorbed, sensitivities

LAUNCH = DeclaredEvent(date(2026, 3, 1), None, {"service": "EC2"})
SALE = DeclaredEvent(date(2026, 3, 1), date(2026, 3, 10), {"team": "web"})
CAMPAIGN = DeclaredEvent(date(2026, 3, 1), date(2026, 6, 1), {})


@pytest.mark.parametrize(
    ("event", "scope", "day", "explained"),
    [
        (LAUNCH, {"service": "EC2"}, date(2026, 3, 1), True),
        (LAUNCH, {"service": "EC2", "account": "A"}, date(2026, 3, 8), True),
        (LAUNCH, {}, date(2026, 3, 3), True),
        (LAUNCH, {"service": "RDS"}, date(2026, 3, 1), False),
        (LAUNCH, {"service": "EC2"}, date(2026, 2, 28), False),
        (LAUNCH, {"service": "EC2"}, date(2026, 3, 9), False),
        (SALE, {"team": "web"}, date(2026, 3, 9), True),
        (SALE, {"team": "web"}, date(2026, 3, 17), True),
        (SALE, {"team": "web"}, date(2026, 3, 18), False),
        (CAMPAIGN, {}, date(2026, 4, 15), False),
        (CAMPAIGN, {}, date(2026, 6, 3), True),
    ],
)
def test_an_event_absorbs_its_edges_in_its_scope(
    event: DeclaredEvent, scope: dict[str, str], day: date, explained: bool
) -> None:
    """A week after its start and after its end, in its own, wider and crossing scopes; a short event throughout."""
    assert absorbed([scope], [event], day).tolist() == [explained]


def test_the_most_specific_sensitivity_wins() -> None:
    """A rule of two dimensions beats one of one; without a rule it is 1."""
    rules = [({"service": "EC2"}, 0.5), ({"service": "EC2", "account": "A"}, 2.0)]
    scopes = [{"service": "EC2", "account": "A"}, {"service": "EC2"}, {"account": "A"}]
    assert sensitivities(scopes, rules).tolist() == [2.0, 0.5, 1.0]
