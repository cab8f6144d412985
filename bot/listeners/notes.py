"""`/finops teach …`: notes of teams, and the buttons with which an admin decides about them."""

from datetime import date
from typing import TYPE_CHECKING

from bot.cards.elements import mrkdwn
from bot.listeners import clicks
from bot.listeners.clicks import Click, Listeners
from bot.process.runtime import Runtime
from bot.slack.errors import Recipient
from config.access import Denied, Permission, Role, check
from db.tables import TaughtNote
from domain.messages import taught_notes
from domain.messages.taught_notes import Named
from nl2sql.catalog.known_values import NoData
from nl2sql.dates.periods import QuestionCalendar
from nl2sql.history import notes
from nl2sql.history.teaching import Unclear, read_lesson

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST_ASKED = 5
_MOST_LISTED = 15


def register(listeners: Listeners) -> None:
    """Attach the two buttons of a note that waits."""
    listeners.click("note_approve", lambda runtime, click: _decide(runtime, click, approve=True))
    listeners.click("note_reject", lambda runtime, click: _decide(runtime, click, approve=False))


def teach(runtime: Runtime, where: Recipient, text: str) -> str:
    """Store a taught note, or say why not; without text, list the notes. Returns the reply for the author."""
    actor = runtime.people.actor(str(where.user))
    if not text:
        with runtime.session() as session:
            return _listed(notes.listed(session, actor))
    if isinstance(denied := check(actor, Permission.TEACH), Denied):
        return denied.reason
    day = runtime.clock().date()
    facts = notes.facts_for(runtime.database, runtime.organisation.synonyms, actor, day)
    if isinstance(facts, NoData):
        return "No bills are loaded yet, so that nothing can be held against them."
    calendar = QuestionCalendar(day, facts.first, runtime.organisation.fiscal_year_start)
    lesson = read_lesson(text, facts, calendar)
    if isinstance(lesson, Unclear):
        return lesson.reason
    with runtime.session() as session:
        row = notes.teach(session, lesson, actor, runtime.clock(), where.channel)
        if isinstance(row, Denied):
            return row.reason
        card = taught_notes.card_of(row, _named(runtime))
        if row.state == "waiting":
            taught_notes.put(session, row, _reviewers(runtime), _named(runtime))
    through = f"through {mrkdwn.whole_day(card['valid_through'])}"
    means = f"“{lesson.words}” is {card['means']}" if card["means"] else "The note stands"
    waits = "once an admin has approved it" if card["state"] == "waiting" else "from now on"
    return f"Thank you. {means} {waits}, {through} (note {card['id']})."


def _named(runtime: Runtime) -> Named:
    return lambda identity: runtime.people.actor(identity).name or identity


def _reviewers(runtime: Runtime) -> "Iterable[str]":
    """Where a note is put: the admins' channel, else the admins themselves."""
    return runtime.organisation.admin_channels()[:1] or runtime.people.with_role(Role.ADMIN)[:_MOST_ASKED]


def _listed(rows: "Iterable[TaughtNote]") -> str:
    shown = [row for row in rows if row.state in ("waiting", "approved")]
    lines = [f"{row.id}  {row.text}  ({row.state}, through {_day(row.valid_through)})" for row in shown[:_MOST_LISTED]]
    how = "Teach a name like this: /finops teach phoenix = account 12 until May"
    return "\n".join([*(lines or ["Nothing is taught yet."]), how])


def _day(day: date) -> str:
    return mrkdwn.whole_day(day.isoformat())


def _decide(runtime: Runtime, click: Click, *, approve: bool) -> None:
    with runtime.session() as session:
        actor = runtime.people.actor(click.user)
        row = notes.decide(session, clicks.number_of(click.value), actor, runtime.clock(), approve=approve)
        if not isinstance(row, Denied):
            taught_notes.tell(session, row, _named(runtime))
    if isinstance(row, Denied):
        clicks.post_ephemeral(runtime, click.where, row.reason)
