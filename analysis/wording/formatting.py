"""Figures as people read them: short in sentences, exact in tables and files."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

Number = Decimal | float | int | str

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
# ISO 4217: currencies without a smaller unit.
WHOLE = frozenset(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()  # noqa: SIM905 - a list of codes
)
# From an amount on, rounded up to it included: what it is divided by, its letter, its decimals.
_STEPS = (
    (Decimal("999_995_000"), Decimal(10) ** 9, "B", 2),
    (Decimal("999_950"), Decimal(10) ** 6, "M", 2),
    (Decimal("9_999.5"), Decimal(10) ** 3, "k", 1),
)
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


def _short(size: Decimal, whole: bool) -> str:
    for least, step, letter, digits in _STEPS:
        if size >= least:
            short = f"{size / step:.{digits}f}"
            return (short.rstrip("0").removesuffix(".") if "." in short else short) + letter
    if whole or size >= Decimal("99.995") or size == size.to_integral_value():
        return f"{size:,.0f}"
    return f"{size:.2f}"


def money(value: Number, currency: str = "USD") -> str:
    """`$12.4k`, `$2,310`, `$812`, `€0.42`, `¥42`, `CHF 3.12M`: for sentences, the same wherever it is said; what is
    less than a half cent is `under 1 cent`, less than a half yen `under ¥1`.
    """
    amount = decimal(value) or Decimal(0)
    symbol = _SYMBOLS.get(currency)
    unit = symbol if symbol else f"{currency[:10]} "
    whole = currency in WHOLE
    if whole and 0 < abs(amount) < Decimal("0.5"):
        return f"under {unit}1"
    if 0 < abs(amount) < Decimal("0.005"):
        return "under 1 cent" if currency in ("USD", "EUR") else f"under {unit}0.01"
    return f"{'−' if amount < 0 else ''}{unit}{_short(abs(amount), whole)}"


def exact(value: object, currency: str | None = None) -> str:
    """`7,204.11`; sub-cent amounts keep four digits, a currency without cents has none; anything that is no number as
    it stands.
    """
    number = decimal(value)
    if number is None:
        return "" if value is None else str(value)
    if currency in WHOLE:
        return f"{number.quantize(Decimal(1), ROUND_HALF_UP) + 0:,}"
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
    """`up $1,900 (+18 %)`, `down …`, `unchanged`; from nothing there is no per cent."""
    new, old = decimal(now) or Decimal(0), decimal(before) or Decimal(0)
    delta = new - old
    if abs(delta) < Decimal("0.005"):
        return "unchanged"
    word = "up" if delta > 0 else "down"
    if old <= 0:
        return f"{word} {money(abs(delta), currency)} from {money(old, currency)}"
    sign = "+" if delta > 0 else "−"
    return f"{word} {money(abs(delta), currency)} ({sign}{percent(delta / old)})"


def measure(value: float, unit: str) -> str:
    """`76.7 %`, `12.5 minutes`; under a minute `4 seconds`."""
    if unit == "minutes" and 0 < value < 1:
        seconds = max(1, round(60 * value))
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    return f"{value:.3g} {unit}"
