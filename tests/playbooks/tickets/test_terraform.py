"""Pull requests against Terraform: the shapes of the real requests, and when it is an issue after all."""

import json
from base64 import b64decode, b64encode
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from playbooks.tickets.port import Opened, TicketChange
from playbooks.tickets.trackers import tracker_of
from tests.playbooks.tickets.builders import MARKER, draft, github, with_tokens
from tests.recorded import Asked, Reply, recorded

R = "/repos/platform/infra"
TEXT = 'resource "aws_instance" "web" {\n  instance_type = "m5.2xlarge"\n}\n'
PAGE = "https://github.com/platform/infra/pull/7"
PULL = {"number": 7, "html_url": PAGE}
RESIZE = TicketChange(
    "i-0abc",
    "web-1",
    "ec2.resize",
    "m5.2xlarge becomes m5.large",
    {"instance_type": "m5.2xlarge", "tags": {}},
    {"instance_type": "m5.large"},
)

TAGGED = {"tags": {"terraform:address": "aws_instance.web"}}


def tree(*paths: str) -> list[Reply]:
    entries = [{"path": path, "type": "blob", "sha": f"b-{path}", "size": 80} for path in paths]
    return [
        Reply("GET", f"{R}/git/ref/heads/main", 200, {"object": {"sha": "c0ffee"}}),
        Reply("GET", f"{R}/git/trees/c0ffee", 200, {"tree": entries, "truncated": False}),
    ]


def blob(path: str) -> Reply:
    return Reply("GET", f"{R}/git/blobs/b-{path}", 200, {"content": b64encode(TEXT.encode()).decode()})


def opened(settings: Settings, replies: list[Reply], change: TicketChange, **more: Any) -> tuple[Opened, list[Asked]]:
    with recorded(replies) as service:
        rule = github(service.url, **{"to": "terraform", "folder": "envs/prod", **more})
        with tracker_of(with_tokens(settings), rule) as tracker:
            made = tracker.open(replace(draft(), changes=(change,)))
    return made, service.asked


@pytest.mark.parametrize("left_behind", [False, True])
def test_the_change_is_a_branch_a_commit_and_a_pull_request_with_the_diff(
    settings: Settings, tmp_path: Path, *, left_behind: bool
) -> None:
    """The address stands in the state; a branch that an earlier attempt left is made anew."""
    state = tmp_path / "prod.tfstate"
    instance = {"attributes": {"id": "i-0abc"}}
    resource = {"mode": "managed", "type": "aws_instance", "name": "web", "instances": [instance]}
    state.write_text(json.dumps({"version": 4, "resources": [resource]}))
    branch = f"finops/{MARKER}"
    again = [Reply("PATCH", f"{R}/git/refs/heads/{branch}", 200, {"object": {}})] if left_behind else []
    replies = [
        *tree("envs/prod/main.tf", "envs/prod/deeper/x.tf", "other.tf", "envs/prod/readme.md"),
        blob("envs/prod/main.tf"),
        Reply(
            "POST", f"{R}/git/refs", 422 if left_behind else 201, {"message": "x"} if left_behind else {"object": {}}
        ),
        *again,
        Reply("PUT", f"{R}/contents/envs/prod/main.tf", 200, {"commit": {}}),
        Reply("POST", f"{R}/pulls", 201, PULL),
    ]
    made, asked = opened(settings, replies, RESIZE, state=str(state))
    assert made == Opened("7", PAGE)
    assert {one.headers["authorization"] for one in asked} == {"Bearer ghp_x"}
    assert next(one for one in asked if one.path == f"{R}/git/refs").body == {
        "ref": f"refs/heads/{branch}",
        "sha": "c0ffee",
    }
    put, pull = asked[-2].body, asked[-1].body
    assert (put["branch"], put["sha"]) == (branch, "b-envs/prod/main.tf")
    assert b64decode(put["content"]).decode() == TEXT.replace("m5.2xlarge", "m5.large")
    assert (pull["head"], pull["base"]) == (branch, "main")
    assert '-  instance_type = "m5.2xlarge"\n+  instance_type = "m5.large"' in pull["body"]
    assert f"<!-- {MARKER} -->" in pull["body"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (RESIZE, "its address is neither in its tag nor in the state"),
        (
            replace(RESIZE, seen={"tags": {"terraform:address": "module.web.aws_instance.this"}}),
            "module\\.web\\.aws\\_instance\\.this",
        ),
        (
            replace(
                RESIZE, action="ec2.stop", says="stop the m5", seen={"tags": {"terraform:address": "aws_instance.web"}}
            ),
            "text does not say stop the m5",
        ),
    ],
)
def test_what_the_text_cannot_say_is_an_issue_with_the_reason(
    settings: Settings, change: TicketChange, says: str
) -> None:
    replies = [
        *tree("envs/prod/main.tf"),
        blob("envs/prod/main.tf"),
        Reply("POST", f"{R}/issues", 201, {"number": 8, "html_url": "https://github.com/platform/infra/issues/8"}),
    ]
    made, asked = opened(settings, replies, change)
    assert made.key == "8"
    assert says.replace("\\.", ".") in asked[-1].body["body"]


def test_what_was_merged_waits_for_its_apply(settings: Settings) -> None:
    """Closed is what people closed without merging."""
    one = f"{R}/issues/7"
    replies = [
        Reply("GET", one, 200, {"state": "open", "pull_request": {"merged_at": None}}),
        Reply("GET", one, 200, {"state": "closed", "pull_request": {"merged_at": "2026-11-23T10:04:00Z"}}),
        Reply("GET", one, 200, {"state": "closed", "pull_request": {"merged_at": None}}),
        Reply("GET", one, 404, {"message": "Not Found"}),
    ]
    with (
        recorded(replies) as service,
        tracker_of(with_tokens(settings), github(service.url, to="terraform")) as tracker,
    ):
        assert [tracker.is_closed("7") for _ in replies.copy()] == [False, False, True, True]
