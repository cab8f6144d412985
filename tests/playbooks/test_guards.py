"""Windows and freezes that could never hold, or would hold on other days than written, are refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from playbooks.guards import ChangeWindow, Freeze, Guards


@pytest.mark.parametrize(
    ("window", "reason"),
    [
        ({"start": "22:00", "end": "06:00"}, "over midnight write two"),
        ({"start": "08:00", "end": "08:00"}, "end must be after start"),
        ({"days": ["monday"]}, "'mon'"),
        ({"timezone": "Europe/Berln"}, "Europe/Berln"),
    ],
)
def test_a_window_is_within_one_day_of_a_known_zone(window: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        ChangeWindow.model_validate(window)


def test_a_freeze_may_be_one_day_and_not_less() -> None:
    day = {"start": "2026-12-24", "end": "2026-12-24", "reason": "feast"}
    assert Freeze.model_validate(day).start == Freeze.model_validate(day).end
    with pytest.raises(ValidationError, match="end must not be before start"):
        Freeze.model_validate({**day, "end": "2026-12-23"})


@pytest.mark.parametrize(
    "limit", [{"maximum_resources": 0}, {"maximum_percent": 0}, {"maximum_percent": 101}, {"maximum_monthly_amount": 0}]
)
def test_a_limit_that_nothing_or_everything_passes_is_refused(limit: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Guards.model_validate(limit)


def test_without_a_word_a_resource_needs_a_team() -> None:
    """The defaults are the careful ones."""
    guards = Guards()
    assert (guards.require_tags, guards.maximum_resources, guards.windows) == (("team",), 25, ())
