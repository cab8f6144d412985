"""Where nothing is changed and a ticket is opened instead: what `remediation.tickets` of finops.yaml says. Pure."""

import re
from collections.abc import Iterable
from typing import Literal

from pydantic import Field, model_validator

from config.files.yaml_file import Strict, Texts

GITHUB = "https://api.github.com"
_SAFE = re.compile(r"https://[^\s/]+|http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/|$)")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+")
_PROJECT = re.compile(r"[A-Z][A-Z0-9_]+")


class TicketRule(Strict):
    """Plans that match open a ticket, and nothing is run; the first rule that matches counts. Empty lists: any."""

    to: Literal["github", "jira", "terraform"] = Field(
        description="Which tracker, or pull requests against Terraform at GitHub; its token is a secret of the settings"
    )
    url: str = Field(GITHUB, description="Address of the tracker's API; for Jira https://YOURS.atlassian.net")
    repository: str = Field("", description="GitHub and Terraform: owner/name")
    base: str = Field("main", pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$", description="Terraform: branch to change")
    folder: str = Field("", description="Terraform: folder of the repository with the *.tf files, without its folders")
    state: str = Field("", description="Terraform: a file of this machine, as `terraform state pull` writes it")
    address_tag: str = Field("terraform:address", description="Terraform: tag of a resource that holds its address")
    project: str = Field("", description="Jira: key of the project")
    issue_type: str = Field("Task", description="Jira: type of the issue")
    done: str = Field("Done", description="Jira: name of the transition that closes it")
    labels: Texts = Field(("finops",), description="Labels of the ticket")
    teams: Texts = Field((), description="Only these teams' resources")
    accounts: Texts = Field((), description="Only these accounts, by name or id")
    environments: Texts = Field((), description="Only these environments")
    playbooks: Texts = Field((), description="Only these playbooks")

    @model_validator(mode="after")
    def _complete(self) -> "TicketRule":
        if not _SAFE.match(self.url):
            raise ValueError("url: an https address; a token is sent there")
        if self.to != "jira" and not _REPOSITORY.fullmatch(self.repository):
            raise ValueError("repository: owner/name, for what is at GitHub")
        if self.to == "jira" and (not _PROJECT.fullmatch(self.project) or self.url == GITHUB):
            raise ValueError("project and url: the project's key and the site's address, for tickets at Jira")
        return self

    def place(self) -> str:
        """Where its tickets are, as people are told."""
        return self.repository if self.to != "jira" else f"Jira project {self.project}"


def rule_for(
    rules: Iterable[TicketRule], playbook: str, team: str | None, account: tuple[str, str], environment: str | None
) -> TicketRule | None:
    """The first rule that matches a plan; `account` is its name and id. What is not known is in no list."""
    return next(
        (
            rule
            for rule in rules
            if (not rule.playbooks or playbook in rule.playbooks)
            and (not rule.teams or team in rule.teams)
            and (not rule.accounts or bool(set(account) & set(rule.accounts)))
            and (not rule.environments or environment in rule.environments)
        ),
        None,
    )
