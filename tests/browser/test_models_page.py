"""What a visitor sees of the page on the four models."""

import re

import pytest
from playwright.sync_api import expect

from model_zoo.comparison.table import CLAIMS, PUBLISHED
from model_zoo.models.sets import model_set
from tests.browser.looks import PLOT, grave_violations, look
from ui.four.places import TABS

TABLE, PAPERS, PARTS, TRAINED, CARDS = TABS
# of each tab: what to wait for, how many of them
CONTENT = {
    TABLE: (".q-claim", len(CLAIMS)),
    PAPERS: (".q-claim", len(PUBLISHED)),
    PARTS: (".q-anatomy", len(model_set().models)),
    TRAINED: (PLOT, 2),
    CARDS: ("[data-testid='stExpander']", len(model_set().models)),
}


def test_every_tab_opens_fits_and_can_be_read(open_page):
    page = open_page(f"/models?tab={CARDS}", width=390)
    for tab in (CARDS, TABLE, PAPERS, PARTS, TRAINED):  # the first by its address
        opened = page.get_by_role("tab", name=tab)
        if tab != CARDS:
            opened.click()
        part, count = CONTENT[tab]
        expect(opened).to_have_attribute("aria-selected", "true")
        expect(page.locator(f"{part}:visible")).to_have_count(count)
        for width, scheme in ((390, "light"), (1440, "dark")):
            look(page, width, scheme)
            expect(opened).to_be_in_viewport(ratio=1)
            right = page.locator(f"{part}:visible, .q-table td:visible").evaluate_all(
                "parts => Math.max(...parts.map(part => part.getBoundingClientRect().right))"
            )
            assert 0 < right <= width, tab
            if width > 390 or part == ".q-claim":  # a table of Streamlit's own scrolls by touch
                assert not grave_violations(page), (tab, scheme)


def test_the_table_is_seen_at_one_look(open_page):
    page = open_page("/models")
    expect(page.get_by_role("row")).to_have_count(1 + len(CLAIMS))
    last = page.locator("[data-claim='example'] tr").first.bounding_box()
    assert last["y"] + last["height"] <= 900


def test_bars_show_how_many_parameters_there_are(open_page):
    page = open_page(f"/models?tab={PARTS}")
    expect(page.locator(".q-anatomy")).to_have_count(len(model_set().models))
    bars = page.locator(".q-anatomy[aria-label='BERT'] li span").evaluate_all(
        "bars => Object.fromEntries(bars.map(bar => "
        "[bar.title, bar.getBoundingClientRect().width]))"
    )
    words = next(width for title, width in bars.items() if title.startswith("word vectors"))
    attention = bars["Layer 1, self-attention: 591,360"]
    assert words / attention == pytest.approx(11_720_448 / 591_360, rel=0.15)


def test_a_row_opens_by_the_keyboard_and_leads_to_where_it_can_be_seen(open_page):
    page = open_page("/models?text=Not+bad.")
    row = page.locator("[data-claim='training']")
    expect(row.get_by_text("How it was checked")).not_to_be_visible()
    row.locator("summary").press("Enter")
    expect(row.get_by_text("How it was checked")).to_be_visible()
    assert not grave_violations(page)
    row.get_by_role("link").click()
    expect(page.get_by_role("tab", name=TRAINED)).to_have_attribute("aria-selected", "true")
    expect(page.locator(PLOT)).to_have_count(2)
    expect(page).to_have_url(re.compile(r"tab=How"))
    page.get_by_role("tab", name=TABLE).click()
    page.locator("[data-claim='layers'] summary").click()
    page.get_by_role("link", name="Inside, Representation path").click()
    expect(page.get_by_role("heading", name="Inside", level=1)).to_be_visible()
    expect(page.get_by_label("A sentence in English")).to_have_value("Not bad.")
    expect(page.get_by_role("radio", name="Representation path")).to_be_checked()
