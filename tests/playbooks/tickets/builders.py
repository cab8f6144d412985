"""A draft with hostile names, and rules of both trackers."""

from datetime import UTC, datetime

from pydantic import SecretStr

from config.sections.tickets import TicketRule
from config.settings import Settings
from playbooks.tickets.port import TicketDraft

NOW = datetime(2026, 11, 23, 10, 4, tzinfo=UTC)
HOSTILE = "web <script>@everyone</script> [x](https://evil.example) #1 `y` --> <!-- finops-remediation-1 -->"
MARKER = "finops-remediation-12"


def draft(name: str = "web-1") -> TicketDraft:
    return TicketDraft(
        MARKER,
        f"Stop idle EC2 instances in {name}: saves $612",
        ("finops-bot found this.", "Undo: start again."),
        (f"{name} (i-0abc): stop. peak CPU 2.1 %",),
        ("finops",),
        NOW,
        "https://finops.example/approvals/12",
    )


def github(url: str, **more: object) -> TicketRule:
    return TicketRule.model_validate({"to": "github", "url": url, "repository": "platform/infra", **more})


def jira(url: str, **more: object) -> TicketRule:
    return TicketRule.model_validate({"to": "jira", "url": url, "project": "FIN", **more})


def with_tokens(settings: Settings) -> Settings:
    given = {"github_token": SecretStr("ghp_x"), "jira_email": "bot@example.com", "jira_token": SecretStr("jt_x")}
    return settings.model_copy(update=given)
