"""Everybody can use the page: axe finds nothing serious, the keyboard reaches all, a telephone shows all."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.builders import NEEDS, TOMAS, WAIT, WEB, sign_in
from tests.web.conftest import Visit

AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = [
    *NEEDS,
    pytest.mark.skipif(not AXE.is_file(), reason="axe is not installed (make web)"),
]
PLACES = (
    "/",
    "/explore",
    "/ask",
    "/anomalies",
    "/anomalies/1",
    "/savings",
    "/approvals",
    "/approvals/3",
    "/budgets",
    "/budgets/payments%20budget",
    "/showback",
    "/admin?tab=audit",
    "/admin?tab=health",
)


def settle(page: Page, place: str) -> None:
    """Everything that the place asks for is there."""
    page.goto(place)
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=WAIT)
    expect(page.locator("[aria-busy=true], .mantine-Skeleton-root")).to_have_count(0, timeout=WAIT)


def serious(page: Page) -> list[dict[str, Any]]:
    """Violations of WCAG 2.2 A and AA that axe calls serious or critical."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", tags)
    return [
        {"rule": one["id"], "where": [node["html"][:160] for node in one["nodes"][:4]], "says": one["help"]}
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize(("dark", "places"), [(False, PLACES), (True, PLACES[::2])], ids=["light", "dark"])
def test_axe_finds_nothing_serious_anywhere(visit: Visit, dark: bool, places: tuple[str, ...]) -> None:
    """In either scheme, on a wide screen; every other place in the dark, whose colours are the same everywhere."""
    wrong = {}
    with visit(dark=dark) as page:
        page.goto("/")
        sign_in(page, TOMAS)
        for place in places:
            settle(page, place)
            if found := serious(page):
                wrong[place] = found
        page.goto("/explore")
        for part in ("My views", "Send to Slack"):
            page.get_by_role("button", name=part).click()
            expect(page.get_by_role("region", name=part)).to_be_visible(timeout=WAIT)
            if found := serious(page):
                wrong[part] = found
    assert wrong == {}, json.dumps(wrong, indent=1)


def test_a_telephone_shows_everything(visit: Visit) -> None:
    """At 390 pixels nothing but tables is wider than the screen, and the menu opens."""
    wide = {}
    with visit(width=390) as page:
        page.goto("/")
        sign_in(page, TOMAS)
        for place in PLACES:
            settle(page, place)
            width = int(page.evaluate("document.documentElement.scrollWidth"))
            if width > 390:
                wide[place] = width
        page.get_by_role("button", name="Menu").click()
        page.get_by_role("link", name="Budgets").click()
        expect(page.get_by_role("heading", name="Budgets", level=1)).to_be_visible(timeout=WAIT)
    assert wide == {}


def test_the_keyboard_reaches_the_content_and_shows_where_it_is(visit: Visit) -> None:
    """The first stop leads past the menu; whatever has the focus is outlined."""
    with visit() as page:
        page.goto("/approvals")
        sign_in(page, TOMAS)
        expect(page.get_by_role("heading", name="Approvals")).to_be_visible(timeout=WAIT)
        link = page.get_by_role("main").get_by_role("link").first
        expect(link).to_be_visible(timeout=WAIT)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="To the content")).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.get_by_role("radio", name="Waiting")).to_be_focused()
        page.keyboard.press("Tab")
        expect(link).to_be_focused()
        outline = "element => getComputedStyle(element).outlineStyle"
        assert link.evaluate(outline) != "none"
