"""The columns of FOCUS 1.2 as they are stored, with what each version of the specification asks for."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "decimal", "time", "json"]
FileKind = Literal["text", "decimal", "time", "date", "map"]


@dataclass(frozen=True)
class FocusColumn:
    """One column: its name in the specification, in the database, its kind, and
    whether a file without it is not FOCUS.
    """

    focus: str
    name: str
    kind: Kind
    required: bool = False


def _column(focus: str, kind: Kind = "text", required: bool = False) -> FocusColumn:
    name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in focus).lstrip("_")
    return FocusColumn(focus, name, kind, required)


COLUMNS: tuple[FocusColumn, ...] = (
    _column("AvailabilityZone"),
    _column("BilledCost", "decimal", required=True),
    _column("BillingAccountId", required=True),
    _column("BillingAccountName"),
    _column("BillingAccountType"),
    _column("BillingCurrency", required=True),
    _column("BillingPeriodEnd", "time", required=True),
    _column("BillingPeriodStart", "time", required=True),
    _column("CapacityReservationId"),
    _column("CapacityReservationStatus"),
    _column("ChargeCategory", required=True),
    _column("ChargeClass"),
    _column("ChargeDescription"),
    _column("ChargeFrequency"),
    _column("ChargePeriodEnd", "time", required=True),
    _column("ChargePeriodStart", "time", required=True),
    _column("CommitmentDiscountCategory"),
    _column("CommitmentDiscountId"),
    _column("CommitmentDiscountName"),
    _column("CommitmentDiscountQuantity", "decimal"),
    _column("CommitmentDiscountStatus"),
    _column("CommitmentDiscountType"),
    _column("CommitmentDiscountUnit"),
    _column("ConsumedQuantity", "decimal"),
    _column("ConsumedUnit"),
    _column("ContractedCost", "decimal"),
    _column("ContractedUnitPrice", "decimal"),
    _column("EffectiveCost", "decimal", required=True),
    _column("InvoiceId"),
    _column("InvoiceIssuerName"),
    _column("ListCost", "decimal"),
    _column("ListUnitPrice", "decimal"),
    _column("PricingCategory"),
    _column("PricingCurrency"),
    _column("PricingCurrencyContractedUnitPrice", "decimal"),
    _column("PricingCurrencyEffectiveCost", "decimal"),
    _column("PricingCurrencyListUnitPrice", "decimal"),
    _column("PricingQuantity", "decimal"),
    _column("PricingUnit"),
    _column("ProviderName"),
    _column("PublisherName"),
    _column("RegionId"),
    _column("RegionName"),
    _column("ResourceId"),
    _column("ResourceName"),
    _column("ResourceType"),
    _column("ServiceCategory"),
    _column("ServiceName"),
    _column("ServiceSubcategory"),
    _column("SkuId"),
    _column("SkuMeter"),
    _column("SkuPriceDetails", "json"),
    _column("SkuPriceId"),
    _column("SubAccountId"),
    _column("SubAccountName"),
    _column("SubAccountType"),
    _column("Tags", "json"),
    _column("ServiceProviderName"),  # 1.3
    _column("HostProviderName"),  # 1.3
)

NEVER_NULL = {
    *(column.name for column in COLUMNS if column.required),
    "service_name",
}  # where no service: a word for it

CHARGE_CATEGORIES = ("Usage", "Purchase", "Tax", "Credit", "Adjustment")

# Written by us at load: the load, the source, and what the allocation rules give.
ALLOCATED = ("team", "environment", "application")

# Of a cost that was split (FOCUS 1.3): kept among a charge's further columns, under these names.
SPLIT = {
    "AllocatedResourceId": "allocated_resource_id",
    "AllocatedResourceName": "allocated_resource_name",
    "AllocatedMethodId": "allocated_method_id",
    "AllocatedMethodDetails": "allocated_method_details",
}

# What a file of line items holds: every column above, the allocation, the columns of the bill that FOCUS does not know
# as JSON, and what questions ask for, read once at load.
FILE_COLUMNS: tuple[tuple[str, FileKind], ...] = (
    ("usage_date", "date"),
    *(
        (column.name, "map" if column.name == "tags" else "text" if column.kind == "json" else column.kind)
        for column in COLUMNS
    ),
    *((name, "text") for name in ALLOCATED),
    ("instance_type", "text"),
    ("extras", "text"),
)
