"""What there is to choose from in a modal: the values of each dimension that a
person may see, the largest spenders first.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.access import Actor

_DIMENSIONS = ("team", "account", "service", "environment", "application", "provider", "region")
_MOST = 100
_SQL = """
    SELECT grouped, {names} FROM (
        SELECT GROUPING({names}) AS grouped, {names}, sum(effective_cost) AS cost FROM reporting.daily_costs
        WHERE usage_date > (SELECT max(usage_date) - 35 FROM reporting.daily_costs)
        GROUP BY GROUPING SETS ({sets})) AS sums
    ORDER BY cost DESC"""


def visible(session: Session, actor: Actor) -> dict[str, list[str]]:
    """Dimension -> values of the last five weeks; who sees their own teams only may choose among these."""
    names = ", ".join(_DIMENSIONS)
    sql = _SQL.format(names=names, sets=", ".join(f"({name})" for name in _DIMENSIONS))
    by_dimension: dict[str, list[str]] = {name: [] for name in _DIMENSIONS}
    for row in session.execute(sa.text(sql)):
        bits = int(row.grouped)
        place = next(place for place in range(len(_DIMENSIONS)) if not bits & (1 << (len(_DIMENSIONS) - 1 - place)))
        value = row[1 + place]
        if value and len(by_dimension[_DIMENSIONS[place]]) < _MOST:
            by_dimension[_DIMENSIONS[place]].append(str(value))
    if actor.sees_all:
        return {name: sorted(values, key=str.lower) for name, values in by_dimension.items()}
    return {"team": [team for team in sorted(by_dimension["team"]) if team in actor.teams]}
