"""Advisory locks: held alone, freed at the end, and never two meanings for one number."""

import sqlalchemy as sa

from db import locks
from db.database import Database
from db.locks import Lock


def test_a_lock_is_held_by_one_and_freed_at_the_end(database: Database) -> None:
    with database.app.connect() as one, database.app.connect() as other:
        with locks.hold(one, Lock.CHANNEL, "#web") as mine, locks.hold(other, Lock.CHANNEL, "#web", wait=False) as too:
            assert (mine, too) == (True, False)
            with locks.hold(other, Lock.CHANNEL, "#data", wait=False) as elsewhere:
                assert elsewhere
            with locks.hold(other, Lock.ACCOUNT, "#web", wait=False) as another_kind:
                assert another_kind
        with locks.hold(other, Lock.CHANNEL, "#web", wait=False) as now_free:
            assert now_free


def test_a_failure_inside_frees_it(database: Database) -> None:
    with database.app.connect() as one, database.app.connect() as other:
        try:
            with locks.hold(one, Lock.CHANNEL, "#web"):
                one.execute(sa.text("SELECT 1 / 0"))
        except sa.exc.DataError:
            pass
        with locks.hold(other, Lock.CHANNEL, "#web", wait=False) as mine:
            assert mine
