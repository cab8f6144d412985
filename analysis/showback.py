"""Shared costs split over teams, exactly: the parts of a cost add up to it to the last digit."""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

_EXACT = Decimal("0.0001")
Split = Literal["even", "proportional", "fixed"]


def split(
    cost: Decimal, how: Split, own: Mapping[str, Decimal], shares: Mapping[str, float]
) -> dict[str | None, Decimal]:
    """A team's part of a shared cost, None for what nobody bears. `own` is what
    each team spends by itself; `shares` are parts of 1 for `fixed`.

    `even` and `proportional` are over the teams that spend something by themselves; without one, nobody bears it.
    """
    weights = _weights(how, {team: spent for team, spent in own.items() if spent > 0}, shares)
    parts: dict[str | None, Decimal] = {
        team: (cost * weight).quantize(_EXACT, ROUND_HALF_EVEN) for team, weight in sorted(weights.items()) if weight
    }
    left = cost - sum(parts.values(), Decimal(0))
    whole = sum(weights.values(), Decimal(0))
    if parts and abs(whole - 1) < Decimal("0.000001"):  # what rounding leaves goes to the largest part
        largest = max(parts, key=lambda team: (abs(parts[team]), str(team)))
        parts[largest] += left
    elif left:
        parts[None] = left
    return parts


def _weights(how: Split, own: Mapping[str, Decimal], shares: Mapping[str, float]) -> dict[str, Decimal]:
    if how == "fixed":
        return {team: Decimal(str(share)) for team, share in shares.items()}
    if how == "even":
        return {team: Decimal(1) / len(own) for team in own}
    total = sum(own.values(), Decimal(0))
    return {team: spent / total for team, spent in own.items()}
