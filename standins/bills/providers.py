"""The providers, accounts and regions of the demo's organisation."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Provider:
    """A provider, and the contract with it: `discount` is what is negotiated
    off the list price, `tax` a share of what is billed.
    """

    name: str
    publisher: str
    issuer: str
    billing_account_id: str
    billing_account_name: str
    billing_account_type: str
    sub_account_type: str
    discount: float
    tax: float


@dataclass(frozen=True)
class Account:
    """A sub account: AWS account, Azure subscription or Google project."""

    name: str
    id: str
    provider: str


PROVIDERS = {
    "aws": Provider(
        "AWS",
        "Amazon Web Services, Inc.",
        "Amazon Web Services EMEA SARL",
        "270418830001",
        "Fernhill Outfitters",
        "Payer",
        "Linked Account",
        0.06,
        0.08,
    ),
    "azure": Provider(
        "Microsoft",
        "Microsoft",
        "Microsoft Ireland Operations Limited",
        "/providers/Microsoft.Billing/billingAccounts/9177320",
        "Fernhill Outfitters EA",
        "Billing Profile",
        "Subscription",
        0.05,
        0.08,
    ),
    "gcp": Provider(
        "Google Cloud",
        "Google Cloud",
        "Google Cloud EMEA Limited",
        "01F3A9-77C2D0-9B41E6",
        "fernhill-billing",
        "Billing Account",
        "Project",
        0.04,
        0.06,
    ),
}

ACCOUNTS = {
    account.name: account
    for account in (
        Account("commerce-prod", "270418830011", "aws"),
        Account("commerce-staging", "270418830012", "aws"),
        Account("payments-prod", "270418830013", "aws"),
        Account("data-prod", "270418830014", "aws"),
        Account("shared-services", "270418830015", "aws"),
        Account("sandbox", "270418830016", "aws"),
        Account("storefront-prod", "/subscriptions/3be1c7d4-5a0e-4c57-9d6c-24f8a1b07e01", "azure"),
        Account("storefront-nonprod", "/subscriptions/3be1c7d4-5a0e-4c57-9d6c-24f8a1b07e02", "azure"),
        Account("fernhill-ml", "fernhill-ml", "gcp"),
        Account("fernhill-warehouse", "fernhill-warehouse", "gcp"),
    )
}

REGIONS = {
    "us-east-1": "US East (N. Virginia)",
    "eu-west-1": "Europe (Ireland)",
    "westeurope": "West Europe",
    "northeurope": "North Europe",
    "europe-west1": "Belgium",
    "us-central1": "Iowa",
}
