"""Attributions in a real browser: from Compare with the same text, methods, flips, phone width."""

import re

from playwright.sync_api import expect

from model_zoo.models.sets import model_set
from tests.browser.looks import look

SPECS = model_set().models
STRIPS = ".q-words"


def test_from_the_strip_on_compare_to_its_page(open_page):
    page = open_page("/?text=A+dull+and+lifeless+film.")
    expect(page.locator(STRIPS)).to_have_count(len(SPECS))
    expect(page.locator(".q-card .q-label")).to_have_count(len(SPECS))
    page.get_by_text("How far to trust it").first.click()
    expect(page.get_by_role("heading", name="Attributions")).to_be_visible()
    expect(page.get_by_label("A sentence in English")).to_have_value("A dull and lifeless film.")
    expect(page.locator(STRIPS)).to_have_count(len(SPECS))
    expect(page.locator(STRIPS).first.locator("small")).to_have_count(6)
    verdict = re.compile("its top words matter more|cannot be told|do not rely on this")
    expect(page.get_by_text(verdict).first).to_be_visible()
    page.get_by_text("Find the smallest edits").click()
    expect(page.locator("del").first).to_be_visible()


def test_another_method_is_chosen_on_a_phone(open_page):
    page = open_page("/attributions?text=A+dull+film.&models=lstm,bilstm", width=390)
    expect(page.locator(STRIPS)).to_have_count(2)
    page.get_by_role("combobox", name="Method").click()
    page.get_by_role("option", name="Saliency").click()
    expect(page.get_by_text("The deeper the grey")).to_be_visible()
    expect(page.locator(STRIPS)).to_have_count(2)
    expect(page.get_by_role("heading", name="How far to trust it")).to_be_visible()
    for scheme in ("light", "dark"):
        look(page, 390, scheme)
    assert page.get_by_test_id("stException").count() == 0
