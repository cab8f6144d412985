"""Calls of Slack's Web API that more than one listener needs, with what a card needs to become a message."""

import logging
import time
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.cards.elements.blocks import PICTURE, Block, Card, without_data_tables

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10
EVENT_TYPE = "finops_outbox"
_SKEW = timedelta(minutes=10)
_PAGES = 5
_PICTURE_TRIES = 3


def error_code(error: SlackApiError) -> str:
    """Slack's own word for a refusal, as `channel_not_found`."""
    response = error.response
    data = response if isinstance(response, dict) else getattr(response, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    return str(code or getattr(response, "status_code", "unknown"))


def retry_after(error: SlackApiError) -> float:
    """Seconds that Slack asks to wait, at least one."""
    headers = getattr(error.response, "headers", None) or {}
    value = next((value for name, value in headers.items() if str(name).lower() == "retry-after"), "1")
    try:
        return max(1.0, float(value[0] if isinstance(value, list) else value))
    except ValueError:
        return 1.0


def channel_id(client: WebClient, channel: str, ids: dict[str, str]) -> str:
    """The id of `#name`, of a person's direct message, or of an id itself;
    unknown names are given to Slack as they are.
    """
    if channel in ids:
        return ids[channel]
    if channel.startswith(("U", "W")):
        ids[channel] = str(client.conversations_open(users=channel)["channel"]["id"])
    elif channel.startswith("#"):
        for page in client.users_conversations(
            types="public_channel,private_channel", exclude_archived=True, limit=200
        ):
            ids.update({f"#{item['name']}": str(item["id"]) for item in page.get("channels") or []})
    return ids.get(channel, channel)


def post(client: WebClient, channel: str, thread: str | None, card: Card, key: str) -> tuple[str, str | None]:
    """Post a card with its key as metadata; its ts, and a note when Slack
    refused the blocks and only the text was posted.
    """
    metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": key}}

    def send(blocks: list[Block] | None) -> str:
        response = client.chat_postMessage(
            channel=channel,
            thread_ts=thread,
            text=card["text"],
            blocks=blocks,
            metadata=metadata,
            unfurl_links=False,
            unfurl_media=False,
        )
        return str(response["ts"])

    return _with_blocks(client, card, send)


def update(
    client: WebClient, channel: str, ts: str, card: Card, key: str, *, keyed: bool = False
) -> tuple[str, str | None]:
    """Replace a message; as `post`. With `keyed` it carries this key from now on, else the one it was posted with."""
    metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": key}} if keyed else None

    def send(blocks: list[Block] | None) -> str:
        shown = blocks if blocks is not None else []
        response = client.chat_update(channel=channel, ts=ts, text=card["text"], blocks=shown, metadata=metadata)
        return str(response["ts"])

    return _with_blocks(client, card, send)


def _with_blocks(client: WebClient, card: Card, send: Any) -> tuple[str, str | None]:
    blocks = ready_blocks(client, card)
    tries = _PICTURE_TRIES if any(block.get("block_id") == PICTURE for block in blocks) else 0
    while True:
        try:
            return send(blocks), None
        except SlackApiError as error:
            if error_code(error) not in ("invalid_blocks", "invalid_blocks_format"):
                raise
            reason = str((error.response.get("response_metadata") or {}).get("messages") or "")[:400]
            if tries > 1:  # Slack needs a moment until an uploaded picture may be shown
                tries -= 1
                time.sleep(0.7)
            elif tries == 1:
                tries, blocks = 0, [block for block in blocks if block.get("block_id") != PICTURE]
            elif _has_data_table(blocks):  # a workspace that does not know the block
                blocks = without_data_tables(blocks, card.get("plain_tables") or {})
            else:
                log.error("Slack refused blocks, the text alone is posted: %s", reason)
                return send(None), f"blocks refused: {reason}"


def _has_data_table(blocks: list[Block]) -> bool:
    return any(block["type"] == "data_table" for block in blocks)


def ready_blocks(client: WebClient, card: Card) -> list[Block]:
    """The card's blocks with its chart uploaded as a picture, or without it where that fails."""
    blocks: list[Block] = card["blocks"]
    if not card.get("chart"):
        return blocks
    from bot import charts  # noqa: PLC0415 - loads what draws pictures

    try:
        upload = client.files_upload_v2(
            content=charts.png(card["chart"]), filename="chart.png", title=card["chart"]["title"]
        )
    except SlackApiError as error:
        if getattr(error.response, "status_code", 200) == 429:
            raise
        log.warning("the chart could not be uploaded: %s", error_code(error))
        return [block for block in blocks if block.get("block_id") != PICTURE]
    file = str(upload["files"][0]["id"])
    return [{**block, "slack_file": {"id": file}} if block.get("block_id") == PICTURE else block for block in blocks]


def messages_since(client: WebClient, channel: str, thread: str | None, since: datetime) -> list[dict[str, Any]]:
    """The messages of a channel, or of a thread, from some minutes before a moment on, with their metadata."""
    oldest = f"{(since - _SKEW).timestamp():.6f}"
    messages: list[dict[str, Any]] = []
    cursor = None
    for _ in range(_PAGES):
        if thread:
            page = client.conversations_replies(
                channel=channel, ts=thread, oldest=oldest, include_all_metadata=True, limit=200, cursor=cursor
            )
        else:
            page = client.conversations_history(
                channel=channel, oldest=oldest, include_all_metadata=True, limit=200, cursor=cursor
            )
        messages.extend(page.get("messages") or [])
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            break
    return messages


def find_message(client: WebClient, channel: str, thread: str | None, key: str, since: datetime) -> str | None:
    """The ts of the message that carries the key; None when it is not there."""
    for message in messages_since(client, channel, thread, since):
        metadata = message.get("metadata") or {}
        if metadata.get("event_type") == EVENT_TYPE and (metadata.get("event_payload") or {}).get("key") == key:
            return str(message["ts"])
    return None


def has_file(client: WebClient, channel: str, thread: str | None, name: str, since: datetime) -> bool:
    """Whether a file of that name is in the thread already."""
    return any(
        file.get("name") == name
        for message in messages_since(client, channel, thread, since)
        for file in message.get("files") or []
    )


def upload(client: WebClient, channel: str, thread: str | None, name: str, content: bytes, comment: str) -> None:
    """Upload a file into a channel or thread."""
    client.files_upload_v2(
        channel=channel, thread_ts=thread, content=content, filename=name, title=name, initial_comment=comment or None
    )


def post_ephemeral(client: WebClient, channel: str, user: str, card: Card, thread: str | None = None) -> None:
    """Show a card to one person only; in a direct message, where it would be odd, it is posted."""

    def send(blocks: list[Block]) -> None:
        if channel.startswith(("D", "U", "W")):
            client.chat_postMessage(channel=channel, text=card["text"], blocks=blocks, thread_ts=thread)
        else:
            client.chat_postEphemeral(channel=channel, user=user, text=card["text"], blocks=blocks, thread_ts=thread)

    blocks = ready_blocks(client, card)
    try:
        send(blocks)
    except SlackApiError as error:
        if error_code(error) not in ("invalid_blocks", "invalid_blocks_format") or not _has_data_table(blocks):
            raise
        send(without_data_tables(blocks, card.get("plain_tables") or {}))
