"""Issues of a Jira Cloud project.

Sources: developer.atlassian.com/cloud/jira/platform/rest/v3 (issues, issue search, issue comments) and its Atlassian
Document Format, in which text is data and never markup.
"""

from typing import TYPE_CHECKING, Any

from playbooks.tickets.port import Opened, TicketDraft, TrackerError, call

if TYPE_CHECKING:
    import httpx

_ISSUE = "/rest/api/3/issue"


class Jira:
    """`client` has the site's address and the person's e-mail and token (basic authentication)."""

    def __init__(self, client: "httpx.Client", project: str, issue_type: str, done: str) -> None:
        self._client, self._project, self._type, self._done = client, project, issue_type, done

    def find(self, draft: TicketDraft) -> Opened | None:
        """The issue with the draft's label."""
        jql = f'project = "{self._project}" AND labels = "{draft.marker}"'
        body = {"jql": jql, "fields": ["status"], "maxResults": 2}
        reply = call(self._client, "POST", "/rest/api/3/search/jql", (200,), json=body)
        issues = reply.get("issues") or []
        return self._opened(issues[0]) if issues else None

    def open(self, draft: TicketDraft) -> Opened:
        """POST an issue with its own label."""
        fields = {
            "project": {"key": self._project},
            "issuetype": {"name": self._type},
            "summary": draft.title[:250],
            "description": _document((*draft.paragraphs, *([draft.link] if draft.link else [])), draft.lines),
            "labels": [*(label.replace(" ", "-") for label in draft.labels), draft.marker],
        }
        return self._opened(call(self._client, "POST", _ISSUE, (201,), json={"fields": fields}))

    def is_closed(self, key: str) -> bool:
        """In a status of the category done, or gone."""
        issue = call(self._client, "GET", f"{_ISSUE}/{key}", (200, 404), params={"fields": "status"})
        fields = issue.get("fields")
        return fields is None or fields["status"]["statusCategory"]["key"] == "done"

    def comment(self, key: str, text: str) -> None:
        """POST a comment."""
        call(self._client, "POST", f"{_ISSUE}/{key}/comment", (201,), json={"body": _document((text,), ())})

    def close(self, key: str) -> None:
        """Apply the transition that the rule names, else the first that leads to a status of the category done."""
        if self.is_closed(key):
            return
        offered = call(self._client, "GET", f"{_ISSUE}/{key}/transitions", (200,))["transitions"]
        named = [one for one in offered if one["name"].casefold() == self._done.casefold()]
        ending = [one for one in offered if one.get("to", {}).get("statusCategory", {}).get("key") == "done"]
        if not (fitting := named or ending):
            raise TrackerError(f"{key} has no transition {self._done!r} from where it is")
        body = {"transition": {"id": fitting[0]["id"]}}
        call(self._client, "POST", f"{_ISSUE}/{key}/transitions", (204,), json=body)

    def _opened(self, issue: dict[str, Any]) -> Opened:
        key = str(issue["key"])
        return Opened(key, f"{str(self._client.base_url).rstrip('/')}/browse/{key}")


def _document(paragraphs: tuple[str, ...], lines: tuple[str, ...]) -> dict[str, Any]:
    content = [_paragraph(text) for text in paragraphs]
    if lines:
        items = [{"type": "listItem", "content": [_paragraph(line)]} for line in lines]
        content.append({"type": "bulletList", "content": items})
    return {"type": "doc", "version": 1, "content": content}


def _paragraph(text: str) -> dict[str, Any]:
    return {"type": "paragraph", "content": [{"type": "text", "text": text[:5_000] or "–"}]}
