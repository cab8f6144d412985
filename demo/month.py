"""A month in the demo's organisation: its bills, in which what was stopped
costs nothing, and the verdict on what was to be saved.
"""

from datetime import date, timedelta

import sqlalchemy as sa

from demo import processes
from demo.stack import Say, Stack
from standins.bills.world import World
from standins.bills.write import advance
from standins.cloud.bills import deliver, stopped

DAYS = 31


def let_pass(stack: Stack, say: Say, days: int = DAYS) -> date:
    """Write the bills of the next days, deliver and load them as every other,
    and verify savings as of the day after; returns that day.

    Raises ValueError when the demo's world does not reach that far.
    """
    since = _newest(stack)
    through = since + timedelta(days=days)
    world = World(anchor=stack.today, ids=stack.cloud.ids)
    world = World(anchor=stack.today, ids=stack.cloud.ids, stopped=stopped(stack.cloud, world, stack.today))
    say(f"Writing the bills through {through:%d %b}; {len(world.stopped)} instances are stopped and cost nothing")
    deliver(stack.cloud, stack.bills, processes.apart(advance, stack.bills, world, since, through))
    say(f"ingest_costs: {stack.run_flow('ingest_costs').lower()}")
    after = through + timedelta(days=1)
    say(f"verify_savings as of {after:%d %b}: {stack.run_flow('verify_savings', today=after.isoformat()).lower()}")
    return after


def _newest(stack: Stack) -> date:
    """The last day that is on the bills."""
    with stack.database.owner.connect() as connection:
        newest: date | None = connection.scalar(sa.text("SELECT max(usage_date) FROM finops.daily_costs"))
    return newest or stack.today - timedelta(days=1)
