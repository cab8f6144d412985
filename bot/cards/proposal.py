"""A proposed change: what, evidence, saving, undo, who may approve; later the same card follows what became of it."""

from datetime import datetime
from typing import Any

from analysis import money
from bot.cards import blocks, mrkdwn
from bot.cards.blocks import Block, Card

STEPS = 20
OPTIONS = 10  # Slack's checkboxes
_MARK = {"done": "done", "verified": "done and checked", "failed": "failed", "skipped": "skipped", "unknown": "unknown", "undone": "undone"}
_ENDED = ("succeeded", "partial", "failed", "unknown", "undone")


def card(payload: dict[str, Any]) -> Card:
    """`payload` is the summary of a remediation: id, state, title, steps, left_out, undo, digest, frozen_at, approvals, expires_at and more."""
    text = headline(payload)
    return blocks.card(
        text,
        [
            blocks.section(f"*{text}*"),
            _table(payload),
            blocks.context(*_evidence(payload)),
            blocks.section(_standing(payload)),
            _buttons(payload),
        ],
    )


def headline(payload: dict[str, Any]) -> str:
    """`Stop idle instances: 4 in sandbox, saves $612 a month`."""
    resources = {step["resource_id"] for step in payload["steps"]}
    where = mrkdwn.escape(payload.get("account") or payload.get("team") or "", 80)
    saves = payload.get("monthly_savings")
    saving = f", saves {money.money(saves, str(payload.get('currency') or 'USD'))} a month" if saves else ""
    return f"{mrkdwn.escape(payload['title'], 150)}: {len(resources)}{' in ' + where if where else ''}{saving}"


def _table(payload: dict[str, Any]) -> Block | None:
    steps = payload["steps"]
    started = payload["state"] not in ("proposed", "rejected", "expired", "void")
    currency = str(payload.get("currency") or "USD")
    rows = [
        [
            str(step.get("name") or step["resource_id"]),
            str(step.get("says") or ""),
            _MARK.get(str(step.get("state")), str(step.get("state") or "")) if started else str(step.get("evidence") or ""),
            money.money(step["monthly_savings"], currency) if step.get("monthly_savings") is not None else "",
        ]
        for step in steps[:STEPS]
    ]
    if len(steps) > STEPS:
        rest = sum(money.decimal(step.get("monthly_savings")) or 0 for step in steps[STEPS:])
        rows.append([f"{len(steps) - STEPS} more", "see the plan", "", money.money(rest, currency) if rest else ""])
    return blocks.table(["Resource", "Change", "State" if started else "Evidence", "A month"], rows, (3,))


def _evidence(payload: dict[str, Any]) -> list[str]:
    left_out = payload.get("left_out") or []
    lines = []
    if left_out:
        names = "; ".join(f"{item.get('name') or item.get('resource_id')} ({item.get('reason')})" for item in left_out[:5])
        more = f"; {len(left_out) - 5} more" if len(left_out) > 5 else ""
        lines.append(f"Left out: {mrkdwn.escape(names, 1_200)}{more}")
    if payload.get("undo"):
        lines.append(f"Undo: {mrkdwn.escape(payload['undo'], 400)}")
    lines.append(f"Plan {mrkdwn.escape(str(payload['digest'])[:8], 8)}…, frozen {_when(payload.get('frozen_at'))}")
    return lines


def _when(value: Any) -> str:
    try:
        return mrkdwn.moment(datetime.fromisoformat(str(value)))
    except ValueError:
        return mrkdwn.escape(value, 40)


def _standing(payload: dict[str, Any]) -> str:
    state, approvals = str(payload["state"]), payload.get("approvals") or []
    by = ", ".join(f"{mrkdwn.escape(item.get('name') or item['actor'], 80)} {_when(item.get('at'))}" for item in approvals)
    if state == "proposed":
        return _asking(payload, by)
    reason = f": {mrkdwn.escape(payload['reason'], 500)}" if payload.get("reason") else ""
    if state in ("rejected", "expired", "void"):
        return f"{state.capitalize()}{reason}"
    done = sum(step.get("state") in ("done", "verified", "undone") for step in payload["steps"])
    took = f" in {round(float(payload['seconds']))} s" if payload.get("seconds") else ""
    words = {"approved": "starting", "running": f"{done} of {len(payload['steps'])} done"}
    ended = f"{state}, {done} of {len(payload['steps'])} done{took}{reason}"
    return f"{'Approved by ' + by + ' → ' if by else ''}{words.get(state, ended)}"


def _asking(payload: dict[str, Any], by: str) -> str:
    needed = int(payload.get("approvals_needed") or 1) - len(payload.get("approvals") or [])
    roles = " or ".join(mrkdwn.escape(role, 40) for role in payload.get("approver_roles") or []) or "nobody"
    team = f" for {mrkdwn.escape(payload['team'], 80)}" if payload.get("team") else ""
    people = " or ".join(mrkdwn.mention(str(person)) for person in (payload.get("approvers") or [])[:5])
    asker = ", not from the requester" if payload.get("not_requester") else ""
    given = f"Approved by {by}. " if by else ""
    return (
        f"{given}{needed} approval{'' if needed == 1 else 's'} needed from {people or f'the role {roles}{team}'}{asker}; "
        f"open until {_when(payload.get('expires_at'))}."
    )


def _buttons(payload: dict[str, Any]) -> Block | None:
    number, state = str(payload["id"]), str(payload["state"])
    plan = blocks.button("See plan", "remediation_plan", number)
    if state == "proposed":
        typed = payload.get("typed_confirmation")
        return blocks.actions(
            [
                blocks.button(
                    "Approve…" if typed else "Approve", "remediation_confirm" if typed else "remediation_approve", number, style="primary"
                ),
                blocks.button("Choose…", "remediation_choose", number),
                blocks.button("Reject…", "remediation_reject", number),
                blocks.button("Snooze…", "remediation_snooze", number),
                plan,
            ]
        )
    if state in _ENDED and payload.get("can_undo"):
        sure = blocks.confirm("Undo this change?", f"{payload.get('undo') or 'What was done is reversed.'}", "Undo")
        return blocks.actions([blocks.button("Undo", "remediation_undo", number, confirm=sure), plan])
    return blocks.actions([plan])


def progress(payload: dict[str, Any]) -> Card:
    """A line in the thread: `payload` is the summary with `line`."""
    line = mrkdwn.sentence(payload.get("line") or headline(payload), 1_500)
    failed = [
        f"{mrkdwn.escape(step.get('name') or step['resource_id'], 80)}: {mrkdwn.escape(step['error'], 300)}"
        for step in payload.get("steps") or []
        if step.get("error")
    ]
    return blocks.card(line, [blocks.section(line), blocks.context(*failed[:5])])


def plan_modal(payload: dict[str, Any]) -> Block:
    """Every step of the plan, as far as a modal reaches."""
    lines = [
        f"{number}. {mrkdwn.escape(step.get('name') or step['resource_id'], 80)} ({mrkdwn.escape(step['resource_id'], 120)}): "
        f"{mrkdwn.escape(step.get('says') or '', 200)}"
        for number, step in enumerate(payload["steps"], 1)
    ]
    pages = _pages(lines, 2_900)
    shown = pages[:90]
    return _modal("plan", "", "The plan", [blocks.section(page) for page in shown], submit=None)


def _pages(lines: list[str], most: int) -> list[str]:
    pages: list[str] = []
    for line in lines:
        if pages and len(pages[-1]) + len(line) + 1 <= most:
            pages[-1] += "\n" + line
        else:
            pages.append(line[:most])
    return pages


def choose_modal(payload: dict[str, Any], where: str) -> Block:
    """Checkboxes of the resources, ten a group as Slack allows; unticked ones are left out of a new plan."""
    names = {step["resource_id"]: str(step.get("name") or step["resource_id"]) for step in payload["steps"]}
    options = [{"text": blocks.plain_text(f"{name} ({key})", 75), "value": key[:150]} for key, name in names.items()]
    fields = []
    for start in range(0, min(len(options), OPTIONS * 50), OPTIONS):
        group = options[start : start + OPTIONS]
        fields.append(
            {
                "type": "input",
                "block_id": f"resources_{start}",
                "optional": True,
                "label": blocks.plain_text("Resources" if start == 0 else f"Resources from {start + 1}", 200),
                "element": {"type": "checkboxes", "action_id": "resources", "options": group, "initial_options": group},
            }
        )
    return _modal("remediation_choose", where, "Choose resources", fields, submit="Make this the plan")


def confirm_modal(payload: dict[str, Any], where: str) -> Block:
    """Typed confirmation for what destroys: the number of resources."""
    count = len({step["resource_id"] for step in payload["steps"]})
    field = {
        "type": "input",
        "block_id": "confirmation",
        "label": blocks.plain_text(f"This deletes things. Type the number of resources ({count}) to approve.", 300),
        "element": {"type": "plain_text_input", "action_id": "confirmation", "max_length": 10},
    }
    return _modal("remediation_confirm", where, "Approve", [blocks.section(f"*{headline(payload)}*"), field], submit="Approve")


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
