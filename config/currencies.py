"""How much a unit of a currency is worth, to the order of magnitude: for thresholds and order, never for figures."""

ROUGH = {
    **dict.fromkeys(("CNY", "DKK", "HKD", "NOK", "PLN", "SEK", "TRY", "ZAR", "MXN", "CZK", "THB", "TWD", "UAH"), 10.0),
    **dict.fromkeys(("INR", "JPY", "PHP", "RUB", "ISK", "HUF", "KES", "EGP", "PKR", "BDT", "LKR"), 100.0),
    **dict.fromkeys(("KRW", "CLP", "ARS", "NGN", "KZT", "COP"), 1_000.0),
    **dict.fromkeys(("IDR", "VND"), 10_000.0),
}
"""Units that make a dollar, rounded to a power of ten; 1 where none is given."""


def rough_rate(currency: str, base: str) -> float:
    """Units of `currency` per unit of `base`, to the power of ten."""
    return ROUGH.get(currency, 1.0) / ROUGH.get(base, 1.0)
