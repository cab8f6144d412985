"""Issues of a GitHub repository.

Sources: docs.github.com/en/rest/issues/issues and /issues/comments, API version 2022-11-28.
"""

import re
from typing import TYPE_CHECKING, Any

from playbooks.tickets.port import Opened, TicketDraft, call

if TYPE_CHECKING:
    import httpx

HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|~>-])")
_PAGE = 100
_GONE = (404, 410)


class GitHub:
    """`client` has the API's address and the token."""

    def __init__(self, client: "httpx.Client", repository: str) -> None:
        self._client, self._issues = client, f"/repos/{repository}/issues"

    def find(self, draft: TicketDraft) -> Opened | None:
        """Issues that changed since the ticket was wanted are read, not searched: GitHub's search lags behind."""
        since = draft.wanted_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        page = 1
        while True:
            asked = {"state": "all", "since": since, "per_page": str(_PAGE), "page": str(page)}
            issues = call(self._client, "GET", self._issues, (200,), params=asked)
            for issue in issues:
                if f"<!-- {draft.marker} -->" in str(issue.get("body") or ""):
                    return _opened(issue)
            if len(issues) < _PAGE:
                return None
            page += 1

    def open(self, draft: TicketDraft) -> Opened:
        """POST an issue."""
        body = {"title": draft.title[:250], "body": _body(draft), "labels": list(draft.labels)}
        return _opened(call(self._client, "POST", self._issues, (201,), json=body))

    def is_closed(self, key: str) -> bool:
        """Closed, deleted or moved elsewhere."""
        issue = call(self._client, "GET", f"{self._issues}/{key}", (200, 301, *_GONE))
        return issue is None or issue.get("state") != "open"

    def comment(self, key: str, text: str) -> None:
        """POST a comment."""
        call(self._client, "POST", f"{self._issues}/{key}/comments", (201,), json={"body": plain(text)})

    def close(self, key: str) -> None:
        """Close the issue as completed."""
        body = {"state": "closed", "state_reason": "completed"}
        call(self._client, "PATCH", f"{self._issues}/{key}", (200, *_GONE), json=body)


def plain(text: str) -> str:
    """Names from bills and tags inside Markdown: no markup, no HTML, no mention, no reference to another issue."""
    line = _MARKDOWN.sub(r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;"))
    return line.replace("@", "@\u200b").replace("://", ":\u200b//")


def _body(draft: TicketDraft) -> str:
    lines = "\n".join(f"- {plain(line)}" for line in draft.lines)
    link = [f"<{draft.link}>"] if draft.link else []
    text = "\n\n".join([*(plain(one) for one in draft.paragraphs), *link, lines])
    return f"{text[:60_000]}\n\n<!-- {draft.marker} -->"


def _opened(issue: dict[str, Any]) -> Opened:
    return Opened(str(issue["number"]), str(issue["html_url"]))
