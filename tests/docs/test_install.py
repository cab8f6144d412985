"""The guide's journey as a new user makes it: the commands of docs/install.md
in an empty folder, with the stand-in's address in place of Slack's.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from standins.slack.http.web_api import METHODS
from standins.slack.manifest import SCOPES, setup_from

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "install.md").read_text()
MANIFEST = ROOT / "deploy" / "slack" / "manifest.yaml"
FINOPS = [sys.executable, "-m", "cli"]
BILL = ROOT / "tests" / "docs" / "bill.csv"
_SECONDS = 90


@contextmanager
def running(command: list[str], folder: Path, environment: dict[str, str]) -> Iterator[Path]:
    """A process in the folder; its output in a file."""
    log = folder / f"{'-'.join(command[-2:]).replace('/', '')}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
        try:
            yield log
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(_SECONDS)


def until(condition: Callable[[], object], log: Path) -> None:
    """Wait for a condition; what the process said when it does not come."""
    deadline = time.monotonic() + _SECONDS
    while not condition():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


def called(url: str, body: bytes | None = None) -> str:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=_SECONDS) as answer:
        return str(answer.read().decode())


def finops(folder: Path, environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [*FINOPS, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_from_nothing_to_an_answer(tmp_path: Path) -> None:
    """Steps 2, 5, 6 and 7, and the stand-in for 3 and 4: an answer in the
    thread, and every call of the bot covered by the manifest's scopes.
    """
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "FINOPS_API_PORT": "0"}
    (tmp_path / "focus-export").mkdir()
    shutil.copy(BILL, tmp_path / "focus-export")
    try:
        assert "loaded" in finops(tmp_path, environment, "ingest", "focus-export/")
        assert "Amazon S3" in finops(tmp_path, environment, "ask", "top 5 services in October 2026")
        (tmp_path / "finops.yaml").write_text(
            (ROOT / "finops.example.yaml").read_text().replace("U0000000001", "U0TOMAS001")
        )
        assert "is right" in finops(tmp_path, environment, "config", "check")
        with running([sys.executable, "-m", "standins.slack", "--port", "0"], tmp_path, environment) as printed:
            until(lambda: "# Open" in printed.read_text(), printed)
            exports = [
                line.removeprefix("export ") for line in printed.read_text().splitlines() if line.startswith("export ")
            ]
            environment |= dict(line.split("=", 1) for line in exports)
            slack = environment["SLACK_API_URL"].removesuffix("/api/")
            with running([*FINOPS, "run"], tmp_path, environment) as log:
                until(lambda: "finops-bot runs" in log.read_text(), log)
                question = (
                    b'{"user": "tomas", "channel": "#finops", "text": "<@U0FINOPS01> top 5 services in October 2026"}'
                )
                called(f"{slack}/test/post_as", question)
                until(lambda: "Amazon S3" in called(f"{slack}/test/messages?channel=%23finops"), log)
                called(
                    f"{slack}/test/slash",
                    b'{"user": "tomas", "channel": "#finops", "command": "/finops", "text": "status"}',
                )
                called(f"{slack}/test/open_home", b'{"user": "tomas"}')
                until(lambda: "views.publish" in called(f"{slack}/test/calls"), log)
                assert "missing_scope" not in called(f"{slack}/test/calls")
    finally:
        finops(tmp_path, environment, "db", "stop")


def test_the_manifest_asks_for_what_is_used_and_nothing_more() -> None:
    """Each scope lets the bot call a method that it calls or hear an event that
    it subscribes to; a method that it calls is covered.
    """
    text = "\n".join(path.read_text() for path in (ROOT / "bot").rglob("*.py"))
    used = {method for method in METHODS if method.replace(".", "_").lower() in text.lower() or method in text}
    granted = setup_from(MANIFEST).scopes or frozenset()
    for method in used & SCOPES.keys():
        assert granted & set(SCOPES[method]), f"{method} needs one of {SCOPES[method]}"
    heard = {"app_mentions:read", "commands", "channels:history", "groups:history", "im:history", "links:read"}
    streaming = {"chat:write", "assistant:write", "files:write"}
    needed = {scope for method in used & SCOPES.keys() for scope in SCOPES[method]} | heard | streaming
    assert granted <= needed


def test_the_guide_names_what_the_manifest_has() -> None:
    """The handle that people invite, the file that they paste, and the scope of the token that they generate."""
    manifest = yaml.safe_load(MANIFEST.read_text())
    assert f"/invite @{manifest['features']['bot_user']['display_name']}" in GUIDE
    assert "deploy/slack/manifest.yaml" in GUIDE
    assert "connections:write" in GUIDE
    assert all(f"`{command['command']}" in GUIDE for command in manifest["features"]["slash_commands"])


@pytest.mark.parametrize(
    "sentence",
    [
        "SLACK_BOT_TOKEN is not set",
        "Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET",
        "Slack refuses SLACK_BOT_TOKEN",
    ],
)
def test_sentences_of_the_table_are_said(sentence: str) -> None:
    """What the table of difficulties quotes is what the program says."""
    assert sentence in GUIDE
    assert any(sentence in path.read_text() for path in (ROOT / "bot").rglob("*.py"))
