"""What format a file has, told from its columns alone."""

import pytest

from db import focus
from flows.ingest.formats.detect import Focus, NotFocus, detect
from flows.ingest.formats.focus_datasets import DatasetFile

REQUIRED = tuple(column.focus for column in focus.COLUMNS if column.required)
LEAST = (*REQUIRED, "ProviderName")


def found(columns: tuple[str, ...]) -> Focus:
    detected = detect(columns)
    assert isinstance(detected, Focus), detected
    return detected


def refused(columns: tuple[str, ...]) -> NotFocus:
    detected = detect(columns)
    assert isinstance(detected, NotFocus), detected
    return detected


def test_the_mandatory_columns_are_enough() -> None:
    """Each is found at its place."""
    columns = found(LEAST[::-1])
    assert columns.version == "FOCUS 1.0"
    assert columns.positions["provider_name"] == 0
    assert columns.positions["billed_cost"] == LEAST[::-1].index("BilledCost")


@pytest.mark.parametrize("write", [str.lower, str.upper, lambda name: name.replace("Billing", "billing_")])
def test_names_are_compared_without_case_and_underscores(write: object) -> None:
    assert callable(write)
    assert len(found(tuple(write(name) for name in LEAST)).positions) == len(LEAST)


@pytest.mark.parametrize(
    ("more", "version"),
    [
        ((), "FOCUS 1.0"),
        (("ServiceSubcategory",), "FOCUS 1.1"),
        (("ServiceSubcategory", "InvoiceId"), "FOCUS 1.2"),
        (("ServiceProviderName",), "FOCUS 1.3"),
    ],
)
def test_the_version_is_told_by_the_columns_it_brought(more: tuple[str, ...], version: str) -> None:
    assert found((*LEAST, *more)).version == version


def test_focus_1_4_names_no_provider_but_who_serves() -> None:
    assert found((*REQUIRED, "ServiceProviderName")).version == "FOCUS 1.4"


def test_columns_of_a_makers_own_are_kept_apart_by_name() -> None:
    """Two of one name and one without are told apart; labels among them are read as tags."""
    columns = found((*LEAST, "x_Cost", "mine", "mine", "", "x_Labels"))
    first = len(LEAST)
    assert [name for _, name in columns.extras] == ["x_Cost", "mine", "mine_2", f"column_{first + 4}", "x_Labels"]
    assert columns.tags == (None, first + 4)


def test_older_names_stand_in_where_the_newer_are_not_there() -> None:
    assert "region_id" in found((*LEAST, "Region")).positions
    both = found((*LEAST, "Region", "RegionId"))
    assert both.positions["region_id"] == len(LEAST) + 1
    assert [name for _, name in both.extras] == ["Region"]


def test_a_column_that_is_there_twice_is_refused() -> None:
    """Nobody can know which of both holds the cost."""
    assert "BilledCost is there twice" in refused((*LEAST, "billed_cost")).reason


@pytest.mark.parametrize("missing", REQUIRED)
def test_each_mandatory_column_that_lacks_is_named(missing: str) -> None:
    columns = tuple(name for name in LEAST if name != missing)
    detected = refused(columns)
    assert f"it lacks the column {missing}." in detected.reason
    assert detected.format == "FOCUS"


def test_all_that_lack_are_named_together() -> None:
    reason = refused(tuple(name for name in LEAST if name not in ("BilledCost", "ProviderName"))).reason
    assert "it lacks the columns BilledCost, ProviderName." in reason


def test_another_providers_own_format_is_named() -> None:
    """Also where a column of its signature is missing."""
    aws = ("lineItem/UsageAccountId", "lineItem/LineItemType", "bill/PayerAccountId", "other")
    assert refused(aws).format == "AWS legacy CUR"
    assert refused(("MeterCategory", "MeterId", "SubscriptionId", "Cost")).format == "Azure cost export"


def test_a_file_of_something_else_is_no_format() -> None:
    for columns in ((), ("a", "b", "c"), ("",) * 5):
        assert refused(columns).format is None


def test_the_other_datasets_of_focus_hold_no_charges() -> None:
    """They lie beside the charges and go to tables of their own."""
    commitments = detect(("ContractCommitmentId", "ContractId"))
    assert isinstance(commitments, DatasetFile)
    assert (commitments.dataset.name, commitments.positions) == (
        "Contract Commitment",
        {"commitment_id": 0, "contract_id": 1},
    )
    details = detect(("Invoice Detail Id", "InvoiceId", "BilledCost"))
    assert isinstance(details, DatasetFile)
    assert (details.dataset.name, details.positions["billed_cost"]) == ("Invoice Detail", 2)
    assert isinstance(detect((*LEAST, "ContractCommitmentId")), Focus)
