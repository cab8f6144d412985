"""What a load of bills brought: rows, totals, what it replaced, what it refused."""

from typing import Any

from analysis.wording import formatting
from bot.cards.elements import blocks, mrkdwn
from bot.cards.elements.blocks import Card
from db.outgoing.messages import LoadCard

FILES = 12


def headline(payload: LoadCard) -> str:
    """One sentence."""
    loads = payload.get("loads") or []
    failed = [load for load in loads if load.get("status") == "failed"]
    if failed:
        return f"The bills were not loaded: {len(failed)} of {len(loads)} files were refused and nothing was changed."
    if any(load.get("status") == "held" for load in loads):
        return "The bills wait for an operator's word: nothing was changed."
    if loads and all(load.get("status") == "unchanged" for load in loads):
        return "The bills are as they were: nothing new has arrived."
    if not loads:
        return mrkdwn.escape(payload.get("title") or "No bills were found.", 300)
    totals = ", ".join(
        formatting.money(amounts.get("effective") or 0, str(currency))
        for currency, amounts in (payload.get("totals") or {}).items()
    )
    return f"Bills loaded: {int(payload.get('rows') or 0):,} rows{' worth ' + totals if totals else ''}."


def card(payload: LoadCard) -> Card:
    """Files, periods and what changed, for the thread of the request or the admin channel."""
    text = headline(payload)
    loads = payload.get("loads") or []
    news = [load for load in loads if load.get("status") != "unchanged"]
    rows = [
        [
            str(load.get("path", "")).rsplit("/", 1)[-1],
            str(load.get("provider") or ""),
            ", ".join(str(period)[:7] for period in load.get("billing_periods") or []),
            f"{int(load.get('rows') or 0):,}",
            str(load.get("status") or ""),
        ]
        for load in news[:FILES]
    ]
    notes = [
        mrkdwn.escape(f"{load.get('path', 'A file')}: {load['error']}", 600) for load in loads if load.get("error")
    ][:3]
    standing = payload.get("standing") or []
    notes += [_stands(one) for one in standing[:FILES]] or [_replaced(item) for item in (payload.get("replaced") or [])]
    if payload.get("rejected"):
        notes.append(f"{int(payload['rejected']):,} rows were left out; `finops ingest` names the reasons.")
    if len(news) > FILES:
        notes.append(f"{len(news) - FILES} more files.")
    if news and len(news) < len(loads):
        notes.append(f"{len(loads) - len(news)} files are as they were.")
    return blocks.card(
        text,
        [
            blocks.section(f"*{text}*"),
            blocks.table(["File", "Provider", "Period", "Rows", "Status"], rows, (3,)),
            blocks.context(*notes),
        ],
    )


def _stands(one: dict[str, Any]) -> str:
    """`2026-05: 56,042.14 USD billed (55,900.00 USD before), 144.91 USD of it tax`."""
    currency, now, before = str(one["currency"]), one["now"], one.get("before")
    earlier = f" ({_exact(before['billed'], currency)} before)" if before else ""
    tax = f", {_exact(now['tax'], currency)} of it tax" if formatting.decimal(now["tax"]) else ""
    return f"{mrkdwn.escape(one['period'], 20)}: {_exact(now['billed'], currency)} billed{earlier}{tax}"


def _exact(amount: object, currency: str) -> str:
    return f"{formatting.exact(amount, currency)} {mrkdwn.escape(currency, 10)}"


def _replaced(item: dict[str, Any]) -> str:
    cost = item.get("cost") or {}
    amounts = ", ".join(
        formatting.money(value.get("effective", 0) if isinstance(value, dict) else value, str(currency))
        for currency, value in cost.items()
    )
    month = mrkdwn.escape(str(item.get("month") or item.get("period") or "")[:7], 20)
    return (
        f"{month}: {int(item.get('rows') or 0):,} earlier rows{' (' + amounts + ')' if amounts else ''} were replaced."
    )
