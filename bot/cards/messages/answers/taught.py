"""A note that a team taught: for an admin to approve or reject, and what became of it."""

from bot.cards.elements import blocks, mrkdwn
from bot.cards.elements.blocks import Card
from db.outgoing.messages import TaughtCard

_BECAME = {
    "approved": "It is used in answers now.",
    "rejected": "It is not used.",
    "withdrawn": "It was taken back and is not used any more.",
}
_TEXT = 300


def card(payload: TaughtCard) -> Card:
    """The note word for word, what it means, for whom and until when; buttons while it waits."""
    note, number = mrkdwn.escape(payload.get("text") or "", _TEXT), str(payload["id"])
    by = mrkdwn.escape(payload.get("taught_by") or "somebody", 80)
    means, teams = payload.get("means"), payload.get("teams") or []
    read = f"In questions it stands for {mrkdwn.escape(means, _TEXT)}" if means else "It is told to the language model"
    whose = f"the team {' and '.join(mrkdwn.escape(team, 80) for team in teams)}" if teams else "everybody"
    holds = f"{read}, for {whose}, through {mrkdwn.whole_day(str(payload.get('valid_through') or ''))}."
    state = payload.get("state")
    if state == "waiting":
        row = [
            blocks.button("Approve", "note_approve", number, style="primary"),
            blocks.button("Reject", "note_reject", number),
        ]
        text = f"{by} teaches: “{note}”"
        about = blocks.context(f"Note {number}. An admin decides; only then it is used.")
        return blocks.card(f"{text} {holds}", [blocks.section(f"{text}\n{holds}"), blocks.actions(row), about])
    decided = mrkdwn.escape(payload.get("decided_by") or "", 80)
    text = f"Note {number} of {by} is {mrkdwn.escape(state, 20)}: “{note}” {_BECAME.get(str(state), '')}".strip()
    shown = f"{text}\n{holds}" if state == "approved" else text
    return blocks.card(text, [blocks.section(shown), blocks.context(f"By {decided}." if decided else "")])
