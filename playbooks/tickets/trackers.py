"""The tracker of a rule, with the token of the settings."""

from collections.abc import Iterator
from contextlib import contextmanager

from config.errors import UserError
from config.sections.tickets import TicketRule
from config.settings import Settings
from playbooks.tickets.github import HEADERS, GitHub
from playbooks.tickets.jira import Jira
from playbooks.tickets.port import Tracker
from playbooks.tickets.terraform import Terraform


@contextmanager
def tracker_of(settings: Settings, rule: TicketRule) -> Iterator[Tracker]:
    """Raises `UserError` where the settings have no token for it."""
    import httpx  # noqa: PLC0415 - loaded where tickets are kept only

    if rule.to != "jira":
        if settings.github_token is None:
            raise UserError("Tickets at GitHub need FINOPS_GITHUB_TOKEN (or `github_token` in Vault).")
        headers = {**HEADERS, "Authorization": f"Bearer {settings.github_token.get_secret_value()}"}
        with httpx.Client(base_url=rule.url, headers=headers) as client:
            yield Terraform(client, rule) if rule.to == "terraform" else GitHub(client, rule.repository)
        return
    if settings.jira_token is None or not settings.jira_email:
        raise UserError("Tickets at Jira need FINOPS_JIRA_EMAIL and FINOPS_JIRA_TOKEN.")
    person = (settings.jira_email, settings.jira_token.get_secret_value())
    with httpx.Client(base_url=rule.url, auth=person, headers={"Accept": "application/json"}) as client:
        yield Jira(client, rule.project, rule.issue_type, rule.done)
