"""How easily each scope alerts: what `finops.yaml` says, and what people asked for by an alert's button."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.organisation import LEVELS, Organisation
from db.tables import Insight

FEWER = "fewer"  # an insight's feedback: fewer alerts of its scope


def rules(session: Session, organisation: Organisation) -> list[tuple[Mapping[str, str], float]]:
    """Scopes and their factors; a scope that people want fewer alerts of goes before the file's word on it."""
    asked = session.scalars(
        sa.select(Insight.scope).where(Insight.kind == "anomaly", Insight.feedback == FEWER).order_by(Insight.id)
    )
    fewer: list[tuple[Mapping[str, str], float]] = [(dict(scope), LEVELS["fewer"]) for scope in asked]
    return fewer + [(dict(rule.scope.pairs()), rule.factor) for rule in organisation.anomalies.sensitivity]
