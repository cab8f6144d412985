"""Rule on the text: its length and its characters."""

import unicodedata

MAX_CHARACTERS = 20_000
_WHITESPACE = "\t\n\r"


def characters(sql: str) -> str | None:
    """Refuse what is too long to be a question's SQL, and control, format
    (bidi, zero-width), private and unassigned characters.
    """
    if len(sql) > MAX_CHARACTERS:
        return f"The statement is longer than {MAX_CHARACTERS:,} characters."
    if sql.isascii() and sql.isprintable():
        return None
    for character in sql:
        if character not in _WHITESPACE and unicodedata.category(character).startswith("C"):
            return f"The statement contains an invisible or control character (U+{ord(character):04X})."
    return None
