"""What stands held against a file or an invoice, to the cent."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa

from config.errors import UserError
from config.organisation import Organisation
from db.database import Database
from flows.ingest.loading.placing.identity import ACCOUNT_PATH, Accounts, account_key
from flows.ingest.loading.placing.staging import leaves_of, line_items
from flows.ingest.loading.placing.standing import MEASURES, Part, staged
from flows.ingest.loading.reading.azure_pairs import joined
from flows.ingest.loading.reading.bill import Bill, open_bill, stage
from flows.ingest.loading.result import LoadedFile
from flows.ingest.roads import files
from flows.ingest.roads.finding import expand
from lake.place import open_place
from lake.writer import Writer

_SOURCE = "finops reconcile"  # the rows are written under it and never put in place

_INVOICES = """
    WITH said AS (
        SELECT billing_account_id AS account, to_char(billing_period_start AT TIME ZONE 'UTC', 'YYYY-MM') AS period,
            currency, invoice_id, sum(billed_cost) AS expected
        FROM finops.invoice_details GROUP BY 1, 2, 3, 4
    ), charged AS (
        SELECT invoice_id, currency, to_char(billing_period_start AT TIME ZONE 'UTC', 'YYYY-MM') AS period,
            sum(billed_cost) AS stands
        FROM finops.daily_costs WHERE invoice_id IN (SELECT invoice_id FROM finops.invoice_details) GROUP BY 1, 2, 3
    )
    SELECT account, period, currency, invoice_id, expected, coalesce(stands, 0) AS stands
    FROM said LEFT JOIN charged USING (invoice_id, currency, period)
    WHERE CAST(:period AS text) IS NULL OR period = :period ORDER BY 2, 1, 4, 3
"""


@dataclass(frozen=True)
class Difference:
    """One billing account, period, currency and measure: what the file or invoice says, and what stands."""

    account: str
    period: str
    currency: str
    measure: str
    expected: Decimal
    stands: Decimal

    @property
    def amount(self) -> Decimal:
        """What stands less what is expected."""
        return self.stands - self.expected


def with_files(paths: Sequence[str], database: Database, organisation: Organisation) -> list[Difference]:
    """Each measure of each account, period and currency in the files, and what stands of it; nothing is changed.

    Raises `UserError` for a file that cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="finops-") as folder:
        opened = [open_bill(file, files.digest(file)) for file in expand(list(paths), Path(folder)).files]
        for bad in (load for load in opened if isinstance(load, LoadedFile) and load.status == "failed"):
            raise UserError(f"{bad.path}: {bad.error}")
        writer = Writer(open_place(Path(folder) / "lake"))  # never published
        for bill in joined([bill for bill in opened if isinstance(bill, Bill)]):
            stage(bill, writer, database, organisation.allocation, Accounts(_SOURCE, {}), None)
            if bill.refusal:
                raise UserError(f"{bill.file.label}: {bill.refusal}")
        parts = []
        for leaf in leaves_of(writer):
            with line_items(writer.place, leaf) as engine:
                parts += staged(engine, leaf)
    with database.owner.connect() as connection:
        return [difference for part in _summed(parts) for difference in _held_against(connection, part)]


def with_invoice(
    amount: Decimal, period: str, database: Database, account: str | None = None, currency: str | None = None
) -> list[Difference]:
    """The billed cost with tax of a month (`YYYY-MM`), of one billing account or all, beside an invoice's amount.

    Raises `UserError` where nothing stands or several currencies do.
    """
    statement = sa.text(
        "SELECT currency, sum(billed_cost) AS billed FROM finops.billed_periods "
        "WHERE to_char(billing_period_start AT TIME ZONE 'UTC', 'YYYY-MM') = :period "
        "AND (CAST(:account AS text) IS NULL OR regexp_replace(billing_account_id, :path, '') = :account) "
        "AND (CAST(:currency AS text) IS NULL OR currency = :currency) GROUP BY currency ORDER BY currency"
    )
    with database.owner.connect() as connection:
        key = account and account_key(account)
        values = {"period": period, "path": ACCOUNT_PATH, "account": key, "currency": currency}
        rows = connection.execute(statement, values).all()
    if not rows:
        raise UserError(
            f"No bill of {period} stands{f' for account {account}' if account else ''}. See `finops loads`."
        )
    if len(rows) > 1:
        names = ", ".join(row.currency for row in rows)
        raise UserError(f"The bills of {period} are in {names}. Name one with --currency.")
    return [Difference(account or "all", period, rows[0].currency, "billed", amount, rows[0].billed)]


def with_invoice_details(database: Database, period: str | None = None) -> list[Difference]:
    """Each invoice that the provider delivered as FOCUS Invoice Detail, of a month (`YYYY-MM`) or of all, beside what
    its charges add up to; raises `UserError` where there is none.
    """
    with database.owner.connect() as connection:
        rows = connection.execute(sa.text(_INVOICES), {"period": period}).all()
    if not rows:
        raise UserError(
            f"No invoice details{f' of {period}' if period else ''} were delivered. Give the invoice's total with "
            "--invoice and --period."
        )
    return [
        Difference(row.account, row.period, row.currency, f"invoice {row.invoice_id}", row.expected, row.stands)
        for row in rows
    ]


def _summed(parts: Sequence[Part]) -> list[Part]:
    """Parts of several files as one."""
    sums: dict[tuple[str, object, object, str], Part] = {}
    for part in parts:
        key = (account_key(part.account), part.start, part.end, part.currency)
        if key in sums:
            amounts = {name: sums[key].amounts[name] + part.amounts[name] for name in MEASURES}
            part = Part(part.account, part.start, part.end, part.currency, sums[key].rows + part.rows, amounts)
        sums[key] = part
    return list(sums.values())


def _held_against(connection: sa.Connection, part: Part) -> list[Difference]:
    statement = sa.text(
        "SELECT coalesce(sum(billed_cost), 0) AS billed, coalesce(sum(effective_cost), 0) AS effective, "
        "coalesce(sum(list_cost), 0) AS list, coalesce(sum(contracted_cost), 0) AS contracted, coalesce(sum(tax), 0) "
        "AS tax "
        "FROM finops.billed_periods WHERE regexp_replace(billing_account_id, :path, '') = :account "
        "AND currency = :currency "
        "AND billing_period_start = :start AND billing_period_end = :end"
    )
    account = account_key(part.account)
    values = {"path": ACCOUNT_PATH, "account": account, "currency": part.currency, "start": part.start, "end": part.end}
    row = connection.execute(statement, values).one()
    return [
        Difference(part.account, f"{part.start:%Y-%m}", part.currency, name, part.amounts[name], getattr(row, name))
        for name in MEASURES
    ]
