"""Post one channel's digest now, because a step of a workflow asked for it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from prefect import flow
from sqlalchemy.orm import Session

from config.organisation import Organisation
from db.database import Database
from db.outgoing import outbox
from db.outgoing.message_keys import step_digest_key
from db.outgoing.messages import note
from flows import failure
from flows.digests.digest import compose


@flow(name="post_digest", flow_run_name="digest-{channel}")
def post_digest(channel: str, key: str) -> bool:
    """The digest of a channel of finops.yaml, beside those that are due; once for each key. False for a channel that
    the file does not name, and where it was left already.
    """
    with failure.running("post_digest") as (_, organisation, database):
        return run(database, organisation, channel, key, datetime.now(UTC))


def run(database: Database, organisation: Organisation, channel: str, key: str, now: datetime) -> bool:
    """Leave the digest, or a sentence where there are no bills of its scope; whether it is new."""
    configured = organisation.channel_named(channel)
    if configured is None:
        return False
    scope = {"team": configured.team} if configured.team else {}
    today = now.astimezone(ZoneInfo(configured.timezone)).date()
    name = step_digest_key(key)
    with Session(database.app) as session, session.begin():
        digest = compose(session, scope, today, organisation, weekly=configured.digest == "weekly")
        if digest is None:
            return outbox.enqueue(session, configured.channel, note("There are no bills of this scope yet."), name)
        if not outbox.enqueue(session, configured.channel, digest.card, name):
            return False
        outbox.enqueue(session, configured.channel, digest.details, f"{name}:details", thread_key=name)
        return True
