"""Pictures of figures: what is in the figure is in the picture, and no text of a bill can break it."""

import struct
import threading
from io import BytesIO
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

from bot.charts import png, shows_band, tick

RED, BLUE, ORANGE, GREEN, GREY = "#b42318", "#1f6feb", "#e8710a", "#0b6b53", "#57606a"
INK = "#1f2428"


def figure(kind: str = "line", **more: Any) -> dict[str, Any]:
    days = [f"{day} Nov" for day in range(1, 31)]
    base = {
        "kind": kind,
        "title": "Cost a day",
        "categories": days,
        "series": [["EC2", [100.0] * 30]],
        "y_label": "USD",
    }
    return {**base, **more}


def pixels(picture: bytes) -> Any:
    return (mpl.image.imread(BytesIO(picture), format="png")[..., :3] * 255).round().astype(int)


def share(picture: bytes, colour: str) -> float:
    """The part of the picture's points that bear a colour."""
    wanted = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    return float((abs(pixels(picture) - np.array(wanted)).max(axis=-1) <= 3).mean())


def height(picture: bytes, colour: str) -> int:
    """The uppermost line of the picture that has a colour, counted from above."""
    wanted = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    return int(np.flatnonzero((abs(pixels(picture) - np.array(wanted)).max(axis=-1) <= 3).any(axis=1))[0])


@pytest.mark.parametrize("kind", ["line", "area", "bar", "waterfall"])
def test_every_kind_is_a_png_of_1200_by_780(kind: str) -> None:
    values = [100.0, 30.0, -10.0, 120.0]
    drawn = png(figure(kind, categories=["before", "a", "b", "after"], series=[["cost", values]]))
    assert drawn.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", drawn[16:24]) == (1200, 780)


def test_each_series_has_its_own_colour() -> None:
    drawn = png(figure("bar", series=[["EC2", [100.0] * 30], ["S3", [50.0] * 30]]))
    assert share(drawn, BLUE) > 1.5 * share(drawn, ORANGE) > 0.01


def test_a_budget_stands_in_the_picture_even_above_all_costs() -> None:
    """The line is drawn at its amount: higher than a cost that stays under it."""
    low, high = (png(figure(limit=limit)) for limit in (20.0, 400.0))
    assert share(png(figure()), RED) == 0
    assert height(low, RED) > height(low, BLUE)
    assert height(high, RED) < height(high, BLUE)


def test_the_expected_range_is_shaded() -> None:
    """Where it is known: its days without a range stay as they are."""
    whole = [[80.0] * 30, [120.0] * 30]
    half = [[None] * 15 + [80.0] * 15, [None] * 15 + [120.0] * 15]
    shade = "#d6e3f5"  # blue at 15 % on the ground
    plain, shaded, begun = (share(png(figure(**more)), shade) for more in ({}, {"band": whole}, {"band": half}))
    assert plain < 0.001
    assert shaded > 0.05
    assert 0.3 * shaded < begun < 0.7 * shaded


def test_a_day_without_a_value_is_a_gap_and_not_zero() -> None:
    gap = [100.0] * 10 + [None] * 10 + [100.0] * 10
    zero = [100.0] * 10 + [0.0] * 10 + [100.0] * 10
    full, with_gap = png(figure()), png(figure(series=[["EC2", gap]]))
    assert share(with_gap, BLUE) < 0.8 * share(full, BLUE)
    assert with_gap != png(figure(series=[["EC2", zero]]))


def test_costs_stand_on_zero() -> None:
    """1,000 and 1,001 look alike: neither seems to have multiplied."""
    drawn = png(figure(series=[["EC2", [1_000.0] * 15 + [1_001.0] * 15]]))
    rows = np.flatnonzero((abs(pixels(drawn) - np.array([0x1F, 0x6F, 0xEB])).max(axis=-1) <= 3).any(axis=1))
    assert rows.max() - rows.min() < 20


def test_a_waterfall_stands_on_zero() -> None:
    """A small change of a large amount is small: the ends are as long as they are."""
    drawn = png(figure("waterfall", categories=["before", "a", "after"], series=[["cost", [1_000.0, 20.0, 1_020.0]]]))
    assert share(drawn, GREY) > 0.2
    assert share(drawn, RED) == pytest.approx(share(drawn, GREY) * 20 / 2_020, rel=0.2)


def test_a_waterfall_says_up_in_red_and_down_in_green() -> None:
    """Its ends are grey; what only rose has no green."""
    steps = {"categories": ["before", "a", "b", "after"]}
    both = png(figure("waterfall", series=[["cost", [100.0, 50.0, -30.0, 120.0]]], **steps))
    risen = png(figure("waterfall", series=[["cost", [100.0, 50.0, 30.0, 180.0]]], **steps))
    assert all(share(both, colour) > 0.005 for colour in (RED, GREEN, GREY))
    assert share(risen, GREEN) == 0


@pytest.mark.filterwarnings("ignore:Glyph")  # letters that the font lacks are drawn as boxes
@pytest.mark.parametrize(
    "name",
    ["$x^2_{", "\\frac{1}{0}", "_hidden", "a\nb\tc", "費用 käse", "x" * 500, "", "%d {0} $HOME", "<!channel>"],
)
def test_no_name_of_a_bill_breaks_a_picture(name: str) -> None:
    """Mathematics, control characters and lengths of tag values included."""
    text = figure(title=name, y_label=name, categories=[name] * 30, series=[[name, [1.0] * 30], ["b", [2.0] * 30]])
    for kind in ("line", "area", "bar"):
        assert png({**text, "kind": kind, "limit": 1.0, "limit_label": name}).startswith(b"\x89PNG")


def test_a_dollar_in_a_name_is_drawn_as_one() -> None:
    """Two of them would begin and end mathematics, and not be seen."""
    plain, dollars = (share(png(figure(title=title)), INK) for title in ("a " * 20, "$a$ " * 20))
    assert dollars > plain + 0.003


def test_pictures_drawn_at_the_same_time_are_the_same() -> None:
    """Several threads answer at once; nothing of one picture gets into another."""
    alone = png(figure()), png(figure("bar"))
    drawn: dict[int, bytes] = {}

    def draw(number: int) -> None:
        drawn[number] = png(figure("bar" if number % 2 else "line"))

    threads = [threading.Thread(target=draw, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [drawn[number] == alone[number % 2] for number in range(6)] == [True] * 6


def test_amounts_of_an_axis_are_said_in_one_way() -> None:
    """Not `$8,000` under `$16k`; of a small axis amounts stay whole."""
    assert [tick(value, "USD", (0.0, 29_000.0)) for value in (0.0, 8_000.0, 16_000.0)] == [
        r"\$0",
        r"\$8k",
        r"\$16k",
    ]
    assert tick(8_000.0, "USD", (0.0, 9_000.0)) == r"\$8,000"
    assert tick(8_000.0, "requests", (0.0, 29_000.0)) == "8,000"


def test_a_band_that_nobody_sees_is_not_in_the_legend() -> None:
    """It looked as if something were missing."""
    wide, narrow = ([[100.0 - half] * 30, [100.0 + half] * 30] for half in (10.0, 0.2))
    assert [shows_band(figure(band=band, limit=110.0)) for band in (wide, narrow)] == [True, False]
    assert not shows_band(figure(band=[[None] * 30, [None] * 30]))
    assert png(figure(band=narrow)) != png(figure(band=wide))
