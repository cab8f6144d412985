"""A result's rows as a figure: a trend is a line, parts over time are areas, a
ranking is bars, a change is a waterfall; the values are the rows' own.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from analysis.wording import formatting
from bot.cards.elements import blocks, mrkdwn
from bot.cards.elements.blocks import Block

BARS = 8
PARTS = 6  # of a change, beside the rest
_VISIBLE, _NOTHING = (
    0.02,
    0.001,
)  # of the largest part: smaller ones are the rest, and a rest that no eye could see is left out
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:00(:00.*)?)?$")  # a step of a course: a day or an hour, no moment
_MOMENT = re.compile(r"^\d{4}-\d{2}-\d{2}[T ]")
_NO_MEASURE = re.compile(r"share|percent|pct|rank|_id$")
_KINDS = {"line": "line", "stacked": "area", "bars": "bar"}  # the answer side's words
_YEAR = re.compile(r"^\d{4}-01-01([T ]00:00.*)?$")
_MONTH = re.compile(r"^\d{4}-\d{2}-01([T ]00:00.*)?$")

Figure = dict[str, Any]
"""`kind` (bar, line, area, waterfall), `title`, `categories`, `series` ([[name, values]]), `y_label`; sometimes `band`
([low, high]) and `limit`.
"""


def numeric_columns(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[int]:
    """Columns whose every present value is a number."""
    numeric = []
    for index in range(len(columns)):
        present = [row[index] for row in rows if row[index] is not None]
        if present and all(_is_number(value) for value in present):
            numeric.append(index)
    return numeric


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def date_column(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> int | None:
    """The first column whose every value is a date, as ISO text."""
    for index in range(len(columns)):
        if rows and all(isinstance(row[index], str) and _DATE.match(row[index]) for row in rows):
            return index
    return None


def date_labels(values: Sequence[str]) -> list[str]:
    """`16 Nov` for days, `Nov 2026` where every date is the first of a month, `2026` where each is of a year."""
    if len(values) > 1 and all(_YEAR.match(value) for value in values):
        return [value[:4] for value in values]
    if len(values) > 1 and all(_MONTH.match(value) for value in values):
        return [f"{date.fromisoformat(value[:10]):%b %Y}" for value in values]
    same_day = len({value[:10] for value in values}) < len(values)
    return [f"{mrkdwn.day(value)} {value[11:16]}" if same_day else mrkdwn.day(value) for value in values]


def figure_of(result: dict[str, Any]) -> Figure | None:
    """The figure that fits the shape of a stored result; None where a table or a sentence says it better."""
    columns, rows = result.get("columns") or [], result.get("rows") or []
    if len(rows) < 2 or result.get("chart") == "none":
        return None
    measures = [i for i in numeric_columns(columns, rows) if not _NO_MEASURE.search(columns[i])]
    if not measures:
        return None
    title = mrkdwn.plain(mrkdwn.title(columns[measures[0]]), blocks.TITLE)
    if result.get("chart") == "waterfall" and (fall := _waterfall(columns, rows, measures, result)):
        return fall
    when = date_column(columns, rows)
    if when is not None:
        return _over_time(columns, rows, when, measures[0], title, result)
    named = (i for i in range(len(columns)) if i not in numeric_columns(columns, rows))
    labels = next((i for i in named if not any(_MOMENT.match(str(row[i])) for row in rows)), None)
    if labels is None:
        return None
    sides = _sides(columns, measures)
    return _ranking(rows, labels, {place: mrkdwn.title(columns[place]) for place in sides}, title, result)


def _sides(columns: Sequence[str], measures: Sequence[int]) -> Sequence[int]:
    """The measures that are drawn beside one another: both sides of a comparison, else the first."""
    compared = "change" in columns and len(measures) > 2 and list(columns).index("change") == measures[2]
    return measures[:2] if compared else measures[:1]


def _over_time(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], when: int, value: int, title: str, result: dict[str, Any]
) -> Figure | None:
    dates = sorted({str(row[when]) for row in rows})
    if len(dates) < 2:
        return None  # one point is no course
    parts = next(
        (i for i in range(len(columns)) if i not in (when, value) and any(isinstance(row[i], str) for row in rows)),
        None,
    )
    sums: dict[str, dict[str, float]] = {}
    for row in rows:
        name = "cost" if parts is None else str(row[parts] or "none")
        by_date = sums.setdefault(name, {})
        by_date[str(row[when])] = by_date.get(str(row[when]), 0.0) + float(row[value] or 0)
    ranked = sorted(sums, key=lambda name: -sum(abs(v) for v in sums[name].values()))
    series = [(name, [sums[name].get(d, 0.0) for d in dates]) for name in ranked[:BARS]]
    if len(ranked) > BARS:
        series.append(("other", [sum(sums[name].get(d, 0.0) for name in ranked[BARS:]) for d in dates]))
    if parts is None:
        series = [(title, series[0][1])]
    kind = _KINDS.get(str(result.get("chart"))) or ("line" if parts is None else "area")
    if kind == "area" and any(value < 0 for _, values in series for value in values):
        kind = "line"  # credits cannot be stacked
    return {
        "kind": kind,
        "title": title,
        "categories": date_labels(dates),
        "series": [list(pair) for pair in series],
        "y_label": result.get("currency") or "",
    }


def _waterfall(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], measures: Sequence[int], result: dict[str, Any]
) -> Figure | None:
    """From the amount before to the amount after, by the rows that carry the change: columns now, then and change."""
    if "change" not in columns or len(measures) < 3:
        return None
    now, then, moved = measures[0], measures[1], list(columns).index("change")
    label = next((i for i in range(len(columns)) if i not in numeric_columns(columns, rows)), None)
    if label is None:
        return None
    parts = [(str(row[label] if row[label] is not None else "none"), float(row[moved] or 0)) for row in rows]
    before, after = (sum(float(row[at] or 0) for row in rows) for at in (then, now))
    names = (mrkdwn.title(columns[then]), mrkdwn.title(columns[now]))
    return waterfall("What carries the change", names, (before, after), parts, result.get("currency") or "")


def waterfall(
    title: str, names: tuple[str, str], ends: tuple[float, float], parts: Sequence[tuple[str, float]], unit: str
) -> Figure | None:
    """A waterfall: the amount before, the largest parts of the change, the
    rest, the amount after; None without at least two parts.
    """
    ranked = sorted((part for part in parts if part[1]), key=lambda part: -abs(part[1]))
    if len(ranked) < 2:
        return None
    large = [part for part in ranked[:PARTS] if abs(part[1]) >= _VISIBLE * abs(ranked[0][1])]
    rest = (ends[1] - ends[0]) - sum(amount for _, amount in large)
    shown = [*large, *([("the rest", rest)] if abs(rest) > _NOTHING * abs(ranked[0][1]) else [])]
    return {
        "kind": "waterfall",
        "title": mrkdwn.plain(title, blocks.TITLE),
        "categories": [names[0], *(name for name, _ in shown), names[1]],
        "series": [["Change", [ends[0], *(amount for _, amount in shown), ends[1]]]],
        "y_label": unit,
    }


def _ranking(
    rows: Sequence[Sequence[Any]], label: int, values: Mapping[int, str], title: str, result: dict[str, Any]
) -> Figure | None:
    """Bars of one measure, or of several beside one another, by their places and names."""
    parts = [row for row in rows if str(row[label]).lower() not in ("total", "other")]
    names = [str(row[label] if row[label] is not None else "none") for row in parts]
    if len(names) < 2 or len(set(names)) < len(names):
        return None
    series = []
    for place, name in values.items():
        sizes = [float(row[place] or 0) for row in parts]
        series.append([name, sizes if len(sizes) <= BARS else [*sizes[:BARS], sum(sizes[BARS:])]])
    if len(series) > 1:
        title = mrkdwn.plain(" and ".join(values.values()), blocks.TITLE)
    return {
        "kind": "bar",
        "title": title,
        "categories": names if len(names) <= BARS else [*names[:BARS], "other"],
        "series": series,
        "y_label": result.get("currency") or "",
    }


def draw(figure: Figure) -> tuple[Block, Figure | None]:
    """Slack's own chart block where the figure fits it, else the place of a picture and the figure to draw as one."""
    native = None
    stacked = figure["kind"] == "area" and len(figure["series"]) > 1  # Slack lays areas over one another
    gaps = any(value is None for _, values in figure["series"] for value in values)  # which Slack's block cannot show
    if (
        not stacked
        and not gaps
        and figure["kind"] != "waterfall"
        and not figure.get("band")
        and not figure.get("limit")
    ):
        native = blocks.figure(
            figure["kind"],
            figure["title"],
            figure["categories"],
            [(name, values) for name, values in figure["series"]],
            figure["y_label"],
        )
    return (native, None) if native else (blocks.picture(describe(figure)), figure)


def describe(figure: Figure) -> str:
    """The figure in words, for who cannot see it: the range of each series."""
    parts = []
    if figure["kind"] == "waterfall":
        steps = zip(figure["categories"], figure["series"][0][1], strict=True)
        return f"{figure['title']}: " + "; ".join(f"{name} {formatting.exact(value)}" for name, value in steps)
    for name, values in figure["series"][:5]:
        present = [value for value in values if value is not None]
        if present:
            parts.append(f"{name} from {formatting.exact(min(present))} to {formatting.exact(max(present))}")
    return f"{figure['title']}, {figure['categories'][0]} to {figure['categories'][-1]}: " + "; ".join(parts)
