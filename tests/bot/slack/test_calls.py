"""What becomes of a card that a workspace cannot show as it is."""

from datetime import date

from bot.cards.messages.answers.answer import card
from bot.slack import calls
from bot.slack.delivery import OutboxDelivery
from standins.slack import Handle
from tests.bot.slack.builders import CHANNEL

RESULT = {
    "columns": ["application", "effective_cost"],
    "rows": [[f"app-{at}", 1.0 + at] for at in range(31)],
    "text": "31 applications.",
    "metric": "effective_cost",
    "currency": "USD",
}


def kinds(slack: Handle) -> list[str]:
    """The kinds of tables in the newest message."""
    return [block["type"] for block in slack.messages(CHANNEL)[-1]["blocks"] if "table" in block["type"]]


def test_where_data_tables_are_unknown_the_table_is_posted(delivery: OutboxDelivery, slack: Handle) -> None:
    """Posted, changed, and shown to one person; where they are known, they are shown."""
    made = card(RESULT, "R1", date(2026, 11, 15))
    ts, note = calls.post(delivery.client, CHANNEL, None, made, "a")
    assert (kinds(slack), note) == (["data_table"], None)
    slack.faults.fail("chat.update", "invalid_blocks")
    calls.update(delivery.client, CHANNEL, ts, made, "a")
    assert kinds(slack) == ["table"]
    slack.faults.fail("chat.postMessage", "invalid_blocks")
    _, note = calls.post(delivery.client, CHANNEL, None, made, "b")
    assert (kinds(slack), note) == (["table"], None)
    slack.faults.fail("chat.postEphemeral", "invalid_blocks")
    calls.post_ephemeral(delivery.client, CHANNEL, "U0MAYA0001", made)
    sent = slack.calls("chat.postEphemeral")[-1]
    assert '"table"' in str(sent) or "'table'" in str(sent)
