"""What is asked of each FOCUS row, as expressions over a whole piece, and what is told of the rows that fail."""

import json
from typing import TYPE_CHECKING, TypeAlias

from db import focus

if TYPE_CHECKING:
    import polars as pl

Check: TypeAlias = "tuple[pl.Expr, str, str | None]"  # when a row fails, the reason, the column whose value is shown
TEXT_CAP = 4_096  # characters; longer texts are cut, longer identities fail
IDENTITIES = ("billing_account_id", "sub_account_id", "resource_id", "invoice_id", "commitment_discount_id")
_SHOWN = 40  # characters of a value that is shown
VALUE_SHOWN = ": “"  # between a reason and the value that it is about
_CONTENT_CAP = 200  # characters kept of each field of a rejected row
# not \d, which takes digits that Postgres does not
_NUMBER = r"^\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?0*[0-9]{1,2})?\s*$"
_BEYOND_ANY_BILL = 1e15  # a cost of this size is a fault of the export; one such row would drown every sum
_LARGEST_WRITTEN = 1e99  # what the pattern takes
_COSTS = ("billed_cost", "effective_cost", "list_cost", "contracted_cost")
_CURRENCY = "^[A-Z]{3}$"


def of(frame: "pl.DataFrame", names: dict[str, str], may_hold_nul: bool) -> list[Check]:
    """The checks of this piece, the plainest reason first; `names` are the
    file's columns, ours -> as people know them.
    """
    import polars as pl

    every = [*_value_checks(frame), *_length_checks(frame, names)]
    if may_hold_nul:
        every += [
            (pl.col(name).str.contains("\0", literal=True), f"{names[name]} holds a NUL byte", None)
            for name in IDENTITIES
            if name in names
        ]
    return [(condition.fill_null(value=False), reason, shown) for condition, reason, shown in every]


def _value_checks(frame: "pl.DataFrame") -> list[Check]:
    """Conditions under which a row fails, each with its reason, the plainest first."""
    import polars as pl

    checks: list[Check] = [(pl.col("overflow").is_not_null(), "more fields than the header has", "overflow")]
    checks += [
        (pl.col(column.name).is_null(), f"{column.focus} is missing", None)
        for column in focus.COLUMNS
        if column.required
    ]
    providers = ("provider_name", "service_provider_name", "publisher_name")
    checks.append((pl.all_horizontal(pl.col(name).is_null() for name in providers), "ProviderName is missing", None))
    for column in focus.COLUMNS:
        values = frame.get_column(column.name)
        if values.null_count() < frame.height and not _are_plain(values, column):
            checks += _kind_checks(column)
    order = (
        ("charge_period_end", "<", "ChargePeriodEnd is before ChargePeriodStart"),
        ("billing_period_end", "<=", "BillingPeriodEnd is not after BillingPeriodStart"),
    )
    for end, sign, reason in order:
        first, last = pl.col(f"{end.replace('_end', '_start')}|time"), pl.col(f"{end}|time")
        checks.append((last < first if sign == "<" else last <= first, reason, end))
    categories = list(focus.CHARGE_CATEGORIES)
    checks += [
        (
            ~pl.col("charge_category").is_in(categories),
            f"ChargeCategory is none of {', '.join(categories)}",
            "charge_category",
        ),
        (
            ~pl.col("billing_currency").str.contains(_CURRENCY),
            "BillingCurrency is not an ISO 4217 code like USD",
            "billing_currency",
        ),
    ]
    return checks


def _are_plain(values: "pl.Series", column: focus.FocusColumn) -> bool:
    """Whether all values of a number's column are numbers that pass: the engine reads them faster than a pattern does.
    False where the pattern has to tell.
    """
    import polars as pl

    if column.kind != "decimal":
        return False
    read = values.cast(pl.Float64, strict=False)
    most = _BEYOND_ANY_BILL if column.name in _COSTS else _LARGEST_WRITTEN
    return read.null_count() == values.null_count() and bool((read.abs() < most).all())  # NaN is larger than any


def _kind_checks(column: focus.FocusColumn) -> list[Check]:
    import polars as pl

    value = pl.col(column.name)
    if column.kind == "time":
        wrong = value.is_not_null() & pl.col(f"{column.name}|time").is_null()
        return [(wrong, f"{column.focus} is not an ISO 8601 time like 2026-05-01T00:00:00Z", column.name)]
    if column.kind != "decimal":
        return []
    checks: list[Check] = [
        (
            ~value.str.contains(_NUMBER),
            f"{column.focus} is not a decimal number like 1234.56",
            column.name,
        )
    ]
    if column.name in _COSTS:
        size = value.cast(pl.Float64, strict=False).abs()
        checks.append((size >= _BEYOND_ANY_BILL, f"{column.focus} is larger than any bill", column.name))
    return checks


def _length_checks(frame: "pl.DataFrame", names: dict[str, str]) -> list[Check]:
    import polars as pl

    present = [name for name in IDENTITIES if name in names]
    longest = frame.select(pl.col(present).str.len_bytes().max()).row(0, named=True) if present else {}
    return [
        (pl.col(name).str.len_chars() > TEXT_CAP, f"{names[name]} is longer than {TEXT_CAP:,} characters", name)
        for name in present
        if (longest[name] or 0) > TEXT_CAP
    ]


def too_long(frame: "pl.DataFrame") -> set[str]:
    """The columns with texts that are cut."""
    import polars as pl

    names = [column.name for column in focus.COLUMNS if column.kind == "text" and column.name not in IDENTITIES]
    longest = frame.select(pl.col(names).str.len_bytes().max()).row(0, named=True)
    return {name for name, length in longest.items() if (length or 0) > TEXT_CAP}


def worth(frame: "pl.DataFrame") -> dict[str, float]:
    """Absolute cost by currency ("" where that is none), billed or effective,
    whichever is more, as far as it can be read.
    """
    import polars as pl

    costs = [
        pl.col(name).cast(pl.Float64, strict=False).abs().fill_nan(0) for name in ("billed_cost", "effective_cost")
    ]
    cost = pl.when(pl.max_horizontal(costs).is_finite()).then(pl.max_horizontal(costs)).otherwise(0.0)
    currency = (
        pl.when(pl.col("billing_currency").str.contains(_CURRENCY))
        .then("billing_currency")
        .otherwise(pl.lit(""))
        .alias("currency")
    )
    return dict(frame.group_by(currency).agg(cost.sum().alias("cost")).select("currency", "cost").iter_rows())


def explain(bad: "pl.DataFrame", checks: list[Check], names: dict[str, str]) -> "pl.DataFrame":
    """`row_number`, the first reason, and the row's fields as JSON under the file's names, long ones cut."""
    import polars as pl

    schema = {"row_number": pl.Int64, "reason": pl.String, "content": pl.String}
    if not bad.height:
        return pl.DataFrame(schema=schema)
    reason = pl.coalesce([pl.when(condition).then(_reason(text, shown)) for condition, text, shown in checks])
    numbers = bad.select("row_number", reason.alias("reason"))
    contents = [
        json.dumps(
            {names[key]: value[:_CONTENT_CAP].replace("\0", "␀") for key, value in row.items() if value is not None},
            ensure_ascii=False,
        )
        for row in bad.select(list(names)).iter_rows(named=True)
    ]
    return numbers.with_columns(pl.Series("content", contents, dtype=pl.String))


def _reason(text: str, shown: str | None) -> "pl.Expr":
    """`BilledCost is not a decimal number like 1234.56: “1,25”`."""
    import polars as pl

    if shown is None:
        return pl.lit(text)
    value = pl.col(shown).fill_null("").str.slice(0, _SHOWN)
    return pl.format("{}" + VALUE_SHOWN + "{}”", pl.lit(text), value)
