"""Names of `finops.yaml` in which * is any text: nothing else is special, and case does not matter."""

import re
from fnmatch import fnmatchcase


def regex(pattern: str) -> str:
    """The pattern for the engine that reads bills, which works in linear time and knows no atomic groups."""
    return "(?is)^" + ".*".join(re.escape(part) for part in pattern.split("*")) + "$"


def fits(pattern: str, value: str) -> bool:
    """Whether a single value fits the pattern."""
    return fnmatchcase(value.lower(), re.sub(r"[\[?]", lambda special: f"[{special[0]}]", pattern.lower()))
