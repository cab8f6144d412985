"""Spelling repair: a word that nobody knows becomes the one known word it is surely a slip of."""

from collections.abc import Collection

_LONG = 8


def repair(word: str, vocabulary: Collection[str]) -> str | None:
    """The one known word within a slip or two (Damerau-Levenshtein: letters
    missing, doubled, swapped, wrong); None when there is none or several.
    """
    from rapidfuzz.distance import DamerauLevenshtein
    from rapidfuzz.process import extract

    if len(word) < 4 or not word.isalpha():
        return None
    allowed = 2 if len(word) >= _LONG else 1
    found = extract(word, vocabulary, scorer=DamerauLevenshtein.distance, score_cutoff=allowed, limit=6)
    likely = [
        (distance + (len(known) == len(word) and sorted(known) != sorted(word)) / 2, known)
        for known, distance, _ in found
        if _plausible(word, known)
    ]
    if not likely:
        return None
    best = min(distance for distance, _ in likely)
    nearest = [known for distance, known in likely if distance == best]
    if len(nearest) == 1:
        return nearest[0]
    stems = {known.removesuffix("s") for known in nearest}
    return min(nearest, key=len) if len(stems) == 1 else None


def _plausible(word: str, known: str) -> bool:
    """People rarely miss the first letter; in short words a wrong letter makes
    another word, a missing or swapped one a slip.
    """
    if len(known) < 4:
        return False
    if word[0] != known[0]:
        return sorted(word[:2]) == sorted(known[:2])
    return len(word) > 4 or len(word) != len(known) or sorted(word) == sorted(known)
