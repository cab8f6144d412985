"""What a statement may use, by who asks."""

import math
from dataclasses import replace

from config.access import Actor
from config.settings import Settings
from nl2sql.catalog.views import reporting
from nl2sql.execution.run import limits_of
from nl2sql.guard import SafeQuery, check

_EVERYBODY, _CHECKOUT = Actor("lead", sees_all=True), Actor("dev", teams=frozenset({"checkout"}))


def _safe(asker: Actor) -> SafeQuery:
    safe = check("SELECT sum(effective_cost) FROM daily_costs", reporting(), asker)
    assert isinstance(safe, SafeQuery)
    return safe


def test_the_planners_estimate_says_nothing_about_other_teams() -> None:
    """It is made of the rows of all teams: a narrowed statement runs whatever the planner expects, for a shorter
    time.
    """
    settings = Settings(_env_file=None, answer_timeout_seconds=8, answer_cost_cap=1_000)
    everybody = limits_of(_safe(_EVERYBODY), _EVERYBODY, settings, 10)
    narrowed = limits_of(_safe(_CHECKOUT), _CHECKOUT, settings, 10)
    assert (everybody.cost, everybody.seconds, everybody.rows) == (1_000, 8, 10)
    assert (narrowed.cost, narrowed.seconds, narrowed.rows) == (math.inf, 4, 10)


def test_line_items_are_read_without_an_estimate() -> None:
    """So everybody has the same time."""
    settings = Settings(_env_file=None, answer_timeout_seconds=8)
    safe = replace(_safe(_CHECKOUT), reads_lake=True)
    assert limits_of(safe, _CHECKOUT, settings, 10) == limits_of(safe, _EVERYBODY, settings, 10)
