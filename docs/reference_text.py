"""What reference pages are written with: types and defaults in words, tables,
and the refusal of what nobody described.
"""

import json
from collections.abc import Iterable
from types import UnionType
from typing import Any, Union, get_args, get_origin


class UndocumentedError(Exception):
    """Something in the code lacks the sentence that its page needs."""


def one_line(text: str | None, of: str) -> str:
    """A description on one line. Raises `UndocumentedError` naming `of` when there is none."""
    if not text:
        raise UndocumentedError(f"{of} has no description")
    return " ".join(text.split())


def sentence(thing: Any, name: str | None = None) -> str:
    """The contract of a docstring: its first paragraph."""
    return one_line((thing.__doc__ or "").strip().split("\n\n")[0], name or thing.__name__)


def code(value: Any) -> str:
    """A value as it is written in a file."""
    return f"`{value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)}`"


def page(title: str, intro: str, *sections: str) -> str:
    """A page."""
    return "\n\n".join((f"# {title}", intro, *sections)) + "\n"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table; a bar in a cell is escaped."""
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(("| " + " | ".join(head) + " |", "|" + " --- |" * len(head), *lines))


def type_words(annotation: Any) -> str:
    """A type in words."""
    from enum import EnumMeta

    from pydantic import BaseModel

    if get_origin(annotation) in (Union, UnionType):
        return " or ".join(type_words(part) for part in get_args(annotation) if part is not type(None))
    if str(get_origin(annotation)).endswith("Literal"):
        return ", ".join(f"`{value}`" for value in get_args(annotation))
    if get_origin(annotation) in (tuple, list, set, frozenset):
        inner = [part for part in get_args(annotation) if part is not Ellipsis]
        return (
            f"list of {type_words(inner[0])}"
            if len(set(inner)) == 1 and Ellipsis in get_args(annotation)
            else f"[{', '.join(type_words(p) for p in inner)}]"
        )
    if get_origin(annotation) is dict:
        return f"{type_words(get_args(annotation)[0])}: {type_words(get_args(annotation)[1])}"
    if isinstance(annotation, EnumMeta):
        members: dict[str, Any] = dict(annotation.__members__)
        return ", ".join(f"`{member.value}`" for member in members.values())
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    if get_args(annotation):  # Annotated
        return type_words(get_args(annotation)[0])
    names = {
        "Any": "anything",
        "str": "text",
        "int": "number",
        "float": "number",
        "Decimal": "number",
        "bool": "`true`, `false`",
        "SecretStr": "text",
        "Path": "path",
        "date": "date",
    }
    return names.get(getattr(annotation, "__name__", ""), getattr(annotation, "__name__", str(annotation)))


def default_words(value: Any) -> str:
    """A default in words; empty where there is none."""
    from pydantic import BaseModel

    if value is None or value in ((), {}, ""):
        return ""
    if isinstance(value, BaseModel):
        return "see below" if value.model_dump(exclude_unset=True) or any(value.model_dump().values()) else ""
    if isinstance(value, tuple) and any(isinstance(item, BaseModel) for item in value):
        return code([item.model_dump(exclude_defaults=True) for item in value])
    return code(
        value
        if isinstance(value, str | bool | int | float | dict)
        else list(value)
        if isinstance(value, tuple)
        else str(value)
    )
