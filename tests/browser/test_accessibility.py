"""axe finds no serious or critical violation on any page, in light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from ui.page import MENU

READY = {
    "Compare": ".q-words",
    "Attributions": "[data-testid='stTable']",
    "Inside": ".js-plotly-plot",
    "The four models": "[data-testid='stTable']",
}


@pytest.mark.parametrize("title", [title for _, title in MENU])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_violation(open_page, title, scheme):
    page = open_page("/?pinned=A+bad+film.&without=2", scheme=scheme)
    if title != "Compare":
        page.get_by_role("link", name=title, exact=True).click()
    expect(page.locator(READY[title]).first).to_be_visible()
    page.wait_for_timeout(1000)  # charts are faded in
    found = Axe().run(page).response["violations"]
    grave = [
        (rule["id"], rule["help"], [node["html"][:200] for node in rule["nodes"]])
        for rule in found
        if rule["impact"] in ("serious", "critical")
    ]
    assert not grave
