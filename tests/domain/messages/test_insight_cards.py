"""The messages of an insight: its cards, their threads, quiet hours."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.organisation import Channel, Organisation
from db.outgoing.message_keys import insight_key
from db.outgoing.messages import BudgetFields
from db.tables import Insight, OutboxMessage
from domain.messages.insight_cards import STORM, card_of, payload_of, post, quiet_until, redraw, say

NOW = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)
ORGANISATION = Organisation(channels=(Channel(channel="#a"), Channel(channel="#b", quiet_hours=(20, 9))))
BUDGET = BudgetFields(budget="pay", scope="payments", amount=100.0, spent=120.0, currency="USD", owner="U1")


def insight(session: Session, channels: tuple[str, ...] = ("#a", "#b"), severity: str = "high") -> Insight:
    made = Insight(
        fingerprint=f"f{session.scalar(sa.select(sa.func.count(Insight.id)))}",
        kind="anomaly",
        severity=severity,
        title="payments is up",
        currency="USD",
        status="open",
        impact_amount=Decimal("12.5"),
        owner="U1",
        channels=list(channels),
        detected_at=NOW,
        data_arrived_at=NOW - timedelta(minutes=5),
    )
    session.add(made)
    session.flush()
    return made


def posted(
    session: Session, one: Insight, counts: dict[str, int] | None = None, budget: BudgetFields | None = None
) -> None:
    post(session, one, budget, ORGANISATION, NOW, {} if counts is None else counts, frozenset())


def left(session: Session) -> list[OutboxMessage]:
    return list(session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id)))


def test_a_card_says_how_soon_after_the_bill_it_came(session: Session) -> None:
    """Amounts as numbers, in the insight's currency."""
    fields = payload_of(insight(session))
    assert (fields["minutes_after_data"], fields["impact_amount"], fields["currency"]) == (5.0, 12.5, "USD")


def test_a_budgets_card_has_its_figures_and_the_state(session: Session) -> None:
    one = insight(session)
    one.status, one.status_reason = "acknowledged", "looking (Ari)"
    drawn = card_of(one, BUDGET)
    assert drawn["type"] == "budget"
    assert (drawn["spent"], drawn["status"], drawn["status_reason"]) == (120.0, "acknowledged", "looking (Ari)")


def test_each_channel_has_one_card_whatever_is_posted_again(session: Session) -> None:
    one = insight(session)
    posted(session, one)
    posted(session, one)
    assert [row.channel for row in left(session)] == ["#a", "#b"]


def test_a_channel_for_which_it_is_small_has_none(session: Session) -> None:
    one = insight(session)
    post(session, one, None, ORGANISATION, NOW, {}, frozenset({"#a"}))
    assert [row.channel for row in left(session)] == ["#b"]


def test_beyond_a_storm_no_card_is_posted_nor_later(session: Session) -> None:
    """The next look does not bring what was held back; other channels are not in it."""
    counts = {"#a": STORM}
    one = insight(session)
    posted(session, one, counts)
    posted(session, one, {})
    assert [row.channel for row in left(session)] == ["#b"]
    assert counts == {"#a": STORM + 1, "#b": 1}


def test_what_is_said_goes_into_the_thread_of_every_card_once(session: Session) -> None:
    one = insight(session)
    posted(session, one)
    for _ in range(2):
        say(session, one, "It grew.", "grew:today")
    lines = [(row.channel, row.thread_key) for row in left(session) if row.kind == "note"]
    assert lines == [(name, insight_key(one.id, name)) for name in ("#a", "#b")]


def test_where_no_card_was_posted_nothing_is_said(session: Session) -> None:
    one = insight(session)
    say(session, one, "It grew.", "grew:today")
    redraw(session, one, "resolved")
    assert left(session) == []


def test_cards_of_another_insight_whose_number_begins_alike_are_left(session: Session) -> None:
    """7 is not 71."""
    one, other = insight(session), insight(session)
    other.id = one.id * 10 + 1
    session.flush()
    posted(session, other)
    say(session, one, "It grew.", "grew:today")
    assert [row.kind for row in left(session)] == ["alert", "alert"]


def test_a_card_is_redrawn_with_its_state_its_figures_and_its_present_owner(session: Session) -> None:
    """The budget's figures are those that it was posted with."""
    one = insight(session, channels=("#a",))
    posted(session, one, budget=BUDGET)
    one.status, one.owner = "resolved", "U2"
    for _ in range(2):
        redraw(session, one, "resolved")
    [first, again] = left(session)
    assert again.update_key == first.key
    assert (again.kind, again.payload["spent"], again.payload["status"], again.payload["owner"]) == (
        "budget",
        120.0,
        "resolved",
        "U2",
    )


@pytest.mark.parametrize("severity", ["high", "critical"])
def test_quiet_hours_hold_all_but_what_is_critical(session: Session, severity: str) -> None:
    """At 08:00 in a channel that is quiet until 09:00."""
    one = insight(session, channels=("#b",), severity=severity)
    posted(session, one)
    session.expire_all()
    held = left(session)[0].not_before == NOW.replace(hour=9)
    assert held == (severity == "high")


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        ((20, 7), datetime(2026, 11, 18, 19, 59, tzinfo=UTC), None),
        ((20, 7), datetime(2026, 11, 18, 20, 0, tzinfo=UTC), datetime(2026, 11, 19, 7, tzinfo=UTC)),
        ((20, 7), datetime(2026, 11, 19, 6, 59, tzinfo=UTC), datetime(2026, 11, 19, 7, tzinfo=UTC)),
        ((20, 7), datetime(2026, 11, 19, 7, 0, tzinfo=UTC), None),
        ((12, 14), datetime(2026, 11, 19, 13, 0, tzinfo=UTC), datetime(2026, 11, 19, 14, tzinfo=UTC)),
        ((12, 14), datetime(2026, 11, 19, 14, 0, tzinfo=UTC), None),
        ((0, 6), datetime(2026, 11, 30, 0, 0, tzinfo=UTC), datetime(2026, 11, 30, 6, tzinfo=UTC)),
        ((22, 6), datetime(2026, 12, 31, 23, 0, tzinfo=UTC), datetime(2027, 1, 1, 6, tzinfo=UTC)),
        ((8, 8), datetime(2026, 11, 19, 8, 0, tzinfo=UTC), None),
    ],
)
def test_quiet_hours_end_on_the_next_morning(hours: tuple[int, int], now: datetime, until: datetime | None) -> None:
    """Over midnight and over the end of a year; the end is not within."""
    assert quiet_until(Channel(channel="#a", quiet_hours=hours), now) == until


def test_quiet_hours_are_utc_whatever_zone_now_is_in() -> None:
    """01:00 in Berlin is midnight in UTC, on the same date; 00:30 is still the day before."""
    berlin = ZoneInfo("Europe/Berlin")
    channel = Channel(channel="#a", quiet_hours=(20, 7))
    for now in (datetime(2026, 11, 19, 1, 0, tzinfo=berlin), datetime(2026, 11, 19, 0, 30, tzinfo=berlin)):
        assert quiet_until(channel, now) == datetime(2026, 11, 19, 7, tzinfo=UTC)
    assert quiet_until(None, NOW) is None
