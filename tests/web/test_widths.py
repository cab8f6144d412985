"""The page on a telephone and on a desk: no figure and no state runs off an edge or is cut off."""

import pytest
from playwright.sync_api import Route, expect

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


_CUT = """() => [...document.querySelectorAll('main .scroll, main .mantine-Badge-label')]
    .filter(one => one.scrollWidth > one.clientWidth + 1)
    .map(one => one.textContent)"""


@pytest.mark.parametrize(
    ("path", "table"),
    [("/", "Budgets"), ("/anomalies?status=all", "Anomalies")],
)
def test_nothing_is_cut_off_on_a_desk(visit: Visit, path: str, table: str) -> None:
    """Each figure and each state is whole at 1280 pixels."""
    with visit() as page:
        page.goto(path)
        sign_in(page, MAYA)
        expect(page.get_by_role("table", name=table).first.locator("tbody tr").first).to_be_visible(timeout=WAIT)
        assert page.evaluate(_CUT) == []


def _moved(route: Route) -> None:
    """The costs as the API says them, of services with long names that cost twice as much as before."""
    reply = route.fetch()
    body = reply.json()
    for place, item in enumerate(body["items"]):
        if item.get("service"):
            item.update(service=f"Amazon Relational Database Service {place}", cost=412_345.67, before=206_172.83)
    route.fulfill(response=reply, json=body)


def test_what_changed_is_whole_on_half_of_a_desk(visit: Visit) -> None:
    """The name gives way, the change does not."""
    with visit() as page:
        page.route("**/api/v1/costs?*group_by=service*", _moved)
        page.goto("/")
        sign_in(page, MAYA)
        rows = page.get_by_role("table", name="What changed").locator("tbody tr")
        expect(rows.first).to_contain_text("(+100 %)", timeout=WAIT)
        assert page.evaluate(_CUT) == []
