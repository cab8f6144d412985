"""Advice of the clouds, kept among the recommendations: a newer export takes the place of the older."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from db.tables import Recommendation, Resource
from flows.ingest.formats.recommendations import RecommendationFile, Recommended, about_cost
from flows.ingest.loading.result import LoadedFile
from flows.ingest.roads import files
from flows.ingest.roads.pieces import BillFile, BrokenFileError, Head

ADVICE = "advice:"  # begins the fingerprint of what a cloud advises
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_ACCOUNTS = sa.text(
    "SELECT DISTINCT ON (account_id) account_id, account FROM finops.daily_costs WHERE account_id = ANY(:ids) "
    "AND account IS NOT NULL ORDER BY account_id, usage_date DESC"
)


@dataclass(frozen=True)
class RecommendationBill:
    """A file of a delivery that holds advice instead of charges."""

    file: BillFile
    digest: str
    head: Head
    layout: RecommendationFile

    @property
    def format(self) -> str:
        """As loads name it."""
        return self.layout.advisor


def keep(connection: sa.Connection, bill: RecommendationBill, now: datetime) -> LoadedFile:
    """Store the advice about cost; what an account's newer export no longer names is gone. A file that cannot be read
    is passed over with the reason, as no cost hangs on it. Commit is the caller's.
    """
    try:
        rows = list(about_cost(bill.layout, _rows(bill)))
    except (ValueError, BrokenFileError) as fault:
        return LoadedFile(bill.file.label, "skipped", bill.format, error=f"{bill.format} was left out: {fault}")
    advised = list({one.id: one for one in sorted(filter(None, rows), key=_age)}.values())
    changed = _store(connection, advised, now)
    others = len(rows) - sum(one is not None for one in rows)
    return LoadedFile(
        bill.file.label,
        "loaded" if changed else "unchanged",
        bill.format,
        rows=len(advised),
        note=f"{others:,} of {len(rows):,} are not about cost, or save nothing." if others else None,
        beside_charges=True,
    )


def _age(one: Recommended) -> tuple[bool, datetime]:
    """Google's table has every day's advice: of one the newest counts."""
    return (one.updated_at is not None, one.updated_at or _LONG_AGO)


def _rows(bill: RecommendationBill) -> Iterator[Sequence[str | None]]:
    names = [str(position) for position in range(len(bill.head.columns))]
    for piece in files.read_pieces(bill.file, bill.head):
        yield from piece.frame.select(names).iter_rows()


def _store(connection: sa.Connection, advised: Sequence[Recommended], now: datetime) -> int:
    """How many recommendations are new or other than what stood."""
    seen_at = min(now, max((one.updated_at for one in advised if one.updated_at), default=now))
    values = [_values(one, seen_at, *_placed(connection, one)) for one in advised]
    changed = 0
    for row in values:
        statement = insert(Recommendation).values(**row, created_at=now)
        new: dict[str, Any] = {name: statement.excluded[name] for name in row if name != "fingerprint"}
        new["status"] = sa.case(  # what a person decided stays, until the cloud says that it is done
            (statement.excluded.status != "open", statement.excluded.status),
            (Recommendation.status == "gone", "open"),
            else_=Recommendation.status,
        )
        differs = sa.or_(
            *(
                getattr(Recommendation, name).is_distinct_from(value)
                for name, value in new.items()
                if name != "evidence"
            )
        )
        changed += connection.execute(
            statement.on_conflict_do_update(index_elements=["fingerprint"], set_=new, where=differs)
        ).rowcount
    return changed + _close(connection, values)


def _values(one: Recommended, seen_at: datetime, account: str | None, team: str | None) -> dict[str, Any]:
    return {
        "fingerprint": f"{ADVICE}{one.advisor}:{one.id}",
        "kind": one.kind,
        "resource_id": one.resource_id,
        "account": account,
        "team": team,
        "current_state": one.current,
        "proposed_state": one.proposed,
        "monthly_savings": one.monthly_savings,
        "currency": one.currency,
        "confidence": "medium",
        "evidence": {"summary": one.proposed, "source": one.advisor},
        "status": one.status,
        "last_seen_at": seen_at,
    }


def _placed(connection: sa.Connection, one: Recommended) -> tuple[str | None, str | None]:
    """Account and team as the bills and the inventory name them."""
    known = connection.execute(
        sa.select(Resource.account, Resource.team).where(Resource.resource_id == one.resource_id)
    ).first()
    if known is not None:
        return known.account, known.team
    names = {row.account_id: row.account for row in connection.execute(_ACCOUNTS, {"ids": [one.account]})}
    return names.get(one.account, one.account), None


def _close(connection: sa.Connection, values: Sequence[Mapping[str, Any]]) -> int:
    """Advice of the same advisors for the same accounts that is no longer given."""
    advisors = sorted({str(row["evidence"]["source"]) for row in values})
    statement = sa.update(Recommendation).where(
        Recommendation.status == "open",
        Recommendation.fingerprint.not_in([row["fingerprint"] for row in values]),
        sa.or_(*(Recommendation.fingerprint.startswith(f"{ADVICE}{name}:") for name in advisors), sa.false()),
        Recommendation.account.in_({row["account"] for row in values}),
    )
    return connection.execute(statement.values(status="gone")).rowcount
