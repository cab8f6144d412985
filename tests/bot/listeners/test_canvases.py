"""An answer of sections as a canvas: made once, for who may read it, and a file where there are none."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.process.runtime import Runtime
from db.tables import AuditEntry
from standins.slack import Handle
from tests.bot.builders import BOT, of_bot, settled, whispered
from tests.bot.conftest import MAYA, TOMAS

FINOPS = "C0FINOPS01"


def answered(slack: Handle, channel: str = FINOPS) -> str:
    """The ts of a recipe's answer."""
    asked = slack.post_as(MAYA, channel, f"{BOT} review of payments")
    return str(slack.wait_for_reply(asked["ts"])["ts"])


def test_it_is_made_once_and_read_by_the_channel(bot: Runtime, slack: Handle) -> None:
    """All rows of a section are in it; two presses make one; the audit log names who made it."""
    ts = answered(slack)
    slack.click(TOMAS, ts, "answer_canvas")
    link = slack.wait_for_message(lambda m: "as a canvas" in m["text"])
    slack.click(MAYA, ts, "answer_canvas")
    assert "already" in whispered(slack, MAYA)
    ((canvas, made),) = slack.workspace.store.canvases.items()
    assert (made["title"], made["channels"], made["users"]) == ("Review, payments", [FINOPS], [])
    assert "| s4 | 1.50 |" in made["markdown"]
    button = link["blocks"][1]["elements"][0]
    assert button["url"] == f"{slack.url}/docs/T0DEMO0001/{canvas}"
    assert len(settled(slack, FINOPS, 2)) == 2
    with Session(bot.database.app) as session:
        made_by = session.scalars(sa.select(AuditEntry.actor).where(AuditEntry.action == "answer.canvas")).all()
    assert made_by == [TOMAS]


def test_in_a_direct_message_only_who_pressed_reads_it(bot: Runtime, slack: Handle) -> None:
    """Slack lets people, not direct messages, read a canvas."""
    slack.click(MAYA, answered(slack, "D0MAYA0001"), "answer_canvas")
    slack.wait_for_message(lambda m: "as a canvas" in m["text"])
    (made,) = slack.workspace.store.canvases.values()
    assert (made["users"], made["channels"]) == ([MAYA], [])


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("canvases.create", "unknown_method"),
        ("canvases.create", "missing_scope"),
        ("canvases.create", "not_allowed_token_type"),
        ("canvases.create", "free_teams_cannot_create_non_tabbed_canvases"),
        ("canvases.access.set", "restricted_action"),
        ("canvases.create", "timeout"),
    ],
)
def test_where_there_are_none_it_is_a_file_once(bot: Runtime, slack: Handle, method: str, code: str) -> None:
    """No canvas that nobody may open is left behind."""
    ts = answered(slack)
    slack.faults.fail(method, code)
    slack.click(TOMAS, ts, "answer_canvas")
    slack.wait_until(lambda: [m for m in slack.messages(FINOPS) if m.get("files")])
    (file,) = [file for message in of_bot(slack, FINOPS) for file in message.get("files", [])]
    assert file["name"].endswith(".md")
    assert slack.workspace.store.canvases == {}
    assert len(settled(slack, FINOPS, 2)) == 2
