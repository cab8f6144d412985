"""A proposed change: what, evidence, saving, undo, who may approve; later the same card follows what became of it."""

from typing import Any

from analysis.wording import formatting
from bot.cards.elements import blocks, mrkdwn
from bot.cards.elements.blocks import Block, Card
from bot.cards.messages.remediation.standing import standing, when
from db.outgoing.remediation_messages import RemediationFields, RemediationProgress

STEPS = 20
_LINE = 70  # characters
RUN_STEPS = 30  # task cards of a run; Slack takes 50
_MARK = {
    "planned": "to do",
    "acting": "under way",
    "verified": "done and checked",
    "undoing": "being undone",
    "unknown": "not known, look at it",
}
_TASK = {
    "planned": "pending",
    "acting": "in_progress",
    "undoing": "in_progress",
    "done": "complete",
    "verified": "complete",
    "undone": "complete",
}
_ENDED = ("succeeded", "partial", "failed", "unknown", "undone")


def card(payload: RemediationFields) -> Card:
    """What is proposed or was done, in its present state."""
    text = headline(payload)
    return blocks.card(
        text,
        [
            blocks.section(f"*{text}*"),
            _table(payload),
            blocks.context(*_evidence(payload), _about(payload)),
            blocks.section(standing(payload)),
            _buttons(payload),
        ],
    )


def headline(payload: RemediationFields) -> str:
    """`Stop 4 idle EC2 instances in sandbox: saves $612 a month`."""
    count = len({step["resource_id"] for step in payload["steps"]})
    where = mrkdwn.escape(payload.get("account") or payload.get("team") or "", 80)
    saves = payload.get("monthly_savings")
    saving = f"saves {formatting.money(saves, str(payload.get('currency') or 'USD'))} a month" if saves else ""
    place = f" in {where}" if where else ""
    if payload.get("headline"):
        what = mrkdwn.escape(str(payload["headline"]).format(count=count, s="" if count == 1 else "s"), 150)
        what, comma, more = what.partition(", ")
        return f"{what}{place}{comma}{more}{': ' + saving if saving else ''}"
    return f"{mrkdwn.escape(payload['title'], 150)}: {count}{place}{', ' + saving if saving else ''}"


def _table(payload: RemediationFields) -> Block | None:
    steps = sorted(payload["steps"], key=_worth)
    started = payload["state"] not in ("proposed", "rejected", "expired", "void", "ticket", "closed")
    currency = str(payload.get("currency") or "USD")
    rows = [
        [
            _named(step),
            formatting.money(step["monthly_savings"], currency) if step.get("monthly_savings") is not None else "",
            _state(step) if started else str(step.get("says") or ""),
            str(step.get("says") or "") if started else _short(str(step.get("evidence") or "")),
        ]
        for step in steps[:STEPS]
    ]
    if len(steps) > STEPS:
        rest = sum(formatting.decimal(step.get("monthly_savings")) or 0 for step in steps[STEPS:])
        rows.append(
            [f"{len(steps) - STEPS} more", formatting.money(rest, currency) if rest else "", "see the plan", ""]
        )
    last = ["State", "Change"] if started else ["Change", "Evidence"]
    return blocks.table(["Resource", "A month", *last], rows, (1,))  # a telephone shows the first three


def _worth(step: dict[str, Any]) -> tuple[Any, str]:
    """The largest saving first, equal ones by name."""
    return -(formatting.decimal(step.get("monthly_savings")) or 0), str(step.get("name") or step["resource_id"])


def _named(step: dict[str, Any]) -> str:
    """`web-batch-3 (i-0abc1234…)`: the name, and enough of the id to find it."""
    name, key = str(step.get("name") or step["resource_id"]), str(step["resource_id"])
    if name == key:
        return name
    short = key.rsplit(":", 1)[-1]
    return name if short == name else f"{name} ({mrkdwn.cut(short, 11)})"


def _short(evidence: str) -> str:
    """The reasons that convince first, in the order of the rule, as far as a line goes; the plan lists all of them."""
    first, *more = evidence.split("; ")
    if more and len(first) + len(more[0]) > _LINE:
        return f"{first}; …"
    return "; ".join([first, *more[:1], *(["…"] if more[1:] else [])])


def _state(step: dict[str, Any]) -> str:
    state = str(step.get("state") or "")
    return _MARK.get(state, state)


def _evidence(payload: RemediationFields) -> list[str]:
    left_out = payload.get("left_out") or []
    lines = []
    if left_out:
        names = "; ".join(
            f"{item.get('name') or item.get('resource_id')} ({item.get('reason')})" for item in left_out[:5]
        )
        more = f"; {len(left_out) - 5} more" if len(left_out) > 5 else ""
        lines.append(f"Left out: {mrkdwn.escape(names, 1_200)}{more}")
    if payload.get("undo"):
        lines.append(f"Undo: {mrkdwn.escape(payload['undo'], 400)}")
    lines.append(f"Plan {mrkdwn.escape(str(payload['digest'])[:8], 8)}…, frozen {when(payload.get('frozen_at'))}")
    return lines


def _about(payload: RemediationFields) -> str:
    """A link to the alert that it is about."""
    url = str(payload.get("insight_url") or "")
    return f"About {mrkdwn.link(url, 'this alert')}" if url else ""


def _buttons(payload: RemediationFields) -> Block | None:
    number, state = str(payload["id"]), str(payload["state"])
    plan = blocks.button("See plan", "remediation_plan", number)
    if state == "proposed":
        typed = payload.get("typed_confirmation")
        return blocks.actions(
            [
                blocks.button(
                    "Approve…" if typed else "Approve",
                    "remediation_confirm" if typed else "remediation_approve",
                    number,
                    style="danger" if typed else "primary",
                ),
                *(
                    [blocks.button("Choose…", "remediation_choose", number)]
                    if len({step["resource_id"] for step in payload["steps"]}) > 1
                    else []
                ),
                blocks.button("Reject…", "remediation_reject", number),
                blocks.button("Snooze…", "remediation_snooze", number),
                plan,
            ]
        )
    buttons = []
    if state == "approved" and not payload.get("undo_of"):
        buttons.append(blocks.button("Withdraw…", "remediation_withdraw", number))
    if state == "unknown":
        buttons.append(blocks.button("Check again", "remediation_look", number, style="primary"))
    if state in _ENDED and payload.get("can_undo"):
        sure = blocks.confirm("Undo this change?", f"{payload.get('undo') or 'What was done is reversed.'}", "Undo")
        buttons.append(blocks.button("Undo", "remediation_undo", number, confirm=sure))
    page = str(payload.get("flow_run_url") or "")
    if page.startswith(("http://", "https://")):
        buttons.append({**blocks.button("Prefect run", "remediation_run", number), "url": page[:3_000]})
    return blocks.actions([*buttons, plan])


def progress(payload: RemediationProgress) -> Card:
    """In the thread: a line (`line`, with `ask`: ids of those who should look),
    or with `run` the steps of a run as a plan that is brought up to date.
    """
    line = mrkdwn.sentence(payload.get("line") or headline(payload), 1_500)
    if payload.get("run"):
        return blocks.card(line, [_run(payload)])
    asked = " ".join(mrkdwn.mention(str(person)) for person in (payload.get("ask") or [])[:5])
    return blocks.card(line, [blocks.section(f"{asked} {line}" if asked else line)])


def _run(payload: RemediationFields) -> Block:
    """Slack's plan block; of many steps those that went wrong, those under way, and the nearest others."""
    steps = payload["steps"]
    done = sum(step.get("state") in ("done", "verified", "undone") for step in steps)
    shown = list(range(len(steps)))
    if len(steps) > RUN_STEPS:
        rank = {"acting": 0, "undoing": 0, "failed": 0, "skipped": 0, "unknown": 0}
        nearest = sorted(shown, key=lambda at: (rank.get(str(steps[at].get("state")), 1), abs(at - done)))
        shown = sorted(nearest[:RUN_STEPS])
    tasks = [_task(at, steps[at]) for at in shown]
    rest = f" ({len(shown)} shown)" if len(shown) < len(steps) else ""
    what = "Undo" if payload.get("undo_of") else "Remediation"
    return {
        "type": "plan",
        "title": mrkdwn.plain(f"{what} {payload['id']}: {done} of {len(steps)} done{rest}", 256),
        "tasks": tasks,
    }


def _task(at: int, step: dict[str, Any]) -> Block:
    state = str(step.get("state"))
    task: Block = {
        "type": "task_card",
        "task_id": f"step-{at}",
        "title": mrkdwn.plain(f"{_named(step)}: {step.get('says') or ''}", 256),
        "status": _TASK.get(state, "error"),
    }
    says = step.get("error") or (_state(step) if state not in _TASK else None)
    if says:
        text = {"type": "text", "text": mrkdwn.plain(says, 500)}
        task["output"] = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [text]}]}
    return task
