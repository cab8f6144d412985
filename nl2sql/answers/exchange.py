"""Exchange of amounts into another currency, by the exchange rates of `finops.yaml`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeGuard

from config.organisation import Organisation
from nl2sql.execution.run import AnswerRows

_MONEY = re.compile(
    r"cost|spen[dt]|saving|saved|amount|change|difference|delta|previous|before|credit|tax|budget|price|expected|low_|high_|impact|forecast|left_over"
)
_OTHER = re.compile(r"percent|pct|share|ratio|_rate|quantity|count|rank|growth|_id$")


@dataclass(frozen=True)
class Exchange:
    """An exchange into one currency; `rates` are units of a currency per unit of `base`."""

    into: str
    base: str
    rates: dict[str, Decimal]

    def missing(self, currencies: Sequence[str]) -> str | None:
        """The first currency that has no rate, the target included; None when all can be exchanged."""
        return (
            next((name for name in (self.into, *currencies) if self._rate(name) is None), None)
            if set(currencies) != {self.into}
            else None
        )

    def _rate(self, currency: str) -> Decimal | None:
        return Decimal(1) if currency == self.base else self.rates.get(currency)

    def factor(self, currency: str) -> float:
        """The factor for amounts of a currency. Raises KeyError for a currency without a rate."""
        out, into = self._rate(currency), self._rate(self.into)
        if currency == self.into:
            return 1.0
        if out is None or into is None:
            raise KeyError(currency)
        return float(into / out)

    def applied(self, answer: AnswerRows, currency: str, *, every: bool = False) -> AnswerRows:
        """The rows with their amounts exchanged (`every`: each number but
        shares); rows that differed in nothing but their currency become one.
        """
        at = answer.columns.index("currency") if "currency" in answer.columns else None
        money = self.amounts(answer, every=every)
        rows = []
        for row in answer.rows:
            factor = self.factor(str(row[at]) if at is not None and row[at] else currency)
            cells = [cell * factor if i in money and _is_number(cell) else cell for i, cell in enumerate(row)]
            if at is not None:
                cells[at] = self.into
            rows.append(cells)
        if at is not None:
            rows = _together(rows, money)
        return replace(
            answer,
            rows=tuple(tuple(round(cell, 6) if isinstance(cell, float) else cell for cell in row) for row in rows),
        )

    def note(self, currencies: Sequence[str], *, in_sql: bool = False) -> str:
        """A sentence with the rates for the reader; empty when nothing was exchanged."""
        rates = [f"1 {name} = {self.factor(name):.4g} {self.into}" for name in currencies if name != self.into]
        where = "" if in_sql else " The SQL is in the bill's currency."
        return f"Exchanged by the rates of finops.yaml: {', '.join(rates)}.{where}" if rates else ""

    def amounts(self, answer: AnswerRows, *, every: bool = False) -> list[int]:
        """The places of the columns that are exchanged: those named as money, or `every` number but shares."""
        numbers = [i for i in range(len(answer.columns)) if any(_is_number(row[i]) for row in answer.rows)]
        named = [(i, answer.columns[i]) for i in numbers]
        return [i for i, name in named if (every or _MONEY.search(name)) and not _OTHER.search(name)]


def exchange(into: str, organisation: Organisation) -> Exchange:
    """The exchange into a currency by the organisation's rates."""
    return Exchange(into, organisation.currency, organisation.exchange_rates)


def _is_number(cell: object) -> TypeGuard[int | float]:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _together(rows: list[list[object]], money: Sequence[int]) -> list[list[object]]:
    """Add up rows with the same labels; leave the rows as they are when they also hold numbers that are not money."""
    if any(_is_number(cell) for row in rows for i, cell in enumerate(row) if i not in money):
        return rows
    sums: dict[tuple[object, ...], list[object]] = {}
    for row in rows:
        labels = tuple(cell for i, cell in enumerate(row) if i not in money)
        if labels not in sums:
            sums[labels] = row
            continue
        sum_row = sums[labels]
        for i in money:
            if _is_number(row[i]):
                sum_row[i] = float(str(sum_row[i] or 0)) + float(str(row[i]))
    return list(sums.values())
