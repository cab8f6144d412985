"""Insights and remediations as Slack's Work Objects: an incident and a task, with the fields of Slack's schemas.

Two forms: `short` names the thing alone, for a conversation that may not see it; the whole one has its title, figures
and state. All texts are plain.
"""

import html
from datetime import datetime
from typing import Any

from analysis.wording import formatting
from bot.cards.elements import blocks, mrkdwn
from bot.cards.elements.blocks import Block
from bot.cards.messages.remediation import proposal
from db.outgoing.messages import InsightFields
from db.outgoing.remediation_messages import RemediationFields

Entity = dict[str, Any]
PRODUCT = "FinOps"
INSIGHT, REMEDIATION = "insight", "remediation"
_TITLE, _VALUE = 150, 300
_NAMES = {INSIGHT: "Anomaly", REMEDIATION: "Proposed change"}
_TYPES = {INSIGHT: "slack#/entities/incident", REMEDIATION: "slack#/entities/task"}


def short(kind: str, number: int, url: str) -> Entity:
    """What is said where not everybody may see more: that it is one, and its number."""
    return _entity(kind, number, url, f"{_NAMES[kind]} {number}", {}, [])


def of_insight(payload: InsightFields, url: str) -> Entity:
    """An insight whole."""
    currency, impact = str(payload.get("currency") or "USD"), formatting.decimal(payload.get("impact_amount"))
    what = ((payload.get("evidence") or {}).get("cause") or {}).get("what")
    fields = {
        "status": _value(str(payload.get("status") or "open").capitalize()),
        "priority": _value(str(payload.get("severity") or "").capitalize()),
        "service": _value(payload.get("service")),
        "description": _value(what),
    }
    custom = [
        _custom("impact", _worth(payload), formatting.money(impact, currency) if impact is not None else None),
        _custom("team", "Team", payload.get("team")),
        _custom("account", "Account", payload.get("account")),
        _custom("since", "Since", payload.get("starts_on")),
    ]
    return _entity(INSIGHT, int(payload["id"]), url, str(payload.get("title") or "Something changed"), fields, custom)


def _worth(payload: InsightFields) -> str:
    """What the amount of an insight is of: an anomaly's of a day, a saving's of a month, a budget's of its period."""
    return {"anomaly": "A day", "budget": "At stake"}.get(str(payload.get("kind") or "anomaly"), "A month")


def of_remediation(payload: RemediationFields, requested_at: datetime, url: str) -> Entity:
    """A remediation whole."""
    currency, saves = str(payload.get("currency") or "USD"), payload.get("monthly_savings")
    fields: dict[str, Any] = {
        "status": _value(str(payload["state"]).capitalize()),
        "created_by": _value(payload.get("requester_name") or payload.get("requested_by")),
        "date_created": {"value": int(requested_at.timestamp())},
        "description": _value(payload.get("title")),
    }
    custom = [
        _custom("saving", "Saves a month", formatting.money(saves, currency) if saves else None),
        _custom("resources", "Resources", str(len({step["resource_id"] for step in payload["steps"]}))),
        _custom("team", "Team", payload.get("team")),
        _custom("account", "Account", payload.get("account")),
        _custom("environment", "Environment", payload.get("environment")),
    ]
    title = html.unescape(proposal.headline(payload))
    return _entity(REMEDIATION, int(payload["id"]), url, title, fields, custom)


def as_blocks(entity: Entity) -> list[Block]:
    """The same as blocks, for a workspace without Work Objects."""
    payload = entity["entity_payload"]
    shown = [*payload.get("fields", {}).values(), *payload.get("custom_fields", [])]
    parts = [
        f"{one['label']}: {one['value']}" if one.get("label") else str(one["value"])
        for one in shown
        if one.get("type") == "string"
    ]
    title = mrkdwn.escape(payload["attributes"]["title"]["text"], _TITLE)
    drawn = [blocks.section(f"*{title}*"), blocks.context(mrkdwn.escape(" · ".join(parts), 600)) if parts else None]
    return [block for block in drawn if block]


def _entity(
    kind: str, number: int, url: str, title: str, fields: dict[str, Any], custom: list[dict[str, Any] | None]
) -> Entity:
    attributes = {
        "title": {"text": mrkdwn.plain(title, _TITLE)},
        "display_type": _NAMES[kind],
        "display_id": f"#{number}",
        "product_name": PRODUCT,
    }
    kept = {name: field for name, field in fields.items() if field}
    own = [field for field in custom if field]
    payload: dict[str, Any] = {"attributes": attributes}
    if kept:
        payload["fields"] = kept
    if own:
        payload["custom_fields"] = own
    if kept or own:
        payload["display_order"] = [*kept, *(field["key"] for field in own)]
    return {
        "entity_type": _TYPES[kind],
        "url": url,
        "external_ref": {"id": f"{kind}:{number}", "type": kind},
        "entity_payload": payload,
    }


def _value(value: object) -> dict[str, str] | None:
    text = mrkdwn.plain(value, _VALUE) if value else ""
    return {"value": text, "type": "string"} if text else None


def _custom(key: str, label: str, value: object) -> dict[str, Any] | None:
    text = mrkdwn.plain(value, _VALUE) if value else ""
    return {"key": key, "label": label, "value": text, "type": "string"} if text else None
