"""The Home tab: my teams, what is open, what waits for me, what I could ask."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from analysis.wording import formatting
from bot.cards.elements import blocks, mrkdwn
from bot.cards.elements.blocks import Block

_TICKS = "▁▂▃▄▅▆▇█"
BAR = 20


def sparkline(values: Sequence[float]) -> str:
    """Values as eight-step ticks; flat when they do not differ."""
    if not values:
        return ""
    low, high = min(values), max(values)
    if high <= low:
        return _TICKS[3] * len(values)
    return "".join(_TICKS[min(7, int((value - low) / (high - low) * 8))] for value in values)


def bar(share: float) -> str:
    """A budget bar of twenty cells; past 100 % it is full."""
    full = max(0, min(BAR, round(share * BAR)))
    return "█" * full + "░" * (BAR - full)


def view(home: dict[str, Any]) -> Block:
    """`home`: teams [{team, month, change, currency, budget, forecast, days}],
    insights, approvals, recurring, subscriptions, examples, as_of, may_budget, kpis.
    """
    made: list[Block | None] = [blocks.header("Cloud cost")]
    if home.get("as_of"):
        made.append(blocks.context(f"Bills through {mrkdwn.day(str(home['as_of']))} · effective cost without tax"))
    else:
        made.append(blocks.section("No bills are loaded yet. Press Refresh bills, or run `finops ingest`."))
        made.append(blocks.actions([blocks.button("Refresh bills", "refresh_bills", "home")]))
    made += [blocks.section(_team(team)) for team in (home.get("teams") or [])[:12]]
    made += _listed("Open insights", home.get("insights") or [], _insight)
    made += _listed("Waiting for your approval", home.get("approvals") or [], _approval)
    made += _listed("Recurring clean-ups", home.get("recurring") or [], _recurring)
    made += _subscriptions(home.get("subscriptions") or [], may_budget=bool(home.get("may_budget")))
    examples = [blocks.button(text, f"example_{n}", text) for n, text in enumerate((home.get("examples") or [])[:4])]
    if examples:
        made += [blocks.section("*Ask me*"), blocks.actions(examples)]
    made += _kpis(home.get("kpis") or [])
    shown = [block for block in made if block is not None]
    return {"type": "home", "blocks": shown[:100]}


def _team(team: dict[str, Any]) -> str:
    currency = str(team.get("currency") or "USD")
    lines = [f"*{mrkdwn.escape(team['team'], 80)}*  {formatting.money(team['month'], currency)} this month"]
    if team.get("change"):
        lines[0] += f" · {mrkdwn.escape(team['change'], 80)}"
    budget = formatting.decimal(team.get("budget"))
    if budget:
        share = float((formatting.decimal(team["month"]) or 0) / budget)
        lines.append(f"{bar(share)} {formatting.percent(share)} of {formatting.money(budget, currency)}")
    if team.get("forecast") is not None:
        lines[-1] += f" · heading for {formatting.money(team['forecast'], currency)}"
    if team.get("days"):
        lines.append(f"{sparkline(team['days'])} last {len(team['days'])} days")
    return "\n".join(lines)


def _listed(title: str, items: Sequence[dict[str, Any]], one: Any) -> list[Block | None]:
    if not items:
        return []
    return [blocks.section(f"*{title}*"), *(one(item) for item in items[:10])]


def _insight(item: dict[str, Any]) -> Block:
    return blocks.section(
        mrkdwn.escape(item["title"], 300), blocks.button("Investigate", "insight_investigate", str(item["id"]))
    )


def _approval(item: dict[str, Any]) -> Block:
    return blocks.section(
        mrkdwn.escape(item["title"], 300), blocks.button("See plan", "remediation_plan", str(item["id"]))
    )


def _recurring(item: dict[str, Any]) -> Block:
    state = f"{'on' if item['on'] else 'off'}, next {mrkdwn.moment(datetime.fromisoformat(item['next']))}"
    approved = f" · approved by {mrkdwn.escape(', '.join(item['standing']), 200)}" if item["standing"] else ""
    press = ("Withdraw approval", "recurring_withdraw") if item["mine"] else ("See", "recurring_open")
    return blocks.section(
        f"{mrkdwn.escape(item['title'], 150)}, {item['every']}: {state}{approved}",
        blocks.button(*press, item["playbook"]),
    )


def _subscriptions(items: Sequence[dict[str, Any]], *, may_budget: bool) -> list[Block | None]:
    row = [blocks.button("New subscription…", "subscribe_open", "home")]
    if may_budget:
        row.append(blocks.button("New budget…", "budget_change"))
    new = blocks.actions(row)
    if not items:
        return [new]
    return [
        blocks.section("*Subscriptions*"),
        *(
            blocks.section(
                mrkdwn.escape(item["title"], 300), blocks.button("Stop", "subscription_stop", str(item["id"]))
            )
            for item in items[:10]
        ),
        new,
    ]


def _kpis(items: Sequence[dict[str, Any]]) -> list[Block | None]:
    """How well the product does its job, each measure beside its target."""
    if not items:
        return []
    lines = []
    for kpi in items:
        target = f"{'≥' if kpi['higher_is_better'] else '≤'} {kpi['target']:g} {kpi['unit']}"
        now = mrkdwn.escape(formatting.measure(kpi["value"], kpi["unit"]), 40)
        lines.append(f"{mrkdwn.escape(kpi['says'], 200)}: *{now}* (target {target})")
    return [blocks.section("*How well I do*"), blocks.context("\n".join(lines))]
