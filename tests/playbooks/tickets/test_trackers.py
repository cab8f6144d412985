"""The tracker of a rule needs a token."""

import pytest

from config.errors import UserError
from config.sections.tickets import TicketRule
from config.settings import Settings
from playbooks.tickets.trackers import tracker_of
from tests.playbooks.tickets.builders import github, jira


@pytest.mark.parametrize(
    ("rule", "says"),
    [(github("https://api.github.com"), "GITHUB_TOKEN"), (jira("https://x.atlassian.net"), "JIRA_TOKEN")],
)
def test_without_a_token_it_says_which(settings: Settings, rule: TicketRule, says: str) -> None:
    with pytest.raises(UserError, match=says), tracker_of(settings, rule):
        pass
