"""The fixtures of the tests beside this file."""

from collections.abc import Iterator

import pytest

from tests import openbao
from tests.config.builders import CANARY
from tests.openbao import Server


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests that leave it as it was."""
    with openbao.running(tmp_path_factory.mktemp("bao")) as server:
        yield server


@pytest.fixture
def server(shared: Server) -> Server:
    """The shared server with the canary at the usual path."""
    shared.write(SLACK_BOT_TOKEN=CANARY, FINOPS_LLM_MODEL="from-vault")
    return shared


@pytest.fixture
def vault_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The environment of a process that is to read from the server."""
    for name, value in {
        "VAULT_ADDR": server.address,
        "VAULT_TOKEN": server.root_token,
        "SLACK_APP_TOKEN": "xapp-env",
    }.items():
        monkeypatch.setenv(name, value)
    return server
