"""No card says a number that the data do not bear out: each is counted again by plain SQL over what was planted."""

import pytest

from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from nl2sql.ask import connect_deps
from tests.recomputed import world
from tests.recomputed.cases import answers
from tests.recomputed.recomputed import faults


@pytest.mark.parametrize("seed", range(12))
def test_answers(clean_database: Database, settings: Settings, organisation: Organisation, seed: int) -> None:
    planted = world.plant(clean_database, seed, late=False)
    deps = connect_deps(settings, organisation, clean_database, today=planted.today)
    wrong = [fault for one in answers.recompute(planted, deps) for fault in faults(one)]
    assert not wrong, "\n".join(wrong)
