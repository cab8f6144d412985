"""Issues of a GitHub repository: the shapes of the real requests, and what its answers mean."""

import pytest

from config.settings import Settings
from playbooks.tickets.port import Opened, TrackerError
from playbooks.tickets.trackers import tracker_of
from tests.playbooks.tickets.builders import HOSTILE, MARKER, draft, github, with_tokens
from tests.recorded import Reply, recorded

ISSUES = "/repos/platform/infra/issues"
ISSUE = {"number": 12, "html_url": "https://github.com/platform/infra/issues/12", "state": "open"}


def test_an_issue_is_opened_with_token_version_labels_and_marker(settings: Settings) -> None:
    with (
        recorded([Reply("POST", ISSUES, 201, ISSUE)]) as service,
        tracker_of(with_tokens(settings), github(service.url)) as tracker,
    ):
        assert tracker.open(draft()) == Opened("12", "https://github.com/platform/infra/issues/12")
    [asked] = service.asked
    assert asked.headers["authorization"] == "Bearer ghp_x"
    assert asked.headers["accept"] == "application/vnd.github+json"
    assert asked.headers["x-github-api-version"] == "2022-11-28"
    assert (asked.body["title"], asked.body["labels"]) == (draft().title, ["finops"])
    assert asked.body["body"].endswith(f"<!-- {MARKER} -->")
    assert "<https://finops.example/approvals/12>" in asked.body["body"]


def test_names_are_no_markup_no_mention_and_no_marker_of_another(settings: Settings) -> None:
    with (
        recorded([Reply("POST", ISSUES, 201, ISSUE)]) as service,
        tracker_of(with_tokens(settings), github(service.url)) as tracker,
    ):
        tracker.open(draft(HOSTILE))
    said = service.asked[0].body["body"]
    assert "@everyone" not in said
    assert "<script" not in said
    assert "](" not in said.replace("\\](", "")
    assert said.count("<!--") == 1


def test_an_issue_of_an_attempt_whose_end_nobody_noted_is_found(settings: Settings) -> None:
    """Over pages, by its marker, whatever its state."""
    others = [{**ISSUE, "number": number, "body": None} for number in range(100)]
    ours = {**ISSUE, "body": f"x\n\n<!-- {MARKER} -->", "state": "closed"}
    with (
        recorded([Reply("GET", ISSUES, 200, others), Reply("GET", ISSUES, 200, [ours])]) as service,
        tracker_of(with_tokens(settings), github(service.url)) as tracker,
    ):
        found = tracker.find(draft())
    assert found == Opened("12", "https://github.com/platform/infra/issues/12")
    assert service.asked[1].query == "state=all&since=2026-11-23T10%3A04%3A00Z&per_page=100&page=2"


def test_it_is_looked_at_commented_and_closed(settings: Settings) -> None:
    one = f"{ISSUES}/12"
    replies = [
        Reply("GET", one, 200, ISSUE),
        Reply("GET", one, 410, {"message": "This issue was deleted"}),
        Reply("POST", f"{one}/comments", 201, {"id": 1}),
        Reply("PATCH", one, 200, {**ISSUE, "state": "closed"}),
    ]
    with recorded(replies) as service, tracker_of(with_tokens(settings), github(service.url)) as tracker:
        assert not tracker.is_closed("12")
        assert tracker.is_closed("12")
        tracker.comment("12", "The bill says: verified.")
        tracker.close("12")
    assert service.asked[2].body == {"body": "The bill says: verified."}
    assert service.asked[3].body == {"state": "closed", "state_reason": "completed"}


@pytest.mark.parametrize("status", [401, 403, 422, 500])
def test_a_refusal_is_a_sentence_without_the_token(settings: Settings, status: int) -> None:
    with (
        recorded([Reply("POST", ISSUES, status, {"message": "no"})]) as service,
        tracker_of(with_tokens(settings), github(service.url)) as tracker,
        pytest.raises(TrackerError, match=f"answered {status}") as refused,
    ):
        tracker.open(draft())
    assert "ghp_x" not in str(refused.value)


def test_an_address_that_nobody_answers_is_a_sentence(settings: Settings) -> None:
    with (
        tracker_of(with_tokens(settings), github("http://127.0.0.1:9")) as tracker,
        pytest.raises(TrackerError, match="could not be asked: ConnectError"),
    ):
        tracker.open(draft())
