"""Fails when files import each other in a circle: Python modules, and the modules of the stand-in's page."""

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "standins" / "slack" / "page"
_IMPORT = re.compile(r"""^\s*(?:import|export)\b[^;"']*["']\./([\w./-]+)["']""", re.MULTILINE)


def circles(imports: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """The strongly connected components of more than one node (Tarjan 1972), each sorted."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    components: list[list[str]] = []

    def visit(node: str) -> None:
        order[node] = lowest[node] = len(order)
        stack.append(node)
        for target in imports.get(node, ()):
            if target not in order:
                visit(target)
                lowest[node] = min(lowest[node], lowest[target])
            elif target in stack:
                lowest[node] = min(lowest[node], order[target])
        if lowest[node] == order[node]:
            place = stack.index(node)
            components.append(sorted(stack[place:]))
            del stack[place:]

    for node in sorted(imports):
        if node not in order:
            visit(node)
    return [component for component in components if len(component) > 1]


def python_imports() -> dict[str, set[str]]:
    """Who imports whom among the packages that pyproject.toml names as layers."""
    sys.path.insert(0, str(ROOT))
    packages = sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests")
    graph = grimp.build_graph(*packages)
    return {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}


def page_imports() -> dict[str, set[str]]:
    """Who imports whom among the page's JavaScript modules."""
    return {path.name: set(_IMPORT.findall(path.read_text())) for path in PAGE.glob("*.js")}


def main() -> int:
    """Print each circle; 1 if there is one."""
    sys.setrecursionlimit(10_000)
    everything = circles(python_imports()) + circles(page_imports())
    for circle in everything:
        print("Imported in a circle:", ", ".join(circle))
    return bool(everything)


if __name__ == "__main__":
    sys.exit(main())
