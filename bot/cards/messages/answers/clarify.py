"""Asking back: one question, a button for each reading."""

from typing import Any

from bot.cards.elements import blocks, mrkdwn
from bot.cards.elements.blocks import Card

CHOICES = 8


def label_of(choice: Any) -> str:
    """What a choice is called, whether it is a text or an object with a label."""
    return str(choice.get("label") or choice.get("question") or "") if isinstance(choice, dict) else str(choice)


def card(result: dict[str, Any], reference: str) -> Card:
    """A `clarify` result: the buttons carry the question's reference and the choice's number."""
    labels = [label_of(choice) for choice in (result.get("choices") or [])[:CHOICES]]
    asked = mrkdwn.sentence(result.get("text") or "", 1_500).strip() or "Which one do you mean?"
    row = [
        blocks.button(label, f"clarify_{number}", f"{reference}:{number}")
        for number, label in enumerate(labels)
        if label
    ]
    listed = " or ".join(mrkdwn.escape(label, 75) for label in labels)
    lead = "" if "?" in asked else "*Which one?* "
    return blocks.card(
        f"{asked} {listed}".strip(), [blocks.section(f"{lead}{asked}"), blocks.actions(row) if reference else None]
    )
