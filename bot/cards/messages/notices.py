"""Saying no: what happened, and what one can do instead."""

from typing import Any

from bot.cards.elements import blocks, mrkdwn
from bot.cards.elements.blocks import Card
from bot.cards.messages.answers import clarify

_FALLBACKS = {
    "blocked": "I only read cost data, and only with a SELECT. Nothing was run.",
    "cannot_answer": "The bills cannot answer that.",
    "timeout": "That took too long and was stopped. Ask for a shorter period or fewer rows.",
    "unavailable": "I cannot reach the cost data right now. Please ask again in a minute.",
}
_EXAMPLES_LEAD = "I can tell you, for example:"
EXAMPLES = ("What did we spend last month by service?", "Top 5 teams this month", "Daily cost of the last 30 days")
OF_A_TEAM = (
    "Monthly review for {team}",
    "What did {team} spend last month by service?",
    "Why did {team} cost go up last month and what should we do?",
    "Daily cost of {team} in the last 30 days",
)
RECIPES = (  # each is answered in sections
    "What should I look at today?",
    "Monthly review",
    "Why did cost go up last month and what should we do?",
    "Will we exceed any budget, and what could we cut?",
    "Summary for the CFO",
    "Which team grew most last month and which resource is behind it?",
    "What changed last month and who owns it?",
    "What is the forecast for this month? Explain the difference",
    "Are the spikes over and what did they cost in total?",
    "Would the savings of open recommendations cover the overrun?",
)


def card(result: dict[str, Any], reference: str) -> Card:
    """A result that is no answer: the reason, the reference, and questions that can be answered, as buttons."""
    outcome = str(result.get("outcome"))
    message = str(result.get("text") or "")
    if outcome == "cannot_answer" and reference and result.get("choices"):
        message = message.partition(_EXAMPLES_LEAD)[0]  # the examples are buttons here
    text = mrkdwn.sentence(message, 2_000).strip() or _FALLBACKS.get(outcome, _FALLBACKS["unavailable"])
    if reference and reference not in text and outcome != "cannot_answer":  # there is nothing to look up
        text = f"{text} (Reference {mrkdwn.escape(reference, 20)})"
    labels = [clarify.label_of(choice) for choice in (result.get("choices") or [])[:3]]
    row = [
        blocks.button(label, f"clarify_{number}", f"{reference}:{number}")
        for number, label in enumerate(labels)
        if label
    ]
    if outcome == "unavailable" and result.get("no_bills"):
        row.append(blocks.button("Refresh bills", "refresh_bills", reference))
    lead = "I can tell you:" if row and outcome == "cannot_answer" else ""
    return blocks.card(text, [blocks.section(text), blocks.context(lead), blocks.actions(row) if reference else None])


def note(text: str) -> Card:
    """A plain sentence or a few."""
    body = mrkdwn.sentence(text)
    return blocks.card(body, [blocks.section(body)])


def help_card(unknown: str = "") -> Card:
    """What the bot is for, with examples that run when pressed; first that an `unknown` command is none."""
    unheard = f"There is no command `/finops {mrkdwn.escape(unknown, 40)}`." if unknown else ""
    text = (
        "*I answer questions about your cloud bills.* Ask in plain words, here or in any channel where I am; "
        "in a thread you can go on with “and by region?” or “only prod”."
    )
    commands = (
        "`/cost <question>`  ask from anywhere\n"
        "`/finops status`  how fresh the bills are and what waits\n"
        "`/finops refresh`  fetch new bills\n"
        "`/finops insights`  what is open\n"
        "`/finops kpis`  how well I do my job\n"
        "`/finops subscribe`  a digest or a question, daily or weekly\n"
        "`/finops recurring`  clean-ups that come again, and who approved them\n"
        "`/finops teach phoenix = team checkout until May`  other words for what is in the bills\n"
        "`/finops budget`  a new budget, for who may set one\n"
        "`/finops stop-all`  halt every remediation; `/finops resume-all`  go on"
    )
    row = [blocks.button(example, f"example_{number}", example) for number, example in enumerate(EXAMPLES)]
    reviews = [blocks.button(one, f"example_{number}", one) for number, one in enumerate(RECIPES, len(EXAMPLES))]
    fallback = f"I answer questions about your cloud bills. Try: {EXAMPLES[0]} Or type /finops help."
    shown = [blocks.section(text), blocks.actions(row), blocks.actions(reviews), blocks.section(commands)]
    return blocks.card(f"{unheard} {fallback}".strip(), [blocks.context(unheard), *shown])
