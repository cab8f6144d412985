"""A conversation in Slack with the real answer side: follow-ups in every form,
edited SQL, files, examples, in a thread that survives a restart.
"""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot import assistant
from bot.process.run import serving
from bot.process.runtime import Runtime
from config.access import Role
from config.organisation import Organisation
from config.sections.people import Person
from config.settings import Settings
from db.database import Database
from db.tables import Question, Subscription
from flows.ingest.loading.delivery import ingest
from nl2sql.history import golden
from standins.slack import Handle
from tests.bot.conftest import MAYA, TOMAS, Prefect, StartBot, connected

BOT = "<@U0FINOPS01>"
HEADER = (
    "BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargePeriodEnd,ChargePeriodStart,EffectiveCost,"
    "ListCost,ContractedCost,ProviderName,ServiceName,SubAccountId,SubAccountName,RegionId,Tags\n"
)


def _bill(month: date) -> str:
    """Three days of a month for two teams in two environments: 10, 20, 30 and 40 a day."""
    after = (month + timedelta(days=32)).replace(day=1)
    lines = []
    for day in range(3):
        for number, (team, environment) in enumerate(
            (("payments", "prod"), ("payments", "dev"), ("search", "prod"), ("search", "dev"))
        ):
            cost, start = 10 * (number + 1), month + timedelta(days=day)
            tags = f'"{{""team"": ""{team}"", ""environment"": ""{environment}""}}"'
            lines.append(
                f"{cost},1,USD,{after}T00:00:00Z,{month}T00:00:00Z,Usage,"
                f"{start + timedelta(days=1)}T00:00:00Z,{start}T00:00:00Z,{cost},{cost},{cost},AWS,"
                f"AWS Lambda,9,main,eu-west-1,{tags}"
            )
    return HEADER + "\n".join(lines) + "\n"


@pytest.fixture
def staff() -> Organisation:
    """Maya asks, Tomás is an admin; a euro costs two dollars."""
    people = (Person(id=MAYA, name="Maya"), Person(id=TOMAS, name="Tomás", roles=(Role.ADMIN,)))
    return Organisation(people=people, exchange_rates={"EUR": Decimal("0.5")})


@pytest.fixture
def start_bot(
    settings: Settings, staff: Organisation, clean_database: Database, prefect: Prefect, tmp_path: Path
) -> StartBot:
    """Bots whose answers are real, over last month's and the month before's bills."""
    this = datetime.now(UTC).date().replace(day=1)
    last = (this - timedelta(days=1)).replace(day=1)
    for month in (last, (last - timedelta(days=1)).replace(day=1)):
        bill = tmp_path / f"{month}.csv"
        bill.write_text(_bill(month))
        ingest([str(bill)], clean_database, staff)

    @contextmanager
    def start(slack: Handle) -> Iterator[Runtime]:
        before, wired = slack.sockets, connected(settings, slack)
        with serving(
            wired, staff, clean_database, assistant.connect(wired, staff, clean_database), prefect.start
        ) as runtime:
            slack.wait_until(lambda: slack.sockets > before)
            yield runtime

    return start


def say(slack: Handle, text: str, root: str | None = None) -> tuple[str, dict[str, Any]]:
    """Ask, in the thread where there is one; the thread and the bot's reply."""
    asked = slack.post_as(MAYA, "#finops", f"{BOT} {text}", root)
    thread = root or str(asked["ts"])
    bot = slack.workspace.app.bot_id
    reply = slack.wait_for_message(
        lambda m: (
            m.get("thread_ts") == thread
            and m.get("bot_id") == bot
            and m.get("blocks")
            and float(m["ts"]) > float(asked["ts"])
        )
    )
    return thread, reply


def headline(message: dict[str, Any]) -> str:
    return str(next(b for b in message["blocks"] if b["type"] == "section")["text"]["text"])


def kinds(message: dict[str, Any]) -> set[str]:
    return {block["type"] for block in message["blocks"]}


def test_follow_ups_amend_the_question_over_a_restart(start_bot: StartBot, slack: Handle) -> None:
    """By another dimension, filtered, for another month, as a chart, in another currency."""
    with start_bot(slack):
        thread, first = say(slack, "what did we spend last month?")
        assert headline(first).startswith("*$300: all spend")
        assert not kinds(first) & {"data_visualization", "image"}
        assert "of which search $210" in headline(say(slack, "and by team?", thread)[1])
    with start_bot(slack):
        assert "$120" in headline(say(slack, "only prod", thread)[1])
        assert "$120" in headline(say(slack, "same for the month before", thread)[1])
        thread, _ = say(slack, "what did we spend last month?")
        chart = say(slack, "as a chart", thread)[1]
        assert "data_visualization" in kinds(chart)
        thread, _ = say(slack, "what did we spend last month by team?")
        assert headline(say(slack, "in euros", thread)[1]).startswith("*€150 in total")
        assert "finops.yaml" in headline(say(slack, "and in pounds?", thread)[1])


def test_an_export_comes_with_its_file(start_bot: StartBot, slack: Handle) -> None:
    """`export` in a thread answers again and puts the rows beside it, once."""
    with start_bot(slack):
        thread, _ = say(slack, "what did we spend last month by team?")
        say(slack, "export", thread)
        slack.wait_until(lambda: [message for message in slack.thread(thread) if message.get("files")])
        files = [file for message in slack.thread(thread) for file in message.get("files") or []]
        content = slack.workspace.store.files[files[0]["id"]].content or b""
    assert len(files) == 1
    assert list(csv.reader(io.StringIO(content.decode()))) == [
        ["Team", "Effective cost (USD)"],
        ["search", "210.0"],
        ["payments", "90.0"],
    ]


def test_edited_sql_is_answered_under_the_guard_and_can_be_an_example(start_bot: StartBot, slack: Handle) -> None:
    """A refusal stays in the modal; an admin who finds the answer helpful makes
    it an example for the question that was asked.
    """
    question = "kindly opine on the fiscal disposition of our estate"
    with start_bot(slack) as bot:
        thread, answer = say(slack, "what did we spend last month by team?")
        slack.click(TOMAS, answer["ts"], "answer_edit")
        slack.wait_for_view(TOMAS)
        assert "finops" in slack.submit(TOMAS, {"sql": "SELECT * FROM finops.charges"})["sql"]
        assert slack.submit(TOMAS, {"sql": "SELECT count(DISTINCT team) AS teams FROM daily_costs"}) == {}
        edited = slack.wait_for_message(
            lambda m: m.get("thread_ts") == thread and "SQL edited by Tomás" in str(m.get("blocks"))
        )
        assert headline(edited) == "*2 teams.*"
        with Session(bot.database.app) as session, session.begin():
            session.execute(
                sa.update(Question).where(Question.translator == "sql").values(question=question)
            )  # as if that had been the question
        slack.click(MAYA, edited["ts"], "answer_feedback", "positive")
        slack.wait_until(lambda: slack.ephemerals(MAYA))
        assert "answer_example" not in str(slack.ephemerals(MAYA))
        slack.click(TOMAS, edited["ts"], "answer_feedback", "positive")
        slack.wait_until(lambda: slack.ephemerals(TOMAS))
        slack.click(TOMAS, slack.ephemerals(TOMAS)[-1]["ts"], "answer_example")
        slack.wait_until(lambda: len(slack.ephemerals(TOMAS)) >= 2)
        assert "golden question now" in str(slack.ephemerals(TOMAS)[-1])
        assert headline(say(slack, question)[1]).startswith("*2 teams.*")


def test_a_question_is_scheduled_from_its_answer(start_bot: StartBot, slack: Handle) -> None:
    """The modal holds the question; when its time has come it is asked as who scheduled it, once, and says so."""
    with start_bot(slack) as bot:
        _, answer = say(slack, "what did we spend last month by team?")
        slack.click(MAYA, answer["ts"], "answer_schedule")
        view = slack.wait_for_view(MAYA)
        assert "what did we spend last month by team?" in str(view["blocks"])
        values = {"time": "00:01", "zone": "UTC", "days": [str(day) for day in range(7)]}
        assert slack.submit(MAYA, values) == {}
        slack.wait_for_message(lambda m: "subscribed this conversation" in str(m.get("text")))
        with Session(bot.database.app) as session, session.begin():
            session.execute(sa.update(Subscription).values(last_sent_for=None, at_hour=0, at_minute=0))
        asked = slack.wait_for_message(lambda m: "Subscribed by Maya" in str(m.get("blocks")), 60)
        assert headline(asked).startswith("*$300 in total")
        with Session(bot.database.app) as session:
            assert session.scalar(sa.select(Question.asker).order_by(Question.id.desc())) == MAYA
            assert session.scalar(sa.select(Subscription.last_sent_for)) == datetime.now(UTC).date()


def test_a_certified_answer_is_changed_by_its_button_whatever_was_asked_since(
    start_bot: StartBot, slack: Handle
) -> None:
    """A modal with everything as it is stays open; another team is still certified, another breakdown is not."""
    question = "what did payments spend last month?"
    with start_bot(slack) as bot:
        _, first = say(slack, question)
        assert "Certified" not in str(first["blocks"])
        with Session(bot.database.app) as session, session.begin():
            reference = str(session.scalar(sa.select(Question.reference)))
            assert "golden question now" in golden.promote(session, reference, bot.people.actor(TOMAS))
        thread, answer = say(slack, question)
        assert "Certified by Tomás on" in str(answer["blocks"])
        changed = say(slack, "by environment", thread)[1]
        assert "itself not certified" in str(changed["blocks"])
        slack.click(MAYA, answer["ts"], "answer_parameters")
        slack.wait_for_view(MAYA)
        assert "Choose what" in str(slack.submit(MAYA, {"period": "-", "team": "-"}))
        assert slack.submit(MAYA, {"period": "-", "team": "search"}) == {}
        other = slack.wait_for_message(lambda m: "Maya changed: for team search" in str(m.get("blocks")))
        assert "*$210" in str(other["blocks"])
        assert "here for another scope" in str(other["blocks"])
        assert other["thread_ts"] == thread
