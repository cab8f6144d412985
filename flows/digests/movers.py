"""Which services moved against usual days, and why the first of them did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from analysis.wording.formatting import money
from db.outgoing.messages import DigestTable
from flows.digests import usual
from flows.digests.usual import Excess

USUAL_WEEKS = 4
_MOVERS = 8
_CENT = 0.01
_MOVES = 0.01  # of the cost, under which nothing has moved


@dataclass(frozen=True)
class Move:
    """A service's cost now and on usual days."""

    service: str
    now: float
    before: float

    @property
    def change(self) -> float:
        """What it costs more than usual."""
        return self.now - self.before


def same_days(through: date, span: int, week: int) -> list[date]:
    """The same days some weeks before."""
    return [through - timedelta(days=7 * week + day) for day in range(span)]


def moves(
    session: Session, scope: Mapping[str, str], through: date, span: int, currency: str, odd: Sequence[Excess]
) -> list[Move]:
    """Services by how far they are from usual: the mean of the same days of the four weeks before without what known
    anomalies brought, which adds up over services.
    """
    where = " AND ".join(f"{name} IS NOT DISTINCT FROM :scope_{name}" for name in scope) or "true"
    same = [day for week in range(1, USUAL_WEEKS + 1) for day in same_days(through, span, week)]
    sql = f"""SELECT service, coalesce(sum(effective_cost) FILTER (WHERE usage_date > :start), 0) AS now,
                     coalesce(sum(effective_cost) FILTER (WHERE usage_date <= :start), 0) AS usual
              FROM finops.daily_costs WHERE {where} AND currency = :currency AND charge_category = 'Usage'
              AND (usage_date > :start AND usage_date <= :end OR usage_date = ANY(:usual))
              GROUP BY service ORDER BY service"""  # noqa: S608 - its names are constants, its values are bound
    bound = {f"scope_{name}": value for name, value in scope.items()}
    periods = {"start": through - timedelta(days=span), "end": through, "usual": same, "currency": currency}
    rows = session.execute(sa.text(sql), {**bound, **periods})
    service_moves = [
        Move(row.service, float(row.now), (float(row.usual) - usual.beyond(odd, same, row.service)) / USUAL_WEEKS)
        for row in rows
    ]
    return sorted(service_moves, key=lambda move: -abs(move.change))[:_MOVERS]


def sentence(
    session: Session, scope: Mapping[str, str], moves: Sequence[Move], through: date, span: int, currency: str
) -> str:
    """The service that moved most, with its reason where an insight knows one;
    nothing where it moved by less than a hundredth of the cost.
    """
    delta = moves[0].change if moves else 0.0
    if abs(delta) < _MOVES * sum(move.now for move in moves):
        return ""
    sql = """SELECT evidence->'cause'->>'why' FROM finops.insights WHERE kind = 'anomaly' AND service = :service
        AND closed_at IS NULL
             AND evidence->>'direction' = :direction AND (team IS NOT DISTINCT FROM :team OR :team IS NULL)
             ORDER BY id DESC LIMIT 1"""
    asked = {"service": moves[0].service, "direction": "up" if delta >= 0 else "down", "team": scope.get("team")}
    why = session.scalar(sa.text(sql), asked)
    sign = "+" if delta >= 0 else "−"
    return (
        f"Mover: {moves[0].service} {sign}{money(abs(delta), currency)} against a usual "
        f"{like(through, span)}{f'; {why}' if why else ''}."
    )


def like(through: date, span: int) -> str:
    """What is compared with: a week, or the weekday."""
    return "week" if span == 7 else f"{through:%A}"


def table(moves: Sequence[Move], through: date, span: int, currency: str) -> DigestTable:
    """Those that moved by a cent or more."""
    rows = [
        [move.service, money(move.now, currency), f"{'+' if move.change > 0 else ''}{money(move.change, currency)}"]
        for move in moves
        if abs(move.change) >= _CENT
    ]
    return DigestTable(
        title="Movers", columns=["Service", "Cost", f"Against a usual {like(through, span)}"], rows=rows, right=[1, 2]
    )
