"""Names to what they name: a name beside a dimension's word, a part of a name, a name that several things bear."""

from dataclasses import replace

from nl2sql.catalog.linking import WEAK, Match, Values
from nl2sql.grammar.draft import Choice, Doubt, Draft
from nl2sql.grammar.recognisers.filtering import names_resources
from nl2sql.grammar.tagging.terms import Sentence, Term

_CLAIMS = ("by", "which", "count", "top", "nth", "fastest", "share")
_OWNED = ("team", "account", "application")
MOST_CHOICES = 5
_BEGINNING = 4  # letters of a name that are enough to mean it


def bind(sentence: Sentence, draft: Draft, values: Values, question: str) -> None:
    """Settle what every name means, taking the dimension's word beside it;
    leaves a doubt where several are meant as likely.
    """
    bound = {
        beside
        for at in sentence.open("dimension")
        if (beside := _bind_dimension(sentence, draft, values, at, question)) is not None
    }
    for at, term in enumerate(sentence.terms):
        if at in sentence.taken or at in bound:
            continue
        if term.kind == "unknown":
            resources = _resources(values, question[term.start : term.end])
            exact = any(not match.near for match in resources)
            parts = () if exact else _partly(values, term.text)
            _settle(sentence, draft, at, parts or resources, question)
            if resources and not parts:
                sentence.take(*_resource_words(sentence, at))
        elif term.kind == "value" and all(match.dimension in WEAK for match in term.matches):
            parts = tuple(match for match in _partly(values, term.text) if match.dimension in _OWNED)
            if parts:
                _settle(sentence, draft, at, (*parts, term.matches[0]), question)


def _resources(values: Values, name: str) -> tuple[Match, ...]:
    """The resource of that name or id, else those whose names hold it; only what looks like a name is looked up."""
    named = any(c.isdigit() or c in "-_:/" for c in name) and any(c.isalnum() for c in name)
    return values.find_resources(name) if named else ()


def _resource_words(sentence: Sentence, at: int) -> list[int]:
    """The places right beside a resource's name that only say that it is one: `the resource X`, `bucket X`."""
    beside = [place for place in (at - 1, at + 1) if 0 <= place < len(sentence.terms) and place not in sentence.taken]
    return [
        place for place in beside if sentence.terms[place].value == "resource" or names_resources(sentence.terms[place])
    ]


def _partly(values: Values, text: str, dimension: str | None = None) -> tuple[Match, ...]:
    """The values of which the words are a part; beside a single one also those with a word that begins so."""
    parts = values.partial(tuple(text.split()), dimension)
    if len(parts) != 1 or len(text) < _BEGINNING or " " in text:
        return parts
    begun = [
        match
        for word, matches in values.parts.items()
        if word.startswith(text) and word != text
        for match in matches
        if match.dimension in (*_OWNED, "region") and (dimension is None or match.dimension == dimension)
    ]
    return (*parts, *begun)


def _bind_dimension(sentence: Sentence, draft: Draft, values: Values, at: int, question: str) -> int | None:
    """Take a dimension's word with the name beside it; the place of a name that is settled so."""
    dimension = sentence.terms[at]
    claimed = sentence.kind(at - 1) in _CLAIMS
    for beside in (at - 1, at + 1):
        term = sentence.terms[beside] if 0 <= beside < len(sentence.terms) else None
        if term and term.kind == "value" and not claimed:
            named = tuple(match for match in term.matches if match.dimension.removesuffix("_id") == dimension.value)
            if named:
                sentence.terms[beside] = replace(term, matches=named)
                sentence.take(at)
                return beside
    if _breaks_down(sentence, at):
        return None
    before = sentence.terms[at - 1] if at else None
    after = sentence.terms[at + 1] if at + 1 < len(sentence.terms) else None
    for place, term in ((at - 1, before), (at + 1, after)):
        if (
            term is None
            or place in sentence.taken
            or term.kind in ("by", "period")
            or (place > at and term.kind != "unknown")
        ):
            continue
        parts = _partly(values, term.text, dimension.value)
        if parts:
            sentence.take(at)
            _settle(sentence, draft, place, parts, question)
            return None
    return None


def _breaks_down(sentence: Sentence, at: int) -> bool:
    """Whether a dimension's word is what costs are broken down by: after by,
    which, top …, with names at most between.
    """
    if sentence.terms[at].plural:
        return True
    before = sentence.before(at, ("value", "unknown", "number", "charge", "metric"))
    return sentence.kind(before) in (*_CLAIMS, "each") or sentence.kind(at + 1) in ("share", "average")


def _settle(sentence: Sentence, draft: Draft, at: int, matches: tuple[Match, ...], question: str) -> None:
    """Take the one value meant; with several, leave a doubt; with none, leave the word unknown."""
    distinct = tuple(dict.fromkeys(matches))
    term = sentence.terms[at]
    if not distinct:
        return
    if len(distinct) > 1:
        draft.discourse.doubt = draft.discourse.doubt or _doubt(term, distinct, question)
        sentence.take(at)
        return
    sentence.terms[at] = replace(term, kind="value", value=distinct[0].label, matches=distinct)
    if distinct[0].near:
        draft.discourse.notes.append(
            f"“{term.text}” taken as {distinct[0].dimension.replace('_', ' ')} {distinct[0].label}"
        )


def _doubt(term: Term, matches: tuple[Match, ...], question: str) -> Doubt:
    dimensions = {match.dimension for match in matches}
    kind = next(iter(dimensions)).replace("_", " ") if len(dimensions) == 1 else "thing"
    choices = [
        Choice(_named(match, len(dimensions) > 1), _rewritten(term, _named(match, True), question))
        for match in matches[:MOST_CHOICES]
    ]
    if len(dimensions) == 1 and len(matches) <= MOST_CHOICES:
        both = " and ".join(match.label for match in matches)
        choices.append(Choice("both" if len(matches) == 2 else "all of them", _rewritten(term, both, question)))
    return Doubt(f"“{term.text}” fits {len(matches)} {kind}s. Which one?", tuple(choices))


def _named(match: Match, with_dimension: bool) -> str:
    return f"{match.dimension.replace('_', ' ')} {match.label}" if with_dimension else match.label


def _rewritten(term: Term, words: str, question: str) -> str:
    """The question with the doubtful words replaced, the dimension's own word after them left out."""
    rest = question[term.end :]
    dimension = words.split(" ")[0]
    if rest.lstrip().casefold().startswith(dimension):
        rest = rest.lstrip()[len(dimension) :]
    return question[: term.start] + words + rest
