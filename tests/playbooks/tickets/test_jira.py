"""Issues of a Jira project: the shapes of the real requests, and what its answers mean."""

from base64 import b64encode

import pytest

from config.settings import Settings
from playbooks.tickets.port import Opened, TrackerError
from playbooks.tickets.trackers import tracker_of
from tests.playbooks.tickets.builders import HOSTILE, MARKER, draft, jira, with_tokens
from tests.recorded import Reply, recorded

ISSUE = "/rest/api/3/issue"
ONE = f"{ISSUE}/FIN-7"
CREATED = {"id": "10007", "key": "FIN-7", "self": "https://x.atlassian.net/rest/api/3/issue/10007"}
DONE = {"id": "31", "name": "Erledigt", "to": {"statusCategory": {"key": "done"}}}
WORK = {"id": "21", "name": "In Progress", "to": {"statusCategory": {"key": "indeterminate"}}}


def status(category: str) -> dict[str, object]:
    return {**CREATED, "fields": {"status": {"name": "x", "statusCategory": {"key": category}}}}


def test_an_issue_is_opened_as_the_person_and_text_is_no_markup(settings: Settings) -> None:
    with (
        recorded([Reply("POST", ISSUE, 201, CREATED)]) as service,
        tracker_of(with_tokens(settings), jira(service.url)) as tracker,
    ):
        assert tracker.open(draft(HOSTILE)) == Opened("FIN-7", f"{service.url}/browse/FIN-7")
    [asked] = service.asked
    assert asked.headers["authorization"] == f"Basic {b64encode(b'bot@example.com:jt_x').decode()}"
    fields = asked.body["fields"]
    assert (fields["project"], fields["issuetype"]) == ({"key": "FIN"}, {"name": "Task"})
    assert fields["labels"] == ["finops", MARKER]
    document = fields["description"]
    assert (document["type"], document["version"]) == ("doc", 1)
    [item] = document["content"][-1]["content"]
    assert item["content"][0]["content"] == [{"type": "text", "text": f"{HOSTILE} (i-0abc): stop. peak CPU 2.1 %"}]


def test_it_is_found_by_its_own_label(settings: Settings) -> None:
    search = "/rest/api/3/search/jql"
    replies = [Reply("POST", search, 200, {"issues": [CREATED]}), Reply("POST", search, 200, {"issues": []})]
    with recorded(replies) as service, tracker_of(with_tokens(settings), jira(service.url)) as tracker:
        assert tracker.find(draft()) == Opened("FIN-7", f"{service.url}/browse/FIN-7")
        assert tracker.find(draft()) is None
    assert service.asked[0].body["jql"] == f'project = "FIN" AND labels = "{MARKER}"'


@pytest.mark.parametrize(("offered", "chosen"), [([WORK, DONE], "31"), ([{**WORK, "name": "Done"}, DONE], "21")])
def test_it_is_closed_by_the_named_transition_else_by_one_that_ends(
    settings: Settings, offered: list[dict[str, object]], chosen: str
) -> None:
    replies = [
        Reply("GET", ONE, 200, status("new")),
        Reply("GET", f"{ONE}/transitions", 200, {"transitions": offered}),
        Reply("POST", f"{ONE}/transitions", 204),
    ]
    with recorded(replies) as service, tracker_of(with_tokens(settings), jira(service.url)) as tracker:
        tracker.close("FIN-7")
    assert service.asked[2].body == {"transition": {"id": chosen}}


def test_what_is_closed_is_left_and_what_cannot_be_is_said(settings: Settings) -> None:
    replies = [
        Reply("GET", ONE, 200, status("done")),
        Reply("GET", ONE, 404, {"errorMessages": ["gone"]}),
        Reply("POST", f"{ONE}/comment", 201, {}),
        Reply("GET", ONE, 200, status("new")),
        Reply("GET", f"{ONE}/transitions", 200, {"transitions": [WORK]}),
    ]
    with recorded(replies) as service, tracker_of(with_tokens(settings), jira(service.url)) as tracker:
        tracker.close("FIN-7")
        assert tracker.is_closed("FIN-7")
        tracker.comment("FIN-7", "done")
        with pytest.raises(TrackerError, match="no transition 'Done'"):
            tracker.close("FIN-7")
