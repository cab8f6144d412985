"""A recurring clean-up: what it would have saved, on what, how much at most, when next, and who approved its runs."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from bot.cards.elements import blocks, inputs, mrkdwn
from bot.cards.elements.blocks import Block, Card
from db.outgoing.remediation_messages import RecurringFields

LISTED = 20


def card(payload: RecurringFields) -> Card:
    """In its present state."""
    text = headline(payload)
    return blocks.card(
        text,
        [
            blocks.section(f"*{text}*"),
            blocks.section(_worth(payload)),
            blocks.context(*_bounds(payload)),
            blocks.section(_state(payload)),
            _buttons(payload),
        ],
    )


def headline(payload: RecurringFields) -> str:
    """`Stop idle EC2 instances, every month: on`."""
    return f"{mrkdwn.escape(payload['title'], 150)}, {payload['every']}: {'on' if payload['on'] else 'off'}"


def listing(payloads: Sequence[RecurringFields]) -> Card:
    """One line for each, with a button to its card."""
    lines = [
        blocks.section(
            f"*{headline(one)}*\n{_next(one) if one['on'] else mrkdwn.sentence(one['history'])}",
            blocks.button("See", "recurring_open", one["playbook"]),
        )
        for one in payloads[:LISTED]
    ]
    more = f"{len(payloads) - LISTED} more: finops playbooks recurring" if len(payloads) > LISTED else ""
    return blocks.card("Recurring clean-ups", [*lines, blocks.context(more)])


def approve_modal(payload: RecurringFields, where: str, until: date, most_days: int) -> Block:
    """Approve the next runs until a day; what deletes is typed."""
    says = (
        f"*{headline(payload)}*\n{_caps(payload)} Its runs start by themselves until the end of that day, at most "
        f"{most_days} days from now. An edit of its file, scope or caps ends this, and so does Withdraw."
    )
    fields = [
        blocks.section(says),
        inputs.field("until", "Until the end of", inputs.day(until.isoformat())),
    ]
    if payload["destroys"]:
        label = f"This deletes things. Type how many resources a run may touch ({payload['a_run']})."
        fields.append(inputs.field("confirmation", label, inputs.text(most=10)))
    return inputs.modal("recurring_approve", where, "Approve the next runs", "Approve", fields)


def _worth(payload: RecurringFields) -> str:
    sentence = f"\n{mrkdwn.sentence(payload['told'])}" if payload.get("told") else ""
    return f"{mrkdwn.sentence(payload['history'])}{sentence}"


def _bounds(payload: RecurringFields) -> list[str]:
    scope = "; ".join(mrkdwn.escape(one, 200) for one in payload["scope"]) or "everything that it answers"
    last = f"Last run {mrkdwn.escape(payload['last'], 200)}" if payload.get("last") else ""
    saves = "What it deletes is saved first" if payload["destroys"] and payload["snapshot"] else ""
    return [f"Looks at {scope}", _caps(payload), saves, last]


def _caps(payload: RecurringFields) -> str:
    return (
        f"At most {payload['a_run']} resources a run and {payload['a_month']} a month "
        f"({payload['left_this_month']} left this month)."
    )


def _state(payload: RecurringFields) -> str:
    who = str(payload.get("switched_by") or "")
    switched = f" by {mrkdwn.escape(who, 80)} {_when(payload.get('switched_at'))}" if who else ""
    if payload["mode"] == "notify":
        return f"It only tells what it would propose. `mode: approve` in its file lets people approve. {_next(payload)}"
    if not payload["on"]:
        says = (
            f"Switched off{switched}." if who else f"Off: each date only tells what it would propose. {_next(payload)}"
        )
        return "\n".join([says, *_approvals(payload)])
    says = f"Switched on{switched}. {_next(payload)}" if who else f"On. {_next(payload)}"
    return "\n".join([says, *_approvals(payload)])


def _next(payload: RecurringFields) -> str:
    return f"Next {', '.join(_when(due) for due in payload['next'])}."


def _approvals(payload: RecurringFields) -> list[str]:
    """Who approved the next runs, what no longer counts and why; else that each run is approved on its own."""
    good = [one for one in payload["standing"] if not one.get("void")]
    void = [one for one in payload["standing"] if one.get("void")]
    lines = [f"Each run needs {_count(payload['approvals_needed'])}."]
    if good:
        names = " and ".join(f"{mrkdwn.escape(one['name'], 80)} (until {mrkdwn.day(one['until'])})" for one in good)
        missing = payload["approvals_needed"] - len(good)
        runs = f"each run needs {_count(missing)} more" if missing > 0 else "they start by themselves, within the caps"
        lines = [f"The next runs are approved by {names}: {runs}."]
    return lines + [
        f"The approval of {mrkdwn.escape(one['name'], 80)} until {mrkdwn.day(one['until'])} no longer counts: "
        f"{mrkdwn.escape(one['void'], 300)}."
        for one in void
    ]


def _count(number: int) -> str:
    return f"{number} approval{'' if number == 1 else 's'}"


def _buttons(payload: RecurringFields) -> Block | None:
    name = payload["playbook"]
    if payload["mode"] == "notify":
        return None
    buttons = []
    if payload["on"]:
        buttons.append(blocks.button("Approve next runs…", "recurring_approve", name, style="primary"))
        sure = blocks.confirm("Switch it off?", "Nothing more is proposed until somebody switches it on again.", "Off")
        buttons.append(blocks.button("Switch off", "recurring_off", name, confirm=sure))
    else:
        sure = blocks.confirm("Switch it on?", f"{payload['history']} People approve each run.", "Switch on")
        buttons.append(blocks.button("Switch on", "recurring_on", name, style="primary", confirm=sure))
    if payload["standing"]:
        buttons.append(blocks.button("Withdraw approval", "recurring_withdraw", name))
    return blocks.actions(buttons)


def _when(value: Any) -> str:
    try:
        return mrkdwn.moment(datetime.fromisoformat(str(value)))
    except ValueError:
        return mrkdwn.escape(value, 40)
