"""PostgreSQL advisory locks: the registry of their numbers, and the two ways to hold one."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum, unique

import sqlalchemy as sa
from sqlalchemy.orm import Session


@unique
class Lock(IntEnum):
    """Who may hold what alone. A number is never given a second meaning: two releases may run side by side."""

    UPGRADE = 7_113_001
    AUDIT = 7_113_002  # entries are numbered one after the other
    EMBEDDED_SERVER = 7_113_003  # roles and databases are made once
    ROLLUPS = 7_113_010  # the short part of a load that touches what all sources share
    LOAD = 7_113_011  # of a source's id: loads of one source are serialised
    INGEST = 7_113_012  # of a source's name: one run fetches and loads it
    DETECTION = 7_113_020
    BUDGET = 7_113_021  # of a budget's name, also of one that is not there yet
    ACCOUNT = 7_113_100  # of a cloud account's id: one remediation changes it at a time
    FLOW_REQUEST = 7_113_101  # of what is asked for
    CHANNEL = 7_113_102  # of a channel: one process delivers to it
    FLOW_START = 7_113_105  # of a request's number: one process starts its flow
    SCHEDULE = 7_113_106  # of a subscription's number: one process makes what it asks for
    PROPOSING = 7_113_107  # proposals are left one after the other, so that a resource is in one of them
    RECURRING = 7_113_108  # of a playbook's name: one process does what its date asks for
    TICKETS = 7_113_109  # one process opens and closes tickets
    DAILY_CAP = 7_113_104  # resources changed a day are counted over all accounts


def take(session: Session | sa.Connection, lock: Lock, name: str | None = None) -> None:
    """Wait for the lock and hold it until the transaction ends. `name` says of what, where there are many."""
    session.execute(_call("pg_advisory_xact_lock", lock, name))


@contextmanager
def hold(connection: sa.Connection, lock: Lock, name: str | None = None, wait: bool = True) -> Iterator[bool]:
    """Hold the lock over several transactions of the connection; a connection that dies frees it.

    Yields whether it is held: without `wait`, somebody else may have it.
    """
    held = connection.scalar(_call("pg_advisory_lock" if wait else "pg_try_advisory_lock", lock, name)) is not False
    connection.commit()
    try:
        yield held
    finally:
        if held:
            _release(connection, lock, name)


def _release(connection: sa.Connection, lock: Lock, name: str | None) -> None:
    try:
        connection.rollback()
        connection.execute(_call("pg_advisory_unlock", lock, name))
        connection.commit()
    except sa.exc.DBAPIError:
        connection.invalidate()  # the lock went with the session


def _call(function: str, lock: Lock, name: str | None) -> sa.Select[tuple[bool | None]]:
    of = () if name is None else (sa.func.hashtext(name),)
    return sa.select(getattr(sa.func, function)(int(lock), *of))
