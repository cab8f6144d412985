"""Figures as people read them: short in sentences, exact in tables and files."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

Number = Decimal | float | int | str

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
_WHOLE = {"CLP", "ISK", "JPY", "KRW", "VND"}  # currencies of bills without a smaller unit (ISO 4217): no decimals
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


def _short(size: Decimal, currency: str) -> str:
    for step, letter in _STEPS:
        if size >= step * Decimal("0.9995"):
            return (
                f"{size / step:.1f}".removesuffix(".0") + letter if size < 100 * step else f"{size / step:.0f}{letter}"
            )
    return f"{size:.0f}" if size >= 100 or size == size.to_integral_value() else _small(size, currency)


def _small(size: Decimal, currency: str) -> str:
    if size >= 1 and currency in _WHOLE:
        return f"{size:.0f}"
    return f"{size:.2f}" if size >= Decimal("0.01") or size == 0 else f"{size:.2g}"


def _full(size: Decimal, currency: str) -> str:
    for step, letter in _STEPS[:2]:
        if size >= step * Decimal("0.99995"):
            return f"{size / step:.2f}{letter}"
    if size >= Decimal("9999.5"):
        return f"{size / 1000:.1f}k"
    return f"{size:,.0f}" if size >= 100 else _small(size, currency)


def _signed(amount: Decimal, currency: str, size: str) -> str:
    return f"{'−' if amount < 0 else ''}{_SYMBOLS.get(currency, f'{currency[:10]} ')}{size}"


def money(value: Number, currency: str = "USD") -> str:
    """`$12.4k`, `$812`, `€0.42`, `CHF 3.1M`: about three digits, for sentences."""
    amount = decimal(value) or Decimal(0)
    return _signed(amount, currency, _short(abs(amount), currency))


def full_money(value: Number, currency: str = "USD") -> str:
    """`$12.4k`, `$1,234`, `€0.42`, `CHF 3.12M`: three to four digits, for the figure of an answer."""
    amount = decimal(value) or Decimal(0)
    return _signed(amount, currency, _full(abs(amount), currency))


def exact(value: object, currency: str = "USD") -> str:
    """`7,204.11`, of yen `7,204`; amounts below the smallest unit keep four digits; what is no number as it stands."""
    number = decimal(value)
    if number is None:
        return "" if value is None else str(value)
    whole = currency in _WHOLE
    if number and abs(number) < (1 if whole else Decimal("0.01")):
        return f"{number:.4f}"
    return f"{number:,.0f}" if whole else f"{number:,.2f}"


def percent(share: float | Decimal) -> str:
    """`18 %`; under ten per cent with one decimal, over 1,000 % as a multiple."""
    size = abs(float(share)) * 100
    if size >= 1000:
        return f"×{size / 100:.0f}"
    return f"{size:.0f} %" if size >= 9.95 or size == 0 else f"{size:.1f} %"


def change(now: Number, before: Number, currency: str = "USD") -> str:
    """`up $1.9k (+18 %)`, `down …`, `unchanged`; from nothing there is no per cent."""
    return _change(now, before, currency, money, percent)


def full_change(now: Number, before: Number, currency: str = "USD") -> str:
    """`up $1,934 (+18.4 %)`: `change` with the digits of `full_money`."""
    return _change(
        now, before, currency, full_money, lambda share: percent(share) if share >= 10 else f"{share * 100:.1f} %"
    )


def _change(
    now: Number, before: Number, currency: str, amount: Callable[[Number, str], str], share: Callable[[Decimal], str]
) -> str:
    new, old = decimal(now) or Decimal(0), decimal(before) or Decimal(0)
    delta = new - old
    if abs(delta) < Decimal("0.005"):
        return "unchanged"
    word = "up" if delta > 0 else "down"
    if old <= 0:
        return f"{word} {amount(abs(delta), currency)} from {amount(old, currency)}"
    return f"{word} {amount(abs(delta), currency)} ({'+' if delta > 0 else '−'}{share(abs(delta / old))})"
