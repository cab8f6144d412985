"""Which supposition a question makes. Pure: names are left as they are written, for the grammar to link."""

import re
from dataclasses import dataclass


def _any(words: str) -> str:
    return f"(?:{'|'.join(part.strip() for part in words.split('|'))})"


_US = r"(?: us)?"
_WHAT_IF = _any(
    rf"what if | what happens if | what would happen if | what changes if | what would change if |"
    rf"what would it (?:save|cost|bring){_US} if | what (?:would|do) we (?:save|pay) if |"
    rf"how much (?:would|do|could|can|will) (?:we|it|that) (?:save|cost|pay|bring){_US} if |"
    r"suppose | assume | imagine | let'?s say | say"
)
_LEAD = rf"^(?:and\s+)?{_WHAT_IF}\s+(?:that\s+)?"
_AMOUNT = (
    r"(?P<sign>[$\N{EURO SIGN}\N{POUND SIGN}])?\s*(?P<amount>\d+(?:[.,]\d{1,4})?)"
    r"\s*(?:\$|usd|eur|gbp|dollars?|euros?|pounds?)?"
)
_HOURLY = r"\s*(?:/|per |an |a |each |every )\s*(?:h|hr|hour)\b"
_BUY = _any("buy|bought|purchased?|take|took|had|have|add|added|commit(?:ted)? to|get|got|make|made")
_PLAN = re.compile(rf"{_LEAD}(?:we|i|you|one|someone|they)\s+{_BUY}\s+(?:up\s+)?(?P<what>.*)$", re.IGNORECASE)
_PLAN_NAMES = r"savings?[ -]?plans?|commitments?|committed spend|sp"
_IS_PLAN = re.compile(rf"\b(?:{_PLAN_NAMES})\b|^{_AMOUNT}{_HOURLY}", re.IGNORECASE)
_RATE = re.compile(_AMOUNT + _HOURLY, re.IGNORECASE)
_BESIDE = re.compile(
    rf"\b(?:{_PLAN_NAMES}|compute|aws|an?|the|of|for|another|new|at|with|worth|one|year|1|no|upfront)\b|[^\w]"
)
_UP = _any("grows?|grew|rises?|rose|increases?|increased|goes up|go up|went up|climbs?|climbed")
_DOWN = _any("shrinks?|shrank|falls?|fell|decreases?|decreased|drops?|dropped|goes down|go down|went down|declines?")
_SHARE = r"(?:by\s+)?(?:another\s+)?(?P<share>\d+(?:[.,]\d+)?)\s*(?:%|per ?cent|pct)"
_GROWS = re.compile(
    rf"{_LEAD}(?P<name>.+?)\s+(?:(?P<up>{_UP})|(?P<down>{_DOWN}))\s+{_SHARE}(?P<rest>.*)$", re.IGNORECASE
)
_TIMES = rf"(?:(?P<twice>{_any('doubles?|doubled')})|{_any('halves|halved|is halved')})"
_DOUBLES = re.compile(rf"{_LEAD}(?P<name>.+?)\s+{_TIMES}(?P<rest>.*)$", re.IGNORECASE)
_AHEAD = re.compile(
    r"^(?:\s*(?:,|over|in|for|within|during))?\s*(?:the\s+)?(?:(?:next|coming)\s+(?P<days>\d{1,3})\s+days)?\s*$",
    re.IGNORECASE,
)
_PASS = _any(
    "pass(?:es)?|exceeds?|cross(?:es)?|hits?|reach(?:es)?|go(?:es)? over|go(?:es)? past|blows?|blows? through|breaks?|"
    "burns? through|runs? out of|runs? over|runs? through|uses? up|exhausts?|overruns?|overshoots?|"
    "be over|be out of|be past|eats? up|spends? up"
)
_PASSED = _any("passed|exceeded|crossed|hit|reached|used up|blown|exhausted|gone|out|overrun|spent|broken|pass")
_WHICH_DAY = _any(r"when|on (?:what|which) (?:day|date)|what day|which day|how soon|in how many days|how long until")
_WILL = _any("will|do|does|would|is|are|shall|might|could")
_OUR = r"(?:(?:its|their|our|the|his|her|your|my)\s+)?"
_LIKELY = r"(?:(?:going|likely|expected|set|due|about) to\s+)?"
_NAME = r"[\w&.'/ -]"
_WHEN = re.compile(
    rf"^(?:so\s+)?{_WHICH_DAY}\s+(?:{_WILL}\s+)?(?P<name>.+?)\s+{_LIKELY}{_PASS}\s+"
    rf"{_OUR}(?P<of>{_NAME}*?)\s*budgets?\b(?P<rest>.*)$",
    re.IGNORECASE,
)
_WHEN_BUDGET = re.compile(
    rf"^(?:so\s+)?{_WHICH_DAY}\s+{_WILL}\s+{_OUR}(?P<of>{_NAME}*?)\s*budgets?"
    rf"(?:\s+(?:of|for)\s+(?P<name>{_NAME}+?))?\s+{_LIKELY}(?:be\s+|run\s+)?{_PASSED}(?P<rest>.*)$",
    re.IGNORECASE,
)
_GOES_ON = r"(?:it|this|things|we|that) (?:goes? on|carr(?:y|ies) on|continues?|keeps? up|keeps? going)"
_PACE = re.compile(
    r"^(?:(?:at|with|by|on) (?:this|the current|the present|our current|today'?s|its current) "
    r"(?:pace|rate|speed|trend|course|burn rate)|(?:for )?this (?:month|quarter|year)|as things stand|"
    rf"if {_GOES_ON}(?: like this| as now| at this pace)?|if nothing changes)?$",
    re.IGNORECASE,
)
_PEOPLE = ("we", "i", "it", "they", "you", "us", "everything", "everybody", "all", "total", "the total", "the company")
_SPENT = ("cost", "costs", "spend", "spending", "bill", "cloud")
_EVERYTHING = frozenset({*_PEOPLE, *(f"{our}{what}" for our in ("our ", "the ", "") for what in _SPENT)})
_BEFORE_NAME = re.compile(r"^(?:the\s+)?(?:team|cost of|costs of|spend of|spending of)\s+", re.IGNORECASE)
_AFTER_NAME = re.compile(r"(?:'s)?(?:\s+(?:cost|costs|spend|spending|usage|traffic|team))?$", re.IGNORECASE)


@dataclass(frozen=True)
class PlanBought:
    """A savings plan of so much currency an hour; its sign where one was written."""

    hourly: float
    sign: str = ""


@dataclass(frozen=True)
class ScopeGrows:
    """What is named costs `share` more (less, where negative) on each of `days`; `name` is empty for everything."""

    name: str
    share: float
    days: int


@dataclass(frozen=True)
class BudgetPassed:
    """The day on which a budget is passed; `name` is empty where none is named."""

    name: str


Supposition = PlanBought | ScopeGrows | BudgetPassed
_DAYS = 30


def supposed(question: str) -> Supposition | None:
    """The supposition that a question makes; None for every other question, and where a word of it is not read."""
    text = question.strip().rstrip("?!. ")
    if match := _WHEN.match(text):
        return _passed(match["name"], match["of"], match["rest"])
    if match := _WHEN_BUDGET.match(text):
        return _passed(match["name"] or "", match["of"], match["rest"])
    if match := _GROWS.match(text):
        size = float(match["share"].replace(",", ".")) / 100
        return _grows(match, -size if match["down"] else size)
    if match := _DOUBLES.match(text):
        return _grows(match, 1.0 if match["twice"] else -0.5)
    return _bought(text)


def _passed(name: str, of: str, rest: str) -> BudgetPassed | None:
    if not _PACE.match(rest.strip(" \t,")):
        return None
    words = [one for one in (_named(name), _named(of)) if one]
    return BudgetPassed(words[0] if words else "") if len(words) <= 1 else None


def _grows(match: re.Match[str], share: float) -> ScopeGrows | None:
    ahead = _AHEAD.match(match["rest"])
    if ahead is None or share <= -1:
        return None
    return ScopeGrows(_named(match["name"]), share, int(ahead["days"] or _DAYS))


def _bought(text: str) -> PlanBought | None:
    match = _PLAN.match(text)
    rate = _RATE.search(match["what"]) if match and _IS_PLAN.search(match["what"]) else None
    if match is None or rate is None:
        return None
    beside = (match["what"][: rate.start()] + " " + match["what"][rate.end() :]).casefold()
    known = _BESIDE.sub(" ", beside)
    amount = float(rate["amount"].replace(",", "."))
    return PlanBought(amount, rate["sign"] or "") if not known.strip() and amount > 0 else None


def _named(name: str) -> str:
    """A name as it is asked for; empty where it stands for everything."""
    plain = _AFTER_NAME.sub("", _BEFORE_NAME.sub("", name.strip()), count=1)
    return "" if plain.casefold() in _EVERYTHING or name.strip().casefold() in _EVERYTHING else plain
