"""What the bills do not hold, though a question names it: kinds of charges that only meters tell. Pure."""

from collections.abc import Sequence
from typing import Any

from nl2sql.grammar.draft import Refusal
from nl2sql.grammar.query import CostQuery

_METER, _MACHINE_TYPE = "usage_type", "instance_type"


def nothing_metered(query: CostQuery, rows: Sequence[Sequence[Any]]) -> Refusal | None:
    """The refusal where no charge has such a meter: `snapshots` in bills whose meters do not tell them is not 0."""
    meters = [one for one in query.filters if one.dimension == _METER and one.contains and not one.negated]
    types = [one for one in query.filters if one.dimension == _MACHINE_TYPE and not one.negated]
    empty = all(cell in (None, 0, 0.0) for row in rows for cell in row if not isinstance(cell, str))
    if not (meters or types) or not empty:
        return None
    if types:
        return Refusal(f"No charge of {query.period.label} names {types[0].label} as its machine type.", outside=True)
    parts = " or ".join(f"“{part}”" for part in meters[0].values[:2])
    label = meters[0].label
    return Refusal(
        f"No charge of {query.period.label} has a meter with {parts} in its name, by which I would know {label}.",
        outside=True,
    )
