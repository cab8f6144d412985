"""blocks.*: blocks are checked without being shown to anybody."""

import json
import re
from typing import Any

from standins.slack.block_kit.blocks import message_faults, view_faults
from standins.slack.block_kit.schema import Json
from standins.slack.methods.registry import method
from standins.slack.workspace import SlackError, Workspace

_GIVEN = ("blocks", "message", "view")
_POINTER = re.compile(r"^(?P<says>.*?) \[json-pointer:(?P<place>[^\]]*)\]$")


@method("blocks.validate")
def validate(workspace: Workspace, args: Json) -> Json:
    """Whether exactly one of `blocks`, `message` or `view` is valid; else every fault with its place, as documented at
    docs.slack.dev/reference/methods/blocks.validate. No scope is needed.
    """
    given = {name: _read(args[name]) for name in _GIVEN if args.get(name) is not None}
    if len(given) != 1:
        raise SlackError("invalid_arguments")
    ((kind, content),) = given.items()
    shown = workspace.shown_files()
    if kind == "view":
        faults = view_faults(content, shown)
    else:
        faults = message_faults(content.get("blocks") if isinstance(content, dict) else content, shown)
    if faults:
        raise SlackError(f"invalid_{kind}", errors=[_error(fault) for fault in faults])
    return {}


def _read(given: Any) -> Any:
    """An argument that comes as JSON or, in a form, as its text."""
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except ValueError:
        raise SlackError("invalid_arguments") from None


def _error(fault: str) -> Json:
    """`must be … [json-pointer:/blocks/0]` as its place, a code and a sentence."""
    match = _POINTER.match(fault)
    says, place = (match["says"], match["place"]) if match else (fault, "")
    code = "missing_field" if says.startswith("missing required field") else "failed_constraint"
    return {"pointer": place, "code": code, "message": says}
