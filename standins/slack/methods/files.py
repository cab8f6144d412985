"""files.*: the three steps of an upload."""

import mimetypes
import time

from standins.slack.block_kit.schema import Json
from standins.slack.methods.registry import method, need
from standins.slack.store import Upload
from standins.slack.workspace import SlackError, Workspace

LARGEST = 50_000_000


def described(workspace: Workspace, file: Upload) -> Json:
    """A file object; `url_private` wants the bot token."""
    address = f"{workspace.url}/files/{file.id}/{file.name}"
    kind = file.name.rsplit(".", 1)[-1].lower()
    base: Json = {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title or file.name,
    }
    base |= {
        "mimetype": file.mimetype,
        "filetype": kind,
        "pretty_type": kind.upper(),
        "user": file.user,
        "size": file.length,
    }
    return base | {
        "mode": "hosted",
        "url_private": address,
        "url_private_download": address,
        "permalink": address,
        "is_public": False,
    }


@method("files.getUploadURLExternal")
def upload_url(workspace: Workspace, args: Json) -> Json:
    """Announce a file and get the address its bytes go to."""
    name, length = need(args, "filename", "length")
    if not length.isdigit() or not 0 < int(length) <= LARGEST:
        raise SlackError("invalid_arguments")
    file = Upload(
        workspace.store.new_id("F"),
        name.replace("/", "_"),
        int(length),
        mimetypes.guess_type(name)[0] or "application/octet-stream",
        workspace.app.bot_user,
        int(time.time()),
    )
    workspace.store.files[file.id] = file
    return {"upload_url": f"{workspace.url}/upload/v1/{file.id}", "file_id": file.id}


@method("files.completeUploadExternal")
def complete(workspace: Workspace, args: Json) -> Json:
    """Make uploaded files visible and, with a channel, post them."""
    given = args.get("files") or []
    if not isinstance(given, list) or not given:
        raise SlackError("invalid_arguments")
    files = []
    for entry in given:
        file = workspace.store.files.get(str(entry.get("id"))) if isinstance(entry, dict) else None
        if file is None or file.content is None or file.complete:
            raise SlackError("file_not_found")
        files.append((file, str(entry.get("title") or file.name)))
    names = [name for name in (str(args.get("channels") or args.get("channel_id") or "")).split(",") if name]
    conversations = [workspace.joined(name) for name in names]
    blocks = workspace.check(str(args.get("initial_comment") or ""), args.get("blocks"), files=True)
    for file, title in files:
        file.title = title
        file.channels |= {conversation.id for conversation in conversations}
        workspace.store.complete(file)
    shown = [described(workspace, file) for file, _ in files]
    for conversation in conversations:
        text = str(args.get("initial_comment") or "")
        workspace.post(conversation, workspace.app_message(text, blocks, thread_ts=args.get("thread_ts"), files=shown))
    return {"files": shown}


@method("files.info")
def info(workspace: Workspace, args: Json) -> Json:
    """One file."""
    file = workspace.store.files.get(need(args, "file")[0])
    if file is None or not file.complete:
        raise SlackError("file_not_found")
    return {"file": described(workspace, file)}
