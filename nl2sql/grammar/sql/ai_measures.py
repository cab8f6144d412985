"""What AI services are measured in: tokens, requests and hours of GPUs, and what these cost. Line items know them."""

from typing import Final

from sqlglot import exp

# metric -> the column of line items that it counts
COUNTED: Final = {"token_count": "tokens", "request_count": "requests", "gpu_hour_count": "gpu_hours"}
# metric -> the column, and how many of it the price is of
PRICED: Final = {"cost_per_million_tokens": ("tokens", 1_000_000), "cost_per_gpu_hour": ("gpu_hours", 1)}
NO_MONEY: Final = frozenset({"usage_quantity", *COUNTED})


def column_of(metric: str) -> str | None:
    """The column of line items that a metric needs; None of all metrics that the sums know."""
    return COUNTED.get(metric) or PRICED.get(metric, (None,))[0]


def counted(metric: str) -> exp.Expr | None:
    """The condition that a charge counts for a metric; None of all metrics that the sums know."""
    column = column_of(metric)
    return exp.GT(this=exp.column(column), expression=exp.Literal.number(0)) if column else None


def parts(metric: str) -> tuple[exp.Expr, exp.Expr | None]:
    """What is added up for a metric of `COUNTED` or `PRICED`, and by what its sum is divided."""
    if metric in COUNTED:
        return exp.column(COUNTED[metric]), None
    column, many = PRICED[metric]
    cost: exp.Expr = exp.column("effective_cost")
    if many != 1:
        cost = exp.Mul(this=cost, expression=exp.Literal.number(many))
    return cost, exp.column(column)
