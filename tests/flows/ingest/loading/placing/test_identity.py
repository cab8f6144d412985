"""Whose bill a row is, whatever its provider is called and whatever road it came by."""

from collections import Counter
from decimal import Decimal

import pytest

from config.organisation import Organisation
from db.database import Database
from flows.ingest.loading.placing.identity import Accounts, account_key, labels, provider_key, same_provider
from flows.ingest.loading.reconcile import with_files, with_invoice
from tests.flows.conftest import Bill, Load, all_rows, rows


@pytest.mark.parametrize(
    ("key", "names"),
    [
        (
            "aws",
            [
                "AWS",
                "aws",
                " Amazon Web Services, Inc. ",
                "Amazon Web Services EMEA SARL",
                "AWS, Inc",
                "AmazonWebServices",
            ],
        ),
        ("microsoft", ["Microsoft", "Microsoft Corporation", "Azure", "MicrosoftAzure"]),
        ("google cloud", ["Google Cloud", "Google Cloud EMEA Limited", "GCP", "google"]),
        ("oracle", ["Oracle", "OCI", "Oracle Cloud Infrastructure"]),
        ("alibaba cloud", ["Alibaba Cloud", "Aliyun"]),
        ("datadog, inc.", ["Datadog, Inc."]),
        ("", ["", "  "]),
    ],
)
def test_a_provider_has_one_name(key: str, names: list[str]) -> None:
    """It changes between versions of FOCUS and between exports; nobody's bill is taken for another's by it."""
    assert {provider_key(name) for name in names} == {key}


@pytest.mark.parametrize("name", ["Lawson Software", "Jigsaws Ltd", "Society Tools", "Associated Press", "Ocient"])
def test_letters_of_a_cloud_within_a_sellers_name_are_no_cloud(name: str) -> None:
    """`Lawson` holds aws, `Society` holds oci."""
    assert provider_key(name) == name.casefold()


def test_a_seller_may_bill_through_any_cloud_and_two_clouds_are_two() -> None:
    assert same_provider("aws", "aws")
    assert same_provider("aws", "datadog, inc.")
    assert not same_provider("aws", "microsoft")


def test_an_account_stays_with_the_source_it_was_loaded_from() -> None:
    """Whatever the provider is called now, and for its marketplace's sellers too."""
    accounts = Accounts(None, {"42": [("aws", "our bills")]})
    assert accounts.source_of("Amazon Web Services, Inc.", "42", 10) == "our bills"
    assert accounts.source_of("Datadog", "42", 1) == "our bills"


def test_an_account_number_that_two_clouds_share_is_two_accounts() -> None:
    accounts = Accounts(None, {"42": [("aws", "our bills")]})
    assert accounts.source_of("Microsoft", "42", 10) == "Microsoft 42"
    assert accounts.source_of("AWS", "42", 10) == "our bills"


def test_the_source_that_is_given_holds_every_row() -> None:
    accounts = Accounts("named", {"42": [("aws", "our bills")]})
    assert accounts.source_of("AWS", "42", 10) == "named"


def test_a_new_account_keeps_the_source_it_got_first() -> None:
    accounts = Accounts(None, {})
    assert [accounts.source_of("AWS", account, 1) for account in ("1", "2", "1")] == ["AWS 1", "AWS 2", "AWS 1"]


def test_a_file_of_thousands_of_accounts_makes_no_thousands_of_sources() -> None:
    """Twenty a provider, then one for the rest; another provider counts for itself."""
    accounts = Accounts(None, {})
    made = Counter(accounts.source_of("AWS", str(number), 1) for number in range(1_000))
    assert len(made) == 21
    assert made["AWS"] == 980
    assert accounts.source_of("Microsoft", "9", 1) == "Microsoft 9"


def test_an_accounts_provider_is_the_cloud_that_bills_and_else_who_has_most_rows() -> None:
    accounts = Accounts(None, {})
    for provider, account, count in (("Datadog", "1", 900), ("AWS", "1", 100), ("Snow", "2", 5), ("Datadog", "2", 6)):
        accounts.source_of(provider, account, count)
    assert [accounts.provider_of(account) for account in ("1", "2", "3")] == ["aws", "datadog", ""]


def test_accounts_are_listed_once_in_order_and_three_at_most() -> None:
    months = [("b", "2026-05"), ("a", "2026-05"), ("a", "2026-05"), ("a", "2026-04")]
    assert labels(months) == "a (2026-04), a (2026-05), b (2026-05)"
    assert labels([*months, ("c", "2026-05"), ("d", "2026-05")]) == "a (2026-04), a (2026-05), b (2026-05) and 2 more"
    assert labels([]) == ""


@pytest.mark.parametrize(
    ("account", "key"),
    [
        ("/providers/Microsoft.Billing/billingAccounts/8611", "8611"),
        ("/providers/microsoft.billing/billingaccounts/8611", "8611"),
        ("8611", "8611"),
        (
            "/providers/Microsoft.Billing/billingAccounts/1:2_2019-05-31/billingProfiles/P",
            "1:2_2019-05-31/billingProfiles/P",
        ),
        ("01A-02B", "01A-02B"),
    ],
)
def test_an_enrolment_has_one_id(account: str, key: str) -> None:
    """Azure's FOCUS writes its path, the cost export its number."""
    assert account_key(account) == key


def test_a_bill_of_either_export_takes_the_place_of_the_other(load: Load, bill: Bill, clean_database: Database) -> None:
    path = "/providers/Microsoft.Billing/billingAccounts/4029"
    microsoft = {"ProviderName": "Microsoft", "BilledCost": "3.00"}
    load(bill(rows(2, **microsoft)))
    load(bill(rows(3, **microsoft, BillingAccountId=path)))
    assert all_rows(clean_database, "SELECT sum(billed_cost)::text FROM finops.daily_costs") == [("9",)]
    both = load(bill(rows(3, **microsoft), "a.csv"), bill(rows(3, **microsoft, BillingAccountId=path), "b.csv"))
    assert sorted(one.status for one in both.loads) == ["loaded", "skipped"]
    assert all_rows(clean_database, "SELECT sum(billed_cost)::text FROM finops.daily_costs") == [("9",)]
    for account in ("4029", path):
        held = with_files([str(bill(rows(3, **microsoft, BillingAccountId=account)))], clean_database, Organisation())
        assert {one.amount for one in held} == {0}
        assert with_invoice(Decimal(9), "2026-09", clean_database, account)[0].amount == 0
    other = load(bill(rows(3, **microsoft)), source="second").loads
    assert "stands already" in (other[0].error or "")
