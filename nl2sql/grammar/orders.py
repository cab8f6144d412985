"""What is said to the bot and is no question about cost, though it names what is in the bills: orders to act, and who
made or owns something.
"""

import re

from nl2sql.catalog.word_lists import word_list
from nl2sql.grammar.draft import Choice, Draft, Refusal

_MADE = re.compile(
    r"^(?:and |so |please )?(?:who|when|which person|which user|by whom)\b.{0,40}?\b(?:created|launched|started|made|"
    r"provisioned|deployed|set up|spun up|built|ordered|turned on)\b",
    re.IGNORECASE,
)
_OWNED = re.compile(
    r"^(?:and |so |please )?(?:who owns|which team owns|what team owns|who is the owner of|whose is|whose are|"
    r"which team is responsible for|who is responsible for|which team does)\s+(?P<what>[^?]{2,200}?)"
    r"(?:\s+belong(?:s)? to)?[\s?.!]*$",
    re.IGNORECASE,
)

_SUPPOSED = re.compile(
    r"(?<!tell me )(?<!show me )(?<!check )(?<!see )(?<!know )(?<!show )"
    r"\b(?:if|suppose|supposing|assuming|assume|imagine)\b.{0,80}?\b(?:were|would|had|grew|grows?|doubled?|doubles|covered|moved?|moves|migrated?|bought|buy|dropped|"
    r"halved?|switched)\b",
    re.IGNORECASE,
)


def is_order(question: str) -> bool:
    """`stop web-batch-1`, `please switch off dev`: something is to be done, with a verb first."""
    words = re.findall(r"[\w'-]+", question.casefold())
    while words:
        said = next((n for n in (4, 3, 2, 1) if " ".join(words[:n]) in word_list("politely")), 0)
        if not said:
            break
        words = words[said:]
    verb = next((n for n in (2, 1) if " ".join(words[:n]) in word_list("orders")), 0)
    return 0 < verb < len(words) and words[verb] not in ("with", "on", "from", "by", "at", "in")  # start with october


def asks_who_made(question: str) -> bool:
    """`who created web-batch-1`, `when was it launched`."""
    return bool(_MADE.match(question))


def is_supposition(question: str) -> bool:
    """`what would we pay if all of EC2 were covered`: no bill says what might have been."""
    return bool(_SUPPOSED.search(question))


def refused_supposition(draft: Draft) -> Refusal:
    """What is known stands in the bills, the forecast and the recommendations, each with its own arithmetic."""
    named = _named(draft)
    offers = (
        f"cost of {named} last month" if named else "cost last month",
        "open recommendations",
        "forecast for next month",
    )
    text = (
        "I answer from the bills and their forecast, not for what might be. What a change would save stands in its "
        "recommendation."
    )
    return Refusal(text, outside=True, choices=tuple(Choice(one, one) for one in offers))


def as_owned(question: str) -> str | None:
    """`who owns X` as the question whose answer tells it; None for any other question."""
    found = _OWNED.match(question)
    return f"cost of {found['what']} by team" if found else None


def refused_order(draft: Draft) -> Refusal:
    """Nothing is done from words; what can be asked about what was named."""
    named = _named(draft)
    about = f" about {named}" if named else ""
    offers = (f"cost of {named} last month", "open recommendations") if named else ("open recommendations",)
    text = (
        f"I change nothing from words. What can be done{about} is proposed from its recommendation or insight, and "
        "approved by people."
    )
    return Refusal(text, outside=True, choices=tuple(Choice(one, one) for one in offers))


def refused_maker(draft: Draft) -> Refusal:
    """The bills name owners, no makers."""
    named = _named(draft)
    offers = (f"cost of {named} by team last month", f"daily cost of {named} in the last 30 days")
    text = "The bills do not say who made something, or when. They say whose it is and since when it costs."
    return Refusal(text, outside=True, choices=tuple(Choice(one, one) for one in offers) if named else ())


def _named(draft: Draft) -> str:
    kept = [one.label for one in draft.filters.conditions if not one.negated and not one.contains]
    return " and ".join(kept[:3])
