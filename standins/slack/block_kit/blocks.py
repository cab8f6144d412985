"""Block Kit as strictly as Slack checks it: what `invalid_blocks` would list for a message, a modal or a Home tab."""

from collections.abc import Iterable
from typing import Any

from standins.slack.block_kit.elements import ACCESSORIES, ACTIONS, BUTTON, CONTEXT_ACTIONS, IMAGE, INPUTS, image
from standins.slack.block_kit.figures import TABLE_CHARACTERS, characters, data_table, data_visualization, table
from standins.slack.block_kit.rich_text import rich_text
from standins.slack.block_kit.schema import Json, Node, Rule, by_type, items, one_of, only, string, text

MESSAGE_BLOCKS, VIEW_BLOCKS, MARKDOWN_TOTAL = 50, 100, 12_000


def _section(place: Node) -> None:
    only(place, {"type", "block_id", "text", "fields", "accessory", "expand"})
    text(place, "text", 3000)
    if place.get("text") is None and place.get("fields") is None:
        place.fault("missing required field: text or fields")
    for index, _ in enumerate(items(place, "fields", 10)):
        text(place.at("fields"), index, 2000)
    if place.get("accessory") is not None:
        by_type(place.at("accessory"), ACCESSORIES)


def _header(place: Node) -> None:
    only(place, {"type", "block_id", "text", "level"})
    text(place, "text", 150, required=True, plain=True)


def _divider(place: Node) -> None:
    only(place, {"type", "block_id"})


def _image(place: Node) -> None:
    only(place, {"type", "block_id", "alt_text", "title", "image_url", "slack_file"})
    text(place, "title", 2000, plain=True)
    image(place)


def _context(place: Node) -> None:
    only(place, {"type", "block_id", "elements"})
    for child in items(place, "elements", 10, required=True):
        if isinstance(child.node, dict) and child.get("type") == "image":
            by_type(child, IMAGE)
        else:
            text(place.at("elements"), int(child.pointer.rsplit("/", 1)[1]), 2000)


def _actions(place: Node) -> None:
    only(place, {"type", "block_id", "elements"})
    for child in items(place, "elements", 25, required=True):
        by_type(child, ACTIONS)


def _context_actions(place: Node) -> None:
    only(place, {"type", "block_id", "elements"})
    for child in items(place, "elements", 5, required=True):
        by_type(child, CONTEXT_ACTIONS)


def _input(place: Node) -> None:
    only(place, {"type", "block_id", "label", "element", "hint", "optional", "dispatch_action"})
    text(place, "label", 2000, required=True, plain=True)
    text(place, "hint", 2000, plain=True)
    if place.get("element") is None:
        place.fault("missing required field: element")
    else:
        by_type(place.at("element"), INPUTS)


def _markdown(place: Node) -> None:
    only(place, {"type", "block_id", "text"})
    string(place, "text", 12_000, required=True)


def _task_card(place: Node) -> None:
    only(place, {"type", "block_id", "task_id", "title", "details", "output", "sources", "status"})
    string(place, "task_id", 255, required=True)
    string(place, "title", 256, required=True)
    one_of(place, "status", ("pending", "in_progress", "complete", "error"), required=True)
    for key in ("details", "output"):
        if place.get(key) is not None:
            by_type(place.at(key), {"rich_text": rich_text})


def _plan(place: Node) -> None:
    only(place, {"type", "block_id", "title", "tasks"})
    string(place, "title", 256, required=True)
    for child in items(place, "tasks", 50):
        by_type(child, {"task_card": _task_card})


def _card(place: Node) -> None:
    only(place, {"type", "block_id", "hero_image", "icon", "title", "subtitle", "body", "actions", "subtext"})
    if not any(place.get(key) for key in ("hero_image", "title", "actions", "body")):
        place.fault("missing required field: title")
    for key, most in (("title", 150), ("subtitle", 150), ("body", 200)):
        text(place, key, most)
    for child in items(place, "actions", 3):
        by_type(child, BUTTON)


def _carousel(place: Node) -> None:
    only(place, {"type", "block_id", "elements"})
    for child in items(place, "elements", 10, required=True):
        by_type(child, {"card": _card})


def _alert(place: Node) -> None:
    only(place, {"type", "block_id", "text", "level"})
    text(place, "text", 3000, required=True)
    one_of(place, "level", ("default", "info", "warning", "error", "success"))


_EVERYWHERE: dict[str, Rule] = {
    "section": _section,
    "header": _header,
    "divider": _divider,
    "image": _image,
    "context": _context,
    "actions": _actions,
    "rich_text": rich_text,
}
_MESSAGE: dict[str, Rule] = {
    **_EVERYWHERE,
    "context_actions": _context_actions,
    "markdown": _markdown,
    "table": table,
    "data_table": data_table,
    "data_visualization": data_visualization,
    "task_card": _task_card,
    "plan": _plan,
    "card": _card,
    "carousel": _carousel,
    "alert": _alert,
}
_VIEW: dict[str, Rule] = {**_EVERYWHERE, "input": _input, "card": _card, "carousel": _carousel, "alert": _alert}


def _check(blocks: Any, most: int, rules: dict[str, Rule], surface: str, files: Iterable[str]) -> list[str]:
    faults: list[str] = []
    root = Node({"blocks": blocks}, "", faults, surface, frozenset(files))
    seen: set[str] = set()
    for place in items(root, "blocks", most, required=True, least=0):
        by_type(place, rules)
        if not isinstance(place.node, dict):
            continue
        string(place, "block_id", 255)
        name = place.get("block_id")
        if isinstance(name, str):
            if name in seen:
                place.fault(f"block_id already exists: {name}", "/block_id")
            seen.add(name)
        _distinct_actions(place)
    return faults


def _distinct_actions(place: Node) -> None:
    names = [child.get("action_id") for child in place.at("elements").each() if child.get("action_id")]
    for name in {str(n) for n in names if names.count(n) > 1}:
        place.fault(f"action_id already exists: {name}", "/elements")


def message_faults(blocks: Any, files: Iterable[str] = ()) -> list[str]:
    """What Slack would refuse in a message's blocks; `files` are ids and addresses of files an image may show."""
    faults = _check(blocks, MESSAGE_BLOCKS, _MESSAGE, "message", files)
    if not isinstance(blocks, list):
        return faults
    well_formed = [b for b in blocks if isinstance(b, dict)]
    for kind, most, words in (
        ("table", 1, "only_one_table_allowed"),
        ("data_visualization", 2, "no more than 2 data_visualization blocks"),
    ):
        if sum(b.get("type") == kind for b in well_formed) > most:
            faults.append(f"{words} [json-pointer:/blocks]")
    if sum(characters(b) for b in well_formed if b.get("type") in ("table", "data_table")) > TABLE_CHARACTERS:
        faults.append(f"tables together must be less than {TABLE_CHARACTERS + 1} characters [json-pointer:/blocks]")
    if sum(len(str(b.get("text"))) for b in well_formed if b.get("type") == "markdown") > MARKDOWN_TOTAL:
        faults.append(
            f"markdown blocks together must be less than {MARKDOWN_TOTAL + 1} characters [json-pointer:/blocks]"
        )
    return faults


def view_faults(view: Any, files: Iterable[str] = ()) -> list[str]:
    """What Slack would refuse in a modal or a Home tab."""
    if not isinstance(view, dict):
        return ["must be an object [json-pointer:/view]"]
    faults: list[str] = []
    place = Node(view, "/view", faults)
    one_of(place, "type", ("modal", "home"), required=True)
    modal = view.get("type") == "modal"
    fields = {"type", "blocks", "private_metadata", "callback_id", "external_id"}
    only(
        place,
        fields
        | ({"title", "close", "submit", "clear_on_close", "notify_on_close", "submit_disabled"} if modal else set()),
    )
    if modal:
        text(place, "title", 24, required=True, plain=True)
        text(place, "submit", 24, plain=True)
        text(place, "close", 24, plain=True)
    string(place, "private_metadata", 3000, least=0)
    string(place, "callback_id", 255)
    faults += _check(view.get("blocks"), VIEW_BLOCKS, _VIEW, str(view.get("type")), files)
    inputs = [child for child in place.at("blocks").each() if child.get("type") == "input"]
    if modal and inputs and not view.get("submit"):
        place.fault("missing required field: submit")
    return faults


def fill_ids(blocks: list[Json], new: Any) -> list[Json]:
    """The blocks with a `block_id` on each and an `action_id` on each interactive element, as Slack stores them."""
    filled = []
    for block in blocks:
        block = {**block, "block_id": block.get("block_id") or new()}
        for key in ("accessory", "element"):
            if isinstance(block.get(key), dict) and block[key].get("type") != "image":
                block[key] = {**block[key], "action_id": block[key].get("action_id") or new()}
        if block["type"] in ("actions", "context_actions"):
            block["elements"] = [{**e, "action_id": e.get("action_id") or new()} for e in block["elements"]]
        filled.append(block)
    return filled
