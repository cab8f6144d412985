"""The modals of a proposal: the whole plan, a choice of its resources, the typed confirmation."""

import json
from typing import Any

from bot.cards.elements import blocks, mrkdwn
from bot.cards.elements.blocks import Block
from bot.cards.messages.remediation import proposal
from db.outgoing.remediation_messages import RemediationFields

OPTIONS = 10  # Slack's checkboxes


def plan_modal(payload: RemediationFields) -> Block:
    """Every step of the plan, as far as a modal reaches."""
    lines = [
        f"{number}. {mrkdwn.escape(step.get('name') or step['resource_id'], 80)} "
        f"({mrkdwn.escape(step['resource_id'], 120)}): "
        f"{mrkdwn.escape(step.get('says') or '', 200)}{_because(step, 400 if len(payload['steps']) <= 100 else 60)}"
        for number, step in enumerate(payload["steps"], 1)
    ]
    pages = _pages(lines, 2_900)
    shown = pages[:90]
    return _modal("plan", "", "The plan", [blocks.section(page) for page in shown], submit=None)


def _because(step: dict[str, Any], most: int) -> str:
    reasons = [mrkdwn.escape(step[name], most) for name in ("evidence", "arithmetic") if step.get(name)]
    return f" – {'. '.join(reasons)}" if reasons else ""


def _pages(lines: list[str], most: int) -> list[str]:
    pages: list[str] = []
    for line in lines:
        if pages and len(pages[-1]) + len(line) + 1 <= most:
            pages[-1] += "\n" + line
        else:
            pages.append(line[:most])
    return pages


def choose_modal(payload: RemediationFields, where: str, *, approves: bool) -> Block:
    """Checkboxes of the resources, ten a group as Slack allows; `approves` says
    that the ticked ones are approved with it.
    """
    names = {step["resource_id"]: str(step.get("name") or step["resource_id"]) for step in payload["steps"]}
    options = [{"text": blocks.plain_text(f"{name} ({key})", 75), "value": key[:150]} for key, name in names.items()]
    fields = []
    for start in range(0, min(len(options), OPTIONS * 50), OPTIONS):
        group = options[start : start + OPTIONS]
        fields.append(
            {
                "type": "input",
                "block_id": f"resources_{start}",
                "optional": len(options) > OPTIONS,
                "label": blocks.plain_text("Resources" if start == 0 else f"Resources from {start + 1}", 200),
                "element": {"type": "checkboxes", "action_id": "resources", "options": group, "initial_options": group},
            }
        )
    says = "What you leave unticked stays as it is. " + (
        "The ticked ones are approved."
        if approves
        else "The ticked ones become a new proposal, to be approved on its own."
    )
    return _modal(
        "remediation_choose",
        where,
        "Choose resources",
        [blocks.section(says), *fields],
        submit="Approve these" if approves else "Propose these",
    )


def _loss(payload: RemediationFields) -> str:
    """What is gone afterwards, and how far it can be brought back."""
    undo = mrkdwn.escape(payload.get("undo") or "", 400)
    return f"This deletes things. {f'Undo: {undo}' if undo else 'It cannot be undone.'}"


def confirm_modal(payload: RemediationFields, where: str) -> Block:
    """Typed confirmation for what destroys: the number of resources."""
    count = len({step["resource_id"] for step in payload["steps"]})
    field = {
        "type": "input",
        "block_id": "confirmation",
        "label": blocks.plain_text(f"Type the number of resources ({count}) to approve.", 300),
        "element": {"type": "plain_text_input", "action_id": "confirmation", "max_length": 10},
    }
    return _modal(
        "remediation_confirm",
        json.dumps({**json.loads(where), "count": count}),
        "Approve",
        [blocks.section(f"*{proposal.headline(payload)}*"), blocks.warning(_loss(payload)), field],
        submit="Approve",
    )


def _modal(callback: str, where: str, title: str, fields: list[Block], submit: str | None) -> Block:
    view: Block = {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": where[:3_000],
        "title": blocks.plain_text(title, 24),
        "close": blocks.plain_text("Close", 24),
        "blocks": fields,
    }
    return {**view, "submit": blocks.plain_text(submit, 24)} if submit else view
