"""A figure as PNG, for what Slack's own chart block cannot show: long series, bands, budget lines."""

from io import BytesIO
from typing import Any

_COLOURS = ("#2563eb", "#f59e0b", "#10b981", "#ef4444", "#8b5cf6", "#14b8a6", "#ec4899", "#84cc16", "#64748b")
_SIZE, _DPI = (8.0, 3.6), 150
_TICKS = 10


def png(figure: dict[str, Any]) -> bytes:
    """The figure (see `bot.cards.elements.figures.Figure`) drawn in about 1200
    × 540 pixels; needs no display and no global state.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - slow to load, and only pictures need it
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to load, and only pictures need it

    canvas = Figure(figsize=_SIZE, dpi=_DPI, layout="constrained")
    FigureCanvasAgg(canvas)
    axes = canvas.add_subplot()
    _plot(axes, figure)
    _dress(axes, figure)
    out = BytesIO()
    canvas.savefig(out, format="png")
    return out.getvalue()


def _plot(axes: Any, figure: dict[str, Any]) -> None:
    series = figure["series"]
    places = list(range(len(figure["categories"])))
    if figure.get("band"):
        low, high = ([float("nan") if value is None else float(value) for value in side] for side in figure["band"])
        axes.fill_between(places, low, high, color=_COLOURS[0], alpha=0.15, linewidth=0, label="expected range")
    if figure["kind"] == "area" and len(series) > 1:
        axes.stackplot(
            places,
            [[value or 0 for value in values] for _, values in series],
            labels=[_plain(n) for n, _ in series],
            colors=_COLOURS,
        )
    elif figure["kind"] == "waterfall":
        _plot_waterfall(axes, series[0][1])
    elif figure["kind"] == "bar":
        width = 0.8 / len(series)
        for number, (name, values) in enumerate(series):
            axes.bar(
                [p + number * width for p in places], values, width, color=_COLOURS[number % 9], label=_plain(name)
            )
    else:
        for number, (name, values) in enumerate(series):
            gaps = [float("nan") if value is None else float(value) for value in values]
            style = {"expected": "--", "forecast": "--", "as predicted": ":"}.get(name, "-")
            axes.plot(places, gaps, style, color=_COLOURS[number % 9], linewidth=1.8, label=_plain(name))
    if figure.get("limit") is not None:
        axes.axhline(
            float(figure["limit"]),
            color="#ef4444",
            linewidth=1.2,
            linestyle=":",
            label=_plain(figure.get("limit_label") or "budget"),
        )


def _plot_waterfall(axes: Any, values: list[float]) -> None:
    """The first and the last value stand on the ground; the ones between begin where the one before ended."""
    at = 0.0
    last = len(values) - 1
    for place, value in enumerate(values):
        ends = place in (0, last)
        start = 0.0 if ends else at
        colour = _COLOURS[8] if ends else _COLOURS[3] if value > 0 else _COLOURS[2]
        axes.bar([place], [value], 0.7, bottom=start, color=colour)
        at = value if ends else at + value
        axes.annotate(
            _amount(value, 3) if ends else f"{'+' if value > 0 else '−'}{_amount(abs(value), 3)}",
            (place, max(start, start + value)),
            ha="center",
            va="bottom",
            fontsize=8,
            xytext=(0, 2),
            textcoords="offset points",
        )
        if place < last:
            axes.plot([place + 0.35, place + 0.65], [at, at], color="#94a3b8", linewidth=0.8)
    levels = [sum(values[: place + 1]) for place in range(last)]
    axes.set_ylim(
        min(0.0, 1.15 * min(levels)), 1.15 * max(*levels, values[last], 0.0) or None
    )  # bars hold their own edges: margins would not do
    span = max(levels) - min(levels)
    if (
        0 < span < 0.3 * max(levels) and min(levels) > 0
    ):  # a small change of a large amount: the ends are cut, and it is said
        axes.set_ylim(bottom=max(0.0, min(levels) - span), top=max(levels) + 0.3 * span)
        axes.set_xlabel("the axis does not start at 0", fontsize=8, color="#64748b")


def _dress(axes: Any, figure: dict[str, Any]) -> None:
    from matplotlib.ticker import FuncFormatter  # noqa: PLC0415 - slow to load, and only pictures need it

    categories = figure["categories"]
    step = max(1, -(-len(categories) // _TICKS))
    places = range(0, len(categories), step)
    slanted = (
        figure["kind"] in ("bar", "waterfall") and sum(map(len, map(str, categories))) > 70
    )  # names would run into one another
    labels = [
        _plain(_middle(str(categories[place])) if slanted else categories[place], 24 if slanted else 14)
        for place in places
    ]
    axes.set_xticks(list(places), labels, rotation=22 if slanted else 0, ha="right" if slanted else "center")
    axes.tick_params(labelsize=8 if slanted else 9)
    axes.set_title(_plain(figure["title"], 90), loc="left", fontsize=11, fontweight="bold")
    axes.set_ylabel(_plain(figure.get("y_label") or ""), fontsize=9)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _place: _amount(value)))
    if axes.get_ylim()[0] > 0 and figure["kind"] != "waterfall":
        axes.set_ylim(bottom=0)  # a cost that starts elsewhere looks as if it had multiplied
    axes.grid(axis="y", alpha=0.3)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if len(figure["series"]) > 1 or figure.get("band") or figure.get("limit") is not None:
        axes.figure.legend(
            fontsize=8, frameon=False, ncols=min(5, len(figure["series"]) + 2), loc="outside lower center"
        )


def _amount(value: float, digits: int = 4) -> str:
    value = float(f"{value:.{digits}g}")
    return f"{value / 1e6:g}M" if abs(value) >= 1e6 else f"{value / 1e3:g}k" if abs(value) >= 1e3 else f"{value:g}"


def _middle(name: str, most: int = 24) -> str:
    """A long name without its middle: what tells names apart stands at their ends."""
    return name if len(name) <= most else f"{name[: most // 2 - 1]}…{name[-most // 2 :]}"


def _plain(text: object, most: int = 40) -> str:
    """A dollar sign would start mathematics, and an underscore in front would hide a legend entry."""
    line = " ".join(str(text).split()).replace("$", r"\$").lstrip("_")
    return line if len(line) <= most else line[: most - 1] + "…"
