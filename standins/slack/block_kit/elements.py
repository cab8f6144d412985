"""Limits of Block Kit's interactive elements and composition objects, as Slack's reference gives them."""

from collections.abc import Iterable

from standins.slack.block_kit.schema import Node, Rule, items, one_of, only, string, text

ACTION_ID, BUTTON_TEXT, BUTTON_VALUE, PLACEHOLDER, OPTIONS, URL = 255, 75, 2000, 150, 100, 3000
_COMMON = {"type", "action_id"}
_FOCUS = {"focus_on_load", "placeholder"}


def confirm(place: Node) -> None:
    """The confirmation dialogue of an element, where it has one."""
    child = place.at("confirm")
    if child.node is None:
        return
    only(child, {"title", "text", "confirm", "deny", "style"})
    text(child, "title", 100, required=True, plain=True)
    text(child, "text", 300, required=True)
    text(child, "confirm", 30, plain=True)
    text(child, "deny", 30, plain=True)
    one_of(child, "style", ("primary", "danger"))


def option(place: Node, url: bool = False) -> None:
    """One option of a menu, of radio buttons or of checkboxes."""
    only(place, {"text", "value", "description"} | ({"url"} if url else set()))
    text(place, "text", 75, required=True)
    string(place, "value", 150, required=True)
    text(place, "description", 75)


def _options(place: Node, most: int = OPTIONS, least: int = 1) -> None:
    for child in items(place, "options", most, required=True, least=least):
        option(child, url=str(place.get("type")) == "overflow")


def _element(place: Node, fields: Iterable[str]) -> None:
    only(place, _COMMON | set(fields))
    string(place, "action_id", ACTION_ID)
    text(place, "placeholder", PLACEHOLDER, plain=True)
    confirm(place)


def _button(place: Node) -> None:
    _element(place, {"text", "url", "value", "style", "confirm", "accessibility_label", "visible_to_user_ids"})
    text(place, "text", BUTTON_TEXT, required=True, plain=True)
    string(place, "value", BUTTON_VALUE, least=0)
    string(place, "url", URL)
    string(place, "accessibility_label", 75)
    one_of(place, "style", ("primary", "danger"))


def _static_select(place: Node) -> None:
    many = str(place.get("type")).startswith("multi_")
    initial = "initial_options" if many else "initial_option"
    _element(
        place, _FOCUS | {"options", "option_groups", "confirm", initial} | ({"max_selected_items"} if many else set())
    )
    if place.get("option_groups") is not None:
        for group in items(place, "option_groups", OPTIONS):
            text(group, "label", 75, required=True, plain=True)
            for child in items(group, "options", OPTIONS, required=True):
                option(child)
        return
    _options(place)
    chosen = place.get(initial) or []
    values = [child.get("value") for child in place.at("options").each()]
    for value in chosen if isinstance(chosen, list) else [chosen]:
        if not isinstance(value, dict) or value.get("value") not in values:
            place.fault(f"{initial} must be one of the options", f"/{initial}")


def _entity_select(place: Node) -> None:
    kind = str(place.get("type")).removeprefix("multi_").removesuffix("_select")
    many = str(place.get("type")).startswith("multi_")
    initial = f"initial_{kind}" if many else f"initial_{kind.removesuffix('s')}"
    fields = {
        "confirm",
        initial,
        "response_url_enabled",
        "default_to_current_conversation",
        "filter",
        "max_selected_items",
    }
    _element(place, _FOCUS | fields)


def _external_select(place: Node) -> None:
    many = str(place.get("type")).startswith("multi_")
    extra = {"initial_options", "max_selected_items"} if many else {"initial_option"}
    _element(place, _FOCUS | {"min_query_length", "confirm"} | extra)


def _overflow(place: Node) -> None:
    _element(place, {"options", "confirm"})
    _options(place, most=5)


def _choice(place: Node) -> None:
    many = str(place.get("type")) == "checkboxes"
    _element(place, {"options", "confirm", "focus_on_load", "initial_options" if many else "initial_option"})
    _options(place, most=10)


def _date(place: Node) -> None:
    kind = {"datepicker": "initial_date", "timepicker": "initial_time", "datetimepicker": "initial_date_time"}[
        str(place.get("type"))
    ]
    _element(place, _FOCUS | {kind, "confirm", "timezone"})


def _text_input(place: Node) -> None:
    fields = {"initial_value", "dispatch_action_config", "multiline", "min_length", "max_length"}
    if str(place.get("type")) == "number_input":
        fields = {"initial_value", "dispatch_action_config", "is_decimal_allowed", "min_value", "max_value"}
        if place.get("is_decimal_allowed") is None:
            place.fault("missing required field: is_decimal_allowed")
    _element(place, _FOCUS | fields)
    if str(place.get("type")) != "rich_text_input":
        string(place, "initial_value", 3000, least=0)


def _feedback(place: Node) -> None:
    _element(place, {"positive_button", "negative_button"})
    for key in ("positive_button", "negative_button"):
        child = place.at(key)
        if not isinstance(child.node, dict):
            place.fault(f"missing required field: {key}")
            continue
        only(child, {"text", "value", "accessibility_label"})
        text(child, "text", BUTTON_TEXT, required=True, plain=True)
        string(child, "value", BUTTON_VALUE, required=True)


def _icon_button(place: Node) -> None:
    _element(place, {"icon", "text", "value", "confirm", "accessibility_label", "visible_to_user_ids"})
    one_of(place, "icon", ("trash",), required=True)
    text(place, "text", BUTTON_TEXT, required=True, plain=True)


def image(place: Node) -> None:
    """An image by public address or by Slack file; Slack fetches the address itself, so a private one fails."""
    string(place, "alt_text", 2000, required=True, least=0)
    string(place, "image_url", URL)
    file, url = place.get("slack_file"), place.get("image_url")
    if (file is None) == (url is None):
        place.fault("must provide exactly one of image_url or slack_file")
    elif file is not None and not (
        isinstance(file, dict) and {str(file.get("id")), str(file.get("url"))} & place.files
    ):
        place.fault("invalid slack file", "/slack_file")
    elif isinstance(url, str) and (
        "://127." in url or "://localhost" in url or not url.startswith(("http://", "https://"))
    ):
        place.fault("downloading image failed", "/image_url")


def _image_element(place: Node) -> None:
    only(place, {"type", "alt_text", "image_url", "slack_file"})
    image(place)


_SELECTS: dict[str, Rule] = {
    "static_select": _static_select,
    "external_select": _external_select,
    "users_select": _entity_select,
    "conversations_select": _entity_select,
    "channels_select": _entity_select,
}
_MULTI = {f"multi_{kind}": rule for kind, rule in _SELECTS.items()}
_PICKERS: dict[str, Rule] = {
    "datepicker": _date,
    "timepicker": _date,
    "datetimepicker": _date,
    "checkboxes": _choice,
    "radio_buttons": _choice,
}
_INPUTS = ("plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input")

ACTIONS: dict[str, Rule] = {"button": _button, "overflow": _overflow, **_SELECTS, **_PICKERS}
ACCESSORIES: dict[str, Rule] = {**ACTIONS, **_MULTI, "image": _image_element}
INPUTS: dict[str, Rule] = {**_SELECTS, **_MULTI, **_PICKERS, **dict.fromkeys(_INPUTS, _text_input)}
CONTEXT_ACTIONS: dict[str, Rule] = {"feedback_buttons": _feedback, "icon_button": _icon_button}
IMAGE: dict[str, Rule] = {"image": _image_element}
BUTTON: dict[str, Rule] = {"button": _button}
