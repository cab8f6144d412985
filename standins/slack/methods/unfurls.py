"""chat.unfurl and entity.presentDetails: previews of links, and Work Objects that open beside a conversation."""

from typing import Any

from standins.slack.block_kit.blocks import message_faults
from standins.slack.block_kit.schema import Json
from standins.slack.methods.registry import method, need
from standins.slack.workspace import SlackError, Workspace, refused

ENTITIES = frozenset(f"slack#/entities/{kind}" for kind in ("task", "file", "item", "incident", "content_item"))
STATUSES = ("restricted", "internal_error", "not_found", "custom", "custom_partial_view", "timeout", "edit_error")


def links_of(workspace: Workspace, text: str) -> list[Json]:
    """The links of a message that belong to a domain of the app."""
    urls = [
        part.split("|", 1)[0] for part in text.replace(">", "<").split("<") if part.startswith(("http://", "https://"))
    ]
    found = []
    for url in urls:
        domain = url.split("://", 1)[1].split("/", 1)[0]
        if domain in workspace.setup.unfurl_domains:
            found.append({"url": url, "domain": domain})
    return found


@method("chat.unfurl")
def unfurl(workspace: Workspace, args: Json) -> Json:
    """Show previews under a message, as blocks (`unfurls`) or as Work Objects (`metadata`)."""
    place = str(args.get("unfurl_id") or "")
    channel, ts = (place.split(".", 1)) if place else need(args, "channel", "ts")
    if place and not args.get("source"):
        raise SlackError("missing_source")
    conversation = workspace.conversation(str(channel))
    if str(ts) not in conversation.messages:
        raise SlackError("cannot_find_message")
    message = conversation.messages[str(ts)]
    posted = {link["url"] for link in links_of(workspace, str(message.get("text")))}
    entities = _entities(args.get("metadata"), "app_unfurl_url")
    unfurls = args.get("unfurls") or {}
    if not entities and not unfurls:
        raise SlackError("missing_unfurls")
    if {one["app_unfurl_url"] for one in entities} - posted or (isinstance(unfurls, dict) and unfurls.keys() - posted):
        raise SlackError("cannot_unfurl_url")
    for one in unfurls.values():
        if faults := message_faults(one.get("blocks") or [], workspace.shown_files()):
            raise refused(faults)
    shown = {"unfurls": {"entities": entities, "blocks": [one["blocks"] for one in unfurls.values()]}}
    workspace.store.put(conversation.id, message | shown)
    return {}


@method("entity.presentDetails")
def present_details(workspace: Workspace, args: Json) -> Json:
    """Fill what opened for one person; within three seconds of its opening, once."""
    user, error = workspace.triggers.spend(need(args, "trigger_id")[0])
    if error:
        raise SlackError(error)
    wrong = args.get("error")
    if wrong is not None and (not isinstance(wrong, dict) or wrong.get("status") not in STATUSES):
        raise SlackError("invalid_error_payload")
    given = args.get("metadata")
    if given is None and wrong is None:
        raise SlackError("missing_metadata")
    entities = _entities({"entities": [given]}, "url") if given is not None else []
    workspace.store.show_details(user, {"entity": entities[0] if entities else None, "error": wrong})
    return {}


def _entities(metadata: Any, required: str) -> list[Json]:
    """The entities of metadata; `invalid_metadata` where one lacks what its schema requires."""
    if metadata is None:
        return []
    entities = metadata.get("entities") if isinstance(metadata, dict) else None
    if not isinstance(entities, list):
        raise SlackError("invalid_metadata")
    for one in entities:
        payload = one.get("entity_payload") or {}
        title = ((payload.get("attributes") or {}).get("title") or {}).get("text")
        fine = one.get("entity_type") in ENTITIES and title and (one.get("external_ref") or {}).get("id")
        if not fine or not one.get("url") or not one.get(required):
            raise SlackError("invalid_metadata")
        keys = {*(payload.get("fields") or {}), *(field.get("key") for field in payload.get("custom_fields") or [])}
        if set(payload.get("display_order") or []) - keys:
            raise SlackError("invalid_metadata")
    return entities
