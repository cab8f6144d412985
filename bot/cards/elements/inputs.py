"""The fields of modals, within Slack's limits by construction."""

from collections.abc import Mapping, Sequence

from bot.cards.elements import blocks
from bot.cards.elements.blocks import Block

VALUE, OPTIONS = 150, 100
EVERYTHING = "*"
_TITLES = {
    "team": "Team",
    "account": "Account",
    "service": "Service",
    "environment": "Environment",
    "application": "Application",
    "provider": "Provider",
    "region": "Region",
}


def modal(callback: str, where: str, title: str, submit: str, fields: Sequence[Block]) -> Block:
    """A modal; `where` is its private metadata."""
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": where[:3_000],
        "title": blocks.plain_text(title, 24),
        "submit": blocks.plain_text(submit, 24),
        "close": blocks.plain_text("Cancel", 24),
        "blocks": list(fields),
    }


def field(block_id: str, label: str, element: Block, *, optional: bool = False, hint: str = "") -> Block:
    """An input block; its value comes back under `block_id`."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": blocks.plain_text(label, 200),
        "element": {**element, "action_id": block_id},
    }
    if optional:
        block["optional"] = True
    if hint:
        block["hint"] = blocks.plain_text(hint, 200)
    return block


def option(label: str, value: str) -> Block:
    """One choice."""
    return {"text": blocks.plain_text(label, 75), "value": value[:VALUE]}


def text(placeholder: str = "", most: int = 100, initial: str = "") -> Block:
    """A line of text."""
    element: Block = {"type": "plain_text_input", "max_length": most}
    if placeholder:
        element["placeholder"] = blocks.plain_text(placeholder, 150)
    return {**element, "initial_value": initial} if initial else element


def number(initial: str = "") -> Block:
    """An amount above zero."""
    element: Block = {"type": "number_input", "is_decimal_allowed": True, "min_value": "0.01"}
    return {**element, "initial_value": initial} if initial else element


def choice(options: Sequence[tuple[str, str]], initial: str) -> Block:
    """A menu of (label, value)."""
    made = [option(label, value) for label, value in options[:OPTIONS]]
    chosen = next((one for one in made if one["value"] == initial), made[0])
    return {"type": "static_select", "options": made, "initial_option": chosen}


def boxes(options: Sequence[tuple[str, str]], ticked: Sequence[str] = ()) -> Block:
    """Up to ten boxes to tick."""
    made = [option(label, value) for label, value in options[:10]]
    initial = [one for one in made if one["value"] in ticked]
    return {"type": "checkboxes", "options": made, **({"initial_options": initial} if initial else {})}


def clock(initial: str) -> Block:
    """A time of day as HH:MM."""
    return {"type": "timepicker", "initial_time": initial}


def day(initial: str | None = None) -> Block:
    """A date."""
    return {"type": "datepicker", **({"initial_date": initial} if initial else {})}


def person(initial: str | None = None) -> Block:
    """Somebody of the workspace."""
    return {"type": "users_select", **({"initial_user": initial} if initial else {})}


def scope(values: Mapping[str, Sequence[str]], *, everything: bool = True) -> Block:
    """A menu of everything and of the values of each dimension; the value reads
    `team:payments`. What is longer than Slack takes is left out.
    """
    groups = [
        {
            "label": blocks.plain_text(_TITLES[dimension], 75),
            "options": [option(name, f"{dimension}:{name}") for name in fitting[:OPTIONS]],
        }
        for dimension, names in values.items()
        if (fitting := [name for name in names if name.strip() and len(f"{dimension}:{name}") <= VALUE])
    ]
    first = (
        [{"label": blocks.plain_text("All", 75), "options": [option("Everything", EVERYTHING)]}] if everything else []
    )
    made: Block = {
        "type": "static_select",
        "option_groups": [*first, *groups]
        or [{"label": blocks.plain_text("All", 75), "options": [option("Everything", EVERYTHING)]}],
    }
    return {**made, "initial_option": option("Everything", EVERYTHING)} if everything else made


def chosen_scope(*values: object) -> dict[str, str]:
    """The scope that menus of `scope` name together; an empty one is everything."""
    parts = (str(value or EVERYTHING).partition(":") for value in values)
    return {dimension: name for dimension, _, name in parts if dimension in _TITLES and name}
