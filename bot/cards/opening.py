"""The way from a card in Slack to the page: a button `Open` beside the card's own."""

from typing import Any, Final
from urllib.parse import quote

from bot.cards.elements import blocks
from bot.cards.elements.blocks import Block, Card
from db.outgoing.messages import Drawn

ACTION: Final = "open_page"
_LONGEST = 3_000  # characters of a button's address
_MOST = 25  # elements of a row


def with_open(card: Card, message: Drawn, page: str | None) -> Card:
    """The card with its button, where there is a page and a place in it; at the end of its last row of buttons, which
    is a new one where there is none or no room.
    """
    path = place_of(message)
    if page is None or path is None or len(address := page.rstrip("/") + path) > _LONGEST:
        return card
    button: Block = {**blocks.button("Open", ACTION), "url": address}
    shown: list[Block] = list(card["blocks"])
    rows = [at for at, block in enumerate(shown) if block["type"] == "actions"]
    if rows and len(shown[rows[-1]]["elements"]) < _MOST:
        row = shown[rows[-1]]
        shown[rows[-1]] = {**row, "elements": [*row["elements"], button]}
    elif len(shown) < blocks.BLOCKS:
        shown.append({"type": "actions", "elements": [button]})
    return {**card, "blocks": shown}


def place_of(message: Drawn) -> str | None:
    """The path of what a message is about; None where the page has no place for it."""
    match message["type"]:
        case "alert":
            return _insight(message.get("kind"), message.get("id"))
        case "proposal":
            return f"/approvals/{message['id']}"
        case "remediation_progress":
            return f"/approvals/{message['id']}" if "id" in message else None
        case "budget":
            return f"/budgets/{_part(message.get('budget'))}"
        case "forecast":
            return "/budgets"
        case "answer":
            return f"/ask?q={quote(message['question'], safe='')}" if message.get("question") else None
        case "digest":
            return "/"
        case "load":
            return "/admin?tab=bills"
        case _:
            return None


def _insight(kind: str | None, number: int | None) -> str | None:
    """An anomaly has a place of its own; what could be saved stands in a list."""
    if kind == "anomaly" and number is not None:
        return f"/anomalies/{number}"
    return "/budgets" if kind == "budget" else "/savings"


def _part(text: Any) -> str:
    return quote(str(text or "")[:300], safe="")
