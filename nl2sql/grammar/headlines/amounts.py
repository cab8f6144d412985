"""Amounts of money as people read them."""

from analysis.wording import formatting
from nl2sql.grammar.query import Threshold


def money(amount: float, currency: str = "USD") -> str:
    """An amount for people, as cards say it: `$812`, `$12.4k`, `$3.21M`, `−$0.42`."""
    return formatting.money(amount, currency)


def limits(threshold: Threshold, currency: str) -> str:
    """`over $7,000`, `between $5.00 and $60.0k`, `under 10 %`."""

    def amount(of: float) -> str:
        return f"{of:g} %" if threshold.percent else money(of, currency)

    if threshold.upto is not None:
        return f"between {amount(threshold.amount)} and {amount(threshold.upto)}"
    return f"{'over' if threshold.over else 'under'} {amount(threshold.amount)}"
