"""Addresses of messages: asked for once, and again after Slack was silent."""

from bot.process.runtime import web_client
from bot.slack.permalinks import Permalinks
from config.settings import Settings
from standins.slack import Handle
from tests.bot.conftest import MAYA, connected


def test_a_message_is_found_by_the_name_of_its_channel(settings: Settings, slack: Handle) -> None:
    """A channel of finops.yaml has a name; what is known is not asked for again."""
    asked = slack.post_as(MAYA, "#finops", "hello")
    links = Permalinks(web_client(connected(settings, slack), retry=False))
    address = links.of("#finops", asked["ts"])
    assert address is not None
    assert address.endswith(f"/p{asked['ts'].replace('.', '')}")
    slack.faults.fail("chat.getPermalink", "internal_error", 5)
    assert links.of("#finops", asked["ts"]) == address


def test_silence_is_no_address_and_is_not_remembered(settings: Settings, slack: Handle) -> None:
    """The page does without the link, and has it the next time."""
    asked = slack.post_as(MAYA, "#finops", "hello")
    links = Permalinks(web_client(connected(settings, slack), retry=False))
    slack.faults.fail("chat.getPermalink", "internal_error", 1)
    assert links.of("#finops", asked["ts"]) is None
    assert links.of("#finops", asked["ts"]) is not None
    assert links.of("#finops", "1.000001") is None
    assert links.of("#nowhere", asked["ts"]) is None
