"""The digest: three lines and a chart; the rest is in the thread."""

from bot.cards.elements import blocks, figures, mrkdwn
from bot.cards.elements.blocks import Card
from bot.cards.messages import notices
from db.outgoing.messages import DigestCard, DigestDetails


def card(payload: DigestCard) -> Card:
    """At most three lines are shown; the figures in them are the sender's."""
    title = mrkdwn.escape(payload["title"], 150)
    lines = [mrkdwn.escape(line, 600) for line in payload.get("lines") or []][:3]
    figure = payload.get("figure")
    drawn, chart = figures.draw(figure) if figure else (None, None)
    late = mrkdwn.escape(payload["late"], 300) if payload.get("late") else ""
    return blocks.card(
        " ".join(f"{part.rstrip('.')}." for part in [title, *([late] if late else []), *lines]),
        [
            blocks.section("\n".join([f"*{title}*", *([f":hourglass: {late}"] if late else []), *lines])),
            drawn,
            blocks.context("Details in the thread.") if payload.get("details") else None,
        ],
        chart,
    )


def details(payload: DigestDetails) -> Card:
    """What stands in the digest's thread: one table fits a message, further sections are lists."""
    made: list[blocks.Block | None] = []
    for number, part in enumerate(payload.get("sections") or []):
        made.append(blocks.section(f"*{mrkdwn.escape(part['title'], 150)}*"))
        rows = [[str(cell) for cell in row] for row in part.get("rows") or []]
        if number == 0:
            made.append(blocks.table([str(c) for c in part["columns"]], rows, part.get("right") or ()))
        elif rows:
            made.append(
                blocks.section(
                    "\n".join("• " + " · ".join(mrkdwn.escape(cell, 150) for cell in row) for row in rows[:15])
                )
            )
    if not made:
        return notices.note("Nothing to add.")
    return blocks.card("Details of the digest", made)
