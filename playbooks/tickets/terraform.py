"""Pull requests against Terraform: the resource's address from its tag or the state, the change as a diff.

What cannot be expressed as a change of text becomes an issue in the same repository, with the reason. Sources:
docs.github.com/en/rest/git (refs, trees, blobs), /rest/repos/contents and /rest/pulls, API version 2022-11-28.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from config.files.plain_file import read_plain
from config.sections.tickets import TicketRule
from playbooks.tickets import hcl
from playbooks.tickets.github import GitHub, plain
from playbooks.tickets.hcl import Address, Edit, Impossible
from playbooks.tickets.port import Opened, TicketChange, TicketDraft, TrackerError, call

if TYPE_CHECKING:
    import httpx

_LARGEST_STATE, _MOST_FILES, _LARGEST_FILE = 50_000_000, 300, 500_000
_ARGUMENTS = {"ec2.resize": ("aws_instance", "instance_type"), "ebs.to_gp3": ("aws_ebs_volume", "type")}
_BEFORE_AFTER: dict[str, Callable[[TicketChange], tuple[str, str]]] = {
    "ec2.resize": lambda one: (str(one.seen.get("instance_type")), str(one.parameters.get("instance_type"))),
    "ebs.to_gp3": lambda one: (str(one.seen.get("volume_type")), "gp3"),
}
_REMOVED = {"ebs.snapshot_and_delete": "aws_ebs_volume", "address.release": "aws_eip"}


class Terraform(GitHub):
    """`client` has the API's address and the token."""

    def __init__(self, client: "httpx.Client", rule: TicketRule) -> None:
        super().__init__(client, rule.repository)
        self._rule, self._repository = rule, f"/repos/{rule.repository}"

    def open(self, draft: TicketDraft) -> Opened:
        """A pull request with what can be changed in the text, and the reasons of the rest; else an issue with them."""
        head = call(self._client, "GET", f"{self._repository}/git/ref/heads/{quote(self._rule.base)}", (200,))
        commit = str(head["object"]["sha"])
        files, blobs = self._files(commit)
        edited, reasons = _edited(draft.changes, files, self._rule)
        if not edited:
            return super().open(replace(draft, paragraphs=(*draft.paragraphs, *reasons)))
        branch = f"finops/{draft.marker}"
        self._branch(branch, commit)
        for path, text in edited.items():
            content = base64.b64encode(text.encode()).decode()
            commit_body = {"message": draft.title[:250], "content": content, "sha": blobs[path], "branch": branch}
            call(self._client, "PUT", f"{self._repository}/contents/{quote(path)}", (200,), json=commit_body)
        body = _body(draft, files, edited, reasons)
        asked = {"title": draft.title[:250], "head": branch, "base": self._rule.base, "body": body}
        made = call(self._client, "POST", f"{self._repository}/pulls", (201,), json=asked)
        return Opened(str(made["number"]), str(made["html_url"]))

    def is_closed(self, key: str) -> bool:
        """Closed without having been merged: what was merged waits for its apply."""
        issue = call(self._client, "GET", f"{self._repository}/issues/{key}", (200, 301, 404, 410))
        merged = (issue.get("pull_request") or {}).get("merged_at")
        return issue.get("state") != "open" and merged is None

    def _branch(self, branch: str, commit: str) -> None:
        """Create the branch, or move the one that an earlier attempt left to this commit."""
        body = {"ref": f"refs/heads/{branch}", "sha": commit}
        made = call(self._client, "POST", f"{self._repository}/git/refs", (201, 422), json=body)
        if "object" not in made:
            path = f"{self._repository}/git/refs/heads/{quote(branch)}"
            call(self._client, "PATCH", path, (200,), json={"sha": commit, "force": True})

    def _files(self, commit: str) -> tuple[dict[str, str], dict[str, str]]:
        """The Terraform files of the rule's folder, itself alone as Terraform reads it, and the ids of their texts."""
        tree = call(self._client, "GET", f"{self._repository}/git/trees/{commit}", (200,), params={"recursive": "1"})
        folder = self._rule.folder.strip("/")
        blobs = {
            str(one["path"]): str(one["sha"])
            for one in tree["tree"]
            if one["type"] == "blob"
            and str(one["path"]).endswith(".tf")
            and str(one["path"]).rpartition("/")[0] == folder
            and int(one.get("size") or 0) <= _LARGEST_FILE
        }
        if tree.get("truncated") or len(blobs) > _MOST_FILES:
            raise TrackerError(f"{self._rule.repository} has too many files to be read")
        texts = {path: self._text(sha) for path, sha in blobs.items()}
        return texts, blobs

    def _text(self, sha: str) -> str:
        blob = call(self._client, "GET", f"{self._repository}/git/blobs/{sha}", (200,))
        return base64.b64decode(blob["content"]).decode("utf-8")


def _edited(
    changes: tuple[TicketChange, ...], files: Mapping[str, str], rule: TicketRule
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The changed files with their new text, and why a resource's change is not among them."""
    state = _state(rule.state)
    now, edited, reasons = dict(files), {}, []
    for change in changes:
        address = hcl.address_of(_tag(change, rule.address_tag)) or hcl.address_in(state, change.resource_id)
        unknown = Impossible("its address is neither in its tag nor in the state")
        made = unknown if address is None else _edit(change, address, now)
        if isinstance(made, Edit):
            now[made.path] = edited[made.path] = made.text
            if change.action == "ebs.snapshot_and_delete":
                reasons.append(f"Its apply deletes {change.name} without a snapshot: take one before the merge.")
        else:
            reasons.append(f"Not in the text: {change.name} ({change.resource_id}): {made.reason}.")
    return edited, tuple(reasons)


def _edit(change: TicketChange, address: Address, files: Mapping[str, str]) -> Edit | Impossible:
    if change.action in _ARGUMENTS:
        kind, argument = _ARGUMENTS[change.action]
        before, after = _BEFORE_AFTER[change.action](change)
        if address.type != kind:
            return Impossible(f"{address} is no {kind}")
        return hcl.with_argument(files, address, argument, before, after)
    if change.action in _REMOVED:
        if address.type != _REMOVED[change.action]:
            return Impossible(f"{address} is no {_REMOVED[change.action]}")
        return hcl.without_block(files, address)
    return Impossible(f"Terraform's text does not say {change.says}")


def _tag(change: TicketChange, key: str) -> str:
    return str((change.seen.get("tags") or {}).get(key, ""))


def _state(path: str) -> dict[str, Any]:
    """A state file of this machine, as `terraform state pull` writes it; empty where the rule names none."""
    if not path:
        return {}
    where = Path(path)
    state: dict[str, Any] = json.loads(read_plain(where.parent, where.name, _LARGEST_STATE))
    return state


def _body(draft: TicketDraft, files: Mapping[str, str], edited: Mapping[str, str], reasons: tuple[str, ...]) -> str:
    shown = "\n".join(hcl.diff(path, files[path], text) for path, text in edited.items())
    fence = "`" * (3 + max((len(run) for run in re.findall("`+", shown)), default=0))
    lines = "\n".join(f"- {plain(line)}" for line in draft.lines)
    parts = [*(plain(one) for one in draft.paragraphs), *([f"<{draft.link}>"] if draft.link else []), lines]
    body = "\n\n".join([*parts, *(plain(one) for one in reasons), f"{fence}diff\n{shown[:30_000]}\n{fence}"])
    return f"{body[:60_000]}\n\n<!-- {draft.marker} -->"
