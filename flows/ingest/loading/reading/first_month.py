"""The billing month of a file's first rows."""

from collections.abc import Iterator
from contextlib import closing

from config.sections.bills import Allocation
from flows.ingest.formats import focus
from flows.ingest.loading.reading.bill import Bill, focus_pieces, open_bill
from flows.ingest.roads.pieces import BillFile, BrokenFileError


def first_month(file: BillFile) -> str | None:
    """`YYYY-MM`, the first of those in the file's first piece; None where nothing can be read."""
    bill = open_bill(file, "")
    return next(_months(bill), None) if isinstance(bill, Bill) else None


def _months(bill: Bill) -> Iterator[str]:
    reader = focus.Reader(bill.layout, Allocation())
    try:
        with closing(focus_pieces(bill)) as pieces:
            for piece in pieces:
                held = reader.check(piece).rows.get_column(focus.MONTH)
                if held.len():
                    yield str(held.min())
    except BrokenFileError:
        return
