"""Limits of `rich_text` blocks and of the elements inside them."""

from standins.slack.block_kit.schema import Node, Rule, by_type, items, only, string

_STYLE = {"bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"}


def _style(place: Node) -> None:
    style = place.at("style")
    if isinstance(style.node, dict):
        only(style, _STYLE)


def _text(place: Node) -> None:
    only(place, {"type", "text", "style"})
    string(place, "text", 40_000, required=True)
    _style(place)


def _link(place: Node) -> None:
    only(place, {"type", "url", "text", "unsafe", "style"})
    string(place, "url", 3000, required=True)
    _style(place)


def _leaf(key: str) -> Rule:
    def check(place: Node) -> None:
        string(place, key, 255, required=True)
        _style(place)

    return check


_LEAVES: dict[str, Rule] = {
    "text": _text,
    "link": _link,
    "emoji": _leaf("name"),
    "user": _leaf("user_id"),
    "usergroup": _leaf("usergroup_id"),
    "channel": _leaf("channel_id"),
    "broadcast": _leaf("range"),
    "color": _leaf("value"),
    "date": _leaf("format"),
}


def _section(place: Node) -> None:
    only(place, {"type", "elements", "border", "language"})
    for child in items(place, "elements", 1000, required=True, least=0):
        by_type(child, _LEAVES)


def _list(place: Node) -> None:
    only(place, {"type", "elements", "style", "indent", "offset", "border"})
    if place.get("style") not in ("bullet", "ordered"):
        place.fault("must be one of bullet, ordered", "/style")
    for child in items(place, "elements", 1000, required=True):
        by_type(child, {"rich_text_section": _section})


_PARTS: dict[str, Rule] = {
    "rich_text_section": _section,
    "rich_text_preformatted": _section,
    "rich_text_quote": _section,
    "rich_text_list": _list,
}


def rich_text(place: Node) -> None:
    """A `rich_text` block or table cell."""
    only(place, {"type", "block_id", "elements"})
    for child in items(place, "elements", 1000, required=True):
        by_type(child, _PARTS)
