"""A statement's text is bounded, and nothing in it is invisible."""

from nl2sql.guard.text.characters import MAX_CHARACTERS, characters


def test_the_length_is_counted_in_characters() -> None:
    assert characters("ä" * MAX_CHARACTERS) is None
    assert "longer than 20,000" in (characters("ä" * (MAX_CHARACTERS + 1)) or "")


def test_white_space_and_letters_of_any_script_pass() -> None:
    assert characters("SELECT 'Zürich 東京'\n\tFROM daily_costs\r\n") is None


def test_the_first_hidden_character_is_named_by_its_number() -> None:
    assert characters("SELECT 'a\u202eb\x00'") == "The statement contains an invisible or control character (U+202E)."
