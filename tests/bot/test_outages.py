"""What the bot does while what it needs is away: a language model, Vault, Slack, a process of its own."""

import os
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot import assistant
from bot.process.run import serving
from bot.process.runtime import Runtime
from config.organisation import Organisation
from config.settings import Settings, read_settings
from db.database import Database
from db.outgoing import outbox
from db.outgoing.messages import note
from db.tables import OutboxMessage, Question
from demo import processes
from flows.ingest.loading.delivery import ingest
from standins.slack import Handle
from tests import openbao
from tests.bot.builders import BOT, of_bot, settled
from tests.bot.conftest import MAYA, Prefect, Rules, connected
from tests.flows.conftest import Bill, rows
from tests.flows.conftest import bill as bill  # a fixture
from tests.nl2sql.llm.endpoint import Fault, running_endpoint


def test_a_hanging_language_model(
    settings: Settings, clean_database: Database, slack: Handle, prefect: Prefect, bill: Bill
) -> None:
    """The grammar answers when the model's time is over."""
    ingest([str(bill(rows(3)))], clean_database, Organisation())
    with running_endpoint() as endpoint:
        endpoint.replies = [Fault(pause_seconds=30)] * 20
        hanging = connected(settings, slack).model_copy(
            update={"openai_base_url": endpoint.url, "llm_timeout_seconds": 1.0}
        )
        side = assistant.connect(hanging, Organisation(), clean_database)
        with serving(hanging, Organisation(), clean_database, side, prefect.start):
            asked = [
                slack.post_as(
                    MAYA, "#finops", f"{BOT} where did our money vanish to in September 2026, number {number}?"
                )
                for number in range(3)
            ]
            replies = [slack.wait_for_reply(one["ts"], 60) for one in asked]
        assert endpoint.requests
    assert all(reply["text"] for reply in replies)
    with Session(clean_database.app) as session:
        assert set(session.scalars(sa.select(Question.translator))) == {"offline"}


def test_vault_sealed_and_gone(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    clean_database: Database,
    slack: Handle,
    prefect: Prefect,
    rules: Rules,
) -> None:
    """A running bot goes on with the secrets it has."""
    with openbao.running(tmp_path) as vault:
        vault.write(
            SLACK_BOT_TOKEN=slack.bot_token, SLACK_APP_TOKEN=slack.app_token, SLACK_SIGNING_SECRET=slack.signing_secret
        )
        for name, value in {
            "VAULT_ADDR": vault.address,
            "VAULT_TOKEN": vault.root_token,
            "SLACK_API_URL": slack.api_url,
        }.items():
            monkeypatch.setenv(name, value)
        from_vault = read_settings(home=settings.home, _env_file=None, vault_refresh_seconds=1)
        with serving(from_vault, Organisation(), clean_database, rules.side(), prefect.start):
            vault.root().sys.seal()
            sealed = slack.post_as(MAYA, "#finops", f"{BOT} while Vault is sealed")
            slack.wait_for_reply(sealed["ts"], 30)
            assert vault.process is not None
            vault.process.kill()
            slack.drop_sockets()
            gone = slack.post_as(MAYA, "#finops", f"{BOT} while Vault is gone, over a new socket")
            slack.wait_for_reply(gone["ts"], 60)
            assert len(settled(slack, "#finops", 2)) == 2


def test_a_full_outbox_is_delivered_after_a_long_absence_of_slack(bot: Runtime, slack: Handle) -> None:
    """Slack refuses everything for a while: nothing is given up, the order is kept."""
    slack.faults.fail("chat.postMessage", 500, times=3)
    with bot.session() as session:
        for number in range(5):
            outbox.enqueue(session, "#finops", note(f"message {number}"), f"note:{number}")
    texts = [message["text"] for message in settled(slack, "#finops", 5)]
    assert texts == [f"message {number}" for number in range(5)]
    with Session(bot.database.app) as session:
        assert session.scalar(sa.select(sa.func.count()).where(OutboxMessage.failed_at.is_not(None))) == 0


def test_a_killed_process_under_load(
    clean_database: Database, finops_home: Path, slack: Handle, bill: Bill, tmp_path: Path
) -> None:
    """SIGKILL to one of two `finops run` in the middle of questions: the other
    answers what it had acknowledged, each once.
    """
    ingest([str(bill(rows(3)))], clean_database, Organisation())
    environment = {
        "FINOPS_HOME": str(finops_home),
        "FINOPS_CONFIG": os.devnull,
        "FINOPS_API_PORT": "0",
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
    }
    with (
        processes.running("one", ["run"], environment, tmp_path) as one,
        processes.running("two", ["run"], environment, tmp_path),
    ):
        slack.wait_until(lambda: slack.sockets == 2, 90)
        asked = [
            slack.post_as(MAYA, "#finops", f"{BOT} total cost in September 2026, please, number {number}")
            for number in range(30)
        ]
        slack.wait_until(lambda: of_bot(slack, "#finops"), 60)
        one.kill()
        asked += [slack.post_as(MAYA, "#finops", f"{BOT} total cost in September 2026") for _ in range(3)]
        slack.wait_until(
            lambda: {answer["thread_ts"] for answer in of_bot(slack, "#finops")} >= {one["ts"] for one in asked}, 180
        )
        threads = [answer["thread_ts"] for answer in settled(slack, "#finops", len(asked))]
    assert sorted(threads) == sorted(one["ts"] for one in asked)
