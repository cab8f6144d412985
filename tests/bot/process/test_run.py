"""The process: configuration that lacks something, HTTP instead of a socket,
the real answer side, an end that finishes what is in hand.
"""

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from fastapi import FastAPI

from bot import assistant
from bot.process.http import served
from bot.process.run import run, run_until, serving
from bot.slack import app
from config.errors import UserError
from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from standins.slack import Handle, Limits, Setup, running_workspace
from tests.bot.conftest import MAYA, Prefect, Rules, StartBot, connected
from tests.openbao import free_port

BOT = "<@U0FINOPS01>"


@pytest.fixture
def over_http(
    settings: Settings, staff: Organisation, clean_database: Database, rules: Rules, prefect: Prefect
) -> Iterator[tuple[Handle, str]]:
    """A bot without a socket: Slack calls its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}/slack/events"
    with running_workspace(
        Setup(request_url=address, limits=Limits(burst=50, tiers=False, retry_after=(0.2, 0.5, 1.0)))
    ) as slack:
        own = connected(settings, slack).model_copy(update={"slack_app_token": None, "api_port": port})
        with serving(own, staff, clean_database, rules.side(), prefect.start, FastAPI()):
            yield slack, address


def test_questions_and_clicks_come_over_http_too(over_http: tuple[Handle, str]) -> None:
    """Signed requests are answered as over the socket."""
    slack, _ = over_http
    asked = slack.post_as(MAYA, "#finops", f"{BOT} cost by service")
    reply = slack.wait_for_reply(asked["ts"])
    slack.click(MAYA, reply["ts"], "answer_sql")
    assert "SELECT 1" in str(slack.wait_for_view(MAYA)["blocks"])


def test_unsigned_and_old_requests_are_refused(over_http: tuple[Handle, str], rules: Rules) -> None:
    """A forged request reaches nothing, and neither does a replayed one."""
    slack, address = over_http
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(
            urllib.request.Request(address, b'{"type": "event_callback"}', {"Content-Type": "application/json"})
        )
    slack.faults.clock_skew = -3600
    slack.post_as(MAYA, "#finops", f"{BOT} replayed")
    time.sleep(1)
    assert rules.asked == []


def test_a_stopping_bot_answers_what_it_holds(start_bot: StartBot, slack: Handle, rules: Rules) -> None:
    """The answer of a question in hand is delivered before the process ends."""
    with start_bot(slack):
        asked = slack.post_as(MAYA, "#finops", f"{BOT} slow question")
        slack.wait_until(lambda: rules.asked)
        rules.hold.set()
    assert len(slack.thread(asked["ts"])) == 2


def test_the_real_answer_side_answers_and_asks_back(
    settings: Settings, clean_database: Database, slack: Handle, prefect: Prefect
) -> None:
    """Without bills the person is told how to load some; an unsafe question is
    blocked; both are stored under a reference.
    """
    side = assistant.connect(settings, Organisation(), clean_database)
    with serving(connected(settings, slack), Organisation(), clean_database, side, prefect.start):
        asked = slack.post_as(MAYA, "#finops", f"{BOT} what did we spend last month?")
        assert "No bills are loaded yet" in slack.wait_for_reply(asked["ts"], 20)["text"]


def test_a_taken_port_is_said_plainly() -> None:
    """With the setting that changes it."""
    port = free_port()
    with (
        served(FastAPI(), "127.0.0.1", port),
        pytest.raises(UserError, match="FINOPS_API_PORT"),
        served(FastAPI(), "127.0.0.1", port),
    ):
        pass


def test_missing_and_wrong_tokens_are_said_plainly(settings: Settings, database: Database, slack: Handle) -> None:
    """What to set, and where it is found."""
    with pytest.raises(UserError, match="SLACK_BOT_TOKEN is not set"):
        run(settings, database)
    wrong = connected(settings, slack).model_copy(
        update={"slack_bot_token": connected(settings, slack).slack_app_token}
    )
    with pytest.raises(UserError, match="Slack refuses SLACK_BOT_TOKEN"):
        run(wrong, database)


def test_the_bot_follows_its_organisation_file(
    settings: Settings, clean_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Who becomes an admin in finops.yaml is one a moment later; a broken or a missing file takes it from nobody."""
    file = tmp_path / "finops.yaml"
    file.write_text("people: []")
    stop = threading.Event()
    with running_workspace(Setup(limits=Limits(burst=50, tiers=False))) as slack:
        own = connected(settings, slack).model_copy(update={"config": file, "api_port": free_port()})
        bot = threading.Thread(target=run_until, args=(stop, own, clean_database))
        bot.start()
        try:
            slack.wait_for_socket()
            slack.slash(MAYA, "/finops", "stop-all")
            slack.wait_until(lambda: slack.ephemerals(MAYA))
            assert "needs the role" in slack.ephemerals(MAYA)[0]["text"]
            file.write_text(f"people: [{{id: {MAYA}, name: Maya, roles: [admin]}}]")
            slack.wait_until(lambda: "going on by it" in caplog.text)
            file.write_text("people: [")
            slack.wait_until(lambda: "what it said before stays" in caplog.text, 60)
            file.unlink()
            slack.slash(MAYA, "/finops", "stop-all")
            slack.wait_for_message(lambda message: "All remediation is stopped" in message["text"])
        finally:
            stop.set()
            bot.join()


def test_the_manifest_asks_for_what_the_bot_listens_to() -> None:
    """Events and commands of the manifest are those that have listeners, on the agent's view."""
    manifest = yaml.safe_load(
        (Path(__file__).resolve().parent.parent.parent.parent / "deploy" / "slack" / "manifest.yaml").read_text()
    )
    events = set(manifest["settings"]["event_subscriptions"]["bot_events"])
    assert events == {*app._PASSED_ON, "app_mention", "message.channels", "message.groups", "message.im"}
    assert {command["command"] for command in manifest["features"]["slash_commands"]} == {"/cost", "/finops"}
    assert "agent_view" in manifest["features"]
    assert len(manifest["features"]["agent_view"]["suggested_prompts"]) <= 4
