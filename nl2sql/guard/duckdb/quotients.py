"""Quotients, means and products: numeric in Postgres, double in DuckDB, where 2.01 / 2 is a little less than 1.005."""

from typing import Final

from sqlglot import exp

from nl2sql.guard.duckdb.build import cast

_OWN: Final = "product"  # marks a cast to double that is ours
_LEAST_PLACES: Final = 9  # a double of up to some millions holds as many


def as_double(value: exp.Expr) -> exp.Expr:
    """A factor as a double, which a product has room in."""
    factor = exp.cast(value, "double")
    factor.meta[_OWN] = True
    return factor


def exact(value: exp.Expr, places: int) -> exp.Expr:
    """The decimal that a value is in Postgres, before it is cut to `places`; as it is where it is none or is exact."""
    casts = [one for one in value.find_all(exp.Cast) if one.to.this in (exp.DType.DOUBLE, exp.DType.FLOAT)]
    ours = [one for one in casts if one.meta.get(_OWN)]
    if len(ours) < len(casts) or not (ours or value.find(exp.Div, exp.Avg)):
        return value
    return cast(value, f"decimal(38, {min(max(places + 4, _LEAST_PLACES), 30)})")
