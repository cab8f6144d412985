"""Who owns a charge by the rules of `finops.yaml`: the first rule that gives a value, over a few rows."""

from typing import Any

import polars as pl
import pytest

from config.errors import UserError
from config.sections.bills import Allocation, AllocationRule
from flows.ingest.allocation import expression, rules_of, tag_value


def owners(rules: list[AllocationRule], *charges: dict[str, Any]) -> list[str | None]:
    """The value that the rules give each charge, whose `tags` are a mapping."""
    names = [f"rule_{number}" for number in range(len(rules))]
    rows = [
        {
            "sub_account_name": None,
            "sub_account_id": None,
            "resource_name": None,
            "resource_id": None,
            "service_name": None,
            **{key: value for key, value in charge.items() if key != "tags"},
            **{name: tag_value(charge.get("tags", {}), rule) for name, rule in zip(names, rules, strict=True)},
        }
        for charge in charges
    ]
    columns = [
        "sub_account_name",
        "sub_account_id",
        "resource_name",
        "resource_id",
        "service_name",
        *names,
    ]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String))
    return frame.select(expression(rules, names).alias("owner"))["owner"].to_list()


def by_tag(*keys: str, exact: bool = False) -> AllocationRule:
    return AllocationRule(tag=keys, exact=exact)


@pytest.mark.parametrize(
    ("tags", "value"),
    [
        ({"team": "payments"}, "payments"),
        ({"TEAM": "payments"}, "payments"),
        ({"user:Team": "payments"}, "payments"),  # AWS puts its prefix before it
        ({"resourceTags/user:team": "payments"}, "payments"),
        ({"team": "  payments "}, "payments"),
        ({"team": "", "owner": "search"}, "search"),
        ({"owner": "search", "team": "payments"}, "payments"),  # in the order of the rule, not of the bill
        ({"team": "a", "TEAM": "b"}, "a"),  # as it is written comes first
        ({"team": 42}, "42"),
        ({"team": ["a"]}, None),
        ({"team": {"a": 1}}, None),
        ({"team": None}, None),
        ({"teams": "payments"}, None),
        ({}, None),
    ],
)
def test_a_tag_is_found_as_providers_write_it(tags: dict[str, object], value: str | None) -> None:
    assert tag_value(tags, by_tag("team", "owner")) == value


def test_an_exact_rule_compares_letter_by_letter() -> None:
    assert tag_value({"Team": "payments"}, by_tag("team", exact=True)) is None
    assert tag_value({"Team": "payments"}, by_tag("Team", exact=True)) == "payments"


def test_a_value_is_no_longer_than_a_provider_allows() -> None:
    assert tag_value({"team": "x" * 5_000}, by_tag("team")) == "x" * 256


def test_the_first_rule_that_gives_a_value_wins() -> None:
    """A tag, else the account, else nobody: what matches none is unallocated."""
    rules = [by_tag("team"), AllocationRule(account="commerce-*", value="shop")]
    assert owners(
        rules,
        {"tags": {"team": "payments"}, "sub_account_name": "commerce-prod"},
        {"sub_account_name": "commerce-prod"},
        {"sub_account_name": "sandbox"},
    ) == ["payments", "shop", None]
    assert owners(rules[::-1], {"tags": {"team": "payments"}, "sub_account_name": "commerce-prod"}) == ["shop"]


@pytest.mark.parametrize(
    ("pattern", "account", "matches"),
    [
        ("commerce-*", "Commerce-Prod", True),  # case does not matter
        ("commerce", "commerce-prod", False),  # all of the name
        ("*prod", "commerce-prod", True),
        ("a.b", "axb", False),  # a dot is a dot
        ("prod [eu]", "prod [eu]", True),  # and a bracket a bracket
        ("prod?", "prods", False),
        ("(prod)", "(prod)", True),
    ],
)
def test_an_account_is_named_whole_with_stars(pattern: str, account: str, matches: bool) -> None:
    """By its name or its id."""
    rule = AllocationRule(account=pattern, value="x")
    expected = ["x" if matches else None]
    assert owners([rule], {"sub_account_name": account}) == expected
    assert owners([rule], {"sub_account_name": "other", "sub_account_id": account}) == expected


def test_a_resource_is_found_by_an_expression_in_its_name_or_id() -> None:
    rule = AllocationRule(resource="^web-[0-9]+$", value="frontend")
    charges: tuple[dict[str, Any], ...] = (
        {"resource_name": "web-12"},
        {"resource_id": "web-3"},
        {"resource_name": "web-x"},
        {},
    )
    assert owners([rule], *charges) == ["frontend", "frontend", None, None]


def test_all_conditions_of_a_rule_have_to_hold() -> None:
    """Of an account and a service, and of a tag that is there."""
    rule = AllocationRule(tag=("env",), account="shared", service="Amazon S3", value="platform")
    whole: dict[str, Any] = {"tags": {"env": "prod"}, "sub_account_name": "shared", "service_name": "Amazon S3"}
    charges = [whole, {**whole, "tags": {}}, {**whole, "service_name": "EC2"}, {**whole, "sub_account_name": None}]
    assert owners([rule], *charges) == ["platform", None, None, None]


def test_an_expression_that_the_engine_cannot_run_is_said_with_its_rule() -> None:
    """Python knows look-around, the reader of bills does not."""
    with pytest.raises(UserError, match=r"resource: \(\?=x\)` cannot be used"):
        owners([AllocationRule(resource="(?=x)", value="x")], {"resource_name": "x"})


def test_without_rules_nothing_is_owned() -> None:
    assert owners([], {"sub_account_name": "a"}) == [None]


def test_team_environment_and_application_have_rules_of_their_own() -> None:
    found = rules_of(Allocation(team=(by_tag("squad"),)))
    assert sorted(found) == ["application", "environment", "team"]
    assert found["team"] == (by_tag("squad"),)
    assert found["environment"] == Allocation().environment
