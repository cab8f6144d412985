"""How easily each scope alerts: what `finops.yaml` says, and what people asked for by an alert's button."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.organisation import LEVELS, Organisation
from db.tables import Insight
from domain.insights import FEWER


def rules(session: Session, organisation: Organisation) -> list[tuple[Mapping[str, str], float]]:
    """Scopes and their factors; a scope that people want fewer alerts of goes before the file's word on it."""
    fewer = [(scope, LEVELS["fewer"]) for scope in quieted(session)]
    return fewer + [(dict(rule.scope.pairs()), rule.factor) for rule in organisation.anomalies.sensitivity]


def quieted(session: Session) -> list[Mapping[str, str]]:
    """Scopes that people want fewer alerts of."""
    asked = session.scalars(
        sa.select(Insight.scope).where(Insight.kind == "anomaly", Insight.feedback == FEWER).order_by(Insight.id)
    )
    return [dict(scope) for scope in asked]
