"""A card beside what plain SQL says of the same data, and where the two differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.recomputed.said import Day, Number, Said, agree, charted, numbers, parts


@dataclass(frozen=True)
class Recomputed:
    """`true` has the numbers of each part of the card in the order in which they should be read; `charted` the values
    of each series. The fallback, the picture's text and the chart's title may say again what stands elsewhere and
    nothing else.
    """

    name: str
    card: Mapping[str, Any]
    true: Mapping[str, Sequence[Said]]
    charted: Sequence[Sequence[float | None]] = ()
    names: tuple[str, ...] = ()
    also: Sequence[Said] = field(default=())
    """What the fallback says besides."""


def faults(one: Recomputed) -> list[str]:
    """A sentence for each number that is not what the data say, for each that is missing and each that is too many."""
    found: dict[str, list[Said]] = {}
    for part, text in parts(dict(one.card)):
        found.setdefault(part, []).extend(numbers(text, one.names))
    wrong = []
    for part in sorted({*found, *one.true} - {"text", "alt", "chart"}):
        wrong += _differences(part, found.get(part, []), list(one.true.get(part, ())))
    wrong += _drawn(charted(dict(one.card)), one.charted)
    told = [*(said for part in one.true.values() for said in part), *one.also]
    told += [
        Number(value, unit, 0)
        for series in one.charted
        for value in series
        if value is not None
        for unit in ("", "money")
    ]
    for part in ("text", "alt", "chart"):
        for said in found.get(part, []):
            if not any(agree(said, true) for true in told) and not (part == "alt" and isinstance(said, Day)):
                wrong.append(f"the {part} says {said.text!r}, which nothing bears out")
    return [f"{one.name}: {fault}" for fault in wrong]


def _differences(part: str, found: Sequence[Said], true: Sequence[Said]) -> list[str]:
    if len(found) != len(true):
        shown = ", ".join(repr(said.text) for said in found)
        return [f"the {part} says {len(found)} numbers ({shown}), not {len(true)} ({', '.join(map(_plain, true))})"]
    return [
        f"the {part} says {said.text!r}, not {_plain(right)}"
        for said, right in zip(found, true, strict=True)
        if not agree(said, right)
    ]


def _plain(said: Said) -> str:
    if isinstance(said, Day):
        return f"{said.year}-{said.month:02d}-{said.day:02d}"
    return f"{said.value:,.4f} {said.unit}".strip()


def _drawn(found: Sequence[Sequence[float | None]], true: Sequence[Sequence[float | None]]) -> list[str]:
    if [len(values) for values in found] != [len(values) for values in true]:
        return [f"the chart has {[len(values) for values in found]} values, not {[len(values) for values in true]}"]
    return [
        f"the chart shows {shown} at {place} of series {number}, not {right}"
        for number, (values, rights) in enumerate(zip(found, true, strict=True))
        for place, (shown, right) in enumerate(zip(values, rights, strict=True))
        if (shown is None) != (right is None)
        or (shown is not None and right is not None and abs(shown - right) > 0.0051)
    ]
