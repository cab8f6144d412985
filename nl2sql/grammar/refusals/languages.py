"""Questions in other languages than English: told in the asker's own, with the question in English as far as names and
days were understood.
"""

import re

from nl2sql.catalog.word_lists import word_list, word_map
from nl2sql.grammar.draft import Draft

_LANGUAGES = {
    "german": "Ich verstehe Fragen nur auf Englisch.",
    "french": "Je ne comprends que les questions en anglais.",
    "spanish": "Solo entiendo preguntas en inglés.",
    "portuguese": "Só entendo perguntas em inglês.",
}
_LEAST = 2


def foreign(question: str, left: list[str]) -> str | None:
    """The sentence for a question in another language; None where too few of its words are of one, or all are known."""
    words = set(re.findall(r"[^\W\d_]+", question.casefold()))
    unknown = {word for text in left for word in text.split()}
    counted = {name: len(words & word_list(name)) for name in _LANGUAGES if unknown & word_list(name)}
    best = max(counted, key=lambda name: counted[name], default=None)
    return _LANGUAGES[best] if best and counted[best] >= _LEAST else None


def _is_no_name(label: str, question: str) -> bool:
    """Whether all that the question has of a name are small words of its language: `pro` of Datadog Pro."""
    shared = {*re.findall(r"[^\W\d_]+", label.casefold())} & {*re.findall(r"[^\W\d_]+", question.casefold())}
    return any(shared and shared <= word_list(name) for name in _LANGUAGES)


def in_english(question: str, draft: Draft) -> str:
    """The names and days that were understood, as a question."""
    labels = [one.label for one in draft.filters.conditions if not one.negated]
    names = " and ".join(label for label in labels if not _is_no_name(label, question))
    words = re.findall(r"[^\W\d_]+", question.casefold())
    month = next((word_map("foreign_months")[word] for word in words if word in word_map("foreign_months")), None)
    period = f" in {month}" if month else " last month"
    if draft.filters.period:
        period = f" in {draft.filters.period.label}"
    return f"Cost of {names}{period}" if names else f"Total cost{period}"
