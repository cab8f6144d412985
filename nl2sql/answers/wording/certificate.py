"""What an answer says of the approved one that it is, or comes from. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Certificate:
    """The approved question (`reference`, `question`), by whom and on which day; `changed` holds `period` and `scope`
    where only these are others, `holds` is false where more than that is.
    """

    reference: str
    question: str
    by: str | None = None
    on: date | None = None
    changed: tuple[str, ...] = ()
    holds: bool = True
    parameters: tuple[str, ...] = ()
    """What can be changed: `period`, and the dimensions that the question is narrowed to."""

    def words(self) -> str:
        """The line under an answer, without markup."""
        when = f" on {self.on.day} {self.on:%b %Y}" if self.on else ""
        who = f" by {self.by}" if self.by else ""
        if not self.holds:
            return f"Built on the answer to “{self.question[:100]}”, certified{who}{when}; itself not certified"
        other = f", here for another {' and '.join(self.changed)}" if self.changed else ""
        return f"Certified{who}{when}{other} ({self.reference})"

    def to_json(self) -> dict[str, Any]:
        """As it is stored and printed; `says` is for people."""
        return {
            "reference": self.reference,
            "question": self.question,
            "by": self.by,
            "on": self.on.isoformat() if self.on else None,
            "changed": list(self.changed),
            "holds": self.holds,
            "parameters": list(self.parameters),
            "says": self.words(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Certificate":
        """The certificate that `to_json` wrote."""
        return cls(
            stored["reference"],
            stored["question"],
            stored["by"],
            date.fromisoformat(stored["on"]) if stored["on"] else None,
            tuple(stored["changed"]),
            bool(stored["holds"]),
            tuple(stored["parameters"]),
        )
