"""Answers in sections: each of their numbers is that of a question of its own."""

from dataclasses import replace
from datetime import date

from tests.recomputed.cases.asked import Asked, foot, last_month, month_before, moved_by
from tests.recomputed.recomputed import Recomputed
from tests.recomputed.said import Said, count, money, month


def grew(asked: Asked) -> Recomputed:
    """What grew most and what is behind it, in sections."""
    start, end = last_month(asked)
    question = "which team grew most last month and why"
    _, card = asked.card(question)
    teams = _rising(asked, "team", start, end)
    label, before = month(start), month(month_before(start))
    if not teams:  # nothing rose, which is said with its months
        return Recomputed(question, card, {"section": [label, before, label], "context": foot(asked, start, end)})
    name = teams[0][0]
    inner = "team IS NULL" if name == "unallocated" else f"team = '{name}'"
    services = _rising(replace(asked, where=f"{asked.where} AND {inner}"), "service", start, end)[:3]
    section: list[Said] = [label, money(teams[0][1] - teams[0][2])]
    section += [money(services[0][1] - services[0][2])] if services else []
    section += [*_moves(teams, before), label]
    section += [*_moves(services, before), label] if services else [before, label]
    if len(services) > 1:
        section += [
            cell for _, now, then in services for cell in (label, count(now), before, count(then), count(now - then))
        ]
    section += [before, label]
    sides = [[now for _, now, _ in teams], [then for _, _, then in teams]] if len(teams) > 1 else []
    return Recomputed(question, card, {"section": section, "context": foot(asked, start, end)}, sides)


def _rising(asked: Asked, column: str, start: date, end: date) -> list[tuple[str, float, float]]:
    """What rose: its name, cost and cost of the month before, what rose most first."""
    then = dict(asked.by(column, month_before(start), start))
    rows = [(name, now, then.get(name, 0.0)) for name, now in asked.by(column, start, end)]
    return sorted((row for row in rows if row[1] > row[2]), key=lambda row: row[2] - row[1])[:5]


def _moves(rows: list[tuple[str, float, float]], before: Said) -> list[Said]:
    """How many went up, those with a name; the month before; by how much the first three did."""
    first, *others = [[*moved_by(now, then)] for _, now, then in rows[:3]]
    if not others:
        return [*first, before]
    named = sum(name != "unallocated" for name, *_ in rows)
    return [count(named), before, *first, *(number for numbers in others for number in numbers)]
