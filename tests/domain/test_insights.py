"""What is told of an insight, where, and how often."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.organisation import Channel, Organisation
from config.sections.people import Person
from db.tables import Insight, OutboxMessage
from domain import insights
from domain.insights import DetectedInsight

NOW = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)
PAYMENTS = Channel(channel="#pay", team="payments", minimum_impact=500, quiet_hours=(20, 7))
OPEN = Channel(channel="#all", minimum_impact=0)
ORGANISATION = Organisation(
    channels=(PAYMENTS, OPEN),
    people=(
        Person(id="U1", name="Member", teams=("payments",)),
        Person(id="U2", name="Lead", teams=("payments",), roles=("approver",)),
    ),
)


def found(name: str = "a", impact: float = 1_000.0, team: str | None = "payments", **more: Any) -> DetectedInsight:
    return DetectedInsight(
        f"anomaly:{name}", "anomaly", f"{name} is up", {"team": team} if team else {}, impact, "USD", **more
    )


def look(session: Session, *items: DetectedInsight, now: datetime = NOW) -> None:
    insights.store(session, list(items), ORGANISATION, now, NOW)
    session.flush()


def told(session: Session) -> list[tuple[str, str]]:
    """Channel and what is said, in order; updates of cards by their state."""
    rows = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id))
    return [
        (
            row.channel,
            row.payload["text"] if row.kind == "note" else f"{'=' if row.update_key else ''}{row.payload['status']}",
        )
        for row in rows
    ]


def only(session: Session) -> Insight:
    return session.scalars(sa.select(Insight)).one()


def test_a_team_is_told_in_its_channel_and_its_lead_owns_it(session: Session) -> None:
    """Team, channel, person; the same look again says nothing."""
    look(session, found())
    look(session, found())
    assert told(session) == [("#pay", "open")]
    assert only(session).owner == "U2"
    look(session, found("b", team=None))
    assert told(session)[-1] == ("#all", "open")


def test_what_is_under_a_channels_threshold_is_kept_and_told_when_it_has_grown(session: Session) -> None:
    """Nothing is said of it before, not even that it closed; from the threshold on it is an alert like any other."""
    look(session, found(impact=200.0))
    assert (told(session), only(session).status) == ([], "open")
    look(session, found(impact=260.0))
    assert told(session) == []
    look(session, found(impact=900.0))
    assert told(session)[0] == ("#pay", "open")
    insights.close(session, only(session), "the bill was restated.", NOW)
    assert told(session)[-2:] == [("#pay", "Closed: the bill was restated."), ("#pay", "=resolved")]


def test_closing_what_was_never_told_says_nothing(session: Session) -> None:
    """There is no thread to say it in."""
    look(session, found(impact=200.0))
    insights.close(session, only(session), "gone.", NOW)
    assert told(session) == []


def test_growth_and_decline_are_lines_in_the_thread(session: Session) -> None:
    """By half at least; less is not said."""
    look(session, found())
    look(session, found(impact=1_400.0))
    look(session, found(impact=2_000.0))
    look(session, found(impact=700.0))
    assert [text for _, text in told(session)[1:]] == [
        "It grew: $2,000 a day, told as $1,000.",
        "It shrank: $700 a day, told as $2,000.",
    ]
    keys = session.scalars(sa.select(OutboxMessage.thread_key).where(OutboxMessage.kind == "note")).all()
    assert set(keys) == {f"insight:{only(session).id}:#pay"}


def test_an_anomaly_that_goes_on_shows_its_newest_figures_without_a_line(session: Session) -> None:
    """The title, the amount and the card are of all its days; what is said to have grown is held against what was
    told."""
    look(session, found())
    longer = replace(found(impact=1_300.0), title="a was up from Tue to Wed")
    look(session, longer)
    look(session, longer)
    assert (only(session).title, only(session).impact_amount) == ("a was up from Tue to Wed", Decimal(1_300))
    assert told(session) == [("#pay", "open"), ("#pay", "=open")]
    look(session, found(impact=1_600.0), now=NOW + timedelta(days=1))
    assert ("#pay", "It grew: $1,600 a day, told as $1,000.") in told(session)


def test_what_the_bills_show_again_is_open_again_unless_a_person_closed_it(session: Session) -> None:
    """In the old thread, not as a second alert."""
    look(session, found())
    insights.close(session, only(session), "gone.", NOW)
    look(session, found(), now=NOW + timedelta(days=1))
    assert only(session).status == "open"
    assert told(session)[-2:] == [("#pay", "It is back: the present bills show it again."), ("#pay", "=open")]
    only(session).status = "resolved"  # by a person
    look(session, found(), now=NOW + timedelta(days=2))
    assert (only(session).status, len(told(session))) == ("resolved", 5)


def test_a_storm_is_five_alerts_and_a_sentence_once(session: Session) -> None:
    """The largest five; the rest are counted, and are no alerts later either."""
    many = [found(f"n{number:02d}", 1_000.0 + number) for number in range(12)]
    look(session, *many)
    assert [text for _, text in told(session)] == ["open"] * 5 + [
        "7 more insights came with the same bills; see the app's Home tab."
    ]
    titles = session.scalars(
        sa.select(OutboxMessage.payload["title"].astext).where(OutboxMessage.kind == "alert")
    ).all()
    assert titles[0] == "n11 is up"
    look(session, *many, now=NOW + timedelta(hours=1))
    assert len(told(session)) == 6


@pytest.mark.parametrize(
    ("hour", "impact", "held"),
    [(21, 1_000.0, True), (3, 1_000.0, True), (7, 1_000.0, False), (19, 1_000.0, False), (21, 9_000.0, False)],
)
def test_quiet_hours_hold_back_what_is_not_critical(hour: int, impact: float, held: bool, session: Session) -> None:
    """Until their end, over midnight too."""
    now = NOW.replace(hour=hour)
    look(session, found(impact=impact), now=now)
    message = session.scalars(sa.select(OutboxMessage)).one()
    end = datetime(2026, 11, 19 if hour > 12 else 18, 7, tzinfo=UTC)
    assert message.not_before == (end if held else message.created_at)


def test_a_snooze_that_is_over_is_said_in_the_thread(session: Session) -> None:
    """And the card has its buttons again."""
    look(session, found())
    insight = only(session)
    insight.status, insight.status_until = "snoozed", NOW
    insights.reopen_expired_snoozes(session, NOW + timedelta(seconds=1))
    assert insight.status == "open"
    assert told(session)[-2:] == [("#pay", "It was snoozed until now and is open again."), ("#pay", "=open")]


def in_yen(name: str, impact: float) -> DetectedInsight:
    return DetectedInsight(f"anomaly:{name}", "anomaly", name, {}, impact, "JPY")


@pytest.mark.parametrize("rates", [{"JPY": 150}, {}], ids=["with a rate", "roughly"])
def test_an_alert_is_graded_by_its_worth_and_not_by_its_number(rates: dict[str, int], session: Session) -> None:
    """9,000 yen a day are sixty dollars: a low one, which waits for the end of quiet hours; also without a rate."""
    organisation = ORGANISATION.model_copy(update={"exchange_rates": {key: Decimal(rates[key]) for key in rates}})
    insights.store(session, [in_yen("a", 9_000.0), in_yen("b", 900_000.0)], organisation, NOW, NOW)
    severities = {row.title: row.severity for row in session.scalars(sa.select(Insight))}
    assert severities == {"a": "low", "b": "critical"}


def test_in_a_storm_the_dearest_are_told_whatever_their_currency(session: Session) -> None:
    """Five alerts of 9,000 yen do not displace one of 4,800 dollars; a list stands in the same order."""
    organisation = ORGANISATION.model_copy(update={"exchange_rates": {"JPY": Decimal(150)}})
    dear = DetectedInsight("anomaly:dear", "anomaly", "dear", {}, 4_800.0, "USD")
    insights.store(session, [*(in_yen(f"yen {n}", 9_000.0 + n) for n in range(6)), dear], organisation, NOW, NOW)
    told_of = [row.payload["title"] for row in session.scalars(sa.select(OutboxMessage)) if "title" in row.payload]
    assert told_of[0] == "dear"
    ordered = list(session.scalars(sa.select(Insight.title).order_by(insights.by_worth(organisation))))
    assert ordered == ["dear", *(f"yen {n}" for n in range(5, -1, -1))]


def test_a_channels_threshold_is_in_the_organisations_currency(session: Session) -> None:
    yen = DetectedInsight("anomaly:yen", "anomaly", "yen", {"team": "payments"}, 60_000.0, "JPY")  # 400 dollars
    organisation = ORGANISATION.model_copy(update={"exchange_rates": {"JPY": Decimal(150)}})
    insights.store(session, [yen], organisation, NOW, NOW)
    assert told(session) == []


def test_what_is_worth_more_a_month_stands_first(session: Session) -> None:
    """An anomaly's impact is a day's, a recommendation's a month's."""
    a_day = DetectedInsight("anomaly:d", "anomaly", "50 a day", {}, 50.0, "USD")
    a_month = DetectedInsight("waste:m", "recommendation", "900 a month", {}, 900.0, "USD")
    look(session, a_day, a_month)
    ordered = session.scalars(sa.select(Insight.title).order_by(insights.by_worth(ORGANISATION)))
    assert list(ordered) == ["50 a day", "900 a month"]


def test_what_is_over_is_worth_what_it_came_to(session: Session) -> None:
    """A day of $1,000 that will not come again is no $30k a month."""
    over = {"over": {"steps": 1, "amount": 1_000.0}}
    past = DetectedInsight("anomaly:p", "anomaly", "1,000 once", {}, 1_000.0, "USD", evidence=over)
    goes_on = DetectedInsight("anomaly:g", "anomaly", "50 a day", {}, 50.0, "USD", evidence={"over": None})
    look(session, past, goes_on)
    ordered = session.scalars(sa.select(Insight.title).order_by(insights.by_worth(ORGANISATION)))
    assert list(ordered) == ["50 a day", "1,000 once"]
