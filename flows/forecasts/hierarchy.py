"""Forecasts of teams, accounts, services, environments and providers made to add up to the total's, with what no scope
of its own is forecast for as one more part.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from analysis.forecasts.reconcile import add_up, raised, stepped
from analysis.forecasts.series import DAY, Forecast, KnownStep, Series, step_amounts
from domain import forecasts_view

Key = tuple[str, str, str]  # scope kind, label, currency
Keyed = dict[Key, tuple[Mapping[str, str], Series]]
REST = "\N{HORIZONTAL ELLIPSIS} rest"  # label of a part that stands for all that is too small to be forecast alone
_NOTHING = 1e-6  # of the total's cost, under which there is no rest
_LOOKED_AT = 182  # days of the rest


def with_rests(series: Keyed) -> Keyed:
    """The series, and for each way of dividing a total the part that none of its scopes has."""
    rests: Keyed = {}
    for key, (_, total) in series.items():
        if key[0] != "total":
            continue
        for kind, parts in _divisions(series, key[2]).items():
            rest = _rest(total, [series[part][1] for part in parts])
            if rest is not None:
                rests[kind, REST, key[2]] = ({kind: REST}, rest)
    return series | rests


def _divisions(keys: Mapping[Key, object], currency: str) -> dict[str, list[Key]]:
    """The keys of each way of dividing the total of a currency: by scopes of one dimension."""
    by_kind: dict[str, list[Key]] = {}
    for key in keys:
        if key[0] in forecasts_view.DIMENSIONS and key[2] == currency:
            by_kind.setdefault(key[0], []).append(key)
    return by_kind


def _rest(total: Series, parts: Sequence[Series]) -> Series | None:
    """The total's last days less the parts'; None where nothing is left."""
    days = min(len(total.values), _LOOKED_AT)
    start = total.end - days * DAY
    values = total.values[-days:].copy()
    for part in parts:
        first = max((part.start - start).days, 0)
        skipped = max((start - part.start).days, 0)
        values[first : first + len(part.values) - skipped] -= part.values[skipped:][: days - first]
    least = _NOTHING * float(np.nansum(np.abs(total.values[-days:])))
    left = np.where(np.abs(values) * days > least, values, np.where(np.isfinite(values), 0.0, np.nan))
    return Series(start, left) if np.nansum(np.abs(left)) > least else None


def added_up(forecasts: Mapping[Key, Forecast], steps: Mapping[Key, Sequence[KnownStep]]) -> dict[Key, Forecast]:
    """The forecasts, without the rests, so that every division adds up to its total; known steps come on top.

    A step that none of a division's scopes has is spread over them by what they cost.
    """
    result = dict(forecasts)
    for key in [key for key in forecasts if key[0] == "total"]:
        divisions = _divisions(forecasts, key[2])
        listed = [[forecasts[part] for part in parts] for parts in divisions.values()]
        result[key], moved = add_up(forecasts[key], listed)
        for parts, reconciled in zip(divisions.values(), moved, strict=True):
            result |= dict(zip(parts, reconciled, strict=True))
        result |= _spread(result, key, divisions, steps)
    with_steps = {key: stepped(forecast, steps.get(key, ())) for key, forecast in result.items()}
    return {key: forecast for key, forecast in with_steps.items() if key[1] != REST}


def _spread(
    forecasts: Mapping[Key, Forecast],
    total: Key,
    divisions: Mapping[str, Sequence[Key]],
    steps: Mapping[Key, Sequence[KnownStep]],
) -> dict[Key, Forecast]:
    """Parts with their share of the total's known steps that no part of their division has itself."""
    whole, spread = forecasts[total], {}
    expected = step_amounts(steps.get(total, ()), whole.start, len(whole.mean))
    for parts in divisions.values():
        own = sum(
            (step_amounts(steps.get(part, ()), whole.start, len(whole.mean)) for part in parts),
            np.zeros(len(whole.mean)),
        )
        left = expected - own
        sizes = np.array([max(float(forecasts[part].mean.sum()), 0.0) for part in parts])
        if not left.any() or not sizes.sum():
            continue
        for part, share in zip(parts, sizes / sizes.sum(), strict=True):
            spread[part] = raised(forecasts[part], left * share)
    return spread
