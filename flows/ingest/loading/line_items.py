"""Checked rows of text as line items in the types of a file."""

import json
from typing import TYPE_CHECKING

from db import focus
from lake.columns import SCALE, polars_type

if TYPE_CHECKING:
    import polars as pl

_SIZES = ("InstanceType", "x_InstanceType", "instance_type", "instanceType")  # a machine's size in the price details


def typed(rows: "pl.DataFrame") -> "pl.DataFrame":
    """Checked rows of text in the columns and types of a file.

    Amounts keep eighteen decimals; a quantity or unit price of twenty-one digits and more, which no bill has, is NULL.
    """
    import polars as pl

    kinds = dict(focus.FILE_COLUMNS)
    given = set(rows.columns)
    columns = []
    for name, kind in focus.FILE_COLUMNS:
        if name == "usage_date":
            columns.append(_time("charge_period_start").dt.date().alias(name))
        elif name == "instance_type" or name not in given:
            columns.append(pl.lit(None, dtype=polars_type(kind)).alias(name))
        elif kind == "decimal":
            columns.append(pl.col(name).str.to_decimal(scale=SCALE).alias(name))
        elif kind == "time":
            columns.append(_time(name))
        else:
            columns.append(pl.col(name))
    frame = rows.select(columns)
    if "tags" in given:
        frame = frame.with_columns(_tags(rows.get_column("tags")))
    if "sku_price_details" in given:
        frame = frame.with_columns(_sizes(rows.get_column("sku_price_details")))
    return frame.select(list(kinds))


def _time(name: str) -> "pl.Expr":
    import polars as pl

    return pl.col(name).str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", time_zone="UTC")


def _tags(texts: "pl.Series") -> "pl.Series":
    """JSON objects as maps of text; what is no text in them stays JSON."""
    import polars as pl

    entries = pl.List(pl.Struct({"key": pl.String, "value": pl.String}))
    distinct = texts.unique().drop_nulls()
    maps = [
        [{"key": key, "value": _text(value)} for key, value in json.loads(text).items()] for text in distinct.to_list()
    ]
    lookup = pl.DataFrame({"text": distinct, "tags": pl.Series(maps, dtype=entries)})
    found = texts.alias("text").to_frame().join(lookup, on="text", how="left", maintain_order="left")
    return found.get_column("tags").cast(polars_type("map"))


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _sizes(texts: "pl.Series") -> "pl.Series":
    import polars as pl

    distinct = texts.unique().drop_nulls()
    lookup = pl.DataFrame(
        {"text": distinct, "instance_type": pl.Series(map(_size, distinct.to_list()), dtype=pl.String)}
    )
    found = texts.alias("text").to_frame().join(lookup, on="text", how="left", maintain_order="left")
    return found.get_column("instance_type")


def _size(details: str) -> str | None:
    content = json.loads(details)
    if not isinstance(content, dict):
        return None
    return next((str(content[name]) for name in _SIZES if content.get(name)), None)
