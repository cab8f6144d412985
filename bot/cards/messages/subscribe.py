"""The modal of a subscription: what, about what, on which days, when and in which time zone."""

from collections.abc import Mapping, Sequence

from bot.cards.elements import inputs
from bot.cards.elements.blocks import Block

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WHAT = (("Digest of the day", "daily"), ("Digest of the week", "weekly"), ("A question of mine", "question"))
_HINT = "It is asked on its own, without a thread; for example: top 5 services yesterday"
_ZONES = (
    "UTC",
    "Europe/London",
    "Europe/Lisbon",
    "Europe/Berlin",
    "Europe/Paris",
    "Europe/Madrid",
    "Europe/Rome",
    "Europe/Amsterdam",
    "Europe/Stockholm",
    "Europe/Warsaw",
    "Europe/Athens",
    "Europe/Helsinki",
    "Europe/Istanbul",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "Africa/Lagos",
    "Africa/Nairobi",
    "America/New_York",
    "America/Toronto",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Vancouver",
    "America/Phoenix",
    "America/Mexico_City",
    "America/Bogota",
    "America/Sao_Paulo",
    "America/Argentina/Buenos_Aires",
    "America/Santiago",
    "Asia/Dubai",
    "Asia/Karachi",
    "Asia/Kolkata",
    "Asia/Dhaka",
    "Asia/Jakarta",
    "Asia/Bangkok",
    "Asia/Singapore",
    "Asia/Hong_Kong",
    "Asia/Shanghai",
    "Asia/Taipei",
    "Asia/Manila",
    "Asia/Seoul",
    "Asia/Tokyo",
    "Australia/Perth",
    "Australia/Brisbane",
    "Australia/Sydney",
    "Pacific/Auckland",
)


def modal(where: str, scopes: Mapping[str, Sequence[str]], channel: str | None, zone: str, question: str = "") -> Block:
    """`zone` is the person's own, which is offered first; `question` is one that is to be asked again and again."""
    to: Block = {"type": "conversations_select", "default_to_current_conversation": True}
    if channel:
        to["initial_conversation"] = channel
    days = [(name, str(number)) for number, name in enumerate(WEEKDAYS)]
    zones = [(name, name) for name in dict.fromkeys((zone, *_ZONES))]
    fields = [
        inputs.field("channel", "Where", to),
        inputs.field("what", "What", inputs.choice(WHAT, "question" if question else "daily")),
        inputs.field("scope", "About", inputs.scope(scopes)),
        inputs.field("days", "On", inputs.boxes(days, [str(number) for number in range(5)])),
        inputs.field("time", "At", inputs.clock("09:00")),
        inputs.field("zone", "Time zone", inputs.choice(zones, zone)),
        inputs.field(
            "question", "The question", inputs.text(most=500, initial=question[:500]), optional=True, hint=_HINT
        ),
    ]
    return inputs.modal("subscribe", where, "Subscribe", "Subscribe", fields)
