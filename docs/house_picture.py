"""The picture of the house, drawn from import-linter's layers and from the imports that there are."""

import sys
import tomllib
from html import escape
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parent.parent
WIDTH, FLOOR, HEIGHT, MARGIN = 860, 84, 52, 30
COLOURS = ("#ccfbf1", "#d1fae5", "#fef3c7", "#fde68a", "#e0e7ff", "#ede9fe", "#f3f4f6")

ARROW_HEAD = (
    '<defs><marker id="a" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
    'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L10 5L0 10z" fill="#64748b"/></marker></defs>'
)


def layers() -> list[list[str]]:
    """The floors from the roof down, each with its packages, as import-linter holds them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    floors = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [[name.strip(" ()") for name in floor.split("|")] for floor in floors]


def imports(packages: list[str]) -> dict[tuple[str, str], int]:
    """How many modules of one package import one of another."""
    sys.path.insert(0, str(ROOT))
    graph = grimp.build_graph(*packages)
    counts: dict[tuple[str, str], int] = {}
    for module in graph.modules:
        for target in {name.split(".")[0] for name in graph.find_modules_directly_imported_by(module)}:
            if target != (own := module.split(".")[0]):
                counts[own, target] = counts.get((own, target), 0) + 1
    return counts


def picture() -> str:
    """An SVG: a box a package, an arrow wherever one imports another, the wider the more modules do."""
    floors = layers()
    counts = imports([name for floor in floors for name in floor])
    boxes = {}
    for row, floor in enumerate(floors):
        width = (WIDTH - 2 * MARGIN - 20 * (len(floor) - 1)) / len(floor)
        for column, name in enumerate(floor):
            boxes[name] = (MARGIN + column * (width + 20), MARGIN + row * FLOOR, width)
    height = 2 * MARGIN + FLOOR * (len(floors) - 1) + HEIGHT
    arrows = []
    for (start, end), count in sorted(counts.items()):
        x1, y1, w1 = boxes[start]
        x2, y2, w2 = boxes[end]
        place = (list(boxes).index(end) + 1) / (len(boxes) + 1)
        arrows.append(
            f'<line x1="{x1 + w1 * place:.0f}" y1="{y1 + HEIGHT:.0f}" x2="{x2 + w2 * 0.5:.0f}" y2="{y2:.0f}" '
            f'stroke="#64748b" stroke-opacity=".45" stroke-width="{min(1 + count / 12, 6):.1f}" marker-end="url(#a)">'
            f"<title>{count} modules of {escape(start)} import {escape(end)}</title></line>"
        )
    rooms = [
        f'<rect x="{x:.0f}" y="{y}" width="{w:.0f}" height="{HEIGHT}" rx="8" '
        f'fill="{COLOURS[y // FLOOR % len(COLOURS)]}" '
        f'stroke="#334155"/><text x="{x + w / 2:.0f}" y="{y + HEIGHT / 2 + 5:.0f}">{escape(name)}</text>'
        for name, (x, y, w) in boxes.items()
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="t">',
            "<title id='t'>Packages and who imports whom; every arrow points down</title>",
            "<style>text{font:600 15px system-ui,sans-serif;fill:#1f2937;text-anchor:middle}</style>",
            ARROW_HEAD,
            f'<rect width="{WIDTH}" height="{height}" rx="12" fill="#ffffff"/>',
            *arrows,
            *rooms,
            "</svg>",
        ]
    )
