"""Rule on growth: functions whose result grows with an argument get a bound on it."""

import re
from typing import Final

from sqlglot import exp

from nl2sql.guard.growth.constants import date_in_days, interval_in_days, number

MAX_SERIES: Final = 100_000
MAX_REPEAT: Final = 1_000
_OPEN_SERIES: Final = 10_000  # rows of a numeric series whose end the data decide
_MAX_DAYS: Final = 36_525.0  # a century
_FIRST_DAY, _LAST_DAY = 0.0, 84_000.0  # 1970 to about 2200, in days since 1970
MAX_EXPONENT: Final = 400  # a numeric may have 131,072 digits, and computing them takes long
_GROWING: Final = frozenset({"repeat", "lpad", "rpad"})
_MULTIPLYING: Final = frozenset({"replace", "regexp_replace", "translate", "format", "array_to_string", *_GROWING})


def growth(tree: exp.Expr) -> str | None:
    """Refuse series, paddings and powers that are too long; where the data
    decide the length, put a bound into the tree.
    """
    for power in tree.find_all(exp.Pow):
        if _is_huge(power.expression):
            return f"An exponent may be at most {MAX_EXPONENT}."
    for call in list(tree.find_all(exp.Anonymous)):
        problem = None
        if call.this == "generate_series":
            problem = _series(call)
        elif call.this in _GROWING:
            problem = _padding(call)
        elif call.this == "format":
            problem = _format(call)
        elif call.this in ("power", "pow") and len(call.expressions) == 2 and _is_huge(call.expressions[1]):
            problem = f"An exponent may be at most {MAX_EXPONENT}."
        if problem:
            return problem
    return None


def _is_huge(exponent: exp.Expr) -> bool:
    value = number(exponent)
    return value is not None and abs(value) > MAX_EXPONENT


def series_rows(call: exp.Anonymous) -> float:
    """A guess at the rows of a function that returns several; exact where its arguments are constants."""
    if call.this != "generate_series":
        sizes = [len(item.expressions) for item in call.expressions if isinstance(item, exp.Array)]
        return float(max(sizes)) if sizes else 100.0
    exact = _constant_rows(call.expressions)
    if exact is not None:
        return exact
    step = interval_in_days(call.expressions[2]) if len(call.expressions) > 2 else None
    return 3_660.0 / step if step else float(_OPEN_SERIES)


def _constant_rows(arguments: list[exp.Expr]) -> float | None:
    if len(arguments) not in (2, 3):
        return None
    step = 1.0
    start, stop = number(arguments[0]), number(arguments[1])
    if start is None or stop is None:
        start, stop = date_in_days(arguments[0]), date_in_days(arguments[1])
        stride = interval_in_days(arguments[2]) if len(arguments) == 3 else None
    else:
        stride = number(arguments[2]) if len(arguments) == 3 else 1.0
    if start is None or stop is None or stride is None:
        return None
    step = stride or 1e-9
    return max(0.0, (stop - start) / step) + 1


def _series(call: exp.Anonymous) -> str | None:
    arguments = call.expressions
    if len(arguments) not in (2, 3):
        return "generate_series takes a start, an end and a step."
    rows = _constant_rows(arguments)
    if rows is not None:
        return None if rows <= MAX_SERIES else f"generate_series would make more than {MAX_SERIES:,} rows."
    if len(arguments) == 2 or number(arguments[2]) is not None:
        return _open_numbers(call)
    step = interval_in_days(arguments[2])
    if step is None or abs(step) < 1 / 24:
        return "A series of dates needs a constant step of at least an hour, like INTERVAL '1 day'."
    if any(_reaches_far(bound) for bound in arguments[:2]):
        return "The series of dates is too long."
    return None


def _open_numbers(call: exp.Anonymous) -> str | None:
    """Bound the end of a numeric series by its start: the data cannot make it longer than `_OPEN_SERIES`."""
    start, stop = call.expressions[:2]
    step = number(call.expressions[2]) if len(call.expressions) == 3 else 1.0
    if step is None or step < 1:
        return "A series of numbers whose ends are not constants needs a step of at least 1."
    limit = exp.Add(this=exp.Paren(this=start.copy()), expression=exp.Literal.number(int(_OPEN_SERIES * step)))
    stop.replace(exp.Anonymous(this="least", expressions=[stop.copy(), limit]))
    return None


def _reaches_far(bound: exp.Expr) -> bool:
    """Whether constants in a date expression could move it by more than a century, or out of the range of bills."""
    if isinstance(bound, exp.Literal) and date_in_days(bound) is None:
        return True
    for node in bound.walk():
        if isinstance(node, exp.Cast) and isinstance(node.this, exp.Literal) and node.to.this is not exp.DType.INTERVAL:
            day = date_in_days(node)
            if day is None or not _FIRST_DAY <= day <= _LAST_DAY:
                return True
        elif isinstance(node, exp.Mul | exp.Pow):
            factors = [_weight(part) for part in (node.this, node.expression)]
            if factors[0] * factors[1] > _MAX_DAYS or isinstance(node, exp.Pow):
                return True
        elif isinstance(node, exp.Interval | exp.Literal) and _weight(node) > _MAX_DAYS:
            return True
    return False


def _weight(node: exp.Expr) -> float:
    value = number(node)
    if value is None:
        value = None if isinstance(node, exp.Literal) else interval_in_days(node)
    if value is None and isinstance(node, exp.Interval):
        return float("inf")
    return abs(value) if value is not None else 1.0


def _padding(call: exp.Anonymous) -> str | None:
    if len(call.expressions) < 2:
        return f"{call.this} takes a text and a length."
    above = call.parent
    while above is not None and not isinstance(above, exp.Query):
        if (isinstance(above, exp.Anonymous) and above.this in _MULTIPLYING) or isinstance(above, exp.GroupConcat):
            return f"{call.this} inside another function that lengthens texts is not allowed."
        above = above.parent
    length = call.expressions[1]
    constant = number(length)
    if constant is None:
        length.replace(exp.Anonymous(this="least", expressions=[length.copy(), exp.Literal.number(MAX_REPEAT)]))
        return None
    return None if constant <= MAX_REPEAT else f"{call.this} may make texts of at most {MAX_REPEAT:,} characters."


def _format(call: exp.Anonymous) -> str | None:
    pattern = call.expressions[0] if call.expressions else None
    if not (isinstance(pattern, exp.Literal) and pattern.is_string):
        return "format needs its pattern as a text."
    return "That width in format is not allowed." if re.search(r"\*|\d{4,}", pattern.name) else None
