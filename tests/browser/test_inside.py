"""What a visitor sees of the page Inside."""

import pytest
from playwright.sync_api import expect

from tests.browser.looks import PLOT, look

SECTIONS = {
    "Attention": 4,
    "Recurrence": 6,
    "What can each position see?": 4,
    "Representation path": 4,
}
TEXT = "A slow start, but a wonderful end."


def choose(page, name):
    page.get_by_role("radio", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name, level=2)).to_be_visible()


def test_each_section_shows_its_plots_and_fits(open_page):
    page = open_page("/inside?text=" + TEXT.replace(" ", "+"), width=390)
    for name, plots in SECTIONS.items():
        choose(page, name)
        expect(page.locator(PLOT)).to_have_count(plots)
        expect(page.get_by_text("When not to trust it").first).to_be_visible()
        for width, scheme in ((1440, "dark"), (390, "light")):
            look(page, width, scheme)
            page.wait_for_function(  # plots may be drawn anew meanwhile: look until they stand
                "([plot, width]) => { const widths = [...document.querySelectorAll(plot)]"
                ".map(one => one.getBoundingClientRect().width);"
                " return widths.length > 0 && widths.every(one => 0 < one && one <= width) }",
                arg=[PLOT, width],
            )


@pytest.mark.long
def test_pictures_of_attention(open_page):
    page = open_page("/inside?text=" + TEXT.replace(" ", "+"))
    expect(page.locator(PLOT)).to_have_count(4)
    for name, plots in (("all heads of a layer", 4), ("all layers", 4), ("rollout", 6)):
        page.get_by_role("radio", name=name, exact=True).click()
        expect(page.locator(PLOT)).to_have_count(plots)
    page.get_by_role("radio", name="lines from a token", exact=True).click()
    expect(page.locator(PLOT).first.locator(".scatterlayer .trace")).not_to_have_count(0)
    page.get_by_text("Hide [CLS] and [SEP]").click()
    expect(page.locator(PLOT).first).not_to_contain_text("[SEP]")


def test_a_long_caption_shows_two_lines_and_the_rest_on_a_click(open_page):
    page = open_page("/inside", width=390)
    fold = page.get_by_text("more, and when not to trust it").first
    expect(fold).to_be_visible()
    caption = page.get_by_text("Each row is a token and says").first
    hidden = "p => p.scrollHeight - p.clientHeight"
    two_lines = caption.evaluate("p => p.clientHeight")
    assert caption.evaluate(hidden) > 10
    fold.click()
    expect(fold).to_be_hidden()
    assert caption.evaluate(hidden) <= 1 and caption.evaluate("p => p.clientHeight") > two_lines
