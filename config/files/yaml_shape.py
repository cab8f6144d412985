"""How deep and how large a YAML text is, with every alias counted as what it stands for, before anything is built."""

from dataclasses import dataclass

import yaml

DEEPEST = 30
MOST_NODES = 100_000


@dataclass
class _Open:
    """A mapping or sequence that has not ended."""

    anchor: str | None
    nodes: int = 1


def fault(text: str) -> tuple[int, str] | None:
    """The line and the reason why a text is not taken: too deep, too large with its aliases, or containing itself;
    None for what may be built. Raises `yaml.YAMLError` for what is no YAML.

    One pass over the parser's events, which builds nothing and does not recurse.
    """
    stack, total = [_Open(None, 0)], 0
    sizes: dict[str | None, int] = {}
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        grown = 0
        if isinstance(event, yaml.AliasEvent):
            if any(one.anchor == event.anchor for one in stack):
                return line, f"*{event.anchor} contains itself. Write it out"
            grown = sizes.get(event.anchor, 1)
        elif isinstance(event, yaml.ScalarEvent):
            grown = 1
            if event.anchor:
                sizes[event.anchor] = 1
        elif isinstance(event, yaml.CollectionStartEvent):
            stack.append(_Open(event.anchor))
            if len(stack) > DEEPEST:
                return line, f"it is nested deeper than {DEEPEST} levels. Make it flatter"
        elif isinstance(event, yaml.CollectionEndEvent):
            ended = stack.pop()
            grown = ended.nodes
            if ended.anchor:
                sizes[ended.anchor] = ended.nodes
        stack[-1].nodes += grown
        total = max(total, sum(one.nodes for one in stack))
        if total > MOST_NODES:
            return line, f"it has more than {MOST_NODES:,} parts, aliases counted as what they stand for. Write less"
    return None
