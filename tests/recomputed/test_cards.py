"""No card says a number that the data do not bear out: each is counted again by plain SQL over what was planted."""

import inspect
import pkgutil
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from bot.cards import messages
from bot.cards.messages import alert, budget, digest, forecast, home, load, subscribe, work_objects
from bot.cards.messages.answers import answer, recipe, taught, why
from bot.cards.messages.remediation import proposal, proposal_modals, recurring
from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from nl2sql.ask import connect_deps
from tests.recomputed import world
from tests.recomputed.cases import (
    alerts,
    answers,
    budgets,
    digests,
    forecasts,
    homes,
    loads,
    plain,
    recurring_playbooks,
    remediations,
    savings,
)
from tests.recomputed.recomputed import Recomputed, faults
from tests.recomputed.said import numbers, parts

SEEDS = range(12)
COUNTED = {  # by the tests below
    answer.card,
    forecast.card,
    budget.card,
    digest.card,
    digest.details,
    home.view,
    alert.card,
    alert.assignment,
    why.card,
    recipe.card,
    load.card,
    proposal.card,
    proposal.progress,
    proposal_modals.confirm_modal,
    recurring.card,
    recurring.listing,
    recurring.approve_modal,
    work_objects.short,
    work_objects.of_insight,
    work_objects.of_remediation,
}
FORMS = {  # what a person fills in, or the frozen text of a statement or plan as it is
    alert.reason_modal,
    answer.sql_modal,
    answer.edit_modal,
    answer.parameters_modal,
    budget.modal,
    subscribe.modal,
    taught.card,
    proposal_modals.plan_modal,
    proposal_modals.choose_modal,
}


def builders() -> set[Callable[..., Any]]:
    """Every public function of the cards' rooms that makes a card, a modal or a page."""
    rooms = [import_module(one.name) for one in pkgutil.walk_packages(messages.__path__, f"{messages.__name__}.")]
    made = (
        one
        for room in rooms
        for _, one in inspect.getmembers(room, inspect.isfunction)
        if one.__module__ == room.__name__
    )
    makes = (inspect.signature(answer.card).return_annotation, inspect.signature(home.view).return_annotation)
    return {
        one for one in made if not one.__name__.startswith("_") and inspect.signature(one).return_annotation in makes
    }


def agree(cards: Iterable[Recomputed]) -> None:
    """Every number of every card is borne out."""
    wrong = [fault for one in cards for fault in faults(one)]
    assert not wrong, "\n".join(wrong)


def test_every_card_is_counted_again() -> None:
    """A new card needs a recount here, or is drawn to show that it has no number."""
    assert builders() == COUNTED | FORMS | set(plain.DRAWN)


@pytest.mark.parametrize("builder", plain.DRAWN, ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_what_has_no_figures_shows_none(builder: Callable[..., Any]) -> None:
    """Neither in its text nor in any block."""
    shown = [text for _, text in parts({"text": "", **plain.DRAWN[builder]})]
    assert shown or builder is alert.assign_modal
    assert [numbers(text) for text in shown] == [[] for _ in shown]


@pytest.mark.parametrize("seed", SEEDS)
def test_answers(clean_database: Database, settings: Settings, organisation: Organisation, seed: int) -> None:
    """Questions in words."""
    planted = world.plant(clean_database, seed)
    agree(answers.recompute(planted, connect_deps(settings, organisation, clean_database, today=planted.today)))


@pytest.mark.parametrize("seed", SEEDS)
def test_budgets_forecasts_digests_and_home(clean_database: Database, seed: int) -> None:
    """What budgets tell, what forecasts, digests and the Home tab say of the same money, and the bill's verdict."""
    planted = world.plant(clean_database, seed)
    organisation = budgets.organisation_of(planted, clean_database)
    agree(forecasts.recompute(planted, clean_database))
    agree(budgets.recompute(planted, clean_database, organisation))
    agree(homes.recompute(planted, clean_database, organisation))
    settled, verdict = savings.settle(planted, clean_database)
    agree([verdict])
    agree(digests.recompute(planted, clean_database, organisation, settled))


@pytest.mark.parametrize("seed", SEEDS)
def test_alerts(clean_database: Database, seed: int) -> None:
    """A planted spike, and why; an idle fleet, and what it consists of."""
    planted = world.plant(clean_database, seed, spike=True)
    agree(alerts.recompute(planted, clean_database))
    agree(savings.recompute(planted, clean_database))


@pytest.mark.parametrize("seed", SEEDS)
def test_loads_and_remediations(clean_database: Database, tmp_path: Path, seed: int) -> None:
    """Bills that come twice; a proposal, its run and its end."""
    planted = world.plant(clean_database, seed)
    agree(loads.recompute(planted, clean_database, tmp_path))
    agree(recurring_playbooks.recompute(planted, clean_database))
    agree(remediations.recompute(planted, clean_database))
