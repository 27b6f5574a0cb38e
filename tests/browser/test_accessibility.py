"""axe finds no serious or critical violation on any page, in light and dark."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.looks import grave_violations
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
    assert not grave_violations(page)
