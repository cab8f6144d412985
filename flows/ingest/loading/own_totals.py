"""What a file's own cost column adds up to beside what was stored of it: to the cent, or the load says what differs."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from analysis.wording.formatting import exact
from flows.ingest.loading.placing.supersede import LeafChange
from flows.ingest.loading.reading.bill import Bill

_CENT = Decimal("0.005")  # half of it: the file's sums are floats


def as_json(bill: Bill) -> dict[str, dict[str, dict[str, str]]]:
    """The file's own sums by month and currency, under the measure that they are."""
    shown: dict[str, dict[str, dict[str, str]]] = {}
    if bill.native:
        for (month, currency), amount in sorted(bill.own.items()):
            shown.setdefault(month, {})[currency] = {bill.native.measure: f"{amount:.2f}"}
    return shown


def differences(bills: Sequence[Bill], changes: Sequence[LeafChange]) -> Iterator[tuple[Bill, str]]:
    """The files whose sums are not what stands of them, with a sentence; the files of one kind count together."""
    native = [bill for bill in bills if bill.native]
    if len(native) < len(bills) or any(change.dropped for change in changes):
        return  # rows of other files stand in the same periods, or copies were left out: the load says so
    stands: dict[tuple[str, str, str], Decimal] = {}
    for change in changes:
        for part in change.parts:
            if part.load:
                for measure in ("billed", "effective"):
                    key = (change.leaf.month, part.currency, measure)
                    stands[key] = stands.get(key, Decimal(0)) + part.amounts[measure]
    for measure in ("billed", "effective"):
        mine = [bill for bill in native if bill.native and bill.native.measure == measure]
        for month, currency in sorted({key for bill in mine for key in bill.own}):
            own = Decimal(repr(sum(bill.own.get((month, currency), 0.0) for bill in mine)))
            stored = stands.get((month, currency, measure), Decimal(0))
            if abs(own - stored) > _CENT:
                yield mine[0], _sentence(mine, month, currency, measure, own, stored)


def _sentence(bills: Sequence[Bill], month: str, currency: str, measure: str, own: Decimal, stored: Decimal) -> str:
    rejected = sum(bill.rejected for bill in bills)
    why = f": rows were rejected ({rejected:,})" if rejected else ""
    return (
        f"Of {month} the {measure} cost that was stored is {exact(stored)} {currency}, "
        f"the file's own column adds up to {exact(own.quantize(Decimal('0.01')))}{why}."
    )
