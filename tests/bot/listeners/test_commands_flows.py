"""Requested flows: operators at once, others by approval, kept while Prefect is down, started exactly once."""

import time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.process.runtime import Runtime
from config.access import Allowed, Denied
from db.tables import FlowRequest
from domain.flows import flow_requests
from standins.slack import Handle
from tests.bot.conftest import MAYA, TOMAS, Prefect, StartBot


def late_answer(slack: Handle) -> tuple[str, str]:
    """Ask about late bills; the ts of the question and of its card with the Refresh button."""
    asked = slack.post_as(MAYA, "#finops", "<@U0FINOPS01> late bills")
    return asked["ts"], slack.wait_for_reply(asked["ts"])["ts"]


def said(slack: Handle, thread: str, words: str) -> None:
    slack.wait_until(lambda: [message for message in slack.thread(thread) if words in message["text"]], 15)


def test_an_operators_refresh_starts_at_once_and_once(bot: Runtime, slack: Handle, prefect: Prefect) -> None:
    """Pressed three times it is one run, with the request's key for its report."""
    asked, card = late_answer(slack)
    for _ in range(3):
        slack.click(TOMAS, card, "refresh_bills")
    said(slack, asked, "started")
    slack.wait_until(lambda: len(slack.ephemerals(TOMAS)) == 2)
    [(key, (deployment, parameters))] = prefect.runs.items()
    assert (deployment, parameters) == ("ingest_costs/ingest_costs", {"request_key": key})


def test_anyone_elses_refresh_waits_for_an_operator(bot: Runtime, slack: Handle, prefect: Prefect) -> None:
    """The card names who can approve; the wrong person is told the role; a second approval comes too late."""
    asked, card = late_answer(slack)
    slack.click(MAYA, card, "refresh_bills")
    said(slack, asked, f"<@{TOMAS}> can approve")
    request = slack.thread(asked)[2]["ts"]
    slack.click(MAYA, request, "request_approve")
    slack.wait_until(lambda: slack.ephemerals(MAYA))
    assert "needs the role operator" in slack.ephemerals(MAYA)[0]["text"]
    assert prefect.runs == {}
    slack.click(TOMAS, request, "request_approve")
    said(slack, asked, "started")
    assert len(prefect.runs) == 1


def test_a_rejected_request_never_runs(bot: Runtime, slack: Handle, prefect: Prefect) -> None:
    """Its card says so, and approving it later is refused."""
    asked, card = late_answer(slack)
    slack.click(MAYA, card, "refresh_bills")
    said(slack, asked, "can approve")
    with Session(bot.database.app) as session, session.begin():
        number = session.scalars(sa.select(FlowRequest.id)).one()
        assert isinstance(
            flow_requests.decide(session, number, bot.people.actor(TOMAS), bot.clock(), approve=False), Allowed
        )
        late = flow_requests.decide(session, number, bot.people.actor(TOMAS), bot.clock(), approve=True)
    assert isinstance(late, Denied)
    assert "rejected already" in late.reason
    said(slack, asked, "rejected")
    assert prefect.runs == {}


def test_while_prefect_is_down_a_click_is_kept_and_runs_once_when_it_is_back(
    start_bot: StartBot, slack: Handle, prefect: Prefect
) -> None:
    """Also across a restart of the bot in between."""
    prefect.down = True
    with start_bot(slack):
        asked, card = late_answer(slack)
        slack.click(TOMAS, card, "refresh_bills")
        said(slack, asked, "Prefect cannot be reached")
    prefect.down = False
    with start_bot(slack):
        said(slack, asked, "started")
        time.sleep(1.2)
    assert len(prefect.runs) == 1


def test_a_flow_that_ended_updates_its_card(bot: Runtime, slack: Handle) -> None:
    """The flow notes its end in the table; the card follows."""
    asked, card = late_answer(slack)
    slack.click(TOMAS, card, "refresh_bills")
    said(slack, asked, "started")
    with Session(bot.database.app) as session, session.begin():
        session.execute(sa.update(FlowRequest).values(state="finished", finished_at=sa.func.now(), result={}))
    said(slack, asked, "Refresh bills: done.")


def test_operators_are_asked_wherever_the_request_was_made(bot: Runtime, slack: Handle, prefect: Prefect) -> None:
    """From a channel where the bot is not, the operator finds it in the direct messages; the asker reads to whom it
    was put, and both cards follow.
    """
    slack.slash(MAYA, "/finops", "refresh", "#random")
    mine, theirs = (slack.workspace.store.im_of(person) for person in (MAYA, TOMAS))
    slack.wait_until(lambda: slack.messages(theirs) and slack.messages(mine))
    assert f"Put to <@{TOMAS}>" in str(slack.messages(mine)[-1]["blocks"])
    assert "request_approve" not in str(slack.messages(mine)[-1]["blocks"])
    slack.click(TOMAS, slack.messages(theirs)[-1]["ts"], "request_approve")
    slack.wait_until(lambda: all("started" in slack.messages(place)[-1]["text"] for place in (mine, theirs)))
    assert len(prefect.runs) == 1
