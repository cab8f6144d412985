"""The datasets that FOCUS 1.3 and 1.4 put beside charges: invoice details, billing periods, contract commitments.

Columns: FOCUS 1.4, Invoice Detail, Billing Period and Contract Commitment; what their files hold besides is left out.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from db.focus import Kind
from flows.ingest.formats.times import read_time

_BETWEEN = re.compile(r"[\s_.]")  # R writes `Billed.Cost`
_SHOWN = 40  # characters of a value that is shown
_CAP = 4_096  # characters of a text that is stored

Value = str | Decimal | datetime | None
Record = dict[str, Value]


@dataclass(frozen=True)
class Field:
    """A column of a dataset: its name in the specification and in the database, and what it holds."""

    focus: str
    name: str
    kind: Kind = "text"
    required: bool = False


@dataclass(frozen=True)
class Dataset:
    """A dataset and the table it goes to; `marks` are the columns that only it has, `key` what makes a row one."""

    name: str
    table: str
    marks: tuple[str, ...]
    key: tuple[str, ...]
    fields: tuple[Field, ...]


INVOICE_DETAIL = Dataset(
    "Invoice Detail",
    "invoice_details",
    ("InvoiceDetailId", "InvoiceId"),
    ("invoice_issuer", "invoice_detail_id"),
    (
        Field("InvoiceDetailId", "invoice_detail_id", required=True),
        Field("InvoiceId", "invoice_id", required=True),
        Field("InvoiceIssuerName", "invoice_issuer", required=True),
        Field("BillingAccountId", "billing_account_id", required=True),
        Field("BillingPeriodStart", "billing_period_start", "time", required=True),
        Field("BillingPeriodEnd", "billing_period_end", "time"),
        Field("BillingCurrency", "currency", required=True),
        Field("BilledCost", "billed_cost", "decimal", required=True),
        Field("ChargeCategory", "charge_category"),
        Field("InvoiceDetailDescription", "description"),
        Field("InvoiceIssueDate", "issued_at", "time"),
        Field("InvoiceIssueStatus", "issue_status"),
        Field("PaymentDueDate", "due_at", "time"),
        Field("ReferenceInvoiceId", "reference_invoice_id"),
    ),
)
BILLING_PERIOD = Dataset(
    "Billing Period",
    "billing_periods",
    ("BillingPeriodStart", "BillingPeriodStatus"),
    ("invoice_issuer", "billing_period_start"),
    (
        Field("InvoiceIssuerName", "invoice_issuer", required=True),
        Field("BillingPeriodStart", "billing_period_start", "time", required=True),
        Field("BillingPeriodEnd", "billing_period_end", "time", required=True),
        Field("BillingPeriodStatus", "status", required=True),
        Field("BillingPeriodLastUpdated", "updated_at", "time"),
    ),
)
CONTRACT_COMMITMENT = Dataset(
    "Contract Commitment",
    "contract_commitments",
    ("ContractCommitmentId",),
    ("commitment_id",),
    (
        Field("ContractCommitmentId", "commitment_id", required=True),
        Field("ContractId", "contract_id"),
        Field("ContractCommitmentType", "type"),
        Field("ContractCommitmentCategory", "category"),
        Field("ContractCommitmentDescription", "description"),
        Field("ContractCommitmentPeriodStart", "starts_at", "time", required=True),
        Field("ContractCommitmentPeriodEnd", "ends_at", "time", required=True),
        Field("ContractCommitmentCost", "cost", "decimal"),
        Field("BillingCurrency", "currency"),
        Field("ContractCommitmentQuantity", "quantity", "decimal"),
        Field("ContractCommitmentUnit", "unit"),
        Field("ContractCommitmentLifecycleStatus", "status"),
    ),
)
DATASETS = (CONTRACT_COMMITMENT, INVOICE_DETAIL, BILLING_PERIOD)


@dataclass(frozen=True)
class DatasetFile:
    """A file that holds a dataset and no charges, with the position of each of its columns."""

    dataset: Dataset
    positions: dict[str, int]


def plain_name(name: str) -> str:
    """A column's name without case, and without the signs that programs put between its words."""
    return _BETWEEN.sub("", name).casefold()


def recognise(columns: Sequence[str]) -> DatasetFile | None:
    """Which dataset these columns are; None where they are charges or something else."""
    places = {plain_name(name): position for position, name in enumerate(columns)}
    if "effectivecost" in places:
        return None
    fits = (one for one in DATASETS if all(plain_name(mark) in places for mark in one.marks))
    dataset = next(fits, None)
    if dataset is None:
        return None
    positions = {field.name: places[name] for field in dataset.fields if (name := plain_name(field.focus)) in places}
    return DatasetFile(dataset, positions)


def missing(file: DatasetFile) -> list[str]:
    """The columns without which nothing can be said of the dataset."""
    return [field.focus for field in file.dataset.fields if field.required and field.name not in file.positions]


def records(file: DatasetFile, rows: Iterable[Sequence[str | None]]) -> Iterator[Record]:
    """Each row by the names of the database; raises ValueError, as a sentence, for one that cannot be read."""
    for number, row in enumerate(rows, 1):
        record: Record = {}
        for field in file.dataset.fields:
            position = file.positions.get(field.name)
            text = None if position is None else (row[position] or "").strip() or None
            if text is None and field.required:
                raise ValueError(f"{field.focus} is missing in row {number}.")
            record[field.name] = None if text is None else _value(field, text, number)
        yield record


def _value(field: Field, text: str, number: int) -> Value:
    if field.kind == "text":
        return text[:_CAP].replace("\0", "")
    shown = f"{field.focus} is not a {'number' if field.kind == 'decimal' else 'time'} in row {number}: "
    if field.kind == "decimal":
        try:
            amount = Decimal(text)
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite():
            raise ValueError(f"{shown}“{text[:_SHOWN]}”.")
        return amount
    time = read_time(text)
    if time is None:
        raise ValueError(f"{shown}“{text[:_SHOWN]}”.")
    return datetime.fromisoformat(time).replace(tzinfo=UTC)
