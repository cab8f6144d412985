"""Shares: of one thing whose size is asked for in per cent, of what commitments cover, and parts that are none."""

import pytest

from tests.nl2sql.builders import query


@pytest.mark.parametrize(
    ("question", "part", "whole"),
    [
        ("is ec2 more than 10% of the bill? october", "Amazon Elastic Compute Cloud", ()),
        ("was lambda over half of checkout's cost in october", "AWS Lambda", ("checkout",)),
        ("is prod less than a third of our spend", "prod", ()),
        ("are we more than half on aws? last month", "AWS", ()),
        ("does rds make more than 20 percent of payments in q3", "Amazon Relational Database Service", ("payments",)),
    ],
)
def test_more_than_per_cent_of_one_thing_is_its_share(question: str, part: str, whole: tuple[str, ...]) -> None:
    """No ranking over a threshold: nothing is broken down."""
    found = query(question)
    assert found.threshold is None
    assert [one.label for one in found.share_of or ()] == [part]
    assert tuple(one.label for one in found.filters) == whole


@pytest.mark.parametrize(
    ("question", "amount"),
    [
        ("teams with more than a fifth of october spend", 20),
        ("services over a tenth of the bill", 10),
        ("accounts above half of our cost", 50),
        ("which teams are under 10 per cent of october", 10),
    ],
)
def test_fractions_are_per_cent(question: str, amount: float) -> None:
    """As a threshold of groups."""
    found = query(question)
    assert found.threshold is not None
    assert found.threshold.percent
    assert found.threshold.amount == pytest.approx(amount)


@pytest.mark.parametrize(
    "question",
    [
        "per cent of ec2 covered by savings plans in october",
        "what percentage of ec2 is covered by savings plans in october",
    ],
)
def test_what_commitments_cover_is_coverage(question: str) -> None:
    """Of all usage of the service, whatever the verb."""
    found = query(question)
    assert found.metric == "coverage_rate"
    assert {one.dimension for one in found.filters} == {"service", "commitment_type"}


def test_only_a_part_is_no_share() -> None:
    """`only the prod part` narrows; `the prod share` is in per cent."""
    before = query("cost of checkout by service in october")
    kept = query("now only the prod part", before)
    assert kept.share_of is None
    assert [one.label for one in kept.filters] == ["checkout", "prod"]
