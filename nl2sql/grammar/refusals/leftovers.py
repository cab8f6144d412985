"""The words that no recogniser took: passed over, asked about or refused."""

from nl2sql.catalog.linking import Values, nearest
from nl2sql.catalog.word_lists import word_list
from nl2sql.grammar.draft import Choice, Doubt, Draft, Refusal
from nl2sql.grammar.tagging.terms import Sentence, Term

# What may stand in a question without changing its meaning once everything else is understood.
_SILENT = frozenset(
    {"noise", "noun", "all", "and", "only", "with", "follow", "clear", "rank", "which", "when", "percent"}
)


def account_for_rest(sentence: Sentence, draft: Draft, values: Values, following: bool, question: str) -> None:
    """Refuse what no recogniser took: a wrong number is worse than none."""
    left = [sentence.terms[at] for at in range(len(sentence.terms)) if at not in sentence.taken]
    left = [term for term in left if not _silent(term)]
    if following:
        dimensions = [term for term in left if term.kind == "dimension"]
        draft.shape.dimensions += [term.value for term in dimensions if not draft.shape.dimensions]
        left = [term for term in left if term.kind != "dimension"]
    draft.discourse.left = [term.text for term in left]
    if draft.discourse.doubt or not left:
        return
    if all(term.kind == "dimension" for term in left) and (doubt := _other_kind(sentence, left[0], question)):
        draft.discourse.doubt = doubt
        return
    if any(term.kind == "vague" for term in left):
        draft.discourse.doubt = Doubt(
            "What do you mean by that? Name a team, an account, a service, an application or a region."
        )
        return
    left, question_words = _without_preamble(sentence, left, question)
    if not left:
        sentence.take(*question_words)
        return
    draft.discourse.left_at = [(term.start, term.end) for term in left]
    unknown = [question[term.start : term.end].casefold() for term in left if term.kind == "unknown"]
    understood = _understood(sentence, left)
    if unknown:
        near = nearest(" ".join(unknown), values)
        hint = f" The nearest names are {', '.join(near)}." if near else ""
        draft.discourse.refusal = Refusal(
            f"I do not know “{', '.join(unknown)[:80]}”: no team, account, service or other name in the bills is "
            f"called so.{hint}{understood}"
        )
    else:
        draft.discourse.refusal = Refusal(
            f"I am not sure how “{', '.join(term.text for term in left)[:80]}” is meant here.{understood}"
        )


def _silent(term: Term) -> bool:
    """Whether a word says nothing more; an amount in per cent does."""
    if term.kind == "percent" and term.amount:
        return False
    return term.kind in _SILENT or term.text in word_list("passed_over")


def _without_preamble(sentence: Sentence, left: list[Term], question: str) -> tuple[list[Term], list[int]]:
    """What is left without unknown words of a polite opening: `I'd love to know
    how much …`, `I'm preparing the board deck: …`.
    """
    if sentence.terms[0].text.split(" ")[0] not in word_list("first_person"):
        return left, []
    colon = question.find(":")
    asks = next((at for at, term in enumerate(sentence.terms) if term.text.split(" ")[0] in word_list("asking")), None)
    asks = asks or next((at for at, term in enumerate(sentence.terms) if term.start > colon >= 0), None)
    if not asks:
        return left, []
    opening = [at for at in range(asks) if sentence.terms[at] in left and sentence.terms[at].kind == "unknown"]
    return [term for term in left if sentence.terms.index(term) not in opening], opening


def _understood(sentence: Sentence, left: list[Term]) -> str:
    """What was understood of a question that is refused, for its asker to build upon."""
    labels = [
        term.period.label if term.period else term.matches[0].label if term.matches else term.value.replace("_", " ")
        for term in sentence.terms
        if term not in left and term.kind in ("period", "value", "dimension", "metric", "charge", "missing")
    ]
    return f" I did understand: {', '.join(dict.fromkeys(labels))}." if labels else ""


def _other_kind(sentence: Sentence, dimension: Term, question: str) -> Doubt | None:
    """`the dev account`, where dev is an environment and no account: whether that is meant."""
    at = sentence.terms.index(dimension)
    beside = [sentence.terms[place] for place in (at - 1, at + 1) if sentence.kind(place) == "value"]
    if not beside:
        return None
    match, asked = beside[0].matches[0], dimension.value.replace("_", " ")
    meant = match.dimension.replace("_", " ")
    whole = question[: dimension.start] + meant + question[dimension.end :]
    return Doubt(
        f"No {asked} is called “{beside[0].text}”; {match.label} is {_article(meant)}. Is that meant?",
        (Choice(f"{meant} {match.label}", whole),),
    )


def _article(word: str) -> str:
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"
