"""Word lists of the grammar, read from `word_lists.yaml` on first use."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

WORD_LISTS = Path(__file__).with_name("word_lists.yaml")


@cache
def _content() -> dict[str, dict[str, Any]]:
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # everything a string: `no` and `on` are words here
    content: dict[str, dict[str, Any]] = yaml.load(WORD_LISTS.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a base loader makes strings only
    return content


@cache
def word_list(name: str) -> frozenset[str]:
    """The phrases of a list, in lower case. Raises KeyError for an unknown list."""
    return frozenset(_content()["lists"][name])


@cache
def word_map(name: str) -> dict[str, str]:
    """The words of a mapping and their values, in the file's order. Raises KeyError for an unknown mapping."""
    return dict(_content()["mappings"][name])
