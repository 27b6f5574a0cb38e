"""What a visitor sees: the real server, the real weights, a real browser."""

import re

import pytest
from playwright.sync_api import expect

from model_zoo.registry import SPECS
from ui.compare import EXAMPLES

VERDICT = ".q-verdict"
LABELS = ".q-card .q-label"


def submit(page, text):
    page.get_by_label("A sentence in English").fill(text)
    page.keyboard.press("Enter")


def test_a_sentence_is_answered_by_all_four(open_page):
    page = open_page()
    expect(page.locator(LABELS)).to_have_count(len(SPECS))
    submit(page, "A wonderful, moving film with a brilliant cast.")
    expect(page.locator(VERDICT)).to_contain_text("All four say positive")
    titles = page.locator(".q-card h3").all_inner_texts()
    assert titles == [row.title for row in SPECS.values()]
    for text in page.locator(".q-card").all_inner_texts():
        assert re.search(r"\d ms", text) and re.search(r"\d M", text) and "positive" in text
    submit(page, "A dull, lifeless film and a waste of time.")
    expect(page.locator(VERDICT)).to_contain_text("All four say negative")


def test_examples_and_button(open_page):
    page = open_page()
    page.get_by_text("sarcasm", exact=True).click()
    box = page.get_by_label("A sentence in English")
    expect(box).to_have_value(EXAMPLES["sarcasm"])
    expect(page.locator(LABELS)).to_have_count(len(SPECS))
    box.fill("Great fun, I loved it.")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator(VERDICT)).to_contain_text("All four say positive")


def test_text_is_kept_on_the_way_to_another_page_and_back(open_page):
    page = open_page()
    expect(page.locator(LABELS)).to_have_count(len(SPECS))
    submit(page, "Great fun, I loved it.")
    expect(page.locator(VERDICT)).to_contain_text("All four say positive")
    page.get_by_role("link", name="The four models").click()
    expect(page.get_by_role("heading", name="The four models")).to_be_visible()
    expect(page.get_by_text("Model card of BERT")).to_be_visible()
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_label("A sentence in English")).to_have_value("Great fun, I loved it.")
    expect(page.locator(VERDICT)).to_contain_text("All four say positive")


def test_markup_is_not_executed(open_page):
    page = open_page()
    expect(page.locator(LABELS)).to_have_count(len(SPECS))
    submit(page, "<img src=x onerror=alert(1)><script>document.title='taken'</script> great")
    expect(page.locator(LABELS)).to_have_count(len(SPECS))
    page.wait_for_timeout(500)
    assert page.title() == "Compare · Quartet"
    assert page.locator("img[src='x']").count() == 0


@pytest.mark.parametrize("path", ["/", "/models"])
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_deep_link_opened_cold_shows_our_menu_and_fits(open_page, path, width, scheme):
    page = open_page(path, width=width, scheme=scheme)
    expect(page.get_by_role("link", name="Compare")).to_be_visible()
    expect(page.locator(f"{LABELS}, [data-testid='stTable']").first).to_be_visible()
    expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.get_by_test_id("stException").count() == 0


def test_two_visitors_see_their_own_sentences(open_page):
    one, other = open_page(), open_page()
    for page in (one, other):
        expect(page.locator(LABELS)).to_have_count(len(SPECS))
    submit(one, "A wonderful, moving film.")
    submit(other, "A dull and lifeless film.")
    expect(one.locator(VERDICT)).to_contain_text("All four say positive")
    expect(other.locator(VERDICT)).to_contain_text("All four say negative")
    expect(one.get_by_label("A sentence in English")).to_have_value("A wonderful, moving film.")
