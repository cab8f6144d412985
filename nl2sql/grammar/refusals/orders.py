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

# a condition: up to a comma, or to the question that it is of
_CONDITION = re.compile(
    r"\b(?P<word>if|suppose|supposing|assuming|assume|imagine)\s+"
    r"(?P<said>.+?)(?=[,;?.!]|\b(?:what|which|who|how|where|when|then|show|list)\b|$)",
    re.IGNORECASE,
)
_WHETHER = re.compile(  # what stands before an `if` that asks
    r"(?:\b(?:tell|show|ask|let) (?:me|us)(?: know)?|\b(?:check|see|seen|know|show|say|wonder|wondering|verify|confirm|"
    r"determine|understand|learn|sure|clear|curious|asking|find out|finding out|look up)|\b(?:i|we))\s*$",
    re.IGNORECASE,
)
_BY_THE_WAY = re.compile(
    r"(?:you(?:'d)?(?: (?:would|could|can|please|know|have|want|like|do not|don't)\b.*)?|possible|any|so|yes|no|not|"
    r"needed|available|there (?:is|are|was)\b.*)\s*(?:and\b.*)?$",
    re.IGNORECASE,
)
_UNREAL = re.compile(
    r"\b(?:were|would(?! you\b)|had (?:all |never |not )?(?:been|bought|moved)|doubled?|doubles|tripled?|"
    r"triples|halved?|halves|grows|moves|migrates|switches)\b",
    re.IGNORECASE,
)
_MIGHT_BE = re.compile(
    r"\b(?:were|was|is|are|had|grew|grows?|doubled?|doubles|tripled?|triples|halved?|halves|covered|moved?|moves|"
    r"migrated?|migrates|bought|buy|dropped|drops?|fell|falls?|rose|rises?|increased?|increases|decreased?|decreases|"
    r"switch(?:ed|es)?|used|ran|stopped|reduced?)\b",
    re.IGNORECASE,
)
_MOVES = re.compile(
    r"\b(?:grew|covered|moved?|migrated?|bought|buy|dropped|fell|rose|increased|decreased|switch(?:ed)?|reduced)\b",
    re.IGNORECASE,
)
_WOULD = re.compile(r"\b(?:would|could|might|will)\b(?! you\b| like\b| be possible\b)", re.IGNORECASE)
_HAD_WE = re.compile(
    r"(?<!what )\bhad (?:we|i|it|they|all of [\w ]{1,40}?) (?:been|bought|moved|migrated|switched|used)\b",
    re.IGNORECASE,
)
_WOULD_SAVE = re.compile(
    r"\b(?:would|could|might|can|will)\b[^?]*\bsave\b[^?]*\b(?:(?:by|through|from|if|when) (?:we )?\w+ing\b|"
    r"(?:with|by|through|from|using) (?:an? |more |another |other |new |one )?(?:\w+ )?"
    r"(?:commitments?|savings plans?|reservations?|reserved instances?|spot(?: instances?)?|graviton|arm))",
    re.IGNORECASE,
)
_A_COST = re.compile(
    r"^(?:and |so |please )?(?:show me |what is |what's )?(?:the |our |my )?(?:\w+ )?"
    r"(?:costs?|spend|spending|bill|forecast|price)\b",
    re.IGNORECASE,
)


def is_order(question: str) -> bool:
    """Whether a question is an order that begins with a verb: `stop web-batch-1`, `please switch off dev`."""
    return any(_orders(part) for part in re.split(r"[:;]", question) if part.strip())


def _orders(clause: str) -> bool:
    words = re.findall(r"[\w'-]+", clause.casefold())
    while words:
        polite_words = next((n for n in (4, 3, 2, 1) if " ".join(words[:n]) in word_list("politely")), 0)
        if not polite_words:
            break
        words = words[polite_words:]
    verb = next((n for n in (2, 1) if " ".join(words[:n]) in word_list("orders")), 0)
    return 0 < verb < len(words) and words[verb] not in ("with", "on", "from", "by", "at", "in")  # start with october


def asks_who_made(question: str) -> bool:
    """`who created web-batch-1`, `when was it launched`."""
    return bool(_MADE.match(question))


def is_supposition(question: str) -> bool:
    """`what would we pay if all of EC2 were covered`: no bill says what might have been. An `if` that asks (`find out
    if EC2 grew`), that is polite, or that says where to look is none.
    """
    if _WOULD_SAVE.search(question):
        return True
    inverted = _HAD_WE.search(question)
    if inverted and (_A_COST.match(question) or _WOULD.search(question)):
        return True
    return any(_supposes(question, condition) for condition in _CONDITION.finditer(question))


def _supposes(question: str, condition: re.Match[str]) -> bool:
    """Whether a condition of a question is unreal: by its own verb, by the other clause, or as `cost if we moved`."""
    before, clause = question[: condition.start()], condition["said"].strip()
    if _WHETHER.search(before) or _BY_THE_WAY.match(clause):
        return False
    supposed = condition["word"].casefold() != "if" or re.search(r"\bwhat(?: happens)?\s*$", before, re.IGNORECASE)
    if _UNREAL.search(clause) or (supposed and _MOVES.search(clause)):
        return True
    others = f"{before} {question[condition.end() :]}"
    return bool(
        (_WOULD.search(others) and _MIGHT_BE.search(clause))
        or (_A_COST.match(before) and "," not in before and _MOVES.search(clause))
    )


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
    """`who owns X` rewritten as the cost of X by team; None for any other question."""
    match = _OWNED.match(question)
    return f"cost of {match['what']} by team" if match else None


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
    """The bills name owners, no makers; an alert names who made a change, where the cloud's log of changes is read."""
    named = _named(draft)
    offers = (f"cost of {named} by team last month", f"daily cost of {named} in the last 30 days")
    text = (
        "The bills do not say who made something, or when. They say whose it is and since when it costs; where "
        "CloudTrail tells who made a change, the alert about it does."
    )
    offered = offers if named else ("open anomalies",)
    return Refusal(text, outside=True, choices=tuple(Choice(one, one) for one in offered))


def _named(draft: Draft) -> str:
    labels = [one.label for one in draft.filters.conditions if not one.negated and not one.contains]
    return " and ".join(labels[:3])
