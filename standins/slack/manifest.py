"""An app's manifest as Slack reads it: what it declares is what the workspace
delivers, and what its scopes do not cover is refused.
"""

from pathlib import Path
from typing import Any

import yaml

from config.errors import UserError
from standins.slack.model import Function, InstalledApp, Setup, SlashCommand

# Which of these scopes a method needs; any one of them will do. What is not here needs none.
SCOPES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "chat.postMessage",
            "chat.postEphemeral",
            "chat.update",
            "chat.delete",
            "chat.startStream",
            "chat.appendStream",
            "chat.stopStream",
            "agents.sessions.setStatus",
        ),
        ("chat:write",),
    ),
    **dict.fromkeys(
        ("conversations.info", "conversations.list", "conversations.members", "users.conversations"),
        ("channels:read", "groups:read", "im:read", "mpim:read"),
    ),
    **dict.fromkeys(
        ("conversations.history", "conversations.replies"),
        ("channels:history", "groups:history", "im:history", "mpim:history"),
    ),
    **dict.fromkeys(
        ("assistant.threads.setStatus", "assistant.threads.setSuggestedPrompts", "assistant.threads.setTitle"),
        ("assistant:write",),
    ),
    **dict.fromkeys(("files.getUploadURLExternal", "files.completeUploadExternal"), ("files:write",)),
    **dict.fromkeys(("users.info", "users.list", "bots.info"), ("users:read",)),
    **dict.fromkeys(("usergroups.list", "usergroups.users.list"), ("usergroups:read",)),
    **dict.fromkeys(("reactions.add", "reactions.remove"), ("reactions:write",)),
    **dict.fromkeys(("canvases.create", "canvases.access.set", "canvases.delete"), ("canvases:write",)),
    "chat.unfurl": ("links:write",),
    "conversations.open": ("im:write", "mpim:write"),
    "conversations.join": ("channels:join",),
    "users.lookupByEmail": ("users:read.email",),
    "files.info": ("files:read",),
    "team.info": ("team:read",),
}


def setup_from(path: Path, **more: Any) -> Setup:
    """A workspace with the app of a manifest installed; `more` are other fields of `Setup`. Raises `UserError`."""
    try:
        manifest = yaml.safe_load(path.read_text(encoding="utf-8"))
        features, settings = manifest["features"], manifest["settings"]
        commands = tuple(
            SlashCommand(item["command"], item.get("description", ""), item.get("usage_hint", ""))
            for item in features["slash_commands"]
        )
        name = str(features["bot_user"]["display_name"])
        return Setup(
            commands=commands,
            app=InstalledApp(name=name, handle=name.lower(), about=str(manifest["display_information"]["description"])),
            unfurl_domains=tuple(map(str, features.get("unfurl_domains") or ())),
            functions=tuple(
                Function(
                    name,
                    str(item["title"]),
                    str(item.get("description", "")),
                    dict(item.get("input_parameters") or {}),
                    dict(item.get("output_parameters") or {}),
                )
                for name, item in (manifest.get("functions") or {}).items()
            ),
            subscriptions=frozenset(settings["event_subscriptions"]["bot_events"]),
            scopes=frozenset(manifest["oauth_config"]["scopes"]["bot"]),
            **more,
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise UserError(f"{path} is no app manifest: {error!r}.") from error
