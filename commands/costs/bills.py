"""Bills in."""

import re
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.acting import AsOption, connect, permitted, read_organisation, read_settings
from commands.printing import Format, FormatOption, TableFormat, TableFormatOption, print_json, print_rows

if TYPE_CHECKING:
    from config.organisation import Organisation
    from db.database import Database
    from flows.ingest.loading.result import IngestResult


def ingest(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help="Files, globs, folders or s3:// addresses of FOCUS exports (CSV or Parquet, also packed: gzip, zip, "
            "tar …)",
        ),
    ],
    source: Annotated[
        str | None,
        typer.Option(
            help="Name of the source; default: the one of finops.yaml whose paths these are, else the one under which "
            "the billing account stands, else provider and billing account"
        ),
    ] = None,
    take_over: Annotated[
        bool, typer.Option("--take-over", help="Move accounts here that stand under another source")
    ] = False,
    accept_shrink: Annotated[
        bool, typer.Option("--accept-shrink", help="Load a period although more than a fifth of what stands would go")
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="YYYY-MM",
            help="Load years of exports month by month, from this billing month on; run it again to go on after a stop",
        ),
    ] = None,
    person: AsOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """Load bills. Files given together are one delivery: it replaces its
    billing periods, and the same delivery twice changes nothing.
    """
    from flows.ingest.loading.delivery import ingest as ingest_delivery

    settings = read_settings()
    organisation = read_organisation(settings)
    actor = permitted(settings, organisation, person, "run_flow")
    choices: dict[str, Any] = {"source": source, "take_over": take_over, "accept_shrink": accept_shrink}
    choices["actor"] = actor.id
    if since is not None:
        result = _backfill(paths, since, connect(settings), organisation, format, choices)
    else:
        with _progress(format is Format.TEXT) as progress:
            result = ingest_delivery(paths, connect(settings), organisation, progress=progress, **choices)
    if format is Format.JSON:
        print_json(result.to_json())
    else:
        typer.echo(result.to_text())
    if result.failed:
        raise typer.Exit(1)


def _backfill(
    paths: list[str],
    since: str,
    database: "Database",
    organisation: "Organisation",
    format: Format,
    choices: dict[str, Any],
) -> "IngestResult":
    """Years of bills, with what is done so far on stderr."""
    from config.errors import UserError
    from flows.ingest.backfill import backfill
    from flows.ingest.watching import shown

    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", since, re.ASCII):
        raise UserError(f"{since!r} is no month; write --since as 2025-01.")
    with shown(told=format is Format.TEXT) as report:
        return backfill(paths, since, database, organisation, report, **choices)


LimitOption = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most so many rows")]


def loads(
    load: Annotated[
        int | None, typer.Option("--rejected", metavar="ID", help="The rows of this file that were not taken")
    ] = None,
    stands: Annotated[bool, typer.Option("--stands", help="What stands, by account, month and currency")] = False,
    limit: LimitOption = 50,
    person: AsOption = None,
    format: TableFormatOption = TableFormat.TEXT,
) -> None:
    """Deliveries: their files, what became of each, rejected rows, and what stands of each account and month."""
    from analysis.wording.formatting import exact
    from domain.flows import deliveries

    settings = read_settings()
    permitted(settings, read_organisation(settings), person, "run_flow")
    with connect(settings).owner.connect() as connection:
        if load is not None:
            rows = deliveries.rejected(connection, load, limit)
            columns: tuple[str, ...] = ("row_number", "reason", "content")
        elif stands:
            rows = deliveries.standing(connection, limit)
            columns = (
                "source",
                "billing_account_id",
                "period",
                "currency",
                "rows",
                "billed_cost",
                "effective_cost",
                "tax",
            )
        else:
            rows = deliveries.deliveries(connection, limit)
            columns = ("id", "finished_at", "status", "source", "billing_periods", "rows", "rejected", "billed", "path")
            for row in rows:
                row["billed"] = [
                    f"{exact(sums['billed'], currency)} {currency}" for currency, sums in (row["totals"] or {}).items()
                ]
    _print(rows, columns, format)


def tags(
    limit: LimitOption = 100,
    person: AsOption = None,
    format: TableFormatOption = TableFormat.TEXT,
) -> None:
    """Tag keys of the newest month: how much of the cost bears each, and which are one key to the allocation rules."""
    from domain.flows import deliveries
    from flows.ingest.formats.tags import plain_key
    from lake.place import place_of

    settings = read_settings()
    organisation = read_organisation(settings)
    permitted(settings, organisation, person, "run_flow")
    database = connect(settings)
    with database.owner.connect() as connection:
        rows = deliveries.tag_keys(connection, place_of(database), limit)
    rules: dict[str, list[str]] = {}
    for name in ("team", "environment", "application"):
        for key in {plain_key(key) for rule in getattr(organisation.allocation, name) for key in rule.tag}:
            rules.setdefault(key, []).append(name)
    spellings: dict[str, list[str]] = {}
    for key in dict.fromkeys(row["key"] for row in rows):  # a key stands once for each currency
        spellings.setdefault(plain_key(key), []).append(key)
    for row in rows:
        plain = plain_key(row["key"])
        row["allocates"] = ", ".join(rules.get(plain, ()))
        row["same_as"] = ", ".join(key for key in spellings[plain] if key != row["key"])
        row["share"] = float(row["share"] or 0)
    _print(rows, ("key", "currency", "share", "values", "allocates", "same_as"), format)


def reconcile(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH...]", help="Files of the bill, as the provider has them now")
    ] = None,
    invoice: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="The invoice's total with tax, as 1234.56, instead of files")
    ] = None,
    invoices: Annotated[
        bool, typer.Option("--invoices", help="Every invoice whose details the provider delivered (FOCUS 1.4)")
    ] = False,
    period: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="The invoice's month")] = None,
    account: Annotated[str | None, typer.Option(help="Billing account of the invoice; default: all")] = None,
    currency: Annotated[str | None, typer.Option(help="Currency of the invoice, where there are several")] = None,
    person: AsOption = None,
    format: TableFormatOption = TableFormat.TEXT,
) -> None:
    """Hold what stands against files or invoices, to the cent; exit 1 where they differ. Nothing is changed."""
    from decimal import Decimal, InvalidOperation

    from config.errors import UserError
    from flows.ingest.loading.reconcile import with_files, with_invoice, with_invoice_details

    settings = read_settings()
    organisation = read_organisation(settings)
    permitted(settings, organisation, person, "run_flow")
    if invoice is not None:
        try:
            amount = Decimal(invoice)
        except InvalidOperation as error:
            raise UserError(f"{invoice!r} is not an amount; write it as 1234.56.") from error
        if period is None:
            raise UserError("Name the invoice's month with --period, as 2026-05.")
        differences = with_invoice(amount, period, connect(settings), account, currency)
    elif invoices:
        differences = with_invoice_details(connect(settings), period)
    elif paths:
        differences = with_files(paths, connect(settings), organisation)
    else:
        raise UserError("Name files of the bill, the invoice's total with --invoice and --period, or --invoices.")
    rows = [
        {
            "account": one.account,
            "period": one.period,
            "currency": one.currency,
            "measure": one.measure,
            "expected": f"{one.expected:f}",
            "stands": f"{one.stands:f}",
            "difference": f"{one.amount:f}",
        }
        for one in differences
    ]
    _print(rows, ("account", "period", "currency", "measure", "expected", "stands", "difference"), format)
    if any(abs(one.amount) >= Decimal("0.005") for one in differences):
        raise typer.Exit(1)


def _print(rows: list[dict[str, Any]], columns: tuple[str, ...], format: TableFormat) -> None:
    print_rows(rows, columns, [[_cell(row[name]) for name in columns] for row in rows], format)


def _cell(value: object) -> object:
    """Lists joined, times to the minute."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value


def _progress(shown: bool) -> Any:
    from flows.progress import bar, silent

    return bar() if shown and sys.stderr.isatty() else silent()
