"""Checked rows of text as line items in the types of a file."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from db import focus
from lake.columns import SCALE, polars_type

if TYPE_CHECKING:
    import polars as pl

_MAPS_KEPT = 100_000  # texts of tags
_SIZES = ("InstanceType", "x_InstanceType", "instance_type", "instanceType")  # a machine's size in the price details


@dataclass
class Maps:
    """Tags as maps; a text that comes again is not read again."""

    lookup: "pl.DataFrame | None" = None

    def of(self, texts: "pl.Series") -> "pl.Series":
        """JSON objects as maps of text; what is no text in them stays JSON."""
        import polars as pl

        frame = texts.alias("text").to_frame()
        new = frame.unique().drop_nulls()
        if self.lookup is not None and self.lookup.height > _MAPS_KEPT:
            self.lookup = None
        if self.lookup is not None:
            new = new.join(self.lookup, on="text", how="anti")
        if self.lookup is None or new.height:
            maps = [_entries(json.loads(text)) for text in new.get_column("text").to_list()]
            entries = pl.Series("tags", maps, dtype=pl.List(pl.Struct({"key": pl.String, "value": pl.String})))
            read = new.with_columns(entries.cast(polars_type("map")))
            self.lookup = read if self.lookup is None else pl.concat([self.lookup, read])
        return frame.join(self.lookup, on="text", how="left", maintain_order="left").get_column("tags")


def typed(rows: "pl.DataFrame", maps: Maps) -> "pl.DataFrame":
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
        frame = frame.with_columns(maps.of(rows.get_column("tags")))
    if "sku_price_details" in given:
        frame = frame.with_columns(_sizes(rows.get_column("sku_price_details")))
    return frame.select(list(kinds))


def _time(name: str) -> "pl.Expr":
    import polars as pl

    return pl.col(name).str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", time_zone="UTC")


def _entries(tags: object) -> list[dict[str, str | None]] | None:
    """None for what is no object: early releases stored some."""
    if not isinstance(tags, dict):
        return None
    return [{"key": str(key), "value": _text(value)} for key, value in tags.items()]


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
    joined = texts.alias("text").to_frame().join(lookup, on="text", how="left", maintain_order="left")
    return joined.get_column("instance_type")


def _size(details: str) -> str | None:
    content = json.loads(details)
    if not isinstance(content, dict):
        return None
    return next((str(content[name]) for name in _SIZES if content.get(name)), None)
