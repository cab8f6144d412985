"""Files that others stage: the delivery is the same, and where one fails nothing stands."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from config.errors import UserError
from config.organisation import Organisation
from db.database import Database
from flows.ingest.loading.delivery import ingest
from flows.ingest.loading.reading.apart import StagedFile, can_go_apart, stage_apart
from flows.ingest.loading.reading.bill import Bill
from flows.ingest.roads.pieces import BillFile
from tests.flows.conftest import Bill as WriteBill
from tests.flows.conftest import all_rows, rows, state

ORGANISATION = Organisation.model_validate(
    {"allocation": {"team": [{"tag": "team"}]}, "sources": [{"name": "cloud", "paths": ["/nowhere/*.csv"]}]}
)


def other(count: int, **changes: str) -> list[dict[str, str]]:
    """Rows of another account."""
    return rows(count, BillingAccountId="5555", Tags='{"team": "search"}', **changes)


class Elsewhere:
    """Stages as another process would, one file alone; `broken` are the digests of files that it fails at."""

    def __init__(self, database: Database, broken: Sequence[int] = ()) -> None:
        self.database, self.broken, self.asked = database, broken, 0

    def __call__(self, bills: Sequence[Bill], source: str) -> Mapping[str, StagedFile | BaseException]:
        self.asked += 1
        return {
            bill.digest: UserError("no room there")
            if number in self.broken
            else stage_apart(bill.file, bill.digest, source, self.database, ORGANISATION)
            for number, bill in enumerate(bills)
            if can_go_apart(bill)
        }


def plain(result: Any) -> Any:
    """A result without times."""
    return {**result.to_json(), "loads": [{**load, "seconds": 0} for load in result.to_json()["loads"]]}


def test_a_delivery_is_the_same_whoever_reads_its_files(clean_database: Database, bill: WriteBill) -> None:
    """Rows, totals, rejections and what stands; the same delivery again is known."""
    bad = {**other(1)[0], "EffectiveCost": "x"}
    files = [str(bill(rows(3), "a.csv")), str(bill([*other(200), bad], "b.csv")), str(bill(rows(2), "c.csv"))]
    elsewhere = Elsewhere(clean_database)
    found = plain(ingest(files, clean_database, ORGANISATION, source="cloud", stager=elsewhere))
    stood = state(clean_database)
    assert stood["charges"][0] == found["rows"]
    again = ingest(files, clean_database, ORGANISATION, source="cloud", stager=elsewhere)
    assert {load.status for load in again.loads} == {"unchanged"}
    assert elsewhere.asked == 1
    wanted = plain(ingest(files, clean_database, ORGANISATION, source="cloud", take_over=True))
    assert state(clean_database) == stood
    for one, two in zip(found["loads"], wanted["loads"], strict=True):
        assert {**one, "before": None} == {**two, "before": None}
    assert found["rejected"] == wanted["rejected"] == 1


def test_where_one_fails_nothing_stands(clean_database: Database, bill: WriteBill) -> None:
    """And nothing is left in the lake of those that did not."""
    files = [str(bill(rows(3), "a.csv")), str(bill(other(2), "b.csv"))]
    with pytest.raises(UserError, match="no room there"):
        ingest(files, clean_database, ORGANISATION, source="cloud", stager=Elsewhere(clean_database, [0]))
    assert state(clean_database)["charges"] == (0, 0)
    before = set(Path(clean_database.lake).rglob("*.parquet"))
    refused = bill([{**one, "EffectiveCost": "x"} for one in other(2)], "b.csv")
    result = ingest(
        [files[0], str(refused)], clean_database, ORGANISATION, source="cloud", stager=Elsewhere(clean_database)
    )
    assert result.failed
    assert set(Path(clean_database.lake).rglob("*.parquet")) == before


def test_files_without_a_named_source_stay_together(clean_database: Database, bill: WriteBill) -> None:
    """Whose they are is seen from all of them."""
    elsewhere = Elsewhere(clean_database)
    files = [str(bill(rows(3), "a.csv")), str(bill(other(2), "b.csv"))]
    assert not ingest(files, clean_database, Organisation(), stager=elsewhere).failed
    assert elsewhere.asked == 0
    assert len(all_rows(clean_database, "SELECT name FROM finops.sources")) == 2


def test_a_file_that_a_worker_does_not_see_is_named(clean_database: Database, bill: WriteBill, tmp_path: Path) -> None:
    """Or fetched by its address, where that still has the same content."""
    path = bill(rows(3), "a.csv")
    gone = BillFile(tmp_path / "temporary" / "a.csv", str(path))
    with pytest.raises(UserError, match="see the same folders"):
        stage_apart(gone, "another content", "cloud", clean_database, ORGANISATION)
