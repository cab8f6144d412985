"""Secrets that are rotated in Vault reach a running process: the database's
password, Slack's token and signing secret, the model's key.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.process.run import serving
from config.organisation import Organisation
from config.settings import Settings, read_settings
from db import engines
from db.database import Database
from db.embedded import postgres
from db.outgoing import outbox
from db.outgoing.messages import note
from db.tables import OutboxMessage
from nl2sql.llm.prompt import PromptContext
from nl2sql.llm.replies import SqlDraft
from nl2sql.llm.translate import connect_model, translate
from nl2sql.llm.translator import connect_translator
from standins.slack import Handle
from tests import openbao
from tests.bot.conftest import MAYA, Prefect, Rules
from tests.openbao import Server


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server."""
    with openbao.running(tmp_path_factory.mktemp("bao")) as server:
        yield server


@pytest.fixture
def live(vault: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The environment of a process that reads from it."""
    monkeypatch.setenv("VAULT_ADDR", vault.address)
    monkeypatch.setenv("VAULT_TOKEN", vault.root_token)
    return vault


def recheck_run(settings: Settings) -> None:
    """As if the time to look again had come."""
    assert settings._live is not None
    settings._live.secrets._read_at -= 1_000


def looked_a_while_ago(settings: Settings) -> None:
    """Some seconds ago: not yet time to look again, but a refusal leads to a look."""
    assert settings._live is not None
    settings._live.secrets._read_at -= 5


def test_a_rotated_database_password_is_used_without_a_restart(
    live: Server, database: Database, finops_home: Path
) -> None:
    """The connection that is refused is made anew with what Vault holds by now;
    with nothing newer there the refusal stands.
    """
    superuser = sa.create_engine(postgres.start(finops_home).url("postgres"), isolation_level="AUTOCOMMIT")

    def address(password: str) -> str:
        return (
            sa.make_url(postgres.start(finops_home).url("postgres"))
            .set(username="rotating", password=password)
            .render_as_string(hide_password=False)
        )

    with superuser.connect() as connection:
        connection.exec_driver_sql("CREATE ROLE rotating LOGIN PASSWORD 'first-password'")
        connection.exec_driver_sql("GRANT CONNECT ON DATABASE finops TO rotating")
    try:
        live.write(FINOPS_DATABASE_URL=address("first-password"))
        settings = read_settings(_env_file=None)
        outside = engines.locate(settings)
        with outside.owner.connect() as connection:
            assert connection.scalar(sa.text("SELECT current_user")) == "rotating"
        outside.dispose()
        with superuser.connect() as connection:
            connection.exec_driver_sql("ALTER ROLE rotating PASSWORD 'second-password'")
        looked_a_while_ago(settings)
        with pytest.raises(sa.exc.OperationalError) as caught:
            outside.owner.connect()
        assert "first-password" not in str(caught.value)
        live.write(FINOPS_DATABASE_URL=address("second-password"))
        looked_a_while_ago(settings)
        with outside.owner.connect() as connection:
            assert connection.scalar(sa.text("SELECT current_user")) == "rotating"
        outside.dispose()
    finally:
        with superuser.connect() as connection:
            connection.exec_driver_sql("REVOKE CONNECT ON DATABASE finops FROM rotating")
            connection.exec_driver_sql("DROP ROLE rotating")
        superuser.dispose()


def test_a_rotated_slack_token_is_swapped_in_a_running_bot(
    live: Server,
    slack: Handle,
    settings: Settings,
    clean_database: Database,
    rules: Rules,
    prefect: Prefect,
    staff: Organisation,
) -> None:
    """Messages that the old one could not deliver are delivered; the socket
    stays, and would open anew with the new token.
    """
    live.write(SLACK_BOT_TOKEN=slack.bot_token, SLACK_APP_TOKEN=slack.app_token)
    process = read_settings(_env_file=None, home=settings.home, slack_api_url=slack.api_url)
    with serving(process, staff, clean_database, rules.side(), prefect.start) as bot:
        slack.wait_for_socket()
        asked = slack.post_as(MAYA, "#finops", "<@U0FINOPS01> before")
        slack.wait_for_reply(asked["ts"])
        slack.workspace.bot_token = "xoxb-rotated-0123456789"
        with bot.session() as session:
            outbox.enqueue(session, "C0FINOPS01", note("meanwhile"), "meanwhile")

        def tried() -> bool:
            with Session(clean_database.app) as session:
                return bool(session.scalar(sa.select(OutboxMessage.error).where(OutboxMessage.key == "meanwhile")))

        slack.wait_until(tried)
        live.write(SLACK_BOT_TOKEN="xoxb-rotated-0123456789", SLACK_APP_TOKEN="xapp-rotated")
        recheck_run(process)
        slack.wait_for_message(lambda message: message["text"] == "meanwhile", 30)
        asked = slack.post_as(MAYA, "#finops", "<@U0FINOPS01> after")
        slack.wait_for_reply(asked["ts"])
        assert bot.client.token == bot.delivery.client.token == "xoxb-rotated-0123456789"


@contextmanager
def keyed_endpoint(accepted: list[str]) -> Iterator[str]:
    """A model's endpoint that takes the keys of the list only."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            good = self.headers["Authorization"].removeprefix("Bearer ") in accepted
            draft = json.dumps({"kind": "query", "sql": "SELECT 1", "text": "", "choices": []})
            body: dict[str, Any] = (
                {"choices": [{"message": {"content": draft}}]} if good else {"error": {"message": "no such key"}}
            )
            data = json.dumps(body).encode()
            self.send_response(200 if good else 401)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_rotated_key_of_the_model_is_used_at_the_next_question(live: Server) -> None:
    """At the very one that the old key is refused for."""
    accepted = ["sk-first-0123456789"]
    with keyed_endpoint(accepted) as url:
        live.write(OPENAI_API_KEY="sk-first-0123456789", OPENAI_BASE_URL=url)
        settings = read_settings(_env_file=None)
        model = connect_model(settings)
        assert model is not None

        def asked() -> object:
            return translate("cost?", PromptContext(today=date(2026, 11, 15)), model, lambda _draft: None)[0]

        assert isinstance(asked(), SqlDraft)
        accepted[:] = ["sk-second-0123456789"]
        looked_a_while_ago(settings)
        assert not isinstance(asked(), SqlDraft)
        live.write(OPENAI_API_KEY="sk-second-0123456789", OPENAI_BASE_URL=url)
        looked_a_while_ago(settings)
        assert isinstance(asked(), SqlDraft)


def test_another_model_and_base_url_are_taken_at_the_next_question(live: Server, clean_database: Database) -> None:
    """Without a restart, with their key; what did not change stays the same endpoint."""
    with keyed_endpoint(["sk-first-0123456789"]) as first, keyed_endpoint(["sk-second-0123456789"]) as second:
        live.write(OPENAI_API_KEY="sk-first-0123456789", OPENAI_BASE_URL=first, FINOPS_LLM_MODEL="small")
        settings = read_settings(_env_file=None)
        translator = connect_translator(settings, clean_database)
        assert translator is not None

        def asked() -> object:
            return translate(
                "cost?", PromptContext(today=date(2026, 11, 15)), translator.newest(), lambda _draft: None
            )[0]

        assert isinstance(asked(), SqlDraft)
        assert translator.newest() is translator.newest()
        live.write(OPENAI_API_KEY="sk-second-0123456789", OPENAI_BASE_URL=second, FINOPS_LLM_MODEL="large")
        recheck_run(settings)
        assert isinstance(asked(), SqlDraft)
        assert translator.model == "large"
        assert str(translator.endpoint.client.base_url).startswith(second)
