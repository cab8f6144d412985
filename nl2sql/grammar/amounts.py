"""Amounts of money as people read them."""

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}


def money(amount: float, currency: str = "USD") -> str:
    """An amount for people: `$812`, `$12.4k`, `$3.21M`, `-$0.42`."""
    size, sign = abs(amount), "-" if amount < 0 else ""
    for step, suffix, digits in ((1e9, "B", 2), (1e6, "M", 2), (1e4, "k", 1)):
        if size >= step:
            return f"{sign}{_sign(currency)}{size / (1e3 if suffix == 'k' else step):.{digits}f}{suffix}"
    return f"{sign}{_sign(currency)}{size:,.0f}" if size >= 100 else f"{sign}{_sign(currency)}{size:,.2f}"


def _sign(currency: str) -> str:
    return _SIGNS.get(currency, f"{currency} ")
