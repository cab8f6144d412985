"""YAML files that people write: read into a model, every mistake named with its line."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from config.errors import UserError
from config.files import yaml_shape

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[int | str, ...]


class Strict(BaseModel):
    """A part of a file: a key that it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _as_tuple(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


Texts = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
"""A list of texts, or one text by itself."""


def read_model(path: Path, text: str, model: type[Model], hint: Callable[[Location], str] | None = None) -> Model:
    """The model that a file's text describes; `hint` adds what to do about a key that the model does not have.

    Raises `UserError` with a line `file:line: place: message` for each mistake.
    """
    try:
        if fault := yaml_shape.fault(text):
            raise UserError(f"{path}:{fault[0]}: {fault[1]}.")
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or error
        raise UserError(
            f"{path}:{mark.line + 1 if mark else 1}: not valid YAML: {problem}. Check indentation and quotes there."
        ) from error
    except (ValueError, OverflowError) as error:  # a day that there is not, a number of a million digits
        raise UserError(f"{path}:1: a value in it is none that YAML has ({error}). Put it into quotes.") from error
    if repeated := next(_repeated_keys(tree), None):
        raise UserError(
            f"{path}:{repeated.start_mark.line + 1}: {repeated.value} is given twice; the first would be lost. "
            "Put both into one."
        )
    try:
        return model.model_validate({} if content is None else content)
    except ValidationError as error:
        raise UserError("\n".join(_problems(path, tree, error, hint))) from error


def time_zone(name: str) -> str:
    """The name of a time zone; raises ValueError where there is no such zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"there is no time zone {name!r}; write one like Europe/Berlin or UTC") from error
    return name


def line_of(node: yaml.Node | None, location: Location) -> int:
    """The line of the deepest node on the way to a location."""
    line = node.start_mark.line + 1 if node is not None else 1
    for part in location:
        if isinstance(node, yaml.MappingNode):
            entry = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if entry is None:
                break
            line, node = entry[0].start_mark.line + 1, entry[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def _repeated_keys(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    """Keys that stand twice in one mapping, which YAML readers accept silently."""
    if isinstance(node, yaml.MappingNode):
        keys: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in keys:
                    yield key
                keys.add(key.value)
            yield from _repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _repeated_keys(value)


def _problems(
    path: Path, tree: yaml.Node | None, error: ValidationError, hint: Callable[[Location], str] | None
) -> Iterator[str]:
    for problem in error.errors():
        message: Any = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            message = hint(problem["loc"]) if hint else "unknown key; remove it or correct its spelling"
        place = ".".join(str(part) for part in problem["loc"])
        yield f"{path}:{line_of(tree, problem['loc'])}: {f'{place}: ' if place else ''}{message}"
