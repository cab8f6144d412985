"""Questions about what is not a bill: budgets, forecasts, insights, prices and the like."""

from nl2sql.catalog.linking import Values
from nl2sql.catalog.semantics import Semantics
from nl2sql.catalog.word_lists import word_list, word_map
from nl2sql.dates.periods import QuestionCalendar, shifted
from nl2sql.grammar.draft import Draft, Refusal
from nl2sql.grammar.recognisers import comparing, filtering
from nl2sql.grammar.recognisers.binding import bind
from nl2sql.grammar.recognisers.naming import INSTANCE_TYPE
from nl2sql.grammar.refusals.leftovers import account_for_rest
from nl2sql.grammar.subjects import running
from nl2sql.grammar.subjects.listing import coming
from nl2sql.grammar.subjects.views import SUBJECTS
from nl2sql.grammar.tagging.terms import Sentence


def parse_subject(
    sentence: Sentence, draft: Draft, semantics: Semantics, values: Values, calendar: QuestionCalendar, question: str
) -> Draft:
    """Complete the draft of a question about budgets, forecasts, insights and the like: subject, filters and period."""
    subjects = [sentence.terms[at].value for at in sentence.open("subject")]
    states = [sentence.terms[at].value for at in sentence.open("state")]
    draft.discourse.state = next(iter(states), None)
    draft.discourse.subject_named = bool(subjects)
    draft.discourse.subject = next(
        iter(subjects),
        "prices"
        if asks_a_price(sentence, question)
        else "insights"
        if "open" in states
        else "remediations"
        if states
        else "forecasts",
    )
    for at in sentence.open("outside"):
        draft.filters.period = coming(sentence.terms[at].text, calendar)
        draft.discourse.subject = "forecasts"
    beyond = [term.text.split()[0] for term in sentence.terms if term.kind == "subject"]
    sides = {term.value for term in sentence.terms if term.kind == "cmp"}
    draft.discourse.kept = bool({*beyond} & {"under", "within", "stay", "keep", "hold"}) or sides == {"under"}
    draft.discourse.exceeded = bool({*beyond} & word_list("over_budget")) or (bool(sides) and not draft.discourse.kept)
    if draft.discourse.subject == "recommendations":
        draft.discourse.kinds = _kinds(sentence)
    draft.shape.limit = _limit(sentence, draft.discourse.subject)
    bind(sentence, draft, values, question)
    if draft.discourse.subject == "forecasts":
        draft.shape.dimensions = [sentence.terms[at].value for at in sentence.open("dimension")][:1]
    for at in sentence.open("unknown"):
        surface = question[sentence.terms[at].start : sentence.terms[at].end]
        if draft.discourse.subject == "prices" and INSTANCE_TYPE.fullmatch(surface):
            draft.discourse.instance_type = surface.casefold()
            sentence.take(at, *sentence.open("unsupported"))
    sentence.take(
        *sentence.open(
            "top",
            "number",
            "change",
            "grain",
            "unit",
            "charge",
            "metric",
            "average",
            "count",
            "by",
            "cmp",
            "outside",
            "dimension",
            "share",
            "trend",
            "subject",
            "why",
            "not",
            "state",
        )
    )
    sentence.take(*sentence.open("appeared", value="new"))  # of findings, the open ones are the new ones
    sentence.take(*(at for at in sentence.open("unknown") if sentence.terms[at].text in word_list("of_subjects")))
    future = draft.filters.period
    comparing.periods(sentence, draft)
    if draft.comparison.compared and draft.discourse.subject != "forecasts":
        kind = SUBJECTS[draft.discourse.subject].title.lower()
        draft.discourse.refusal = Refusal(
            f"Do you ask for {kind}, or for a change of cost? I cannot tell both at once."
        )
        return draft
    draft.filters.period = future or draft.filters.period
    if (
        draft.discourse.subject == "forecasts"
        and draft.filters.period
        and draft.filters.period.yearless
        and draft.filters.period.end <= calendar.today
    ):
        draft.filters.period = shifted(draft.filters.period, "year", 1)
    if draft.discourse.subject == "forecasts":
        draft.filters.period = running.whole_of(draft.filters.period, calendar) or draft.filters.period
    filtering.names(sentence, draft, semantics, values)
    if draft.discourse.subject == "utilization":  # it is of machines anyway
        draft.filters.conditions = [one for one in draft.filters.conditions if one.label not in filtering.MACHINES]
    account_for_rest(sentence, draft, values, False, question)
    return draft


def asks_a_price(sentence: Sentence, question: str) -> bool:
    """`price of m5.2xlarge`, `what does a c7g.large cost an hour`: of one machine of a type, not of what was used."""
    named = {match.dimension for term in sentence.terms for match in term.matches[:1]}
    if sentence.has("period", "dimension", "vs", "compare") or named - {"provider", "region"}:
        return False
    for at in sentence.open("unknown"):
        term = sentence.terms[at]
        if not INSTANCE_TYPE.fullmatch(question[term.start : term.end]):
            continue
        single = at > 0 and sentence.terms[at - 1].text.split()[-1] in ("a", "an", "one")
        return single or any(one.text in ("price", "prices", "per hour") for one in sentence.terms)
    return False


def _kinds(sentence: Sentence) -> tuple[str, ...]:
    """Which recommendations are meant: `idle instances`, `gp2 volumes`; none named, all of them."""
    words = [word for at in sentence.open("subject") for word in sentence.terms[at].text.split()]
    return next((tuple(kinds.split()) for word, kinds in word_map("kinds_of_waste").items() if word in words), ())


def _limit(sentence: Sentence, subject: str) -> int | None:
    """`the biggest anomaly` is one, `top 3 recommendations` are three; both lists have the largest first."""
    largest = any(sentence.terms[at].value == "top" for at in sentence.open("top"))
    if not largest or subject not in ("anomalies", "insights", "recommendations"):
        return None
    given = next((int(sentence.terms[at].amount) for at in sentence.open("number")), None)
    named = next((sentence.terms[at].text for at in sentence.open("subject")), "s")
    return given or (None if named.endswith("s") else 1)
