"""A month in the demo's organisation: its bills, in which what was stopped
costs nothing, what they mean for forecasts, budgets and digests, and the
verdict on what was to be saved.
"""

from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa

from config.organisation import read_organisation
from demo import processes
from demo.stack import ORGANISATION, TODAY, Say, Stack
from flows.digests import send_digests
from standins.bills.world import World
from standins.bills.write import advance
from standins.cloud.bills import deliver, stopped

DAYS = 31
_DIGESTS = time(10)  # every channel's hour has come


def let_pass(stack: Stack, say: Say, days: int = DAYS) -> date:
    """Write the bills of the next days, deliver and load them as every other,
    look at them as on the morning after, and verify savings as of that day; returns it.

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
    (stack.home / TODAY).write_text(after.isoformat())
    say(f"It is {after.day} {after:%B} now, for questions and the page")
    for name in ("forecast_costs", "check_budgets"):
        say(f"{name}: {stack.run_flow(name).lower()}")
    sent = send_digests.run(stack.database, read_organisation(ORGANISATION), datetime.combine(after, _DIGESTS, UTC))
    say(f"{sent} digest{'' if sent == 1 else 's'} of {after.day} {after:%b} went to the channels")
    say(f"verify_savings as of {after:%d %b}: {stack.run_flow('verify_savings', today=after.isoformat()).lower()}")
    return after


def _newest(stack: Stack) -> date:
    """The last day that is on the bills."""
    with stack.database.owner.connect() as connection:
        newest: date | None = connection.scalar(sa.text("SELECT max(usage_date) FROM finops.daily_costs"))
    return newest or stack.today - timedelta(days=1)
