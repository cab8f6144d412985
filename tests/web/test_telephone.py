"""The page on a telephone: no figure runs off the edge."""

import pytest
from playwright.sync_api import expect

from tests.web.builders import MAYA, NEEDS, WAIT, sign_in
from tests.web.conftest import Visit

pytestmark = NEEDS
_BEYOND = """() => [...document.querySelectorAll('main td, main th')]
    .filter(cell => getComputedStyle(cell).position !== 'absolute' && !cell.closest('thead'))
    .filter(cell => cell.getBoundingClientRect().right > innerWidth + 1)
    .map(cell => cell.textContent)"""


@pytest.mark.parametrize(
    ("path", "table"),
    [
        ("/", "Budgets"),
        ("/explore", "Costs"),
        ("/explore?by=service,account", "Costs"),
        ("/showback?month=2026-10", "Teams"),
        ("/budgets/payments%20budget", "Periods"),
        ("/ask?q=compare%20this%20month%20with%20last%20month%20by%20service", "Rows"),
    ],
)
def test_every_cell_of_a_table_is_seen(visit: Visit, path: str, table: str) -> None:
    """Rows fold at 390 pixels; before, the money or the change lay beyond the edge."""
    with visit(390) as page:
        page.goto(path)
        sign_in(page, MAYA)
        rows = page.get_by_role("table", name=table).first.locator("tbody tr")
        expect(rows.first).to_be_visible(timeout=WAIT)
        assert page.evaluate(_BEYOND) == []
