"""What is asked of each FOCUS row, as expressions over a whole piece, and what is told of the rows that fail."""

import json
from typing import TYPE_CHECKING, TypeAlias

from db import focus

if TYPE_CHECKING:
    import polars as pl

Check: TypeAlias = "tuple[pl.Expr, str]"  # the condition under which a row fails, and the reason
TEXT_CAP = 4_096  # characters; no identifier or description of a provider is longer
JSON_CAP = 65_536
_CONTENT_CAP = 200  # characters kept of each field of a rejected row
_NUMBER = r"^\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?\s*$"  # not \d, which takes digits that Postgres does not
_BEYOND_ANY_BILL = 1e15  # a cost of this size is a fault of the export; one such row would drown every sum
_COSTS = ("billed_cost", "effective_cost", "list_cost", "contracted_cost")
_CURRENCY = "^[A-Z]{3}$"


def of(frame: "pl.DataFrame", names: dict[str, str], may_hold_nul: bool, mended: bool) -> list[Check]:
    """The checks of this piece, the plainest reason first; `names` are the file's columns, ours -> as people know them."""
    found = [*_value_checks(frame), *_length_checks(frame, names)]
    if may_hold_nul:
        found += _holding("\0", "a NUL byte", names)
    if mended:
        found += _holding("\ufffd", "bytes that are not UTF-8", names)
    return [(condition.fill_null(value=False), reason) for condition, reason in found]


def _value_checks(frame: "pl.DataFrame") -> list[Check]:
    """Conditions under which a row fails, each with its reason, the plainest first."""
    import polars as pl

    checks = [(pl.col("overflow").is_not_null(), "more fields than the header has")]
    checks += [(pl.col(column.name).is_null(), f"{column.focus} is missing") for column in focus.COLUMNS if column.required]
    providers = ("provider_name", "service_provider_name", "publisher_name")
    checks.append((pl.all_horizontal(pl.col(name).is_null() for name in providers), "ProviderName is missing"))
    for column in focus.COLUMNS:
        name, text = column.name, frame.get_column(column.name)
        if text.null_count() == frame.height:
            continue
        if column.kind == "decimal":
            checks.append((~pl.col(name).str.contains(_NUMBER), f"{column.focus} is not a decimal number"))
            if name in _COSTS:
                size = pl.col(name).str.strip_chars().cast(pl.Float64, strict=False).abs()
                checks.append((size >= _BEYOND_ANY_BILL, f"{column.focus} is larger than any bill"))
        elif column.kind == "time":
            checks.append((pl.col(name).is_not_null() & pl.col(f"{name}|time").is_null(), f"{column.focus} is not an ISO 8601 time"))
        elif column.kind == "json":
            checks.append((pl.col(name).is_not_null() & pl.col(f"{name}|json").is_null(), f"{column.focus} is not a JSON object"))
    checks += [
        (pl.col("charge_period_end|time") < pl.col("charge_period_start|time"), "ChargePeriodEnd is before ChargePeriodStart"),
        (pl.col("billing_period_end|time") <= pl.col("billing_period_start|time"), "BillingPeriodEnd is not after BillingPeriodStart"),
        (
            ~pl.col("charge_category").is_in(list(focus.CHARGE_CATEGORIES)),
            f"ChargeCategory is none of {', '.join(focus.CHARGE_CATEGORIES)}",
        ),
        (~pl.col("billing_currency").str.contains(_CURRENCY), "BillingCurrency is not an ISO 4217 code"),
    ]
    return checks


def _length_checks(frame: "pl.DataFrame", names: dict[str, str]) -> list[Check]:
    import polars as pl

    caps = {column.name: JSON_CAP for column in focus.COLUMNS if column.kind == "json"}
    longest = frame.select(pl.col(list(names)).str.len_bytes().max()).row(0, named=True)
    return [
        (
            pl.col(name).str.len_chars() > caps.get(name, TEXT_CAP),
            f"{written} is longer than {caps.get(name, TEXT_CAP):,} characters",
        )
        for name, written in names.items()
        if (longest[name] or 0) > caps.get(name, TEXT_CAP)
    ]


def _holding(text: str, what: str, names: dict[str, str]) -> list[Check]:
    import polars as pl

    return [(pl.col(name).str.contains(text, literal=True), f"{written} holds {what}") for name, written in names.items()]


def worth(frame: "pl.DataFrame") -> dict[str, float]:
    """Absolute cost by currency ("" where that is none), billed or effective, whichever is more, as far as it can be read."""
    import polars as pl

    costs = [pl.col(name).cast(pl.Float64, strict=False).abs().fill_nan(0) for name in ("billed_cost", "effective_cost")]
    cost = pl.when(pl.max_horizontal(costs).is_finite()).then(pl.max_horizontal(costs)).otherwise(0.0)
    currency = pl.when(pl.col("billing_currency").str.contains(_CURRENCY)).then("billing_currency").otherwise(pl.lit("")).alias("currency")
    return dict(frame.group_by(currency).agg(cost.sum().alias("cost")).select("currency", "cost").iter_rows())


def explain(bad: "pl.DataFrame", checks: list[Check], names: dict[str, str]) -> "pl.DataFrame":
    """`row_number`, the first reason, and the row's fields as JSON under the file's names, long ones cut."""
    import polars as pl

    schema = {"row_number": pl.Int64, "reason": pl.String, "content": pl.String}
    if not bad.height:
        return pl.DataFrame(schema=schema)
    reason = pl.coalesce([pl.when(condition).then(pl.lit(text)) for condition, text in checks])
    numbers = bad.select("row_number", reason.alias("reason"))
    contents = [
        json.dumps(
            {names[key]: value[:_CONTENT_CAP].replace("\0", "␀") for key, value in row.items() if value is not None}, ensure_ascii=False
        )
        for row in bad.select(list(names)).iter_rows(named=True)
    ]
    return numbers.with_columns(pl.Series("content", contents, dtype=pl.String))
