"""What is written down of a delivery."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import audit
from db.database import Database
from db.tables import AuditEntry
from tests.flows.conftest import Bill, Load, rows


def test_a_load_is_in_the_audit_log(clean_database: Database, load: Load, bill: Bill) -> None:
    """Who loaded what, once: the same delivery again changes nothing, and a refused one loaded nothing."""
    files = bill(rows(3), "a.csv"), bill(rows(2, BillingAccountId="7", ResourceId="i-x"), "b.csv")
    load(*files, actor="U0OLGA0001", source="aws")
    load(*files, actor="U0OLGA0001", source="aws")
    load(bill(rows(1, BilledCost="nothing"), "c.csv"), source="aws")
    with Session(clean_database.app) as session:
        entries = session.scalars(sa.select(AuditEntry).where(AuditEntry.action.startswith("bills."))).all()
        assert [(one.actor, one.action, one.subject) for one in entries] == [("U0OLGA0001", "bills.loaded", "aws")]
        details = entries[0].details
        assert (details["rows"], details["rejected"], details["billing_periods"]) == (5, 0, ["2026-09"])
        assert [str(name).rpartition("/")[2] for name in details["files"]] == ["a.csv", "b.csv"]
        assert isinstance(audit.verify(session), audit.Intact)
