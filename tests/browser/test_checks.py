"""What a visitor sees of the behaviour checks."""

import re

import pytest
from playwright.sync_api import expect

from model_zoo.evaluation.checks import CHECKS


@pytest.mark.long
def test_a_failing_pair_is_opened_in_compare_with_its_first_sentence_pinned(open_page):
    page = open_page("/evaluate")
    page.get_by_text("Behaviour checks", exact=True).click()
    page.get_by_role("button", name="Run the checks").click()
    running = page.get_by_test_id("stMain").get_by_role("button", name="Stop")
    expect(running).to_be_visible()
    expect(running).to_have_count(0)  # a redrawn page closes an open list
    page.get_by_label("Check", exact=True).click()
    page.keyboard.type("word order")  # the list holds only what can be seen of it
    page.get_by_role("option", name="word order").click()
    expect(page.get_by_text(CHECKS["word order"].asks)).to_be_visible()
    page.get_by_test_id("stDataFrame").last.click(position={"x": 20, "y": 55})
    page.get_by_role("button", name="Open in Compare").click()
    expect(page.get_by_role("heading", name="Compare", level=1)).to_be_visible()
    sentence = page.get_by_label("A sentence in English").input_value()
    pairs = {case.texts[1]: case.texts[0] for case in CHECKS["word order"].cases}
    assert sentence in pairs
    pinned = page.locator(".q-changes .q-text").first
    expect(pinned).to_contain_text(re.compile("Pinned"))
    text = pinned.text_content().split(":", 1)[1]
    assert text.split() == pairs[sentence].split()
