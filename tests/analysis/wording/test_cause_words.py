"""What carries a change is said of one sort of resource, and only where it is the reason."""

import pytest

from analysis.root_cause import ResourceChange
from analysis.wording.cause_words import carried_by


def new(name: str, cost: float, kind: str | None = "m5.large") -> ResourceChange:
    return ResourceChange(name, "new", 0.0, cost, None, kind)


@pytest.mark.parametrize(
    ("resources", "delta", "words"),
    [
        ([new("a", 10)], 10, "1 new resource (m5.large): a carries all of it"),
        ([new("a", 6), new("b", 3)], 10, "2 new resources (m5.large): a, b carry 90 %"),
        ([new(n, 2, None) for n in "abcde"], 20, "5 new resources: a, b, c and 2 more carry 50 %"),
        ([new("a", 9, "EUW1-InstanceUsage:db.r6g.4xlarge")], 10, "1 new resource (db.r6g.4xlarge): a carries 90 %"),
        ([new("a", 9, "Lambda-GB-Second")], 10, "1 new resource (Lambda GB Second): a carries 90 %"),
        ([new("a", 4)], 10, ""),
        (
            [ResourceChange("a", "gone", 10, 0, "t3.micro", None)],
            -10,
            "1 gone resource (t3.micro): a carries all of it",
        ),
        ([new("a", 10)], -10, ""),
        ([new("a", 10)], 0, ""),
        ([], 10, ""),
    ],
)
def test_half_of_the_change_is_needed(resources: list[ResourceChange], delta: float, words: str) -> None:
    """In its direction: what is new explains no saving."""
    assert carried_by(resources, delta) == words


def test_the_sorts_are_not_added_together() -> None:
    """A new resource that carries a third and a resized one that carries another third explain nothing each."""
    resized = ResourceChange("b", "resized", 1, 5, "m5.large", "m5.xlarge")
    assert carried_by([new("a", 4), resized], 12) == ""
