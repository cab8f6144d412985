"""Figures as people read them: short in sentences, exact in tables and files."""

from decimal import Decimal, InvalidOperation

Number = Decimal | float | int | str

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
_STEPS = ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "k"))
_LIMIT = Decimal(10) ** 15


def decimal(value: object) -> Decimal | None:
    """The value as a finite number; None when it is none."""
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < _LIMIT else None


def _short(size: Decimal) -> str:
    for step, letter in _STEPS:
        if size >= step * Decimal("0.9995"):
            return (
                f"{size / step:.1f}".removesuffix(".0") + letter if size < 100 * step else f"{size / step:.0f}{letter}"
            )
    if size >= 100 or size == size.to_integral_value():
        return f"{size:.0f}"
    return f"{size:.2f}" if size >= Decimal("0.01") or size == 0 else f"{size:.2g}"


def money(value: Number, currency: str = "USD") -> str:
    """`$12.4k`, `$812`, `€0.42`, `CHF 3.1M`: about three digits, for sentences."""
    amount = decimal(value) or Decimal(0)
    symbol = _SYMBOLS.get(currency)
    unit = symbol if symbol else f"{currency[:10]} "
    return f"{'−' if amount < 0 else ''}{unit}{_short(abs(amount))}"


def exact(value: object) -> str:
    """`7,204.11`; sub-cent amounts keep four digits; anything that is no number as it stands."""
    number = decimal(value)
    if number is None:
        return "" if value is None else str(value)
    if number and abs(number) < Decimal("0.01"):
        return f"{number:.4f}"
    return f"{number:,.2f}"


def percent(share: float | Decimal) -> str:
    """`18 %`; under ten per cent with one decimal, over 1,000 % as a multiple."""
    size = abs(float(share)) * 100
    if size >= 1000:
        return f"×{size / 100:.0f}"
    return f"{size:.0f} %" if size >= 9.95 or size == 0 else f"{size:.1f} %"


def change(now: Number, before: Number, currency: str = "USD") -> str:
    """`up $1.9k (+18 %)`, `down …`, `unchanged`; from nothing there is no per cent."""
    new, old = decimal(now) or Decimal(0), decimal(before) or Decimal(0)
    delta = new - old
    if abs(delta) < Decimal("0.005"):
        return "unchanged"
    word = "up" if delta > 0 else "down"
    if old <= 0:
        return f"{word} {money(abs(delta), currency)} from {money(old, currency)}"
    sign = "+" if delta > 0 else "−"
    return f"{word} {money(abs(delta), currency)} ({sign}{percent(delta / old)})"
