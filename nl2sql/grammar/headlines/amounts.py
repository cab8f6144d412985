"""Amounts of money as people read them."""

from analysis import formatting


def money(amount: float, currency: str = "USD") -> str:
    """An amount for people, as cards say it: `$812`, `$12.4k`, `$3.21M`, `−$0.42`."""
    return formatting.money(amount, currency)
