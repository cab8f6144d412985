"""A figure as PNG, for what Slack's own chart block cannot show: long series, bands, budget lines.

Its colours are those of the page (web/src/styles.css), its ground is neutral, and its type can be read where a
telephone shows it 340 pixels wide.
"""

from io import BytesIO
from typing import Any

from analysis.wording import formatting

_COLOURS = ("#1f6feb", "#e8710a", "#159e79", "#a13fc4", "#c99700", "#d6336c", "#1098ad", "#7a5cff", "#8b95a1")
_WORSE, _BETTER, _ENDS, _LIMIT = "#b42318", "#0b6b53", "#57606a", "#b42318"
_GROUND, _INK, _QUIET = "#f6f7f7", "#1f2428", "#57606a"
_SIZE, _DPI = (6.0, 3.9), 200
_TITLE, _TYPE = 14.5, 13.0  # points: a picture is a quarter of its size on a telephone
_TICKS = 5
_EYE = 0.015  # of the picture's height: some eight of its points
_ROOM = 20  # letters of a name beside a bar
_STYLES = {"expected": "--", "forecast": "--", "as predicted": ":"}


def png(figure: dict[str, Any]) -> bytes:
    """The figure (see `bot.cards.elements.figures.Figure`) drawn in 1200 × 780 pixels; needs no display and no global
    state.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - slow to load, and only pictures need it
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to load, and only pictures need it

    canvas = Figure(figsize=_SIZE, dpi=_DPI, layout="constrained", facecolor=_GROUND)
    FigureCanvasAgg(canvas)
    axes = canvas.add_subplot()
    axes.set_facecolor(_GROUND)
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
        label = "expected range" if shows_band(figure) else "_nolegend_"
        axes.fill_between(places, low, high, color=_COLOURS[0], alpha=0.15, linewidth=0, label=label)
    if figure["kind"] == "area" and len(series) > 1:
        axes.stackplot(
            places,
            [[value or 0 for value in values] for _, values in series],
            labels=[_plain(n) for n, _ in series],
            colors=_COLOURS,
        )
    elif figure["kind"] == "waterfall":
        _plot_waterfall(axes, series[0][1], str(figure.get("y_label") or ""))
    elif figure["kind"] == "bar":
        height = 0.8 / len(series)
        for number, (name, values) in enumerate(series):
            beside = [p + (number - (len(series) - 1) / 2) * height for p in places]
            axes.barh(beside, [value or 0 for value in values], height, color=_COLOURS[number % 9], label=_plain(name))
    else:
        for number, (name, values) in enumerate(series):
            gaps = [float("nan") if value is None else float(value) for value in values]
            axes.plot(
                places, gaps, _STYLES.get(name, "-"), color=_COLOURS[number % 9], linewidth=2.2, label=_plain(name)
            )
    if figure.get("limit") is not None:
        draw = axes.axvline if _lies(figure) else axes.axhline
        label = _plain(figure.get("limit_label") or "budget")
        draw(float(figure["limit"]), color=_LIMIT, linewidth=1.6, linestyle=":", label=label)


def shows_band(figure: dict[str, Any]) -> bool:
    """Whether the band is wide enough for an eye: what nobody finds in the picture is not in its legend."""
    values = [abs(value) for _, line in figure["series"] for value in line if value is not None]
    widths = [high - low for low, high in zip(*figure["band"], strict=True) if low is not None and high is not None]
    return max(widths, default=0.0) >= _EYE * max([*values, abs(float(figure.get("limit") or 0))], default=0.0)


def _plot_waterfall(axes: Any, values: list[float], currency: str) -> None:
    """The first and the last value stand on the ground, at zero; the ones between begin where the one before ended."""
    at, last = 0.0, len(values) - 1
    levels = [0.0, *(sum(values[: place + 1]) for place in range(last)), values[last]]
    room = 0.02 * (max(levels) - min(levels) or 1.0)
    for place, value in enumerate(values):
        ends = place in (0, last)
        start = 0.0 if ends else at
        axes.barh([place], [value], 0.7, left=start, color=_ENDS if ends else _WORSE if value > 0 else _BETTER)
        at = value if ends else at + value
        label = _amount(value, currency) if ends else f"{'+' if value > 0 else '−'}{_amount(abs(value), currency)}"
        axes.annotate(
            label, (max(start, start + value) + room, place), ha="left", va="center", fontsize=_TYPE, color=_INK
        )
        if place < last:
            axes.plot([at, at], [place + 0.35, place + 0.65], color="#94a3b8", linewidth=0.8)
    axes.set_xlim(min(0.0, 1.1 * min(levels)), 1.25 * max(*levels, 0.0) or 1.0)


def _lies(figure: dict[str, Any]) -> bool:
    """Whether the figure's names stand beside its bars: names are read as they are, never at an angle."""
    return figure["kind"] in ("bar", "waterfall")


def _dress(axes: Any, figure: dict[str, Any]) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator  # noqa: PLC0415 - slow to load, and only pictures need it

    categories, currency, lying = figure["categories"], str(figure.get("y_label") or ""), _lies(figure)
    names, amounts = (axes.yaxis, axes.xaxis) if lying else (axes.xaxis, axes.yaxis)
    step = 1 if lying else max(1, -(-len(categories) // _TICKS))
    places = range(0, len(categories), step)
    labels = [_plain(_middle(str(categories[place]), _ROOM) if lying else categories[place], 24) for place in places]
    names.set_ticks(list(places), labels)
    amounts.set_major_locator(MaxNLocator(4 if lying else 5))
    amounts.set_major_formatter(FuncFormatter(lambda value, _place: tick(value, currency, amounts.get_view_interval())))
    axes.tick_params(labelsize=_TYPE, colors=_INK, length=0)
    title = _plain(figure["title"], 50)
    axes.figure.suptitle(title, x=0.015, ha="left", fontsize=_TITLE, fontweight="bold", color=_INK)
    if lying:
        axes.invert_yaxis()  # what is read first stands first
    elif axes.get_ylim()[0] > 0:
        axes.set_ylim(bottom=0)  # a cost that starts elsewhere looks as if it had multiplied
    axes.grid(axis="x" if lying else "y", color="#d0d7de", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    if len(figure["series"]) > 1 or figure.get("band") or figure.get("limit") is not None:
        axes.figure.legend(
            fontsize=_TYPE - 1,
            frameon=False,
            ncols=2 if len(figure["series"]) > 3 else 3,
            loc="outside lower left",
            labelcolor=_QUIET,
            handlelength=1.4,
            columnspacing=1.2,
        )  # fmt: skip - one line a subject


def tick(value: float, currency: str, ends: tuple[float, float]) -> str:
    """An amount beside others: `$8k` where the axis goes to `$24k`."""
    largest = max(map(abs, ends))
    if largest >= 9_999.5 and 0 < abs(value) < 9_999.5 and _is_money(currency):
        return f"{_amount(value / 1_000, currency)}k" if value % 1_000 == 0 else _amount(value, currency)
    return _amount(value, currency)


def _is_money(unit: str) -> bool:
    return len(unit) >= 3 and unit[:3].isalpha() and unit[:3].isupper() and unit[3:4] in ("", " ")


def _amount(value: float, currency: str) -> str:
    """In the reader's currency where the unit is one, per cent with their sign, else the number alone."""
    if currency == "percent":
        return f"{value:g} %"
    if _is_money(currency):
        return formatting.money(round(value, 2), currency[:3]).replace("$", r"\$")
    return formatting.money(round(value, 2), "").strip()


def _middle(name: str, most: int) -> str:
    """A long name without its middle: what tells names apart stands at their ends."""
    return name if len(name) <= most else f"{name[: most // 2 - 1]}…{name[-(most // 2) :]}"


def _plain(text: object, most: int = 40) -> str:
    """A dollar sign would start mathematics, and an underscore in front would hide a legend entry."""
    line = " ".join(str(text).split()).lstrip("_")
    return (line if len(line) <= most else line[: most - 1] + "…").replace("$", r"\$")
