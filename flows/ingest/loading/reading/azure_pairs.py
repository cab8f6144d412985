"""Azure's actual and amortized exports of one month are one bill: which file of a delivery is which."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from flows.ingest.formats import azure_costs
from flows.ingest.formats.azure_costs import Kind, Periods
from flows.ingest.loading.reading.bill import Bill
from flows.ingest.roads import files
from flows.ingest.roads.pieces import BrokenFileError


def joined(bills: Sequence[Bill]) -> list[Bill]:
    """The files, those of Azure's exports with the mapping of their kind.

    A file shows its kind by how commitments cost in it; one without any is of the kind of the files beside it in its
    folder, else of what its path says.
    """
    azure = [bill for bill in bills if azure_costs.is_azure(bill.native)]
    if not azure:
        return list(bills)
    looked = {bill.digest: _look(bill) for bill in azure}
    kinds = {bill.digest: _kind(bill, azure, {digest: kind for digest, (kind, _) in looked.items()}) for bill in azure}
    amortized: Periods = frozenset().union(
        *(looked[bill.digest][1] for bill in azure if kinds[bill.digest] == "amortized")
    )
    actual: Periods = frozenset().union(*(looked[bill.digest][1] for bill in azure if kinds[bill.digest] == "actual"))
    both = amortized & actual
    return [
        replace(bill, native=azure_costs.mapping(bill.head.columns, kinds[bill.digest], looked[bill.digest][1] & both))
        if bill.digest in kinds
        else bill
        for bill in bills
    ]


def _look(bill: Bill) -> tuple[Kind | None, Periods]:
    kinds: set[Kind] = set()
    periods: set[tuple[str, str]] = set()
    try:
        for piece in files.read_pieces(bill.file, bill.head):
            shown, held = azure_costs.kind_and_periods(bill.head.columns, piece.frame)
            kinds |= shown
            periods |= held
    except BrokenFileError:
        pass  # told when the file is loaded
    return ("amortized" if kinds == {"amortized"} else "actual" if kinds else None), frozenset(periods)


def _kind(bill: Bill, azure: Sequence[Bill], shown: dict[str, Kind | None]) -> Kind | None:
    own = shown[bill.digest]
    if own:
        return own
    folder = PurePosixPath(bill.file.label).parent
    beside = {shown[other.digest] for other in azure if PurePosixPath(other.file.label).parent == folder} - {None}
    if len(beside) == 1:
        return beside.pop()
    path = bill.file.label.casefold()
    words = [kind for kind in ("amortized", "actual") if kind in path]
    return words[0] if len(words) == 1 else None  # type: ignore[return-value]  # the words are the kinds
