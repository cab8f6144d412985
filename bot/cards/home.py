"""The Home tab: my teams, what is open, what waits for me, what I could ask."""

from collections.abc import Sequence
from typing import Any

from analysis import money
from bot.cards import blocks, mrkdwn
from bot.cards.blocks import Block

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
    """`home`: teams [{team, month, change, currency, budget, forecast, days}], insights, approvals, subscriptions, examples, as_of, kpis."""
    made: list[Block | None] = [blocks.header("Cloud cost")]
    if home.get("as_of"):
        made.append(blocks.context(f"Bills through {mrkdwn.day(str(home['as_of']))} · effective cost without tax"))
    else:
        made.append(blocks.section("No bills are loaded yet. Press Refresh bills, or run `finops ingest`."))
        made.append(blocks.actions([blocks.button("Refresh bills", "refresh_bills", "home")]))
    made += [blocks.section(_team(team)) for team in (home.get("teams") or [])[:12]]
    made += _listed("Open insights", home.get("insights") or [], _insight)
    made += _listed("Waiting for your approval", home.get("approvals") or [], _approval)
    made += _subscriptions(home.get("subscriptions") or [])
    examples = [blocks.button(text, f"example_{n}", text) for n, text in enumerate((home.get("examples") or [])[:4])]
    if examples:
        made += [blocks.section("*Ask me*"), blocks.actions(examples)]
    kept = [block for block in made if block is not None]
    return {"type": "home", "blocks": kept[:100]}


def _team(team: dict[str, Any]) -> str:
    currency = str(team.get("currency") or "USD")
    lines = [f"*{mrkdwn.escape(team['team'], 80)}*  {money.money(team['month'], currency)} this month"]
    if team.get("change"):
        lines[0] += f" · {mrkdwn.escape(team['change'], 80)}"
    budget = money.decimal(team.get("budget"))
    if budget:
        share = float((money.decimal(team["month"]) or 0) / budget)
        lines.append(f"`{bar(share)}` {money.percent(share)} of {money.money(budget, currency)}")
    if team.get("forecast") is not None:
        lines[-1] += f" · heading for {money.money(team['forecast'], currency)}"
    if team.get("days"):
        lines.append(f"`{sparkline(team['days'])}` last {len(team['days'])} days")
    return "\n".join(lines)


def _listed(title: str, items: Sequence[dict[str, Any]], one: Any) -> list[Block | None]:
    if not items:
        return []
    return [blocks.section(f"*{title}*"), *(one(item) for item in items[:10])]


def _insight(item: dict[str, Any]) -> Block:
    impact = f" · {money.money(item['impact'], str(item.get('currency') or 'USD'))}" if item.get("impact") is not None else ""
    text = f"{mrkdwn.escape(item['title'], 300)}{impact} · {mrkdwn.escape(item.get('severity') or '', 20)}"
    return blocks.section(text, blocks.button("Investigate", "insight_investigate", str(item["id"])))


def _approval(item: dict[str, Any]) -> Block:
    return blocks.section(mrkdwn.escape(item["title"], 300), blocks.button("See plan", "remediation_plan", str(item["id"])))


def _subscriptions(items: Sequence[dict[str, Any]]) -> list[Block | None]:
    new = blocks.actions([blocks.button("New subscription…", "subscribe_open", "home")])
    if not items:
        return [new]
    return [
        blocks.section("*Subscriptions*"),
        *(
            blocks.section(mrkdwn.escape(item["title"], 300), blocks.button("Stop", "subscription_stop", str(item["id"])))
            for item in items[:10]
        ),
        new,
    ]


def subscribe_modal(where: str, teams: Sequence[str], channel: str | None) -> Block:
    """What, for whom, how often and when; the time zone is the person's own."""
    scope = [_option("Everything", "*"), *(_option(team, team) for team in teams[:99])]
    hours = [_option(f"{hour:02d}:00", str(hour)) for hour in range(24)]
    often = [_option("Every day", "daily"), *(_option(f"Every {name}", f"weekly:{n}") for n, name in enumerate(WEEKDAYS))]
    to: Block = {"type": "conversations_select", "action_id": "channel", "default_to_current_conversation": True}
    if channel:
        to["initial_conversation"] = channel
    return {
        "type": "modal",
        "callback_id": "subscribe",
        "private_metadata": where[:3_000],
        "title": blocks.plain_text("Subscribe", 24),
        "submit": blocks.plain_text("Subscribe", 24),
        "close": blocks.plain_text("Cancel", 24),
        "blocks": [
            _input("channel", "Where", to),
            _input("scope", "About", _select("scope", scope, scope[0])),
            _input("often", "How often", _select("often", often, often[0])),
            _input("hour", "At, in your time zone", _select("hour", hours, hours[9])),
            {
                **_input(
                    "question", "A question instead of the digest", {"type": "plain_text_input", "action_id": "question", "max_length": 500}
                ),
                "optional": True,
                "hint": blocks.plain_text("For example: top 5 services yesterday", 200),
            },
        ],
    }


WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _option(label: str, value: str) -> Block:
    return {"text": blocks.plain_text(label, 75), "value": value[:150]}


def _select(action: str, options: Sequence[Block], initial: Block) -> Block:
    return {"type": "static_select", "action_id": action, "options": list(options), "initial_option": initial}


def _input(block_id: str, label: str, element: Block) -> Block:
    return {"type": "input", "block_id": block_id, "label": blocks.plain_text(label, 200), "element": element}
