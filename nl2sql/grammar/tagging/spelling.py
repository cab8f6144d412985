"""Spelling repair: a word that nobody knows becomes the one known word it is surely a slip of."""

from collections.abc import Collection

from nl2sql.catalog.word_lists import word_list

_LONG = 8


def repair(word: str, vocabulary: Collection[str]) -> str | None:
    """The one vocabulary word within one or two slips (Damerau-Levenshtein); None when there is none or several."""
    from rapidfuzz.distance import DamerauLevenshtein  # noqa: PLC0415 - a heavy library, where it is needed
    from rapidfuzz.process import extract  # noqa: PLC0415 - a heavy library, where it is needed

    if len(word) < 4 or not word.isalpha() or word in word_list("no_slips"):
        return None
    allowed = 2 if len(word) >= _LONG else 1
    candidates = extract(word, vocabulary, scorer=DamerauLevenshtein.distance, score_cutoff=allowed, limit=6)
    likely = [
        (distance + (len(candidate) == len(word) and sorted(candidate) != sorted(word)) / 2, candidate)
        for candidate, distance, _ in candidates
        if _plausible(word, candidate)
    ]
    if not likely:
        return None
    best = min(distance for distance, _ in likely)
    nearest = [candidate for distance, candidate in likely if distance == best]
    if len(nearest) == 1:
        return nearest[0]
    stems = {candidate.removesuffix("s") for candidate in nearest}
    return min(nearest, key=len) if len(stems) == 1 else None


def _plausible(word: str, candidate: str) -> bool:
    """People rarely miss the first letter; in short words a wrong letter makes
    another word, a missing or swapped one a slip.
    """
    if len(candidate) < 4:
        return False
    if word[0] != candidate[0]:
        return sorted(word[:2]) == sorted(candidate[:2])
    return len(word) > 4 or len(word) != len(candidate) or sorted(word) == sorted(candidate)
