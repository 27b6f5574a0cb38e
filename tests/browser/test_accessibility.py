"""axe finds no serious or critical violation on any page, in light and dark."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from ui.frame.page import MENU

READY = {
    "Compare": ".q-words",
    "Start here": ".q-card",
    "Attributions": "[data-testid='stTable']",
    "Inside": ".js-plotly-plot",
    "Speed and size": "[data-testid='stTable']",
    "Your data": "[data-testid='stFileUploader']",
    "The four models": ".q-table",
    "Train": "[data-testid='stFileUploader']",
}


@pytest.mark.parametrize(("file", "title"), MENU, ids=[title for _, title in MENU])
@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_a_page_opened_cold_has_our_menu_and_no_serious_violation(open_page, file, title, scheme):
    path = "" if title == "Compare" else Path(file).stem
    page = open_page(f"/{path}?pinned=A+bad+film.&without=2", scheme=scheme)
    expect(page.locator(READY[title]).first).to_be_visible()
    expect(page.get_by_role("link", name="Compare", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)  # Streamlit's own menu
    expect(page.get_by_test_id("stException")).to_have_count(0)
    page.wait_for_timeout(1000)  # charts are faded in
    assert not grave_violations(page)


def grave_violations(page):
    """What axe finds serious or critical on a page come to rest: rule, help, and where.

    While a page is being filled, a region that scrolls may hold nothing to focus yet.
    """
    for _ in range(10):
        violations = [
            (rule["id"], rule["help"], [node["html"][:200] for node in rule["nodes"]])
            for rule in Axe().run(page).response["violations"]
            if rule["impact"] in ("serious", "critical")
        ]
        if not violations:
            break
        page.wait_for_timeout(1000)
    return violations
