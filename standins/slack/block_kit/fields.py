"""Values of interactive elements: what a choice looks like in an action and in a view's state."""

from typing import Any

from standins.slack.block_kit.schema import Json

_PLAIN = {
    "plain_text_input": "value",
    "number_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "rich_text_input": "rich_text_value",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
}
_INITIAL = {
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "value": "initial_value",
    "rich_text_value": "initial_value",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
    "selected_channel": "initial_channel",
    "selected_channels": "initial_channels",
}
STATEFUL = frozenset(_PLAIN) - {"overflow"}


class NoSuchChoiceError(LookupError):
    """Somebody chose what the element does not offer."""


def options_of(element: Json) -> list[Json]:
    """The options of a menu, those in groups too."""
    grouped = [option for group in element.get("option_groups") or [] for option in group["options"]]
    return list(element.get("options") or []) + grouped


def _option(element: Json, choice: Any) -> Json:
    if isinstance(choice, dict):
        return choice
    options = options_of(element)
    for option in options:
        if choice in (option["value"], option["text"]["text"]):
            return option
    if element["type"].endswith("external_select"):
        return {"text": {"type": "plain_text", "text": str(choice), "emoji": True}, "value": str(choice)}
    raise NoSuchChoiceError(f"{choice!r} is not among {[option['value'] for option in options]}")


def chosen(element: Json, choice: Any) -> Json:
    """The fields that tell a choice, as actions and states carry them; None empties the field."""
    name = _PLAIN[element["type"]]
    if name == "selected_option":
        return {name: None if choice is None else _option(element, choice)}
    if name == "selected_options":
        return {name: [_option(element, one) for one in choice or []]}
    if name in ("value", "rich_text_value"):
        return {name: None if choice in (None, "") else choice if isinstance(choice, dict) else str(choice)}
    return {name: choice}


def inputs_of(blocks: list[Json]) -> list[tuple[Json, Json]]:
    """Every (block, element) whose value belongs to a state."""
    inputs = []
    for block in blocks:
        candidates = [block.get("element"), block.get("accessory"), *(block.get("elements") or [])]
        inputs += [(block, e) for e in candidates if isinstance(e, dict) and e.get("type") in STATEFUL]
    return inputs


def state_of(blocks: list[Json], values: Json) -> Json:
    """`{"values": …}` of a view: what is given by action_id (or block_id), else what was initial."""
    state: dict[str, Json] = {}
    for block, element in inputs_of(blocks):
        name = _PLAIN[element["type"]]
        given = values.get(element["action_id"], values.get(block["block_id"], element.get(_INITIAL[name])))
        if isinstance(given, dict) and element["action_id"] in given:
            given = given[element["action_id"]]
        state.setdefault(block["block_id"], {})[element["action_id"]] = {
            "type": element["type"],
            **chosen(element, given),
        }
    return {"values": state}


def missing(blocks: list[Json], state: Json) -> dict[str, str]:
    """Slack's own complaint for each empty required input and each number out of range, by block_id."""
    complaints = {}
    for block, element in inputs_of(blocks):
        if block["type"] != "input":
            continue
        value = state["values"][block["block_id"]][element["action_id"]].get(_PLAIN[element["type"]])
        if value in (None, [], ""):
            if not block.get("optional"):
                complaints[block["block_id"]] = "Please complete this required field."
        elif element["type"] == "number_input" and not _fits(element, str(value)):
            complaints[block["block_id"]] = "Please enter a valid number."
    return complaints


def _fits(element: Json, value: str) -> bool:
    try:
        number = float(value)
    except ValueError:
        return False
    if not element.get("is_decimal_allowed") and number != int(number):
        return False
    return float(element.get("min_value") or "-inf") <= number <= float(element.get("max_value") or "inf")
