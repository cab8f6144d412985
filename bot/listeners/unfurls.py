"""Links to the page in Slack: an insight or a remediation unfurls as a Work Object, and opens beside the conversation.

What unfurls is seen by the whole conversation: it is shown whole where the conversation is told of it anyway, else by
its number alone, and not at all when who posted the link may not see it. What opens is for one person, and theirs.
"""

import logging
import re
from typing import Any
from urllib.parse import urlsplit

from slack_sdk.errors import SlackApiError

from bot.cards.messages import work_objects
from bot.cards.messages.work_objects import INSIGHT, REMEDIATION, Entity
from bot.process.runtime import Runtime
from bot.slack import calls
from config import access
from config.access import Actor, Denied, Permission
from db.tables import Insight, Remediation
from domain.messages.insight_cards import payload_of
from playbooks.notifications import summarise
from playbooks.schema import read_playbooks

log = logging.getLogger(__name__)

_PLACE = re.compile(r"/(anomalies|approvals)/(\d{1,18})/?", re.ASCII)
_KINDS = {"anomalies": INSIGHT, "approvals": REMEDIATION}
_MOST = 5  # links of one message
Event = dict[str, Any]


def place_of(runtime: Runtime, url: str) -> tuple[str, int] | None:
    """The insight or remediation that an address of our page shows; None for any other address."""
    page = urlsplit((runtime.settings.public_url or "").rstrip("/"))
    try:
        link = urlsplit(url)
    except ValueError:
        return None
    if not page.netloc or link.netloc != page.netloc or not link.path.startswith(page.path):
        return None
    place = _PLACE.fullmatch(link.path[len(page.path) :])
    return (_KINDS[place.group(1)], int(place.group(2))) if place else None


def unfurl(runtime: Runtime, event: Event) -> None:
    """What a `link_shared` event asks: the previews of a message's links."""
    sharer, channel = runtime.people.actor(str(event.get("user") or "")), str(event.get("channel") or "")
    audience = _audience(runtime, sharer, channel, with_us=bool(event.get("is_bot_user_member")))
    entities = []
    for url in dict.fromkeys(str(link.get("url")) for link in (event.get("links") or [])[:_MOST]):
        place = place_of(runtime, url)
        if place is None or _entity(runtime, sharer, *place, url) is None:
            continue
        whole = _entity(runtime, audience, *place, url) if audience else None
        entities.append({**(whole or work_objects.short(*place, url)), "app_unfurl_url": url})
    if entities:
        _show(runtime, event, entities)


def _audience(runtime: Runtime, sharer: Actor, channel: str, *, with_us: bool) -> Actor | None:
    """As whom a conversation sees: everybody sees all, or the channel is told it anyway, or only the sharer is there;
    None where that is not known.
    """
    if runtime.organisation.visibility == "all" or (channel.startswith("D") and with_us):
        return sharer
    return runtime.people.channel(channel) if channel.startswith(("C", "G")) else None


def _entity(runtime: Runtime, viewer: Actor, kind: str, number: int, url: str) -> Entity | None:
    """What a person may see of it, by the rule of the page; None where there is none, or none for them."""
    if isinstance(access.check(viewer, Permission.READ), Denied):
        return None
    with runtime.session() as session:
        if kind == INSIGHT:
            insight = session.get(Insight, number)
            if insight is None or not access.may_see_team(viewer, insight.team):
                return None
            return work_objects.of_insight(payload_of(insight), url)
        row = session.get(Remediation, number)
        if row is None or not access.may_see_change(viewer, row.team, row.playbook):
            return None
        summary = summarise(session, row, read_playbooks().get(row.playbook))
        return work_objects.of_remediation(summary, row.requested_at, url)


def _show(runtime: Runtime, event: Event, entities: list[Entity]) -> None:
    """As Work Objects; as blocks in a workspace that does not know them."""
    if event.get("unfurl_id") and event.get("source"):
        where = {"unfurl_id": event["unfurl_id"], "source": event["source"]}
    else:
        where = {"channel": event.get("channel"), "ts": event.get("message_ts")}
    try:
        runtime.client.chat_unfurl(**where, metadata={"entities": entities})
    except SlackApiError as error:
        log.info("no Work Object can be shown, blocks are: %s", calls.error_code(error))
        plain = {one["app_unfurl_url"]: {"blocks": work_objects.as_blocks(one)} for one in entities}
        try:
            runtime.client.chat_unfurl(**where, unfurls=plain)
        except SlackApiError as again:
            log.warning("links are not unfurled: %s", calls.error_code(again))


def present(runtime: Runtime, event: Event) -> None:
    """What an `entity_details_requested` event asks: all that this person may see. Nobody learns whether there is one
    that they may not see.
    """
    url = str((event.get("link") or {}).get("url") or event.get("entity_url") or "")
    place = place_of(runtime, url)
    entity = _entity(runtime, runtime.people.actor(str(event.get("user") or "")), *place, url) if place else None
    trigger = str(event.get("trigger_id") or "")
    if entity is None:
        runtime.client.entity_presentDetails(trigger_id=trigger, error={"status": "not_found"})
    else:
        runtime.client.entity_presentDetails(trigger_id=trigger, metadata=entity)
