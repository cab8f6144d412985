"""Deduplicates findings of nested scopes: reports each cause once, at the scope that explains it best."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.anomalies.scopes import covers, touches

NOBODYS = "unallocated"
CARRIES = 0.7  # share of a wider scope's impact that makes a narrower one its explanation
OWNED = 1 / 0.9  # a scope that names its team counts for so much more: of two that carry the same, the owner's is told
CAUSES = 3  # a wider scope may be explained by this many separate narrower ones


@dataclass(frozen=True)
class ScopedFinding:
    """A finding of one day at one level."""

    scope: Mapping[str, str]  # empty for the total
    impact: float  # actual less expected, currency a day


@dataclass(frozen=True)
class Cause:
    """One piece of news and the findings that are the same news at other levels."""

    seen: int  # index of the finding to tell
    same: tuple[int, ...]  # indexes of the others


def causes(findings: Sequence[ScopedFinding]) -> tuple[Cause, ...]:
    """One cause for every separate story of a day, the largest first; every finding belongs to exactly one."""
    found = [cause for up in (True, False) for cause in _of_direction(findings, up=up)]
    return tuple(sorted(found, key=lambda cause: -abs(findings[cause.seen].impact)))


def _of_direction(findings: Sequence[ScopedFinding], *, up: bool) -> list[Cause]:
    left = {index for index, finding in enumerate(findings) if (finding.impact >= 0) is up}
    told: list[Cause] = []
    while left:
        root = min(left, key=lambda index: (len(findings[index].scope), -abs(findings[index].impact), index))
        chosen = _explanations(findings, left, root)
        for index in chosen:
            same = _same_news(findings, left - set(chosen), index)
            left -= {*same, index}
            told.append(Cause(index, tuple(sorted(same))))
        if root in left:  # explained by several causes together: it is news of the largest of them
            left.discard(root)
            first = told[-len(chosen)]
            told[-len(chosen)] = Cause(first.seen, tuple(sorted({*first.same, root})))
    return told


def _explanations(findings: Sequence[ScopedFinding], left: set[int], root: int) -> list[int]:
    """The narrowest finding that carries the root's impact; else up to three
    disjoint ones together; else the root itself.
    """
    wanted = CARRIES * abs(findings[root].impact)
    narrower = [index for index in left if index != root and touches(findings[index].scope, findings[root].scope)]
    carrying = [index for index in narrower if abs(findings[index].impact) >= wanted]
    if carrying:
        return [
            max([*carrying, root], key=lambda index: (len(findings[index].scope), _weight(findings[index]), -index))
        ]
    separate: list[int] = []
    for index in sorted(narrower, key=lambda index: (-len(findings[index].scope), -_weight(findings[index]), index)):
        if all(not touches(findings[index].scope, findings[other].scope) for other in separate):
            separate.append(index)
    separate = sorted(separate, key=lambda index: -abs(findings[index].impact))[:CAUSES]
    if len(separate) > 1 and sum(abs(findings[index].impact) for index in separate) >= wanted:
        return separate
    return [root]


def _weight(finding: ScopedFinding) -> float:
    owned = finding.scope.get("team", NOBODYS) != NOBODYS
    return abs(finding.impact) * (OWNED if owned else 1.0)


def _same_news(findings: Sequence[ScopedFinding], left: set[int], told: int) -> set[int]:
    """Findings inside the told scope, and wider or crossing ones that it explains."""
    scope, impact = findings[told].scope, abs(findings[told].impact)
    return {
        index
        for index in left
        if touches(findings[index].scope, scope)
        and (covers(scope, findings[index].scope) or impact >= CARRIES * abs(findings[index].impact))
    }
