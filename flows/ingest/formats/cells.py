"""What stands in the cells of a bill's rows, without what programs leave around it; and which rows are none."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_BLANKS = " \t\r\n\u00a0\u2007\u2009\u202f\u200b\ufeff"
_TINY = r"^[+-]?[0-9]*\.?[0-9]+[eE]-0*(?:[3-9][0-9]|[1-9][0-9]{2})$"  # below 1e-29
_NEARLY_NOTHING = 1e-28


def charges(named: "pl.DataFrame") -> "pl.DataFrame":
    """The rows but for empty lines, for the header that a second file put behind the first brought with it, and for the
    rule that a database's client draws under a header.
    """
    import polars as pl

    if named.get_column("billing_account_id").null_count():
        blank = pl.all_horizontal(pl.exclude("row_number").str.strip_chars().fill_null("") == "")
        named = named.filter(~blank)
    header = pl.col("billed_cost").str.contains(r"(?i)^\s*(?:billed[_ ]?cost|-{2,})\s*$")
    return named.filter(~header.fill_null(value=False))


def word(name: str) -> "pl.Expr":
    """A text without the blanks and marks that a program left around it; null where nothing is left."""
    import polars as pl

    return pl.col(name).str.strip_chars(_BLANKS).replace("", None)


def number(name: str) -> "pl.Expr":
    """A number without the spaces around it, and one that is smaller than any money can be as 0."""
    import polars as pl

    text = word(name)
    return pl.when(text.str.contains(_TINY)).then(pl.lit("0")).otherwise(text).alias(name)


def are_numbers(values: "pl.Series") -> bool:
    """Whether the engine reads every one of them as it is, and none that is nearly nothing is written with an exponent:
    then none needs `number`, whose patterns take longer.
    """
    import polars as pl

    read = values.cast(pl.Float64, strict=False)
    if read.null_count() != values.null_count():
        return False
    return not values.filter(read.abs() < _NEARLY_NOTHING).str.contains("[eE]").any()
