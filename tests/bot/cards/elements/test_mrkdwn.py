"""Texts from data can neither format, link nor mention."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards.elements import mrkdwn


@pytest.mark.parametrize(
    "attack",
    [
        "<!channel>",
        "@channel",
        "@here now",
        "<https://evil.example|click>",
        "*bold*",
        "`code`",
        "a\n> quote",
        "_i_",
        "<@U12345>",
        "&lt;!here&gt;",
    ],
)
def test_markup_in_data_is_dead(attack: str) -> None:
    """No bracket, mention, code or line break survives."""
    shown = mrkdwn.escape(attack)
    assert not re.search(r"[<>*`\n]|@(channel|here|everyone)\b|(?<!\w)_|_(?!\w)", shown)


@given(st.text(max_size=400))
def test_escaping_never_leaves_a_bracket(text: str) -> None:
    """Neither do wild texts, and the length stays bounded."""
    shown = mrkdwn.escape(text, 50)
    assert "<" not in shown
    assert ">" not in shown
    assert len(shown) <= 50 * 5


def test_a_code_block_cannot_be_ended_from_inside() -> None:
    """Backticks in SQL stay inside the block."""
    assert mrkdwn.code("SELECT 1 ``` <!here>").count("```") == 2


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        ("2026-11-16", "2026-11-23", "16–22 Nov 2026"),
        ("2026-10-01", "2026-11-01", "1–31 Oct 2026"),
        ("2026-11-16", "2026-11-17", "16 Nov 2026"),
        ("2026-10-20", "2026-11-03", "20 Oct – 2 Nov 2026"),
        ("2025-12-30", "2026-01-02", "30 Dec 2025 – 1 Jan 2026"),
    ],
)
def test_a_period_names_its_last_day(start: str, end: str, shown: str) -> None:
    """Ends are exclusive in data and inclusive for people."""
    assert mrkdwn.span(start, end) == shown


def test_only_user_ids_are_mentioned() -> None:
    """Something else in the owner's place is a name."""
    assert mrkdwn.mention("U0MAYA0001") == "<@U0MAYA0001>"
    assert "<" not in mrkdwn.mention("!channel")
    assert mrkdwn.day(date(2026, 11, 3)) == "3 Nov"
