"""Where nothing is changed: which rule counts, and which is none."""

from typing import Any

import pytest

from config.sections.tickets import TicketRule, rule_for

GITHUB = {"to": "github", "repository": "platform/infra"}
JIRA = {"to": "jira", "project": "FIN", "url": "https://x.atlassian.net"}


def test_the_first_rule_that_matches_counts() -> None:
    """What is not known of a plan is in no list."""
    prod = TicketRule.model_validate({**GITHUB, "environments": ["prod"], "accounts": ["111122223333"]})
    web = TicketRule.model_validate({**JIRA, "teams": ["web"], "playbooks": ["ec2-stop-idle"]})
    rules = (prod, web)
    assert rule_for(rules, "ec2-stop-idle", "web", ("shop", "111122223333"), "prod") is prod
    assert rule_for(rules, "ec2-stop-idle", "web", ("shop", "1"), "prod") is web
    assert rule_for(rules, "rds-stop-idle", "web", ("shop", "1"), "prod") is None
    assert rule_for(rules, "ec2-stop-idle", None, ("", ""), None) is None
    assert (prod.place(), web.place()) == ("platform/infra", "Jira project FIN")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"repository": "infra"}, "owner/name"),
        ({"repository": "a/b/../c"}, "owner/name"),
        ({"url": "http://tracker.example"}, "https"),
        ({**JIRA, "project": 'F" OR 1=1'}, "project and url"),
        ({"to": "jira", "project": "FIN"}, "project and url"),
    ],
)
def test_what_would_send_a_token_astray_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        TicketRule.model_validate({**GITHUB, **changes})
