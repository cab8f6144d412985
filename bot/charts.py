"""A figure as PNG, for what Slack's own chart block cannot show: long series, bands, budget lines."""

from io import BytesIO
from typing import Any

_COLOURS = ("#2563eb", "#f59e0b", "#10b981", "#ef4444", "#8b5cf6", "#14b8a6", "#ec4899", "#84cc16", "#64748b")
_SIZE, _DPI = (8.0, 3.6), 150
_TICKS = 10


def png(figure: dict[str, Any]) -> bytes:
    """The figure (see `bot.cards.figures.Figure`) drawn in about 1200 × 540 pixels; needs no display and no global state."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

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
            places, [[value or 0 for value in values] for _, values in series], labels=[_plain(n) for n, _ in series], colors=_COLOURS
        )
    elif figure["kind"] == "bar":
        width = 0.8 / len(series)
        for number, (name, values) in enumerate(series):
            axes.bar([p + number * width for p in places], values, width, color=_COLOURS[number % 9], label=_plain(name))
    else:
        for number, (name, values) in enumerate(series):
            gaps = [float("nan") if value is None else float(value) for value in values]
            style = "--" if name in ("expected", "forecast") else "-"
            axes.plot(places, gaps, style, color=_COLOURS[number % 9], linewidth=1.8, label=_plain(name))
    if figure.get("limit") is not None:
        axes.axhline(float(figure["limit"]), color="#ef4444", linewidth=1.2, linestyle=":", label="budget")


def _dress(axes: Any, figure: dict[str, Any]) -> None:
    from matplotlib.ticker import FuncFormatter

    categories = figure["categories"]
    step = max(1, -(-len(categories) // _TICKS))
    places = range(0, len(categories), step)
    axes.set_xticks(list(places), [_plain(categories[place], 14) for place in places])
    axes.tick_params(labelsize=9)
    axes.set_title(_plain(figure["title"], 90), loc="left", fontsize=11, fontweight="bold")
    axes.set_ylabel(_plain(figure.get("y_label") or ""), fontsize=9)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _place: _amount(value)))
    if axes.get_ylim()[0] > 0:
        axes.set_ylim(bottom=0)  # a cost that starts elsewhere looks as if it had multiplied
    axes.grid(axis="y", alpha=0.3)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if len(figure["series"]) > 1 or figure.get("band") or figure.get("limit") is not None:
        axes.legend(fontsize=8, frameon=False, ncols=min(4, len(figure["series"]) + 2), loc="upper left")


def _amount(value: float) -> str:
    return f"{value / 1e6:g}M" if abs(value) >= 1e6 else f"{value / 1e3:g}k" if abs(value) >= 1e3 else f"{value:g}"


def _plain(text: object, most: int = 40) -> str:
    """A dollar sign would start mathematics, and an underscore in front would hide a legend entry."""
    line = " ".join(str(text).split()).replace("$", r"\$").lstrip("_")
    return line if len(line) <= most else line[: most - 1] + "…"
