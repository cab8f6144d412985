"""Whether the sentence over an answer is true: its figures, scope, period and direction against the rows and the SQL,
read independently of whoever wrote the sentence.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from analysis.wording.formatting import money
from nl2sql.answers.outcomes import Answer
from nl2sql.answers.sql_summary import about
from nl2sql.dates.periods import label

_MONEY = r"(?:[$€£¥]|[A-Z]{3} )(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?[kMB]?"
_AMOUNT = re.compile(rf"(?<![\w.])[−-]?{_MONEY}")
_LIMIT = re.compile(rf"(?:over|under|between) ({_MONEY})(?: and ({_MONEY}))?")
_MOVED = re.compile(rf"(?P<way>up|down) (?P<amount>{_MONEY})")
_ALL = "all spend"
_CALLED_ALL = re.compile(rf": {_ALL},")


def untruths(answer: Answer, asked: dict[str, Any], today: date) -> list[str]:
    """What is not true in the headline of an answer, each in a few words; `says` and `never_says` of the question are
    words that have to stand in it, or must not.
    """
    text = answer.text.split("\n")[0]
    lowered = text.casefold()
    found = [*_amounts(text, answer), *_scope(text, answer, today), *_direction(text, answer)]
    found += [f"does not say “{words}”" for words in asked.get("says", ()) if words.casefold() not in lowered]
    found += [f"says “{words}”" for words in asked.get("never_says", ()) if words.casefold() in lowered]
    return found


def _amounts(text: str, answer: Answer) -> Iterator[str]:
    """Every amount of money is that of a row, of a column's sum, or the difference or average of such."""
    if not answer.currency or answer.currency == "several" or answer.sections:
        return
    known = {money(abs(value), answer.currency) for value in _values(answer.rows)}
    limits = {amount for pair in _LIMIT.findall(text) for amount in pair}
    for amount in _AMOUNT.findall(text):
        plain = amount.replace("-", "−")
        if plain.lstrip("−") not in known and plain not in limits:
            yield f"{amount} is in no row and no sum"


def _values(rows: Sequence[Sequence[Any]]) -> Iterator[float]:
    columns: dict[int, list[float]] = {}
    for row in rows:
        figures = [(at, float(cell)) for at, cell in enumerate(row) if _is_figure(cell)]
        for at, figure in figures:
            columns.setdefault(at, []).append(figure)
            yield figure
        for _, one in figures:
            yield from (one - other for _, other in figures)
    sums = [sum(column) for column in columns.values()]
    yield from sums
    yield from (one - other for one in sums for other in sums)
    yield from (sum(column) / len(column) for column in columns.values())
    yield from _by_label(rows)


def _by_label(rows: Sequence[Sequence[Any]]) -> Iterator[float]:
    """The sums of a figure over the rows that share a label: a month of all teams, a team over all months."""
    sums: dict[tuple[int, str, int], float] = {}
    for row in rows:
        for place, name in enumerate(row):
            for at, cell in enumerate(row):
                if isinstance(name, str) and _is_figure(cell):
                    sums[place, name, at] = sums.get((place, name, at), 0.0) + float(cell)
    yield from sums.values()
    totals: dict[tuple[int, int], list[float]] = {}
    for (place, _, at), amount in sums.items():
        totals.setdefault((place, at), []).append(amount)
    yield from (sum(parts) / len(parts) for parts in totals.values())


def _is_figure(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _scope(text: str, answer: Answer, today: date) -> Iterator[str]:
    """What narrows the rows is named, or a part is not called all; and the days are those that were read."""
    lowered = text.casefold()
    summary = about(answer.sql, today)
    if summary.scope and _CALLED_ALL.search(text) and not _share(answer):
        yield f"calls {', '.join(summary.scope)} {_ALL}"
    if answer.period is None or answer.sections:
        return
    start, end = (date.fromisoformat(day) for day in answer.period)
    if label(start, end).casefold() not in lowered:
        yield f"does not say {label(start, end)}"


def _share(answer: Answer) -> bool:
    return "share_percent" in answer.columns


def _direction(text: str, answer: Answer) -> Iterator[str]:
    """`up` and `down` as the change of the row that is named, or of all rows."""
    if "change" not in answer.columns or answer.sections:
        return
    at = list(answer.columns).index("change")
    changes = [(row, float(row[at])) for row in answer.rows if _is_figure(row[at])]
    if not changes or not answer.currency:
        return
    moves = {("up" if change > 0 else "down", money(abs(change), answer.currency)) for _, change in changes}
    total = sum(change for _, change in changes)
    moves.add(("up" if total > 0 else "down", money(abs(total), answer.currency)))
    for found in _MOVED.finditer(text):
        if (found["way"], found["amount"]) not in moves:
            yield f"{found['way']} {found['amount']} is no row's change"
