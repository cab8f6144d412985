"""The vocabulary of Block Kit checks: a place in the JSON, what is wrong there, in Slack's own words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
Rule = Callable[["Node"], None]


@dataclass(frozen=True)
class Node:
    """A node of the checked JSON, its json-pointer and the list that faults are written to."""

    node: Any
    pointer: str
    faults: list[str]
    surface: str = "message"
    files: frozenset[str] = field(default=frozenset())

    def fault(self, words: str, below: str = "") -> None:
        """Note what is wrong here, or at `below` under here."""
        self.faults.append(f"{words} [json-pointer:{self.pointer}{below}]")

    def at(self, key: str | int) -> "Node":
        """The child under a key or an index; its node is None where absent."""
        child = self.node[key] if isinstance(self.node, list) and isinstance(key, int) else self.get(str(key))
        return Node(child, f"{self.pointer}/{key}", self.faults, self.surface, self.files)

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a field; `default` where it is absent or this is no object."""
        return self.node.get(key, default) if isinstance(self.node, dict) else default

    def each(self) -> Iterable["Node"]:
        """The items of a list, in order."""
        return (self.at(index) for index in range(len(self.node) if isinstance(self.node, list) else 0))


def string(place: Node, key: str, most: int, required: bool = False, least: int = 1) -> None:
    """A string of `least` to `most` characters."""
    value = place.get(key)
    if value is None:
        if required:
            place.fault(f"missing required field: {key}")
    elif not isinstance(value, str):
        place.fault("must be a string", f"/{key}")
    elif len(value) > most:
        place.fault(f"must be less than {most + 1} characters", f"/{key}")
    elif len(value) < least:
        place.fault(f"must be more than {least - 1} characters", f"/{key}")


def text(place: Node, key: str | int, most: int, required: bool = False, plain: bool = False) -> None:
    """A text object (`plain_text` or `mrkdwn`) whose text has 1 to `most` characters."""
    child = place.at(key)
    if child.node is None:
        if required:
            place.fault(f"missing required field: {key}")
        return
    if not isinstance(child.node, dict):
        child.fault("must be an object")
        return
    kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")
    if child.get("type") not in kinds:
        child.fault(f"must be one of {', '.join(kinds)}", "/type")
    only(child, {"type", "text", "emoji"} if child.get("type") == "plain_text" else {"type", "text", "verbatim"})
    string(child, "text", most, required=True)


def items(place: Node, key: str, most: int, required: bool = False, least: int = 1) -> list[Node]:
    """The children of a list of `least` to `most` items; an empty list where it is absent or broken."""
    child = place.at(key)
    if child.node is None:
        if required:
            place.fault(f"missing required field: {key}")
        return []
    if not isinstance(child.node, list):
        child.fault("must be an array")
        return []
    if len(child.node) > most:
        child.fault(f"no more than {most} items allowed")
    if len(child.node) < least:
        child.fault(f"no less than {least} items allowed")
    return list(child.each())


def only(place: Node, allowed: Iterable[str]) -> None:
    """No other fields than these: Slack refuses a misspelt one."""
    if not isinstance(place.node, dict):
        place.fault("must be an object")
        return
    for name in place.node.keys() - set(allowed):
        place.fault(f"invalid additional property: {name}")


def one_of(place: Node, key: str, values: Iterable[str], required: bool = False) -> None:
    """A string out of a fixed set."""
    value, allowed = place.get(key), tuple(values)
    if value is None:
        if required:
            place.fault(f"missing required field: {key}")
    elif value not in allowed:
        place.fault(f"must be one of {', '.join(allowed)}", f"/{key}")


def by_type(place: Node, rules: dict[str, Rule]) -> None:
    """Check a node with the rule of its type; an unknown type is a fault."""
    if not isinstance(place.node, dict):
        place.fault("must be an object")
        return
    rule = rules.get(str(place.get("type")))
    if rule is None:
        place.fault(f"unsupported type: {place.get('type')}", "/type")
    else:
        rule(place)
