"""Keys of messages: each thing has its own, and an insight is found from its key and no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.outgoing import message_keys as keys


@given(number=st.integers(1, 10**18 - 1), rest=st.text(max_size=40))
def test_an_insights_key_leads_back_to_it(number: int, rest: str) -> None:
    assert keys.insight_of(keys.insight_key(number, rest)) == number


@pytest.mark.parametrize(
    "key",
    [
        "insight:",
        "insight:7",
        "insight:x:#pay",
        "insight:-7:#pay",
        "insight: 7:#pay",
        "insight:٧:#pay",
        "old insight:7:#pay",
        "digest:file:#pay:2026-11-24",
        "remediation:7",
        "",
        f"insight:{10**18}:#pay",  # no number that the table could hold
    ],
)
def test_other_keys_lead_to_no_insight(key: str) -> None:
    assert keys.insight_of(key) is None


def test_an_insight_is_not_found_under_the_key_of_a_longer_number() -> None:
    """Its cards are looked up by how their keys begin."""
    assert not keys.insight_key(71, "#pay").startswith(keys.insight_key(7, ""))


def test_a_day_has_one_digest_a_channel_and_a_subscription() -> None:
    """finops.yaml's own is apart from every subscription."""
    made = {
        keys.digest_key(subscription, channel, day)
        for subscription in (None, 1, 2)
        for channel in ("#a", "#b")
        for day in ("2026-11-23", "2026-11-24")
    }
    assert len(made) == 12


def test_what_holds_questions_and_answers_is_known_by_its_key() -> None:
    """Retention deletes by these beginnings: no other message may bear one, and no answer may lack it."""
    answers = (keys.answer_key("Ev1"), keys.edited_key("V1"), keys.file_key("R1", "C1"))
    others = (
        keys.insight_key(1, "#a"),
        keys.digest_key(None, "#a", "2026-11-24"),
        keys.request_key(1),
        keys.request_key(1, "C1"),
        keys.remediation_key(1),
    )
    assert all(key.startswith(keys.ANSWERS) for key in answers)
    assert not any(key.startswith(keys.ANSWERS) for key in others)
    assert len({*answers, *others}) == 8
