"""What format a file has, by its columns."""

from dataclasses import dataclass

from db import focus
from flows.ingest.formats import focus_datasets
from flows.ingest.formats.focus_datasets import DatasetFile
from flows.ingest.formats.other_exports import first_line, other

_PROVIDER = ("ProviderName", "ServiceProviderName", "PublisherName")
# Names of FOCUS 0.5 and 1.0 preview, of Oracle's reports and of the Foundation's converters, where ours are not there.
_ALIASES = {
    "provider": "ProviderName",
    "publisher": "PublisherName",
    "region": "RegionId",
    "invoiceissuer": "InvoiceIssuerName",
    "usagequantity": "ConsumedQuantity",
    "usageunit": "ConsumedUnit",
}
_LABELS = ("xlabels", "xprojectlabels", "xtags", "labels", "projectlabels", "resourcetags")  # tags beside or for Tags
_SPLIT = {focus_datasets.plain_name(name): name for name in focus.SPLIT}
_ALLOCATED_TAGS = "allocatedtags"  # FOCUS 1.3: of what a shared cost was split to

# A few columns that only this format has; the nearest format is named to whoever offers a file that is not FOCUS.
SIGNATURES: dict[str, tuple[str, ...]] = {
    "AWS legacy CUR": (
        "lineItem/UsageAccountId",
        "lineItem/LineItemType",
        "bill/PayerAccountId",
        "lineItem/UnblendedCost",
    ),
    "AWS CUR 2.0": (
        "line_item_usage_account_id",
        "line_item_line_item_type",
        "bill_payer_account_id",
        "line_item_unblended_cost",
    ),
    "Azure cost export": (
        "MeterCategory",
        "MeterId",
        "SubscriptionId",
        "CostInBillingCurrency",
        "Cost",
        "ConsumedService",
    ),
    "Google Cloud billing export": (
        "billing_account_id",
        "service.description",
        "sku.description",
        "usage_start_time",
        "project.id",
    ),
    "OCI cost report": ("lineItem/tenantId", "lineItem/intervalUsageStart", "product/compartmentId", "cost/myCost"),
}


@dataclass(frozen=True)
class Focus:
    """A FOCUS file: its version, and for each FOCUS column (database name) the position of its column."""

    version: str
    positions: dict[str, int]
    extras: tuple[tuple[int, str], ...]
    tags: tuple[int | None, ...] = ()  # positions of all columns with tags, None for `Tags`; none where it is alone


@dataclass(frozen=True)
class NotFocus:
    """Not FOCUS; the reason names what is missing and the nearest known format, which `format` holds when one fits."""

    reason: str
    format: str | None = None


def detect(columns: tuple[str, ...]) -> Focus | DatasetFile | NotFocus:
    """Whether these columns are a FOCUS file of versions 1.0 to 1.4; names are
    compared without case, spaces and underscores.
    """
    columns_by_name = {_plain(column.focus): column for column in focus.COLUMNS}
    plain = {_plain(name) for name in columns}
    if (dataset := focus_datasets.recognise(columns)) is not None:
        return dataset
    by_name = {column.focus: column for column in focus.COLUMNS}
    columns_by_name |= {alias: by_name[name] for alias, name in _ALIASES.items() if _plain(name) not in plain}
    positions: dict[str, int] = {}
    extras: list[tuple[int, str]] = []
    present: set[str] = set()
    for position, name in enumerate(columns):
        column = columns_by_name.get(_plain(name))
        if column is None:
            extra_name = _SPLIT.get(_plain(name), name)
            extras.append((position, _unique(extra_name or f"column_{position + 1}", extras)))
        elif column.name in positions:
            return NotFocus(f"The column {column.focus} is there twice. Export the file with each column once.")
        else:
            positions[column.name] = position
            present.add(column.focus)
    missing = [column.focus for column in focus.COLUMNS if column.required and column.focus not in present]
    if not present.intersection(_PROVIDER):
        missing.append("ProviderName")
    if missing:
        return _not_focus(columns, missing, len(present))
    labels = tuple(position for position, name in extras if _plain(name).replace("_", "").casefold() in _LABELS)
    allocated = tuple(position for position, name in extras if _plain(name) == _ALLOCATED_TAGS)
    tags = (*allocated, None, *labels) if allocated or labels else ()
    return Focus(_version(present), positions, tuple(extras), tags)


def _plain(name: str) -> str:
    return name if name.casefold().startswith("x_") else focus_datasets.plain_name(name)


def _unique(name: str, extras: list[tuple[int, str]]) -> str:
    taken = {other for _, other in extras}
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{name}_{number}"
    return candidate


def _not_focus(columns: tuple[str, ...], missing: list[str], present: int) -> NotFocus:
    lacking = f"Not a FOCUS file: it lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}."
    shares = {
        name: sum(column in columns for column in signature) / len(signature) for name, signature in SIGNATURES.items()
    }
    nearest = max(shares, key=lambda name: shares[name])
    if shares[nearest] >= 0.5 and present < 20:
        return NotFocus(
            f"It looks like {nearest}, but columns that its costs are read from are missing. "
            "Export it with all columns, or export FOCUS, which the providers offer beside their own format.",
            nearest,
        )
    if present >= 5:
        return NotFocus(f"{lacking} The nearest known format is FOCUS; export it with all mandatory columns.", "FOCUS")
    if (known := other(columns)) is not None:
        return NotFocus(f"It is {known.name}, not a bill. {known.advice}")
    return NotFocus(
        f"{lacking} It is no other format known here either; export FOCUS 1.0 to 1.4 as CSV, gzip CSV or Parquet."
        f"{first_line(columns)}"
    )


def _version(present: set[str]) -> str:
    if "ServiceProviderName" in present or "HostProviderName" in present:
        return "FOCUS 1.3" if "ProviderName" in present else "FOCUS 1.4"
    if present.intersection(
        ("BillingAccountType", "SubAccountType", "PricingCurrency", "PricingCurrencyEffectiveCost", "InvoiceId")
    ):
        return "FOCUS 1.2"
    if present.intersection(
        ("ServiceSubcategory", "SkuMeter", "SkuPriceDetails", "CapacityReservationId", "CommitmentDiscountQuantity")
    ):
        return "FOCUS 1.1"
    return "FOCUS 1.0"
